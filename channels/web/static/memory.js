// What this tab remembers over a reload: unsent messages, ticked papers, the unfinished text.
// Where the browser refuses storage, it remembers until the tab is reloaded.

const unstored = new Map();

function read(key) {
  if (unstored.has(key)) return unstored.get(key);
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    unstored.delete(key);
  } catch {
    unstored.set(key, value); // full or forbidden
  }
}

export const draft = {
  get: () => read("draft") || "",
  set: (text) => write("draft", text),
};

export const ticks = {
  has: (key) => Boolean((read("ticks") || {})[key]),
  set(key, on) {
    const all = read("ticks") || {};
    if (on) all[key] = 1;
    else delete all[key];
    write("ticks", all);
  },
};

/** Messages that the server has not accepted yet, oldest first. */
export class Queue {
  #items = read("queue") || [];

  get items() {
    return this.#items;
  }

  add(frame) {
    const item = { ...frame, client_id: newId(), at: new Date().toISOString() };
    this.#items.push(item);
    this.#save();
    return item;
  }

  /** Take a message out; returns it, or undefined when it is not here. */
  remove(clientId) {
    const found = this.#items.find((item) => item.client_id === clientId);
    this.#items = this.#items.filter((item) => item !== found);
    this.#save();
    return found;
  }

  /** Mark a message that the server refuses for good, or that is to be tried again. */
  setFailed(clientId, failed) {
    const found = this.#items.find((item) => item.client_id === clientId);
    if (found) found.failed = failed;
    this.#save();
    return found;
  }

  #save() {
    write("queue", this.#items);
  }
}

function newId() {
  // randomUUID exists on https pages only
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
