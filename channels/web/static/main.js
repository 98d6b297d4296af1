// The chat page: what is typed goes into the queue, the queue to the server, the transcript to the log.

import { Connection } from "./connection.js";
import { el } from "./dom.js";
import { framed, listen, renew, tell } from "./frame.js";
import { draft, largeText, opened, Queue, ticks, token } from "./memory.js";
import { Ratings } from "./rating.js";
import { dictation } from "./speech.js";
import { Transcript } from "./transcript.js";

const LONGEST = 12000;
const by = (id) => document.getElementById(id);
const [text, start, state] = [by("text"), by("start"), by("state")];

const queue = new Queue();
const onTheWay = new Set(); // client ids sent on this connection
let session = null;
let opening = null; // client id, then message id, of a link whose answer is awaited: links are answered one by one
let followed = false;
let shown = true; // false while the panel around this frame is closed
let unread = 0;

const ratings = new Ratings((frame) => session && connection.send(frame));
const transcript = new Transcript({
  log: by("log"), scroller: by("scroll"), typing: by("typing"), newer: by("newer"),
  context: { ratings, say },
  press: (button) => {
    by("log").focus({ preventScroll: true }); // the pressed button goes away
    enqueue({ type: "press", button: button.payload, title: button.title });
  },
  resend: (clientId) => {
    queue.setFailed(clientId, false);
    flush();
  },
});

const connection = new Connection({
  hello: () => ({ type: "hello", after: session ? transcript.lastId : 0, ...(session && { session }) }),
  onFrame: (frame) => FRAMES[frame.type]?.(frame),
  onState: (online) => {
    document.body.classList.toggle("away", !online);
    if (online) return say("");
    onTheWay.clear();
    transcript.setTyping(null);
    for (const item of queue.items) if (!item.failed) transcript.setState(item.client_id, "waiting");
    if (!navigator.onLine) return say("Mất mạng. Anh/chị cứ gõ: tin được giữ lại và gửi ngay khi có mạng.", true);
    return say("Đang kết nối lại… Tin của anh/chị vẫn được giữ.", true, ["Thử ngay", () => connection.hurry()]);
  },
});

const FRAMES = {
  welcome({ session: tag, messages }) {
    if (session && session !== tag) transcript.clear();
    session = tag;
    opening = null;
    for (const message of messages) if (message.client_id) queue.remove(message.client_id);
    transcript.addAll(messages);
    follow();
    showStart();
    flush();
    ratings.resume();
  },
  accepted({ client_id, id }) {
    queue.remove(client_id);
    onTheWay.delete(client_id);
    if (opening === client_id) opening = id;
    transcript.accepted(client_id, id);
    if (!queue.items.length) say("");
  },
  message({ message }) {
    transcript.add(message);
    showStart();
    if (!shown && message.author !== "citizen") tell("unread", (unread += 1));
  },
  typing: ({ author }) => transcript.setTyping(author || "bot"),
  done({ turn }) {
    transcript.setTyping(null);
    if (opening === turn) opening = null;
    flush();
  },
  rated: ({ message }) => ratings.stored(message),
  erased() {
    transcript.clear();
    ticks.clear();
    ratings.clear();
    connection.sync();
  },
  error({ client_id, text: why, code, retry_in, message }) {
    say(why, true);
    if (message && !retry_in) ratings.refused(message);
    if (message && retry_in) setTimeout(() => ratings.resume(), retry_in * 1000 + 100);
    if (!client_id) return;
    onTheWay.delete(client_id);
    if (opening === client_id) opening = null;
    if (retry_in) {
      transcript.setState(client_id, "waiting");
      setTimeout(flush, retry_in * 1000 + 100);
    } else if (code === "unknown_link") {
      queue.remove(client_id);
      transcript.drop(client_id);
      showStart();
      flush();
    } else {
      queue.setFailed(client_id, true);
      transcript.setState(client_id, "failed");
    }
  },
};

function enqueue(frame) {
  const item = queue.add(frame);
  transcript.addUnsent(item);
  showStart();
  flush();
}

/** Send what the server has not got, in order. */
function flush() {
  if (!session) return;
  for (const { at, failed, ...frame } of queue.items) {
    if (failed || onTheWay.has(frame.client_id)) continue;
    if (opening) return;
    if (frame.type === "open") delete frame.title; // only for the page
    if (!connection.send(frame)) return;
    if (frame.type === "open") opening = frame.client_id;
    onTheWay.add(frame.client_id);
    transcript.setState(frame.client_id, "sending");
  }
}

/** Tell the reader; `action` is a button's title and what it does. */
function say(words, warn = false, action = null) {
  state.replaceChildren(...(words ? [el("span", {}, words)] : []));
  state.classList.toggle("warn", Boolean(words) && warn);
  if (!action) return;
  const button = el("button", { type: "button" }, action[0]);
  button.addEventListener("click", action[1]);
  state.append(button);
}

function showStart() {
  start.hidden = !transcript.empty;
  document.body.toggleAttribute("data-talking", start.hidden);
}

function submit() {
  const words = text.value.trim();
  if (!words) return text.focus();
  if (words.length > LONGEST) {
    return say("Tin nhắn dài quá. Anh/chị chia thành từng phần ngắn hơn (dưới 12.000 chữ cái) giúp nhé.", true);
  }
  enqueue({ type: "text", text: words });
  // Only now: the queue has it.
  text.value = "";
  changed();
  return text.focus();
}

const TYPING_MS = 3000;
let typedAt = 0;

/** Let the person at the desk see that an answer is being written. */
function typing() {
  if (!session || !text.value || !transcript.withPerson || Date.now() - typedAt < TYPING_MS) return;
  typedAt = Date.now();
  connection.send({ type: "typing" });
}

function changed() {
  draft.set(text.value);
  typing();
  grow();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 3}px`; // and the border
}

/** Open what the address leads to: once, not again when the page is loaded anew. */
function follow() {
  if (followed) return;
  followed = true;
  const { search } = location;
  if (framed) {
    // A frame is given its address again with every page around it.
    const before = opened.get();
    opened.set(search);
    if (before === search || (!opened.kept && !transcript.empty)) return;
  }
  const asked = new URLSearchParams(search);
  const [procedure, ward] = [asked.get("thu-tuc"), asked.get("noi")];
  if (/^\d{5}$/.test(ward || "")) enqueue({ type: "open", ward, title: "Bộ phận một cửa ở đây" });
  if (/^\d\.\d{6}$/.test(procedure || "")) enqueue({ type: "open", procedure, title: `Thủ tục ${procedure}` });
  if (!framed && (procedure || ward)) history.replaceState(null, "", location.pathname);
}

function setSize(large) {
  if (large) document.documentElement.dataset.size = "large";
  else delete document.documentElement.dataset.size;
  by("size").setAttribute("aria-pressed", String(large));
  grow();
}

by("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

text.addEventListener("keydown", (event) => {
  // While a Vietnamese input method composes a word, Enter belongs to it (229 in older browsers).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});

text.addEventListener("input", changed);

start.addEventListener("click", (event) => {
  const question = event.target.closest("[data-ask]")?.dataset.ask;
  if (!question) return;
  by("log").focus({ preventScroll: true });
  enqueue({ type: "text", text: question });
});

by("size").addEventListener("click", () => {
  const large = document.documentElement.dataset.size !== "large";
  setSize(large);
  largeText.set(large);
});

by("close")?.addEventListener("click", () => tell("close"));

listen({
  open: () => {
    shown = true;
    unread = 0;
    text.focus();
  },
  close: () => (shown = false),
});

// iOS lays its keyboard over the page instead of shrinking it: follow what is visible.
visualViewport?.addEventListener("resize", () => {
  const covered = innerHeight - visualViewport.height > 80 && visualViewport.scale === 1;
  const { style } = document.documentElement;
  if (!covered) return style.removeProperty("--height");
  style.setProperty("--height", `${visualViewport.height}px`);
  return scrollTo(0, 0);
});

setSize(Boolean(largeText.get()));
dictation({ button: by("speak"), box: text, say, changed });
text.value = draft.get() || "";
grow();
for (const item of queue.items) transcript.addUnsent(item);
showStart();
if (framed && !token.get()) await renew().catch(() => {});
else if (framed) renew().catch(() => {});
connection.connect();
tell("ready");
