// One open ticket: new messages as they come, the draft that survives, sending, and the sign of life.

import { refill, token } from "./fragments.js";
import { attached, clearFiles, uploaded, uploading } from "./thread_files.js";

const page = document.querySelector(".live").dataset;
const base = `/ban/phieu/${page.ticket}`;
const transcript = document.getElementById("transcript");
const facts = document.getElementById("facts");
const suggestion = document.getElementById("suggestion");
const form = document.getElementById("reply");
const text = document.getElementById("text");
const problem = document.getElementById("reply-problem");
const draftState = document.getElementById("draft-state");
const draftKey = `nhap-${page.ticket}`;
const CHANGES_OWNER = new Set(["claimed", "released", "returned", "forwarded", "closed", "reopened"]);
const BEAT_MS = 20_000;
const TYPING_MS = 2_500;
const AT_WORK_MS = 10 * 60_000;

const lines = () => transcript.querySelector(".lines")?.dataset ?? { last: "0", question: "0" };
const isNearEnd = () => transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight < 120;
const toEnd = () => { transcript.scrollTop = transcript.scrollHeight; };
toEnd();

async function drawTranscript() {
  const nearEnd = isNearEnd();
  const question = lines().question;
  if (await refill(transcript, `${base}/loi-thoai`)) {
    if (nearEnd) toEnd();
    if (lines().question !== question) drawSuggestion();
    beat();
  }
}

async function drawSuggestion() {
  if (!suggestion) return;
  if (lines().question === "0") { suggestion.replaceChildren(); return; }
  const nearEnd = isNearEnd();
  if (!await refill(suggestion, suggestion.dataset.url)) suggestion.replaceChildren();
  if (nearEnd) toEnd(); // the suggestion has taken room from the transcript
}

async function drawFacts() {
  if (facts.contains(document.activeElement) || facts.querySelector("details[open]")) return;
  if (facts.querySelector("textarea")?.value) return;
  await refill(facts, `${base}/thong-tin`);
}

document.addEventListener("phieu", ({ detail }) => {
  if (String(detail.phieu) !== page.ticket) return;
  // Somebody else has changed whose it is: the page has to show other buttons. The draft is kept.
  if (CHANGES_OWNER.has(detail.viec) && !detail.toi_lam) { keepHere(); location.reload(); return; }
  if (["note", "forwarded"].includes(detail.viec)) drawFacts();
  drawTranscript();
});
// The citizen is writing: said for as long as it is likely to be true.
const typist = document.getElementById("citizen-typing");
const CITIZEN_TYPES_MS = 6_000;
let citizenStops = null;
document.addEventListener("dang-go", () => {
  typist.hidden = false;
  clearTimeout(citizenStops);
  citizenStops = setTimeout(() => { typist.hidden = true; }, CITIZEN_TYPES_MS);
});
document.addEventListener("phieu", ({ detail }) => { if (detail.viec === "message") typist.hidden = true; });

document.addEventListener("noi-lai", () => { drawTranscript(); keepThere(); });
if (suggestion) drawSuggestion();

// Sign of life: only while the page is seen and somebody has touched it lately.
let lastTouch = Date.now();
let typingUntil = 0;
for (const kind of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(kind, () => { lastTouch = Date.now(); }, { passive: true, capture: true });
}

async function beat() {
  if (document.hidden || Date.now() - lastTouch > AT_WORK_MS) return;
  const body = new URLSearchParams({ phieu: page.ticket, da_doc: lines().last, dang_viet: Date.now() < typingUntil ? "1" : "0" });
  let answer;
  try {
    const response = await fetch("/ban/nhip", { method: "POST", body, headers: { "X-CSRF-Token": token() } });
    if (!response.ok) return;
    answer = await response.json();
  } catch { return; }
  const names = answer.viewers.map((one) => one.name + (one.typing ? " (đang viết)" : ""));
  const shown = document.getElementById("viewers");
  if (shown) shown.textContent = names.length ? `Đang xem cùng: ${names.join(", ")}` : "";
  if (page.mine !== undefined && !answer.mine) { keepHere(); location.reload(); }
}
beat();
setInterval(beat, BEAT_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) { lastTouch = Date.now(); beat(); drawTranscript(); } });

// The draft: on this device at once, on the server a moment later.
function keepHere() { if (text) { try { localStorage.setItem(draftKey, text.value); } catch { /* full or private */ } } }
async function keepThere() {
  if (!text) return;
  const body = new URLSearchParams({ noi_dung: text.value });
  try {
    const response = await fetch(`${base}/nhap`, { method: "POST", body, headers: { "X-CSRF-Token": token() } });
    draftState.textContent = response.ok && text.value ? "Đã giữ bản nháp" : "";
  } catch { draftState.textContent = "Bản nháp giữ trên máy này"; }
}
let later = null;
if (text) {
  try {
    const kept = localStorage.getItem(draftKey);
    if (kept && !text.value) text.value = kept;
  } catch { /* private mode */ }
  text.addEventListener("input", () => {
    keepHere();
    clearTimeout(later);
    later = setTimeout(keepThere, 1_500);
    if (Date.now() >= typingUntil) { typingUntil = Date.now() + TYPING_MS; beat(); }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
}

function insert(id) {
  const words = document.getElementById(id)?.textContent ?? "";
  if (!text || !words) return;
  const before = text.value.slice(0, text.selectionStart);
  const gap = before && !before.endsWith("\n") ? "\n" : "";
  text.setRangeText(gap + words, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input"));
  document.getElementById("canned").open = false;
  text.focus();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert], [data-again]");
  if (!button) return;
  if (button.dataset.insert) insert(button.dataset.insert);
  else drawSuggestion();
});

// Sending. The key stays until the server has it, so that a second try is the same message.
// What is written differently is another message.
let sending = false;
let tried = null;
const newKey = () => { form.khoa.value = crypto.randomUUID?.().slice(0, 18) ?? String(Math.random()).slice(2); };
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending || (!text.value.trim() && !attached() && !uploading())) return;
  sending = true;
  const button = document.getElementById("send");
  button.disabled = true;
  if (uploading()) {
    draftState.textContent = "Tải xong tệp sẽ gửi ngay…";
    const arrived = await uploaded();
    draftState.textContent = "";
    if (!arrived) { sending = false; button.disabled = false; return; } // what went wrong is said; nothing leaves without its file
  }
  const whole = new URLSearchParams(new FormData(form)).toString().replace(/(^|&)khoa=[^&]*/, "");
  if (tried !== null && tried !== whole) newKey();
  tried = whole;
  problem.hidden = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json", "X-CSRF-Token": token() } });
    if (response.ok) {
      const { vua } = await response.json();
      text.value = "";
      clearFiles();
      try { localStorage.removeItem(draftKey); } catch { /* private mode */ }
      clearTimeout(later);
      draftState.textContent = vua === "cho-duyet" ? "Đang chờ tổ trưởng duyệt" : "Đã gửi";
      tried = null;
      newKey();
      suggestion.replaceChildren();
      await drawTranscript();
      toEnd();
    } else {
      const said = response.status === 409 ? (await response.json()).loi : "Chưa gửi được. Anh/chị tải lại trang rồi gửi lại; phần đã viết vẫn được giữ.";
      problem.textContent = said;
      problem.hidden = false;
    }
  } catch {
    problem.textContent = "Mất kết nối nên chưa gửi được. Phần đã viết vẫn được giữ; có mạng lại thì bấm Gửi.";
    problem.hidden = false;
  } finally {
    sending = false;
    button.disabled = false;
    keepHere();
  }
});

// On a phone one pane at a time.
for (const link of document.querySelectorAll("[data-pane]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.classList.toggle("show-facts", link.dataset.pane === "facts");
    for (const other of document.querySelectorAll("[data-pane]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  });
}
