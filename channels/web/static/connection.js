// The socket: opened again and again, asks after each opening for what was missed.

import { protocols, renew } from "./frame.js";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15000;
const SYNC_EVERY_MS = 25000;
const ANSWER_WITHIN_MS = 10000;
const TOO_MANY_SOCKETS = 4008;

export class Connection {
  #socket = null;
  #failures = 0;
  #retry = 0;
  #deadline = 0;

  /**
   * `hello()` gives the hello frame, `onFrame(frame)` takes every frame, `onState(online)` is told when
   * the connection comes and goes.
   */
  constructor({ hello, onFrame, onState }) {
    this.hello = hello;
    this.onFrame = onFrame;
    this.onState = onState;
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.#lost(0));
    addEventListener("pageshow", (event) => event.persisted && this.hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
    setInterval(() => document.visibilityState === "visible" && this.sync(), SYNC_EVERY_MS);
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#retry);
    this.#drop();
    const url = new URL("/ws/chat", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, protocols());
    this.#socket = socket;
    this.#expectAnswer();
    socket.onopen = () => socket === this.#socket && this.send(this.hello());
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#answered();
      const frame = JSON.parse(event.data);
      if (frame.type === "welcome") {
        this.#failures = 0;
        this.onState(true);
      }
      this.onFrame(frame);
    };
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
  }

  /** Send a frame that the server answers. Returns false when there is no connection. */
  send(frame) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(frame));
    this.#expectAnswer();
    return true;
  }

  /** Ask for what was missed. */
  sync() {
    if (this.open) this.send(this.hello());
  }

  /** The network or the reader is back: do not wait for the next try. */
  hurry() {
    if (this.open) this.sync();
    else if (this.#socket?.readyState !== WebSocket.CONNECTING) this.connect();
  }

  /** A phone may keep a dead socket for minutes; no answer in time means that it is dead. */
  #expectAnswer() {
    if (!this.#deadline) this.#deadline = setTimeout(() => this.#lost(0), ANSWER_WITHIN_MS);
  }

  #answered() {
    clearTimeout(this.#deadline);
    this.#deadline = 0;
  }

  #drop() {
    this.#answered();
    const old = this.#socket;
    this.#socket = null;
    old?.close();
  }

  #lost(code) {
    this.#drop();
    if (code === TOO_MANY_SOCKETS) return; // the reader was told; coming back to this tab tries again
    this.onState(false);
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures) * (0.5 + Math.random());
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#again(), delay);
  }

  async #again() {
    // Refused twice in a row: perhaps the session ran out.
    if (this.#failures % 3 === 2) await renew().catch(() => {});
    if (!this.#socket) this.connect();
  }
}
