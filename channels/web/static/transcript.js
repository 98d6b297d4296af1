// The log: every message once, in the order of their ids, what is still unsent at the end.

import { cardOf, quickReplies } from "./card.js";
import { dateOf, dayName, el, icon, timeNode } from "./dom.js";

const STATES = { waiting: "Chờ có mạng để gửi…", sending: "Đang gửi…", failed: "Chưa gửi được." };
const TYPISTS = { bot: "Một Cửa đang trả lời…", staff: "Cán bộ đang soạn câu trả lời…" };
const PERSON = "M12 4.500a3.500 3.500 0 1 0 .01 0M5 20c.6-4.300 3.300-6.500 7-6.500s6.400 2.200 7 6.500";
const NEAR_PX = 120;

export class Transcript {
  #byId = new Map();
  #byClientId = new Map();
  #seen = 0;
  #turn = null;

  /** `press(button)` and `resend(clientId)` are what buttons do; `context` is what the feet of cards need. */
  constructor({ log, scroller, typing, newer, press, resend, context }) {
    Object.assign(this, { log, scroller, typing, newer, press, resend, context });
    newer.addEventListener("click", () => this.#scrollToEnd());
    scroller.addEventListener("scroll", () => this.#nearEnd() && (newer.hidden = true), { passive: true });
  }

  /** The newest message read from the server. One of ours that is only accepted does not count: what
   *  was said before it may not have come yet. */
  get lastId() {
    return this.#seen;
  }

  get empty() {
    return !this.log.querySelector(".message");
  }

  /** Take out a message that the server will never take. */
  drop(clientId) {
    this.#byClientId.get(clientId)?.remove();
    this.#byClientId.delete(clientId);
    this.#offerButtons();
  }

  /** Forget what belongs to another session, or was erased; what is unsent stays. */
  clear() {
    for (const node of this.#byId.values()) node.remove();
    this.log.querySelectorAll(".day").forEach((node) => node.remove());
    this.#byId.clear();
    this.#seen = 0;
  }

  /** What a welcome holds: the transcript after loading the page, or what was missed since. */
  addAll(messages) {
    if (this.#seen || !messages.length) return messages.forEach((message) => this.add(message));
    this.log.setAttribute("aria-live", "off"); // nobody wants the whole transcript read out
    for (const message of messages) this.#put(message);
    setTimeout(() => this.log.setAttribute("aria-live", "polite"), 500);
    this.#offerButtons();
    this.#scrollToEnd();
  }

  /** One message; one that is here already changes nothing. */
  add(message) {
    const follow = this.#nearEnd() || (message.turn && message.turn === this.#turn);
    const isNew = !this.#byId.has(message.id);
    this.#put(message);
    this.#offerButtons();
    if (!isNew || message.author === "citizen") return;
    this.setTyping(null);
    this.#turn = message.turn;
    if (follow) this.#scrollToAnswer(message);
    else this.newer.hidden = false;
  }

  /** A message of the queue, at the end. */
  addUnsent(item) {
    const node = this.#mine(item.text ?? item.title, item.at);
    this.#byClientId.set(item.client_id, node);
    this.log.append(node);
    this.setState(item.client_id, item.failed ? "failed" : "waiting");
    this.#offerButtons();
    this.#scrollToEnd();
  }

  /** What the line under an unsent message says: waiting, sending, failed. */
  setState(clientId, state) {
    const node = this.#byClientId.get(clientId);
    if (!node || node.dataset.id) return;
    node.classList.toggle("waiting", state !== "failed");
    node.classList.toggle("failed", state === "failed");
    const meta = node.querySelector(".meta");
    meta.replaceChildren(STATES[state]);
    if (state !== "failed") return;
    const again = el("button", { type: "button" }, "Gửi lại");
    again.addEventListener("click", () => this.resend(clientId));
    meta.append(" ", again);
  }

  /** The server has a message of ours under this id. */
  accepted(clientId, id) {
    const node = this.#byClientId.get(clientId);
    if (!node || node.dataset.id) return;
    node.classList.remove("waiting", "failed");
    node.querySelector(".meta").replaceChildren("Đã nhận ✓ ", timeNode(node.dataset.at));
    this.#place(node, id);
  }

  /** Whether a person of the desk spoke last, or one was promised. */
  get withPerson() {
    const last = [...this.log.querySelectorAll(".theirs")].at(-1);
    return Boolean(last?.matches(".staff, :has(.attention)"));
  }

  /** Whether somebody ("bot" or "staff") is at an answer. */
  setTyping(who) {
    const follow = this.#nearEnd();
    const on = Boolean(who);
    this.typing.hidden = !on;
    if (on) this.typing.querySelector(".typist").textContent = TYPISTS[who] || TYPISTS.bot;
    clearTimeout(this.typingTimer);
    if (on) this.typingTimer = setTimeout(() => this.setTyping(null), 30000);
    if (on && follow) this.#scrollToEnd();
  }

  #put(message) {
    this.#seen = Math.max(this.#seen, message.id);
    if (message.client_id) this.accepted(message.client_id, message.id);
    const known = this.#byId.get(message.id);
    if (known) {
      const bubble = known.querySelector(".bubble");
      if (bubble) bubble.textContent = message.text; // as it is stored: personal numbers masked
      return;
    }
    const node = message.author === "citizen" ? this.#mine(message.text, message.at) : this.#theirs(message);
    if (message.client_id) this.#byClientId.set(message.client_id, node);
    this.#place(node, message.id);
  }

  #mine(text, at) {
    const node = el("div", { class: "message mine", "data-at": at });
    node.append(el("span", { class: "hidden" }, "Anh/chị: "), el("div", { class: "bubble" }, text));
    node.append(el("span", { class: "meta" }, timeNode(at)));
    return node;
  }

  #theirs(message) {
    const staff = message.author === "staff";
    const from = el("span", { class: staff ? "from" : "hidden" }, staff ? icon(PERSON) : null, staff ? "Cán bộ" : "Một Cửa: ");
    const node = el("div", { class: `message theirs${staff ? " staff" : ""}`, "data-at": message.at }, from);
    try {
      node.append(cardOf(message, this.context));
    } catch (error) {
      console.error(error);
      node.append(el("article", { class: "card" }, el("p", {}, message.text))); // the text is always complete
    }
    node.append(el("span", { class: "meta" }, timeNode(message.at)));
    node.reply = message.reply;
    return node;
  }

  /** Put a node where its id belongs, and the day before it when it is the first of a day. */
  #place(node, id) {
    node.dataset.id = id;
    this.#byId.set(id, node);
    const nodes = [...this.log.querySelectorAll(".message")].filter((other) => other !== node);
    const next = nodes.find((other) => !other.dataset.id || Number(other.dataset.id) > id);
    if (node.nextElementSibling !== (next ?? null) || !node.isConnected) this.log.insertBefore(node, next ?? null);
    const date = dateOf(node.dataset.at);
    if (!this.log.querySelector(`.day[data-date="${date}"]`)) {
      node.before(el("p", { class: "day", "data-date": date, title: date }, dayName(node.dataset.at)));
    }
  }

  /** Only what was said after the citizen's last message can be pressed; links stay. */
  #offerButtons() {
    const nodes = [...this.log.querySelectorAll(".message")];
    const newest = nodes.map((node) => node.classList.contains("mine")).lastIndexOf(true) + 1;
    nodes.forEach((node, index) => {
      const shown = node.querySelector(".quicks");
      if (index < newest) shown?.remove();
      else if (!shown && node.reply) {
        const quicks = quickReplies(node.reply, this.press);
        if (quicks) node.append(quicks);
      }
    });
  }

  #nearEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR_PX;
  }

  #scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newer.hidden = true;
  }

  /** A long answer is read from its start: the question stays in sight above it. */
  #scrollToAnswer(message) {
    const node = this.#byId.get(message.turn) || this.#byId.get(message.id);
    const top = node.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
    this.scroller.scrollTop += top - 8;
  }
}
