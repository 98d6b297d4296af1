// The form of a change: rows that are added, moved and removed; the names of cases; where something is wrong.

import { pickers } from "./content_pick.js";
import { keepSaving } from "./content_save.js";

const form = document.getElementById("form");
let made = 0;

/** Put `id` in the place of `mark` in every attribute below `node`, in templates too. */
function number(node, mark, id) {
  for (const one of node.querySelectorAll("*")) {
    for (const attribute of one.attributes) {
      if (attribute.value.includes(mark)) attribute.value = attribute.value.replaceAll(mark, id);
    }
    if (one.localName === "template") number(one.content, mark, id);
  }
}

const firstField = (item) => item.querySelector("input:not([type=hidden]), select, textarea");

function add(button) {
  const box = button.closest(".list");
  const template = box.querySelector(":scope > template");
  const row = template.content.cloneNode(true);
  number(row, template.dataset.mark, `n${Date.now().toString(36)}${made++}`);
  const item = row.firstElementChild;
  box.querySelector(":scope > ol").append(row);
  item.querySelector("details").open = true;
  pickers(item);
  drawCases();
  firstField(item)?.focus();
}

function move(button) {
  const item = button.closest("li.item");
  const list = item.parentElement;
  const where = button.dataset.move;
  if (where === "drop") {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (next?.querySelector("summary") ?? list.parentElement.querySelector(":scope > .add")).focus();
    drawCases();
    return;
  }
  const other = where === "up" ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (where === "up") other.before(item); else other.after(item);
  button.focus();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=_op]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.move) move(button); else add(button);
  form.dispatchEvent(new Event("input"));
});

// A row is called what its first text says.
form.addEventListener("input", (event) => {
  const item = event.target.closest?.("li.item");
  if (!item) return;
  const text = [...item.querySelectorAll("input:not([type]), textarea")].find((one) => one.closest("li.item") === item);
  const title = item.querySelector("summary .title");
  if (text === event.target && text.value.trim()) title.textContent = text.value.trim().split("\n")[0].slice(0, 70);
});

// Cases: a name is made from the words once; whoever asks "only when" is shown the cases there are.
const cases = form.querySelector('[data-list="cases"]');

function slug(text, taken) {
  const plain = text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const base = (plain.match(/[a-z0-9]+/g) ?? ["truong", "hop"]).slice(0, 5).join("-");
  let found = base;
  for (let count = 2; taken.has(found); count++) found = `${base}-${count}`;
  return found;
}

function drawCases() {
  if (!cases) return;
  const known = new Map();
  for (const item of cases.children) {
    const key = item.querySelector("[data-key]");
    const words = item.querySelector("input:not([type=hidden])").value.trim();
    if (!words) continue;
    if (!key.value) key.value = slug(words, new Set([...cases.querySelectorAll("[data-key]")].map((one) => one.value)));
    known.set(key.value, words);
  }
  for (const box of form.querySelectorAll("[data-cases]")) {
    const shown = new Map([...box.querySelectorAll("input")].map((input) => [input.value, input]));
    for (const [name, input] of shown) {
      if (known.has(name)) input.nextElementSibling.textContent = known.get(name);
      else if (!input.checked) input.closest("label").remove();
    }
    for (const [name, words] of known) if (!shown.has(name)) box.append(tick(box.dataset.cases, name, words));
    box.querySelector("p")?.toggleAttribute("hidden", known.size > 0);
  }
}

function tick(name, value, words) {
  const label = document.createElement("label");
  label.className = "choice";
  const input = Object.assign(document.createElement("input"), { type: "checkbox", name, value });
  label.append(input, Object.assign(document.createElement("span"), { textContent: words }));
  return label;
}
cases?.addEventListener("change", drawCases);

// What is wrong, beside its field and above them all.
const wrongs = document.getElementById("wrongs");

function field(name) {
  return document.getElementById(`f-${name}`);
}

function showProblems(problems) {
  for (const place of form.querySelectorAll("p.wrong")) { place.textContent = ""; place.hidden = true; }
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const lines = problems.map(({ name, label, said }) => {
    const place = name && document.getElementById(`p-${name}`);
    if (place) {
      place.textContent = place.textContent ? `${place.textContent}; ${said}` : said;
      place.hidden = false;
      field(name)?.setAttribute("aria-invalid", "true");
    }
    const line = document.createElement("li");
    const text = label ? `${label}: ${said}` : said;
    if (place) line.append(Object.assign(document.createElement("a"), { href: `#f-${name}`, textContent: text }));
    else line.textContent = text;
    return line;
  });
  wrongs.querySelector("ul").replaceChildren(...lines);
  wrongs.hidden = lines.length === 0;
}

function goTo(name) {
  const found = field(name);
  if (!found) return false;
  for (let one = found.parentElement; one; one = one.parentElement) if (one.localName === "details") one.open = true;
  found.scrollIntoView({ block: "center" });
  const inner = found.matches("input, select, textarea, details, [tabindex]") ? found : firstField(found);
  (found.localName === "li" ? found.querySelector("summary") : inner)?.focus({ preventScroll: true });
  return true;
}
wrongs.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link && goTo(decodeURIComponent(link.hash).slice(3))) event.preventDefault();
});
if (location.hash.startsWith("#f-")) goTo(decodeURIComponent(location.hash).slice(3));

pickers(form);
keepSaving(form, { showProblems, toProblems: () => { if (!wrongs.hidden) wrongs.focus(); } });
