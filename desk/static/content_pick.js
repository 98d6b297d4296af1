// A field that names a procedure: words are looked up, the one that is chosen puts its code in.

let made = 0;

async function lookUp(words) {
  const response = await fetch(`/ban/thu-tuc/tim?tim=${encodeURIComponent(words)}`);
  return response.ok ? response.json() : [];
}

function picker(box) {
  const input = box.querySelector("input");
  const list = document.createElement("ul");
  Object.assign(list, { className: "picks", hidden: true, id: `picks-${made++}` });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Thủ tục tìm thấy");
  const named = Object.assign(document.createElement("p"), { className: "hint" });
  named.setAttribute("aria-live", "polite");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  input.after(list, named);
  let at = -1;
  let asked = 0;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    input.value = option.dataset.code;
    named.textContent = option.dataset.name;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(asked); // choosing is not asking again
  }

  function light(next) {
    const options = [...list.children];
    at = (next + options.length) % options.length;
    options.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  async function show() {
    const words = input.value.trim();
    const found = words ? await lookUp(words).catch(() => []) : [];
    if (input.value.trim() !== words) return; // typed on meanwhile
    named.textContent = found.find((one) => one.code === words)?.name ?? "";
    if (document.activeElement !== input || found.length === 0 || named.textContent) { close(); return; }
    list.replaceChildren(...found.map(({ code, name }, index) => {
      const option = Object.assign(document.createElement("li"), { id: `${list.id}-${index}`, textContent: `${name} · ${code}` });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      Object.assign(option.dataset, { code, name });
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(option); });
      return option;
    }));
    list.hidden = false;
    at = -1;
    input.setAttribute("aria-expanded", "true");
  }

  input.addEventListener("input", () => { clearTimeout(asked); asked = setTimeout(show, 250); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { if (!list.hidden) { event.preventDefault(); close(); } return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); light(at + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); light(at < 0 ? -1 : at - 1); }
    else if (event.key === "Enter") { event.preventDefault(); choose(list.children[Math.max(at, 0)]); }
  });
  box.dataset.ready = "1";
  if (input.value) show();
}

/** Make every field below `root` that names a procedure look it up. */
export function pickers(root) {
  for (const box of root.querySelectorAll("[data-pick]:not([data-ready])")) picker(box);
}
