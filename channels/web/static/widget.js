// Một Cửa on another site: a button at the edge of the page, and the chat in a panel when it is pressed.
//
//   <script src="https://…/widget.js" data-noi="00004" async></script>
//
// data-noi: code of the ward; data-thu-tuc: code of a procedure to open; data-nhan: words of the button;
// data-ben="trai": at the left edge. Everything is in a shadow tree, so neither side's styles meet, and the
// chat itself is in a frame of ours, where this page cannot read it.
(() => {
  const script = document.currentScript || document.querySelector('script[src$="/widget.js"]');
  if (!script || window.motcua) return;
  window.motcua = true;
  const { noi, thuTuc, nhan = "Hỏi Một Cửa", ben } = script.dataset;
  const site = new URL(script.src).origin;
  const address = new URL("/khung", site);
  if (thuTuc) address.searchParams.set("thu-tuc", thuTuc);
  if (noi) address.searchParams.set("noi", noi);
  const alone = new URL(`/${address.search}`, site).href;
  const edge = ben === "trai" ? "left" : "right";
  const READY_MS = 8000;

  const CSS = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button, a { font: 600 17px/1.5 "Be Vietnam Pro", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    .open { position: fixed; z-index: 2147483000; ${edge}: max(16px, env(safe-area-inset-${edge})); bottom: max(16px, env(safe-area-inset-bottom));
      display: flex; align-items: center; gap: 10px; min-height: 56px; max-width: calc(100vw - 32px); padding: 8px 20px 8px 16px;
      border: 2px solid #fff; border-radius: 30px; background: #0b4f8a; color: #fff; cursor: pointer; box-shadow: 0 3px 14px rgb(0 0 0 / 30%); }
    .open svg { flex: none; width: 30px; height: 30px; }
    .count { min-width: 26px; padding: 0 7px; border-radius: 13px; background: #f2b134; color: #17212b; text-align: center; }
    :focus-visible { outline: 3px solid #f2b134; outline-offset: 2px; box-shadow: 0 0 0 2px #083b68; }
    .panel { position: fixed; z-index: 2147483001; ${edge}: 16px; bottom: 16px; width: 410px; height: min(720px, calc(100vh - 32px));
      height: min(720px, calc(100dvh - 32px)); border: 1px solid #7b8a99; border-radius: 16px; overflow: hidden; background: #fff;
      box-shadow: 0 8px 40px rgb(0 0 0 / 30%); }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .trouble { position: absolute; inset: 0; padding: 24px; background: #fff; color: #17212b;
      font: 17px/1.5 "Be Vietnam Pro", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    .trouble a { color: #0b4f8a; }
    .trouble button { min-height: 44px; padding: 0 18px; border: 2px solid #0b4f8a; border-radius: 22px; background: #fff; color: #0b4f8a; }
    @media (max-width: 480px), (max-height: 480px) {
      .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; }
    }
    @media print { .open, .panel { display: none; } }`;

  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  function drawing() {
    const make = (tag, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      return node;
    };
    const svg = make("svg", { viewBox: "0 0 44 44", "aria-hidden": "true" });
    svg.append(
      make("path", { d: "M9 15h26M12 15v18M32 15v18M7 33h30", fill: "none", stroke: "#fff", "stroke-width": "3", "stroke-linecap": "round" }),
      make("path", { d: "M22 6.500 35 15H9z", fill: "#fff" }),
      make("path", { d: "M17.500 33v-8a4.500 4.500 0 0 1 9 0v8z", fill: "#f2b134" }),
    );
    return svg;
  }

  const host = el("div", { role: "region", "aria-label": "Một Cửa" });
  const root = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet(); // needs no permission of this site's policy, as an element would
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(el("style", {}, CSS));
  }

  const count = el("span", { class: "count" });
  count.hidden = true;
  const button = el("button", { type: "button", class: "open", "aria-haspopup": "dialog", "aria-expanded": "false" }, drawing(), el("span", {}, nhan), count);
  const panel = el("div", { class: "panel", role: "dialog", "aria-label": "Một Cửa – trợ lý thủ tục hành chính" });
  panel.hidden = true;
  root.append(button, panel);

  let frame = null;
  let ready = false;

  function open() {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    button.hidden = true;
    button.removeAttribute("aria-label");
    count.hidden = true;
    if (!frame) load();
    else if (ready) greet();
    else frame.focus();
  }

  function greet() {
    frame.focus();
    frame.contentWindow.postMessage({ motcua: "open" }, site);
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    button.hidden = false;
    button.setAttribute("aria-expanded", "false");
    if (ready) frame.contentWindow.postMessage({ motcua: "close" }, site);
    button.focus();
  }

  function load() {
    frame = el("iframe", { src: address.href, title: "Một Cửa – trợ lý thủ tục hành chính", allow: "microphone; clipboard-write; web-share" });
    panel.append(frame);
    frame.focus();
    setTimeout(() => ready || trouble(), READY_MS);
  }

  /** This site's policy, or ours, refuses the frame, or there is no network: the chat has a page of its own. */
  function trouble() {
    const again = el("button", { type: "button" }, "Đóng");
    again.addEventListener("click", () => {
      panel.replaceChildren();
      frame = null; // the next press tries again
      close();
    });
    const link = el("a", { href: alone, target: "_blank", rel: "noopener" }, "Mở Một Cửa ở trang riêng");
    panel.append(el("div", { class: "trouble", role: "alert" }, el("p", {}, "Khung trò chuyện chưa mở được ở đây."), el("p", {}, link), again));
  }

  button.addEventListener("click", open);
  root.addEventListener("keydown", (event) => event.key === "Escape" && close());
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== site) return;
    const { motcua, count: unread } = event.data || {};
    if (motcua === "ready") {
      ready = true;
      panel.querySelector(".trouble")?.remove();
      if (!panel.hidden) greet();
    }
    if (motcua === "close") close();
    if (motcua === "unread" && panel.hidden) {
      count.hidden = false;
      count.replaceChildren(String(Number(unread) || 1));
      button.setAttribute("aria-label", `${nhan}, có ${Number(unread) || 1} tin mới`);
    }
  });
  const place = () => document.body.append(host);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
