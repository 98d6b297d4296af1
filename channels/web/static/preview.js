// Replies that were never sent, drawn as the chat draws them. Nothing here talks to the server.

import { cardOf, quickReplies } from "./card.js";
import { el } from "./dom.js";

const log = document.getElementById("log");
const context = { ratings: { node: () => el("span") }, say: () => {} };

for (const message of JSON.parse(log.dataset.messages)) {
  const node = el("div", { class: "message theirs" }, el("span", { class: "hidden" }, "Một Cửa: "), cardOf(message, context));
  const quicks = quickReplies(message.reply, () => {});
  if (quicks) node.append(quicks);
  log.append(node);
}
