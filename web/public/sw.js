// The service worker: shows what is pushed to this browser, and opens what it is about. It keeps nothing and answers no request of a
// page: pages come from the server, always. What it shows came sealed from our own server, and is treated as text all the same.

const FALLBACK = { title: "Lockstep", body: "", url: "/", tag: "lockstep" };

/** What was pushed; a browser wants something to be shown, whatever came. */
function told(data) {
  try {
    const said = data?.json();
    return typeof said?.title === "string" ? { ...FALLBACK, ...said } : FALLBACK;
  } catch {
    return FALLBACK;
  }
}

/** An address of this server, or its front page. */
function inside(url) {
  try {
    const place = new URL(url, self.location.origin);
    return place.origin === self.location.origin ? place.pathname + place.search + place.hash : "/";
  } catch {
    return "/";
  }
}

async function show(said) {
  const { title, body, url, badge, id } = said;
  const tag = String(said.tag) || FALLBACK.tag;
  const before = await self.registration.getNotifications({ tag });
  // A second copy of one message changes nothing and rings nobody.
  if (id && before.some((each) => each.data?.id === id)) return;
  const options = { body: String(body), tag, icon: "/icon.svg", data: { url: inside(url), id } };
  // What takes the place of another one is news, too.
  await self.registration.showNotification(title, { ...options, renotify: before.length > 0 });
  if (Number.isInteger(badge)) await (badge > 0 ? self.navigator.setAppBadge?.(badge) : self.navigator.clearAppBadge?.())?.catch(() => undefined);
}

/** In a window that is open already, without loading it again; else in a new one. */
async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = windows.find((each) => each.focused) ?? windows.find((each) => each.visibilityState === "visible") ?? windows[0];
  if (!shown) return self.clients.openWindow(url);
  shown.postMessage({ kind: "open", url });
  return shown.focus().catch(() => undefined);
}

// A new version takes over at once: nothing is kept that an older page could miss.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(told(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(inside(event.notification.data?.url ?? "/")));
});
