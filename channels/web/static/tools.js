// What can be done with one answer: copy it, print it, pass it on.

import { dateOf, el, icon } from "./dom.js";

const ICONS = {
  copy: "M9 8.5h9.500v11H9zM15 8.500V4.500H5.500v11H9",
  print: "M7 8.500V4h10v4.500M7 17H4.500V8.500h15V17H17M7 14h10v6H7z",
  share: "M12 15V4M8 7.500 12 3.500l4 4M6 11H5v9.500h14V11h-1",
};

/** The buttons under an answer. `text()` gives the answer in words, `address` leads to its procedure. */
export function tools({ text, title, address, say }) {
  const button = (name, label, act) => {
    const node = el("button", { type: "button", class: "tool", "aria-label": label, title: label }, icon(ICONS[name]));
    node.addEventListener("click", () => act(node));
    return node;
  };
  return el("div", { class: "tools", role: "group", "aria-label": "Giữ hoặc gửi câu trả lời" },
    button("copy", "Sao chép", async () => say((await copied(text())) ? "Đã sao chép câu trả lời." : "Trình duyệt chưa cho sao chép.")),
    button("print", "In", printOne),
    button("share", "Gửi cho người khác", () => share(title, text(), address, say)));
}

async function share(title, words, address, say) {
  const shared = { title, text: words, ...(address && { url: address }) };
  if (navigator.share) {
    try {
      return await navigator.share(shared);
    } catch (error) {
      if (error.name === "AbortError") return undefined; // the citizen thought better of it
    }
  }
  const done = await copied(address ? `${words}\n\n${address}` : words);
  return say(done ? "Đã sao chép. Anh/chị dán vào Zalo hay tin nhắn để gửi." : "Trình duyệt chưa cho sao chép.");
}

async function copied(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    // Older browsers and plain http know only the selection.
    const box = el("textarea", { class: "hidden", "aria-hidden": "true", value: words });
    const before = document.activeElement;
    document.body.append(box);
    box.value = words;
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    before?.focus();
    return done;
  }
}

function printOne(button) {
  const message = button.closest(".message");
  message.classList.add("printing");
  document.body.dataset.print = "one";
  window.print(); // a phone comes back at once and prints later
}

// Paper has nothing to unfold, and does not say by itself when it was printed.
let folded = [];
const stamp = el("p", { class: "stamp" });
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const node of folded) node.open = true;
  stamp.textContent = `In từ Một Cửa (${location.host}) ngày ${dateOf(Date.now())}. Quy định có thể thay đổi sau ngày này.`;
  document.getElementById("log").after(stamp);
});
addEventListener("afterprint", () => {
  for (const node of folded) node.open = false;
  stamp.remove();
  delete document.body.dataset.print;
  document.querySelector(".printing")?.classList.remove("printing");
});
