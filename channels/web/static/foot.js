// Under a card: where the answer comes from, and the way to paper.

import { el, link, linked } from "./dom.js";

/** The foot of a card; null when the reply has neither a source nor a list to print. */
export function footOf(reply) {
  const lines = sourceLines(reply.sources || []);
  const printable = reply.card?.sections?.some((section) => section.kind === "checklist");
  if (!lines.length && !printable) return null;
  const node = el("div", { class: `sources foot${printable ? " printable" : ""}` }, el("div", {}, lines));
  if (printable) node.append(printButton());
  return node;
}

/** One line, of the first source: that of what was asked. A doubt is told on a line of its own. */
function sourceLines([source]) {
  if (!source) return [];
  const decision = source.decision && (/^QĐ|^Quyết định/.test(source.decision) ? source.decision : `QĐ ${source.decision}`);
  const [year, month] = source.checked_on.split("-");
  const known = [source.code, decision, `kiểm tra ${month}/${year}`].filter(Boolean).join(", ");
  const line = el("p", {}, linked(`Nguồn: ${known}`), source.url ? " · " : null, source.url ? link(source.url, "Xem trên Cổng") : null);
  const doubt = source.note && source.note[0].toUpperCase() + source.note.slice(1);
  return [line, doubt ? el("p", { class: "doubt" }, linked(doubt)) : null];
}

function printButton() {
  const button = el("button", { type: "button", class: "print-one" }, "In danh sách");
  button.addEventListener("click", () => {
    const message = button.closest(".message");
    message.classList.add("printing");
    document.body.dataset.print = "one";
    window.print();
    delete document.body.dataset.print;
    message.classList.remove("printing");
  });
  return button;
}

// Paper has nothing to unfold: what is folded is open while printing.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const node of folded) node.open = true;
});
addEventListener("afterprint", () => {
  for (const node of folded) node.open = false;
});
