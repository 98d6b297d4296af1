// What this browser remembers over a reload, a crash or a closed tab: unsent messages, ticked papers,
// ratings; and what this tab does: the unfinished text. Where it refuses storage: until the tab is reloaded.

const unstored = new Map();
const KEPT = 300;

function read(storage, key) {
  if (unstored.has(key)) return unstored.get(key);
  try {
    return JSON.parse(window[storage].getItem(key));
  } catch {
    return null;
  }
}

function write(storage, key, value) {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, JSON.stringify(value));
    unstored.delete(key);
  } catch {
    unstored.set(key, value); // full or forbidden
  }
}

/** One value under one name. `kept` says, after a `set`, whether a reload will find it. */
function slot(storage, key) {
  return {
    get: () => read(storage, key),
    set: (value) => write(storage, key, value),
    get kept() {
      return !unstored.has(key);
    },
  };
}

export const draft = slot("sessionStorage", "draft");
export const opened = slot("sessionStorage", "opened"); // the link this tab has followed in a frame
export const largeText = slot("localStorage", "large-text");
export const token = slot("localStorage", "token"); // of a frame: its own storage, no other site's

/** Values by name, the oldest forgotten when they are many. */
class Values {
  constructor(key) {
    this.slot = slot("localStorage", key);
  }

  get(name) {
    return (this.slot.get() || {})[name];
  }

  set(name, value) {
    const { [name]: _, ...all } = this.slot.get() || {};
    const kept = Object.entries(all).slice(1 - KEPT);
    this.slot.set(Object.fromEntries(value === undefined ? kept : [...kept, [name, value]]));
  }

  entries() {
    return Object.entries(this.slot.get() || {});
  }

  clear() {
    this.slot.set(null);
  }
}

export const ticks = new Values("ticks");
export const ratings = new Values("ratings");

const QUEUED = "queue.";

/**
 * Messages that the server has not accepted yet, oldest first. Each under a key of its own, so that tabs
 * do not overwrite each other's; what two tabs send twice, the server takes once.
 */
export class Queue {
  #items = stored().map((key) => read("localStorage", key)).filter((item) => item?.client_id)
    .sort((one, other) => (one.at < other.at ? -1 : 1));

  get items() {
    return this.#items;
  }

  add(frame) {
    const item = { ...frame, client_id: newId(), at: new Date().toISOString() };
    this.#items.push(item);
    write("localStorage", QUEUED + item.client_id, item);
    return item;
  }

  /** Take a message out. */
  remove(clientId) {
    this.#items = this.#items.filter((item) => item.client_id !== clientId);
    write("localStorage", QUEUED + clientId, null);
  }

  /** Mark a message that the server refuses for good, or that is to be tried again. */
  setFailed(clientId, failed) {
    const found = this.#items.find((item) => item.client_id === clientId);
    if (!found) return;
    found.failed = failed;
    write("localStorage", QUEUED + clientId, found);
  }
}

function stored() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(QUEUED));
  } catch {
    return [];
  }
}

function newId() {
  // randomUUID exists on https pages only
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
