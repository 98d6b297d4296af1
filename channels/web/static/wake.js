// "Báo cả khi đã đóng trang": the browser wakes a closed page when there is news of a dossier.

import { el } from "./dom.js";

const WORKER = "/tin-bao.js";
const CANNOT = "Trình duyệt chưa cho báo tin. Tin mới vẫn hiện ở đây khi anh/chị mở lại trang.";

/** Whether this browser can be woken: not in a frame, not on plain http. */
export const canWake = () =>
  "serviceWorker" in navigator && "PushManager" in window && "Notification" in window
  && !document.body.hasAttribute("data-framed") && Notification.permission !== "denied";

/** The button under the answer that says a dossier is followed; `say` tells the reader what came of it. */
export function wakeButton(say) {
  const button = el("button", { type: "button", class: "choice" });
  const show = (on) => {
    button.textContent = on ? "Thôi báo khi đã đóng trang" : "Báo cả khi đã đóng trang";
    button.setAttribute("aria-pressed", String(on));
  };
  show(false);
  current().then((found) => show(Boolean(found)), () => {});
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const on = await toggle();
      show(on);
      say(on ? "Trình duyệt này sẽ báo khi có tin mới về hồ sơ." : "Đã thôi báo ở trình duyệt này.");
    } catch {
      say(CANNOT, true);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

async function current() {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return registration?.pushManager.getSubscription();
}

/** Turn it on or off; whether it is on now. Rejects when the browser or its service refuses. */
async function toggle() {
  const before = await current();
  if (before) {
    await send("/tin-bao/thoi", before);
    await before.unsubscribe();
    return false;
  }
  if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
  const registration = await register();
  await navigator.serviceWorker.ready;
  const { key } = await (await fetch("/tin-bao", { cache: "no-store" })).json();
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  try {
    await send("/tin-bao", made);
  } catch (error) {
    await made.unsubscribe();
    throw error;
  }
  return true;
}

// Our policy lets a script be named only in this one way (trusted types).
const policy = window.trustedTypes?.createPolicy("motcua-worker", { createScriptURL: () => WORKER });
const register = () => navigator.serviceWorker.register(policy ? policy.createScriptURL("") : WORKER);

async function send(address, subscription) {
  const answer = await fetch(address, {
    method: "POST", body: JSON.stringify(subscription), headers: { "Content-Type": "application/json" },
  });
  if (!answer.ok) throw new Error(String(answer.status));
}

function bytes(key) {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
