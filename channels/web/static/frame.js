// The chat in a frame on another site: its session, and the few words it has with the page around it.

import { token } from "./memory.js";

const PROTOCOL = "motcua-khung";

/** Whether this page is the one for frames. */
export const framed = document.body.hasAttribute("data-framed");
const inside = framed && parent !== window;

/** What a socket offers to say who it is; nothing on a page of its own, which has its cookie. */
export const protocols = () => (framed ? [PROTOCOL, ...(token.get() ? [token.get()] : [])] : []);

/** Fetch the session anew: the same one when it is still good. Rejects when there is no network. */
export async function renew() {
  if (!framed) return fetch("/", { cache: "no-store" });
  const shown = token.get();
  const answer = await fetch("/khung/phien", { cache: "no-store", headers: shown ? { "Motcua-Token": shown } : {} });
  const given = answer.headers.get("Motcua-Token");
  if (given) token.set(given);
  return answer;
}

/** Tell the page around us. Only sites that we allow can hold this frame (frame-ancestors), and no word
 *  of a citizen goes out. */
export function tell(what, count) {
  if (inside) parent.postMessage({ motcua: what, ...(count && { count }) }, "*");
}

/** Call `on.open` and `on.close` when the page around us opens or closes the panel. */
export function listen(on) {
  if (!inside) return;
  const allowed = (document.querySelector('meta[name="motcua-embedders"]')?.content || "").split(" ");
  addEventListener("message", (event) => {
    if (event.source !== parent || !allowed.some((site) => covers(site, event.origin))) return;
    on[event.data?.motcua]?.();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) tell("close");
  });
}

function covers(site, origin) {
  const [scheme, host] = site.split("://");
  if (!host?.startsWith("*.")) return normal(site) === origin;
  const asked = new URL(origin);
  const any = new URL(`${scheme}://x${host.slice(1)}`);
  return asked.protocol === any.protocol && asked.port === any.port && asked.hostname.endsWith(any.hostname.slice(1));
}

function normal(site) {
  try {
    return new URL(site).origin; // without a port that goes without saying
  } catch {
    return null;
  }
}
