// "Was this answer of use?": stored by the server once for an answer, and changed by choosing again.

import { el } from "./dom.js";
import { ratings } from "./memory.js";

const COMMENT = 500;

/** Rates answers over the connection; what is not stored yet is sent again when it is back. */
export class Ratings {
  #nodes = new Map();

  constructor(send) {
    this.send = send;
  }

  /** The question under the answer `id`, with what else can be done beside it. */
  node(id, beside) {
    const [yes, no] = [["Có", true], ["Chưa", false]].map(([title, useful]) => {
      const button = el("button", { type: "button", class: "choice" }, title);
      button.addEventListener("click", () => this.#choose(id, useful));
      return button;
    });
    const more = el("div", { class: "more" });
    const told = el("p", { class: "told", role: "status" });
    const node = el("div", { class: "rating", role: "group", "aria-label": "Câu trả lời này có ích không?" },
      el("span", { class: "useful" }, "Câu trả lời này có ích không?"), el("span", { class: "choices" }, yes, no), beside, told, more);
    this.#nodes.set(String(id), { yes, no, more, told });
    this.#show(id);
    return node;
  }

  /** The server has stored the rating of answer `id`. */
  stored(id) {
    const rating = ratings.get(id);
    if (rating) ratings.set(id, { ...rating, sent: true });
    this.#tell(id, rating?.comment ? "Cảm ơn anh/chị đã góp ý." : "Cảm ơn anh/chị.");
  }

  /** It cannot be stored. */
  refused(id) {
    ratings.set(id, undefined);
    this.#show(id);
  }

  /** The connection is back. */
  resume() {
    for (const [id, rating] of ratings.entries()) if (!rating.sent) this.#send(id, rating);
  }

  clear() {
    ratings.clear();
    this.#nodes.clear();
  }

  #choose(id, useful) {
    this.#keep(id, { useful, comment: ratings.get(id)?.comment || "" });
    this.#show(id);
    this.#offerComment(id, useful);
  }

  #keep(id, rating) {
    ratings.set(id, rating);
    this.#tell(id, "");
    this.#send(id, rating);
  }

  #send(id, { useful, comment }) {
    this.send({ type: "rate", message: Number(id), useful, ...(comment && { comment }) });
  }

  #show(id) {
    const useful = ratings.get(id)?.useful;
    const { yes, no, more } = this.#nodes.get(String(id));
    yes.setAttribute("aria-pressed", String(useful === true));
    no.setAttribute("aria-pressed", String(useful === false));
    more.replaceChildren();
  }

  #tell(id, words) {
    const told = this.#nodes.get(String(id))?.told;
    if (told) told.textContent = words;
  }

  #offerComment(id, useful) {
    const { more } = this.#nodes.get(String(id));
    const box = el("textarea", { rows: "2", maxlength: String(COMMENT), id: `comment-${id}` });
    box.value = ratings.get(id)?.comment || "";
    const form = el("form", { class: "comment" },
      el("label", { for: box.id }, useful ? "Anh/chị muốn nói thêm? (không bắt buộc)" : "Còn thiếu hay sai chỗ nào ạ? (không bắt buộc)"),
      box, el("p", { class: "hint" }, "Xin đừng ghi số căn cước hay số điện thoại."),
      el("button", { type: "submit", class: "choice" }, "Gửi góp ý"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const comment = box.value.trim();
      const focusBack = this.#nodes.get(String(id))[useful ? "yes" : "no"];
      if (comment) this.#keep(id, { useful, comment });
      more.replaceChildren();
      focusBack.focus();
    });
    more.replaceChildren(form);
  }
}
