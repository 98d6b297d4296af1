// Pages about a change: the trial's chat, the progress of a check, lists that send themselves.

import { refill, token } from "./fragments.js";

const PROGRESS_MS = 1500;

const form = document.getElementById("trial-form");
const log = document.getElementById("trial-log");

async function ask(submitter) {
  const sent = new FormData(form, submitter);
  const text = form.elements.text;
  if (!sent.get("press") && !sent.get("text").trim()) return text.focus();
  form.classList.add("busy");
  const place = document.createElement("div");
  const done = await refill(place, form.action, { method: "POST", body: sent, headers: { "X-CSRF-Token": token() } });
  form.classList.remove("busy");
  if (!done) {
    place.textContent = "Chưa gửi được câu hỏi. Anh/chị xem lại mạng rồi hỏi lại.";
    place.className = "notice problem";
    log.append(place);
    return undefined;
  }
  const turn = place.querySelector(".trial-turn");
  log.querySelectorAll(".quicks").forEach((node) => node.remove()); // as in the chat: only the newest can be pressed
  log.append(...place.childNodes);
  form.elements.memory.value = turn.dataset.memory;
  form.elements.offered.value = turn.dataset.offered;
  text.value = "";
  turn.scrollIntoView({ block: "nearest" });
  return text.focus();
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(event.submitter);
});

for (const list of document.querySelectorAll("select[data-send]")) {
  list.addEventListener("change", () => list.form.requestSubmit());
}

const result = document.getElementById("check-result");

async function follow() {
  if (!result?.querySelector("[data-running]")) return;
  if (!document.hidden) await refill(result, result.dataset.part);
  setTimeout(follow, PROGRESS_MS);
}

setTimeout(follow, PROGRESS_MS);

document.getElementById("print")?.addEventListener("click", () => print());
