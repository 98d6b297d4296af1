// The chat page: what is typed goes into the queue, the queue to the server, the transcript to the log.

import { Connection } from "./connection.js";
import { draft, Queue } from "./memory.js";
import { Transcript } from "./transcript.js";

const LONGEST = 12000;
const by = (id) => document.getElementById(id);
const [text, start, state] = [by("text"), by("start"), by("state")];

const queue = new Queue();
const onTheWay = new Set(); // client ids sent on this connection
let session = null;

const transcript = new Transcript({
  log: by("log"), scroller: by("scroll"), typing: by("typing"), newer: by("newer"),
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
    if (!online) onTheWay.clear();
    say(online ? "" : "Đang kết nối lại… Tin của anh/chị vẫn được giữ.", !online);
    for (const item of queue.items) if (!online && !item.failed) transcript.setState(item.client_id, "waiting");
  },
});

const FRAMES = {
  welcome({ session: tag, messages }) {
    if (session && session !== tag) transcript.clear();
    session = tag;
    for (const message of messages) if (message.client_id) queue.remove(message.client_id);
    transcript.addAll(messages);
    showStart();
    flush();
  },
  accepted({ client_id, id }) {
    queue.remove(client_id);
    onTheWay.delete(client_id);
    transcript.accepted(client_id, id);
    if (!queue.items.length) say("");
  },
  message({ message }) {
    transcript.add(message);
    showStart();
  },
  typing: () => transcript.setTyping(true),
  done: () => transcript.setTyping(false),
  error({ client_id, text: why, retry_in }) {
    say(why, true);
    if (!client_id) return;
    onTheWay.delete(client_id);
    if (retry_in) {
      transcript.setState(client_id, "waiting");
      setTimeout(flush, retry_in * 1000 + 100);
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
    if (!connection.send(frame)) return;
    onTheWay.add(frame.client_id);
    transcript.setState(frame.client_id, "sending");
  }
}

function say(words, warn = false) {
  state.textContent = words;
  state.classList.toggle("warn", Boolean(words) && warn);
}

function showStart() {
  start.hidden = !transcript.empty;
  if (start.hidden) document.body.dataset.talking = "yes";
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
  draft.set("");
  grow();
  text.focus();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 3}px`; // and the border
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

text.addEventListener("input", () => {
  draft.set(text.value);
  grow();
});

start.addEventListener("click", (event) => {
  const question = event.target.closest("[data-ask]")?.dataset.ask;
  if (!question) return;
  by("log").focus({ preventScroll: true });
  enqueue({ type: "text", text: question });
});

function setSize(large) {
  if (large) document.documentElement.dataset.size = "large";
  else delete document.documentElement.dataset.size;
  by("size").setAttribute("aria-pressed", String(large));
  grow();
}

by("size").addEventListener("click", () => {
  const large = document.documentElement.dataset.size !== "large";
  setSize(large);
  try {
    localStorage.setItem("large-text", large ? "1" : "");
  } catch {
    // not remembered then
  }
});

try {
  setSize(localStorage.getItem("large-text") === "1");
} catch {
  setSize(false);
}

// iOS lays its keyboard over the page instead of shrinking it: follow what is visible.
visualViewport?.addEventListener("resize", () => {
  const covered = innerHeight - visualViewport.height > 80 && visualViewport.scale === 1;
  const { style } = document.documentElement;
  if (!covered) return style.removeProperty("--height");
  style.setProperty("--height", `${visualViewport.height}px`);
  scrollTo(0, 0);
});

text.value = draft.get();
grow();
for (const item of queue.items) transcript.addUnsent(item);
showStart();
connection.connect();
