// The live queue: what happens to tickets, told by the server; the list, the title and the keys follow.

import { refill, token } from "./fragments.js";

const page = document.querySelector(".live").dataset;
const list = document.getElementById("list");
const offline = document.getElementById("offline");
const toasts = document.getElementById("toasts");
const plainTitle = document.title;
const WAITS_FOR_PERSON = new Set(["opened", "reopened", "returned"]);
const LIST_EVERY_MS = 30_000;
const SPREAD_MS = 600; // so that fifty phones do not ask in the same moment
const OFFLINE_AFTER_MS = 3_000;

let unseen = 0;
let listing = null;
let again = false;

/** Draw the list anew, keeping the focus and the place. One fetch at a time, and one more if asked meanwhile. */
export async function drawList() {
  if (listing) { again = true; return; }
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  listing = refill(list, page.list);
  await listing;
  listing = null;
  if (focused) [...list.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  if (again) { again = false; drawList(); }
}

function count(more) {
  unseen = document.hidden || more === 0 ? unseen + more : 0;
  if (more === 0 && !document.hidden) unseen = 0;
  document.title = unseen ? `(${unseen}) ${plainTitle}` : plainTitle;
}

function say(text, ticket) {
  const toast = document.createElement("a");
  toast.className = "toast";
  toast.href = `/ban/phieu/${ticket}`;
  toast.textContent = text;
  toasts.append(toast);
  setTimeout(() => toast.remove(), 12_000);
}

// Sound: a short tone, only when somebody has asked for it on this device.
const soundButton = document.getElementById("sound");
let audio = null;
function wantsSound() { try { return localStorage.getItem("chuong") === "1"; } catch { return false; } }
function showSound() {
  soundButton.setAttribute("aria-pressed", String(wantsSound()));
  soundButton.textContent = wantsSound() ? "Chuông: bật" : "Chuông: tắt";
}
soundButton.hidden = false;
showSound();
soundButton.addEventListener("click", () => {
  try { localStorage.setItem("chuong", wantsSound() ? "0" : "1"); } catch { /* private mode: stays off */ }
  showSound();
  if (wantsSound()) ring();
});
function ring() {
  try {
    audio ??= new AudioContext();
    const tone = audio.createOscillator();
    const level = audio.createGain();
    level.gain.setValueAtTime(.12, audio.currentTime);
    level.gain.exponentialRampToValueAtTime(.001, audio.currentTime + .5);
    tone.frequency.value = 740;
    tone.connect(level).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + .5);
  } catch { /* no sound here */ }
}

/** What has to be said aloud, to whom it concerns. */
function tell(event) {
  if (event.toi_lam) return;
  const number = `#${event.phieu}`;
  if (WAITS_FOR_PERSON.has(event.viec)) say(`Có người cần hỗ trợ: phiếu ${number}`, event.phieu);
  else if (event.viec === "forwarded" && event.cho_toi) say(`${event.ai} chuyển phiếu ${number} cho anh/chị`, event.phieu);
  else if (event.viec === "note" && event.cho_toi) say(`${event.ai} nhắc anh/chị ở phiếu ${number}`, event.phieu);
  else if (event.viec === "decided" && event.cho_toi) say(`Câu trả lời ở phiếu ${number} đã được xem`, event.phieu);
  else if (event.viec === "message" && page.mine !== undefined && String(event.phieu) === page.ticket) { /* shown in the thread */ }
  else return;
  count(1);
  if (wantsSound()) ring();
}

const source = new EventSource(`/ban/su-kien?sau=${page.after}${page.ticket ? `&phieu=${page.ticket}` : ""}`);
source.addEventListener("dang-go", () => document.dispatchEvent(new CustomEvent("dang-go")));
let lost = null;
let soon = null;
let wasLost = false;
source.addEventListener("phieu", (message) => {
  const event = JSON.parse(message.data);
  tell(event);
  soon ??= setTimeout(() => { soon = null; drawList(); }, Math.random() * SPREAD_MS);
  document.dispatchEvent(new CustomEvent("phieu", { detail: event }));
});
source.addEventListener("open", () => {
  clearTimeout(lost);
  lost = null;
  offline.hidden = true;
  if (wasLost) {
    wasLost = false;
    drawList();
    document.dispatchEvent(new CustomEvent("noi-lai"));
  }
});
source.addEventListener("error", () => {
  lost ??= setTimeout(() => { offline.hidden = false; wasLost = true; }, OFFLINE_AFTER_MS);
  // A refusal (signed out, or the gateway answers with a page) closes it for good: look again by loading.
  if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5_000);
});
addEventListener("pagehide", () => source.close());
document.addEventListener("visibilitychange", () => { if (!document.hidden) { count(0); drawList(); } });
setInterval(() => { if (!document.hidden) drawList(); }, LIST_EVERY_MS);

// Sign of life of a page that shows no ticket; thread.js gives that of a ticket. Only while somebody is there.
const BEAT_MS = 20_000;
const AT_WORK_MS = 10 * 60_000;
let lastTouch = Date.now();
for (const kind of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(kind, () => { lastTouch = Date.now(); }, { passive: true, capture: true });
}
async function beat() {
  if (document.hidden || Date.now() - lastTouch > AT_WORK_MS) return;
  try {
    await fetch("/ban/nhip", { method: "POST", body: new URLSearchParams(), headers: { "X-CSRF-Token": token() } });
  } catch { /* offline: the stream says so */ }
}
if (!page.ticket) { beat(); setInterval(beat, BEAT_MS); }

// Keys. Letters count only where nobody writes.
const sheet = document.getElementById("keys");
const showKeys = document.getElementById("show-keys");
showKeys.hidden = false;
showKeys.addEventListener("click", () => sheet.showModal());
const writes = (element) => element.matches("input, textarea, select, [contenteditable]");

function move(step) {
  const links = [...list.querySelectorAll(".row-item > a")];
  if (!links.length) return;
  const at = links.findIndex((link) => link === document.activeElement);
  const from = at < 0 ? links.findIndex((link) => link.hasAttribute("aria-current")) : at;
  links[Math.max(0, Math.min(links.length - 1, from + step))].focus();
}

const KEYS = {
  "?": () => sheet.showModal(),
  "/": () => document.getElementById("search").focus(),
  j: () => move(1),
  k: () => move(-1),
  n: () => document.getElementById("claim")?.click(),
  r: () => document.getElementById("text")?.focus(),
  g: () => document.querySelector("#suggestion [data-insert]")?.click(),
  m: () => { const canned = document.getElementById("canned"); if (canned) { canned.open = true; canned.querySelector("button")?.focus(); } },
  e: () => { const finish = document.getElementById("finish"); if (finish) { finish.open = true; finish.querySelector("input")?.focus(); } },
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && writes(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || sheet.open) return;
  const act = KEYS[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});
