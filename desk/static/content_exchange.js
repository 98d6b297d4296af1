// A file is looked at first, then imported: the same file is sent twice, nothing of it is kept between.

import { refill } from "./fragments.js";

const form = document.getElementById("upload");
const input = document.getElementById("tep");
const result = document.getElementById("result");
const chosen = document.getElementById("ten-tep");
const look = form.querySelector("button");

function say(words, kind = "notice") {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = words;
  result.replaceChildren(line);
}

async function send(where, waiting) {
  const file = input.files[0];
  if (!file) { say("Anh/chị chọn tệp trước nhé.", "notice problem"); input.focus(); return; }
  say(waiting);
  look.disabled = input.disabled = true;
  try {
    const options = { method: "POST", body: file, headers: { "X-Ten-Tep": encodeURIComponent(file.name) } };
    if (!await refill(result, `/ban/nhap-xuat/${where}`, options)) {
      say("Chưa gửi được tệp. Anh/chị kiểm tra mạng, chọn lại tệp nếu vừa sửa, rồi thử lại.", "notice problem");
    }
  } finally {
    look.disabled = input.disabled = false;
  }
  document.getElementById("import")?.addEventListener("click", () => send("nhap", "Đang nhập, xin đợi…"));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send("thu", "Đang đọc tệp, xin đợi…");
});
input.addEventListener("change", () => {
  result.replaceChildren();
  chosen.textContent = input.files[0]?.name ?? "Chưa chọn tệp nào";
});
