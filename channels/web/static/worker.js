// Woken by the browser's push service when there is news of a dossier. It keeps nothing and fetches nothing.

const NEWS = { title: "Một Cửa", body: "Có tin mới về hồ sơ của anh/chị. Bấm để xem.", tag: "dossier" };

function read(data) {
  try {
    return { ...NEWS, ...data.json() };
  } catch {
    return NEWS;
  }
}

self.addEventListener("push", (event) => {
  const { title, body, tag } = read(event.data);
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang: "vi" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window" });
    const open = pages.find((page) => new URL(page.url).pathname === "/");
    return open ? open.focus() : self.clients.openWindow("/");
  })());
});
