// Under a card: where the answer comes from, whether it was of use, and what can be done with it.

import { el, link, linked } from "./dom.js";
import { tools } from "./tools.js";
import { canWake, wakeButton } from "./wake.js";

const RATED = new Set(["answer", "office", "status", "no_answer"]);

/**
 * The foot of a card; null when there is nothing to say. `ratings` asks for the reader's opinion, `say`
 * tells what became of a press.
 */
export function footOf(message, { ratings, say }) {
  const reply = message.reply || {};
  const sources = sourceLines(reply.sources || []);
  // What says how the service is ("please wait") answers nothing, and is not asked about.
  const rated = message.author === "bot" && RATED.has(reply.kind) && !reply.of_service && (reply.kind !== "status" || reply.dossier);
  const waking = reply.notice && canWake();
  if (!sources.length && !rated && !waking) return null;
  const node = el("footer", { class: "foot" }, sources.length ? el("div", { class: "sources" }, sources) : null);
  if (waking) node.append(el("p", { class: "waking" }, wakeButton(say)));
  if (!rated) return node;
  const title = reply.card?.title || "Một Cửa trả lời";
  const text = () => [title === "Một Cửa trả lời" ? "" : title, message.text, words(reply)].filter(Boolean).join("\n\n");
  const address = reply.procedure && !reply.dossier ? `${location.origin}/?thu-tuc=${reply.procedure}` : null;
  node.append(ratings.node(message.id, tools({ text, title, address, say })));
  return node;
}

/** One line, of the first source: that of what was asked. A doubt is told on a line of its own. */
function sourceLines([source]) {
  if (!source) return [];
  const line = el("p", {}, linked(known(source)), source.url ? " · " : null, source.url ? link(source.url, "Xem trên Cổng") : null);
  const doubt = source.note && source.note[0].toUpperCase() + source.note.slice(1);
  return [line, doubt ? el("p", { class: "doubt" }, linked(doubt)) : null];
}

function known(source) {
  const decision = source.decision && (/^QĐ|^Quyết định/.test(source.decision) ? source.decision : `QĐ ${source.decision}`);
  const [year, month] = source.checked_on.split("-");
  return `Nguồn: ${[source.code, decision, `kiểm tra ${month}/${year}`].filter(Boolean).join(", ")}`;
}

/** The source for a copied text. */
function words({ sources: [source] = [] }) {
  return source ? [known(source), source.note, source.url].filter(Boolean).join("\n") : "";
}
