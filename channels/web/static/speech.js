// Dictation, where the browser has it. What is heard goes into the box; the citizen reads it and sends it.

const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
const TROUBLE = {
  "not-allowed": "Trình duyệt chưa cho dùng micrô. Anh/chị cho phép micrô của trang này, hoặc gõ câu hỏi.",
  "service-not-allowed": "Trình duyệt này chưa nhận giọng nói được. Anh/chị gõ câu hỏi giúp nhé.",
  "audio-capture": "Không tìm thấy micrô. Anh/chị gõ câu hỏi giúp nhé.",
  network: "Nhận giọng nói cần có mạng. Anh/chị thử lại sau, hoặc gõ câu hỏi.",
  "no-speech": "Chưa nghe thấy gì. Anh/chị bấm nút micrô rồi nói lại nhé.",
};

/** Make `button` dictate into `box`; `say(words, warn)` tells what goes on, `changed()` that the text grew. */
export function dictation({ button, box, say, changed }) {
  if (!Recognition) return;
  button.hidden = false;
  let running = null;
  let before = "";

  const end = () => {
    running = null;
    button.setAttribute("aria-pressed", "false");
  };

  function begin() {
    before = box.value && !/\s$/.test(box.value) ? `${box.value} ` : box.value;
    running = new Recognition();
    running.lang = "vi-VN";
    running.interimResults = true;
    running.onresult = (event) => {
      box.value = before + Array.from(event.results, (result) => result[0].transcript).join("").trim();
      changed();
    };
    running.onerror = (event) => event.error !== "aborted" && say(TROUBLE[event.error] || TROUBLE["service-not-allowed"], true);
    running.onend = () => {
      if (button.getAttribute("aria-pressed") === "true" && box.value !== before) say("");
      end();
      box.focus();
    };
    button.setAttribute("aria-pressed", "true");
    say("Đang nghe… Anh/chị nói xong thì bấm nút micrô lần nữa.");
    running.start();
  }

  button.addEventListener("click", () => (running ? running.stop() : begin()));
}
