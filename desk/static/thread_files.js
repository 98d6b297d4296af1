// Files that go with a reply: uploaded when they are chosen, sent by their ids.

import { token } from "./fragments.js";

const MOST = 3;
const base = `/ban/phieu/${document.querySelector(".live").dataset.ticket}/tep`;
const list = document.getElementById("files");
const input = document.getElementById("file");
const button = document.getElementById("attach");
const problem = document.getElementById("reply-problem");
const text = document.getElementById("text");
let going = 0;
let failed = false;
const waiting = [];

function say(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

/** Whether files are still on their way, so that a reply must not leave without them. */
export const uploading = () => going > 0;
/** Wait until no file is on its way; false when one of them did not arrive. */
export async function uploaded() {
  while (going > 0) await new Promise((done) => { waiting.push(done); });
  return !failed;
}
/** Whether anything goes along. */
export const attached = () => list.querySelectorAll("input").length > 0;
/** They are gone with their reply. */
export function clearFiles() { list.replaceChildren(); show(); }

function show() {
  button.disabled = list.children.length >= MOST;
  text.required = !attached() && !uploading();
}

function release() {
  for (const done of waiting.splice(0)) done();
}

async function add(file) {
  if (going === 0) failed = false;
  if (list.children.length >= MOST) { say(`Mỗi lần gửi nhiều nhất ${MOST} tệp.`); return; }
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = `Đang tải ${file.name}…`;
  item.append(name);
  list.append(item);
  show();
  going += 1;
  try {
    const answer = await fetch(base, { method: "POST", body: file, headers: { "X-CSRF-Token": token(), "X-Ten-Tep": encodeURIComponent(file.name) } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.loi);
    const id = document.createElement("input");
    id.type = "hidden";
    id.name = "tep";
    id.value = said.ma;
    const away = document.createElement("button");
    away.type = "button";
    away.className = "quiet";
    away.textContent = "Bỏ";
    away.setAttribute("aria-label", `Bỏ tệp ${said.ten}`);
    away.addEventListener("click", () => {
      item.remove();
      show();
      button.focus();
      fetch(`${base}/${said.ma}/bo`, { method: "POST", headers: { "X-CSRF-Token": token() } }).catch(() => { /* forgotten within a day */ });
    });
    name.textContent = `${said.ten} (${Math.max(1, Math.round(said.co / 1024))} KB)`;
    item.append(id, away);
  } catch (error) {
    item.remove();
    failed = true;
    say(error instanceof TypeError || error instanceof SyntaxError ? "Mất kết nối nên chưa tải được tệp. Anh/chị chọn lại khi có mạng." : error.message);
  } finally {
    going -= 1;
    show();
    release();
  }
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => { say(""); input.click(); });
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    input.value = "";
    if (going === 0) failed = false;
    going += 1; // a reply waits for all that were chosen, also between two of them
    for (const file of chosen) await add(file);
    going -= 1;
    release();
  });
  text.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) { event.preventDefault(); for (const file of files) add(file); }
  });
}
