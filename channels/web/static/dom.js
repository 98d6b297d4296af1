// Building the page. Text goes in as text, whatever it looks like.

/** An element with properties (`class`, `data-…` and aria as attributes) and children. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** A drawing on a square of 24. */
export function icon(path) {
  const [svg, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** The text with its web addresses and telephone numbers as links, and numbers that no line end tears apart. */
export function linked(text) {
  return text.split(/(https:\/\/[^\s<>"]+[^\s<>".,;:!?)])/).flatMap((part, index) =>
    index % 2 ? link(part, part.replace(/^https:\/\//, "")) : called(part),
  );
}

// The city's line, free and paid lines, Hanoi's land lines, mobiles. Not within a longer number, a date or a
// sum. What stands before is matched and kept: browsers of before 2023 cannot look behind.
const PHONE = new RegExp(
  String.raw`(^|[^\d.,/-])((?:024\.)?1022|1[89]00[ .]?\d{4}(?:[ .]?\d{2})?|024[ .]?\d{4}[ .]?\d{4}`
  + String.raw`|0[35789]\d\d[ .]?\d{3}[ .]?\d{3})(?![\d/-]|[.,]\d|\s*đồng)`,
);

function called(text) {
  return text.split(PHONE).flatMap((part, index) =>
    index % 3 === 2 ? link(`tel:${part === "1022" ? "0241022" : part.replace(/\D/g, "")}`, part) : unbroken(part),
  );
}

const AMOUNT = /(\d|nghìn|triệu|tỷ) (?=(?:đồng|nghìn|triệu|tỷ|phút|giờ|ngày|tháng|năm|tuổi|bản|lần|m²|m2|km|%)(?!\p{L}))/gu;
const NUMBER = /(\d+\/(?:\d{4}\/)?[\p{Lu}\d]+(?:-[\p{Lu}\d]+)+|(?:H\d[\d.]*-)?\d{6}-\d{4,})/u;

/** "8.000 đồng" keeps together by its blank. Numbers of documents and dossiers keep together by their
 *  style: they are copied into searches, so every character has to stay the one it is. */
function unbroken(text) {
  return text.replace(AMOUNT, "$1\u00a0").split(NUMBER).map((part, index) =>
    index % 2 ? el("span", { class: "whole" }, part) : part,
  );
}

/** A link that opens beside the chat; plain text when the address is not one we open. */
export function link(url, title, className) {
  if (!/^(https:\/\/|tel:)/.test(url)) return title;
  const outside = url.startsWith("https:") ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return el("a", { href: url, class: className, ...outside }, title);
}

const zone = { timeZone: "Asia/Ho_Chi_Minh" };
const clock = new Intl.DateTimeFormat("vi-VN", { ...zone, hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { ...zone, day: "2-digit", month: "2-digit", year: "numeric" });

/** dd/MM/yyyy of a moment, in Hanoi. */
export const dateOf = (at) => day.format(new Date(at));

/** dd/MM/yyyy of a calendar date such as 2026-07-01. */
export const dateText = (date) => date.split("-").reverse().join("/");

/** The day as people say it. */
export function dayName(at) {
  const date = dateOf(at);
  if (date === dateOf(Date.now())) return "Hôm nay";
  if (date === dateOf(Date.now() - 86400000)) return "Hôm qua";
  return date;
}

/** HH:mm, with the whole date on hover. */
export function timeNode(at) {
  const text = clock.format(new Date(at));
  return el("time", { datetime: at, title: `${dateOf(at)} ${text}` }, text);
}
