// Keeps what is written: on the server two seconds after the last key, on this device when it cannot be reached;
// and shows who else has the form open.

import { token } from "./fragments.js";

const QUIET_MS = 2_000;
const AGAIN_MS = 5_000;
const BEAT_MS = 10_000;
const WRITING_MS = 6_000;
const LARGEST_FAREWELL = 60_000; // a browser takes no more along when a page goes

const clock = () => new Intl.DateTimeFormat("vi-VN", { hour: "numeric", minute: "2-digit" }).format(new Date());

/** Keep `form` saved. `showProblems` is told what is wrong, `toProblems` called when somebody asked to save. */
export function keepSaving(form, { showProblems, toProblems }) {
  const base = form.action;
  const said = document.getElementById("saved");
  const banner = document.getElementById("banner");
  const page = form.elements._page.value;
  const keyStart = `soan-${form.dataset.change}-`;
  const key = keyStart + page;
  let timer = 0;
  let running = null;
  let stopped = false;
  let touched = 0;
  let savedAt = Date.now();
  let warned = false;

  const entries = () => [...new FormData(form)].filter(([name, value]) => name !== "csrf" && typeof value === "string");
  const written = () => JSON.stringify(entries().filter(([name]) => !["_revision", "_marks"].includes(name)));
  let saved = written();
  const dirty = () => written() !== saved;

  function keepHere() {
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), clock: clock(), pairs: entries() })); } catch { /* full, or private */ }
  }
  function forgetHere() { try { localStorage.removeItem(key); } catch { /* private */ } }

  function tell(text, ...doors) {
    const line = Object.assign(document.createElement("p"), { textContent: text });
    const row = Object.assign(document.createElement("p"), { className: "actions" });
    row.append(...doors);
    banner.replaceChildren(line, row);
    banner.hidden = false;
  }
  function door(text, act, quiet = false) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, className: quiet ? "quiet" : "" });
    button.addEventListener("click", act);
    return button;
  }

  async function send() {
    const sent = written();
    const body = JSON.stringify({ pairs: entries() });
    keepHere();
    said.textContent = "Đang lưu…";
    let response;
    try {
      const keepalive = new Blob([body]).size < LARGEST_FAREWELL;
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": token() };
      response = await fetch(`${base}/luu`, { method: "POST", body, headers, keepalive });
    } catch {
      return later("Mất kết nối. Phần đã viết được giữ trên máy này, có mạng thì tự lưu.");
    }
    if (response.ok) {
      const answer = await response.json();
      form.elements._revision.value = answer.revision;
      form.elements._marks.value = answer.marks;
      saved = sent;
      savedAt = Date.now();
      if (!dirty()) forgetHere();
      said.textContent = `Đã lưu ${answer.saved}`;
      showProblems(answer.problems);
      drawPreview();
      return true;
    }
    if (response.status === 409) return overtaken(await response.json());
    if (response.status === 401) {
      stopped = true;
      said.textContent = "Chưa lưu";
      tell("Anh/chị đã bị đăng xuất. Phần đã viết được giữ trên máy này: đăng nhập lại rồi mở lại trang là gửi tiếp được.", door("Đăng nhập lại", () => location.assign(base)));
      return false;
    }
    if (response.status >= 500) return later("Chưa lưu được. Phần đã viết được giữ trên máy này, Một Cửa đang thử lại.");
    stopped = true;
    said.textContent = "Chưa lưu";
    tell("Chưa lưu được. Phần đã viết được giữ trên máy này: anh/chị tải lại trang rồi gửi lại.", door("Tải lại trang", () => location.reload()));
    return false;
  }

  function later(text) {
    said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(save, AGAIN_MS);
    return false;
  }

  function overtaken({ kind, said: reason }) {
    stopped = true;
    said.textContent = "Chưa lưu";
    if (kind === "overtaken") tell(`${reason} Phần anh/chị viết vẫn còn nguyên.`, door("Xem hai bản cạnh nhau", () => { keepHere(); form.submit(); }));
    else tell(`${reason} Phần anh/chị vừa viết chưa được lưu.`, door("Xem bản hiện nay", () => location.assign(`${base}/so-sanh`)));
    return false;
  }

  /** Save what is not saved yet. Resolves to whether everything is saved. */
  async function save() {
    clearTimeout(timer);
    while (running) await running;
    if (stopped) return false;
    if (!dirty()) return true;
    running = send();
    try { return await running; } finally { running = null; }
  }

  form.addEventListener("input", () => {
    touched = Date.now();
    warned = false;
    if (stopped) { keepHere(); return; }
    said.textContent = "Chưa lưu";
    clearTimeout(timer);
    timer = setTimeout(save, QUIET_MS);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await save()) { said.textContent = said.textContent.startsWith("Đã lưu") ? said.textContent : "Đã lưu, không có gì mới"; toProblems(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); else beat(); });
  addEventListener("pagehide", () => {
    if (dirty()) keepHere();
    navigator.sendBeacon(`${base}/dang-mo`, new URLSearchParams({ trang: page, roi: "1", csrf: token() }));
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.getAttribute("href").startsWith("#")) return;
    if (warned || (!dirty() && !running)) return;
    event.preventDefault();
    warned = true; // a second click leaves: what is written stays on this device
    if (await save()) location.assign(link.href);
  });

  // What another visit could not send.
  const typed = (pairs) => JSON.stringify(pairs.filter(([name]) => !name.startsWith("_") || ["_note", "_public_note", "_effective_from"].includes(name)));
  function leftBehind() {
    const found = [];
    const settled = /[?&]xong=da-(gop|luu-nhap)/.test(location.search); // it has just been sent by this very page
    try {
      for (const name of Object.keys(localStorage)) {
        if (!name.startsWith(keyStart) || name === key) continue;
        if (settled) { localStorage.removeItem(name); continue; }
        const kept = JSON.parse(localStorage.getItem(name));
        const own = typed(kept.pairs), here = typed(entries());
        if (own === here) localStorage.removeItem(name);
        else if (Date.now() - kept.at > 5_000) found.push([name, kept]);
      }
    } catch { /* private, or not ours */ }
    return found;
  }
  for (const [name, kept] of leftBehind().slice(-1)) {
    const forget = () => { try { localStorage.removeItem(name); } catch { /* private */ } banner.hidden = true; };
    const sendIt = () => {
      const again = Object.assign(document.createElement("form"), { method: "post", action: base, enctype: "multipart/form-data", hidden: true });
      for (const [field, value] of [["csrf", token()], ...kept.pairs]) {
        again.append(Object.assign(document.createElement("textarea"), { name: field, value }));
      }
      document.body.append(again);
      forget();
      again.submit();
    };
    tell(`Máy này còn phần viết lúc ${kept.clock} chưa gửi được.`, door("Gửi phần đó", sendIt), door("Bỏ phần đó", forget, true));
  }

  // Who else has it open, and whether they wrote it.
  const others = document.getElementById("viewers");
  async function beat() {
    if (document.hidden) return;
    const began = Date.now();
    const body = new URLSearchParams({ trang: page, dang_viet: Date.now() - touched < WRITING_MS ? "1" : "0" });
    let answer;
    try {
      const response = await fetch(`${base}/dang-mo`, { method: "POST", body, headers: { "X-CSRF-Token": token() } });
      if (!response.ok) return;
      answer = await response.json();
    } catch { return; }
    const names = answer.viewers.map((one) => (one.myself ? "anh/chị, ở trang khác" : one.name) + (one.writing ? " (đang viết)" : ""));
    const line = names.length ? `Đang mở cùng: ${names.join(", ")}` : "";
    if (others.textContent !== line) others.textContent = line;
    others.hidden = !line;
    const newer = answer.revision > Number(form.elements._revision.value);
    if (newer && !running && savedAt < began && !stopped && !dirty()) {
      tell(`${answer.writer || "Người khác"} vừa lưu bản mới lúc ${answer.at}.`, door("Tải bản mới", () => location.reload()));
    }
  }
  beat();
  setInterval(beat, BEAT_MS);

  // The card beside the form, on a laptop.
  const preview = document.getElementById("preview");
  const wide = matchMedia("(min-width: 1200px)");
  function drawPreview() {
    if (!wide.matches || !preview) return;
    try { preview.contentWindow.location.replace(preview.dataset.src); } catch { preview.src = preview.dataset.src; }
  }
  wide.addEventListener("change", drawPreview);
  drawPreview();
}
