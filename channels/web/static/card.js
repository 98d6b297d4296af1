// A reply as a card.

import { dateText, el, link, linked } from "./dom.js";
import { footOf } from "./foot.js";
import { ticks } from "./memory.js";

const ATTENTION = new Set(["handoff", "no_answer", "error"]);
const CASE = /^Thêm, nếu /; // heading of papers that only some need
const CASES_OPEN = 2;

/** The card of a message of the bot or of a member of staff. */
export function cardOf(message) {
  const reply = message.reply || {};
  const late = reply.dossier?.late_working_days > 0;
  const mood = late ? " late" : ATTENTION.has(reply.kind) || message.author === "staff" ? " attention" : "";
  const node = el("article", { class: `card${mood}${reply.card ? "" : " plain"}` });
  if (reply.card) {
    node.append(el("h2", {}, linked(reply.card.title)));
    if (reply.dossier) node.append(badges(reply.dossier));
    node.append(...sectionsOf(reply.card.sections || [], message.id));
  } else {
    if (reply.dossier) node.append(badges(reply.dossier));
    node.append(...paragraphs(message.text, "text"));
  }
  const foot = footOf(reply);
  if (foot) node.append(foot);
  return node;
}

/** The buttons of a reply; `press(button)` is called for those that are not links. */
export function quickReplies(reply, press) {
  const nodes = (reply.buttons || []).map((button) => {
    if (button.url) return link(button.url, button.title, "quick");
    const node = el("button", { type: "button", class: "quick" }, button.title);
    node.addEventListener("click", () => press(button));
    return node;
  });
  return nodes.length ? el("div", { class: "quicks", role: "group", "aria-label": "Chọn nhanh" }, nodes) : null;
}

function paragraphs(text, className) {
  return text.split(/\n{2,}/).map((part) => el("p", { class: className }, linked(part)));
}

/** The sections in order; the lists for special cases together in one fold where the first of them was. */
function sectionsOf(sections, id) {
  const nodes = sections.map((section, index) => sectionOf(section, `${id}.${index}`));
  const isList = (section) => section.kind === "checklist";
  const isCase = (section) => isList(section) && CASE.test(section.heading || "");
  const cases = nodes.filter((_, index) => isCase(sections[index]));
  if (!cases.length) return nodes;
  const fold = el("details", { class: "cases" }, el("summary", {}, `Trường hợp riêng (${cases.length})`), cases);
  const alone = sections.filter(isList).length === cases.length;
  fold.open = cases.length <= CASES_OPEN || alone || Boolean(fold.querySelector("input:checked"));
  return nodes.flatMap((node) => (node === cases[0] ? [fold] : cases.includes(node) ? [] : [node]));
}

function sectionOf(section, key) {
  const heading = section.heading ? el("h3", {}, linked(section.heading)) : null;
  return el("section", {}, heading, (BODIES[section.kind] || BODIES.points)(section, key, heading));
}

const BODIES = {
  text: (section) => paragraphs(section.text),
  points: (section) => el("ul", {}, (section.items || []).map((item) => el("li", {}, linked(item)))),
  steps: (section) => el("ol", {}, (section.items || []).map((item) => el("li", {}, linked(item)))),
  checklist,
  table,
};

function checklist(section, key, heading) {
  const count = el("span", { class: "count" });
  heading?.append(" ", count);
  const list = el("ul", { class: "checklist" }, section.items.map((item, index) => {
    const box = el("input", { type: "checkbox", checked: ticks.has(`${key}.${index}`) });
    box.addEventListener("change", () => {
      ticks.set(`${key}.${index}`, box.checked);
      recount();
    });
    return el("li", {}, el("label", {}, box, el("span", {}, linked(item))));
  }));
  const recount = () => {
    const done = list.querySelectorAll("input:checked").length;
    count.textContent = done ? `đã có ${done}/${section.items.length}` : "";
  };
  recount();
  return list;
}

function table(section) {
  const head = el("tr", {}, section.columns.map((column) => el("th", { scope: "col" }, linked(column))));
  const rows = section.rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, linked(cell)))));
  return el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": section.heading || "Bảng" },
    el("table", {}, el("thead", {}, head), el("tbody", {}, rows)));
}

function badges(dossier) {
  const days = dossier.late_working_days;
  return el("div", { class: "badges" },
    el("span", { class: "badge" }, dossier.label),
    dossier.due_on ? el("span", { class: "badge" }, `Hẹn trả ${dateText(dossier.due_on)}`) : null,
    days > 0 ? el("span", { class: "badge late" }, `! Trễ ${days} ngày làm việc`) : null);
}
