// A reply as a card.

import { dateText, el, icon, link, linked } from "./dom.js";
import { footOf } from "./foot.js";
import { ticks } from "./memory.js";

const ATTENTION = new Set(["handoff", "no_answer", "error"]);
const CASE = /^Thêm, nếu /; // heading of papers that only some need
const CASES_OPEN = 2;

const PIN = "M12 21s6.500-6.200 6.500-11a6.500 6.500 0 0 0-13 0c0 4.800 6.500 11 6.500 11zM12 7.800a2.300 2.300 0 1 0 .01 0";

/** The card of a message of the bot or of a member of staff; `context` is what its foot needs. */
export function cardOf(message, context) {
  const reply = message.reply || {};
  const staff = message.author === "staff";
  const late = reply.dossier?.late_working_days > 0;
  const mood = staff ? " staff" : late ? " late" : ATTENTION.has(reply.kind) ? " attention" : "";
  const node = el("article", { class: `card${mood}${reply.card ? "" : " plain"}` });
  if (reply.card) {
    node.append(el("h2", {}, linked(reply.card.title)));
    if (reply.dossier) node.append(badges(reply.dossier));
    node.append(...sectionsOf(reply.card.sections || [], message.id, reply.dossier));
  } else if (reply.kind === "office") {
    node.classList.add("office");
    node.append(el("h2", {}, icon(PIN), "Nơi tiếp nhận"), ...paragraphs(message.text, "text"));
  } else {
    if (reply.dossier) node.append(badges(reply.dossier));
    node.append(...paragraphs(message.text, "text"));
  }
  if (reply.attachments?.length) node.append(filesOf(reply.attachments));
  const foot = footOf(message, context);
  if (foot) node.append(foot);
  return node;
}

/** Pictures and files that a person sent along. */
function filesOf(attachments) {
  return el("ul", { class: "files" }, attachments.map((file) => {
    const anchor = el("a", { href: `/tep/${file.id}`, target: "_blank", rel: "noopener" });
    if (file.media === "image") anchor.append(el("img", { src: `/tep/${file.id}`, alt: `Ảnh: ${file.name}`, loading: "lazy" }));
    else anchor.append(`📎 ${file.name}`, el("small", {}, ` ${Math.max(1, Math.round(file.size / 1024))} KB`));
    return el("li", {}, anchor);
  }));
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
function sectionsOf(sections, id, dossier) {
  const nodes = sections.map((section, index) => sectionOf(section, `${id}.${index}`, dossier));
  const isList = (section) => section.kind === "checklist";
  const isCase = (section) => isList(section) && CASE.test(section.heading || "");
  const cases = nodes.filter((_, index) => isCase(sections[index]));
  if (!cases.length) return nodes;
  const fold = el("details", { class: "cases" }, el("summary", {}, `Trường hợp riêng (${cases.length})`), cases);
  const alone = sections.filter(isList).length === cases.length;
  fold.open = cases.length <= CASES_OPEN || alone || Boolean(fold.querySelector("input:checked"));
  return nodes.flatMap((node) => (node === cases[0] ? [fold] : cases.includes(node) ? [] : [node]));
}

function sectionOf(section, key, dossier) {
  const heading = section.heading ? el("h3", {}, linked(section.heading)) : null;
  const body = dossier && section.kind === "points" ? timeline : BODIES[section.kind] || BODIES.points;
  return el("section", {}, heading, body(section, key, heading));
}

/** What happened to a dossier, oldest first; each point says "day: what". */
function timeline(section) {
  return el("ol", { class: "timeline" }, (section.items || []).map((item) => {
    const [, day, what] = /^(\d\d\/\d\d\/\d{4}): (.*)$/s.exec(item) || [null, "", item];
    const said = what[0].toUpperCase() + what.slice(1);
    return el("li", {}, el("span", {}, linked(said)), day ? el("time", {}, day) : null);
  }));
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
    const box = el("input", { type: "checkbox", checked: Boolean(ticks.get(`${key}.${index}`)) });
    box.addEventListener("change", () => {
      ticks.set(`${key}.${index}`, box.checked ? 1 : undefined);
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
