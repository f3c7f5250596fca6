// Notifications while no page is open: turned on from a click, taken back, shown by the service worker, opened where they lead to; and what is
// said where a browser may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, DESKTOP, PASSWORD, PHONE, Server, launch, person, until } from "./support.mjs";

let server;
let browser;
/** What it decides holds for as long as it is open. */
let whole;
before(async () => {
  server = await new Server().start();
  browser = await launch();
  whole = await browser.newBrowserCDPSession();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const section = (page) => page.getByRole("region", { name: "Notifications on devices" });
const devices = async (someone) => (await someone.call("GET", "/me/devices")).items;

/** The browser's question is answered before it is asked; `prompt`: it was not yet. */
async function decide(page, setting) {
  const of_page = await page.context().newCDPSession(page);
  const { targetInfo } = await of_page.send("Target.getTargetInfo");
  await of_page.detach();
  await whole.send("Browser.setPermission", { permission: { name: "notifications" }, setting, origin: server.url, browserContextId: targetInfo.browserContextId });
}

/** The maker's service cannot be reached here: a subscription as it would give it, with real keys, that stays over a reload. */
async function subscribes(page) {
  await page.addInitScript(() => {
    const KEPT = "test.subscription";
    const text = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const bytes = (held) => Uint8Array.from(atob(held.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const made = () => {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
      return kept && {
        endpoint: kept.endpoint,
        options: { applicationServerKey: bytes(kept.key).buffer },
        toJSON: () => ({ endpoint: kept.endpoint, keys: kept.keys }),
        unsubscribe: async () => {
          localStorage.removeItem(KEPT);
          return true;
        },
      };
    };
    PushManager.prototype.getSubscription = async () => made();
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
      if (!userVisibleOnly || Notification.permission !== "granted") throw new DOMException("not allowed", "NotAllowedError");
      const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
      const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
      const keys = { p256dh: text(point), auth: text(crypto.getRandomValues(new Uint8Array(16))) };
      const endpoint = `https://push.example.org/${crypto.randomUUID()}`;
      localStorage.setItem(KEPT, JSON.stringify({ endpoint, key: text(applicationServerKey), keys }));
      return made();
    };
  });
}

/** What the service worker shows now. */
const shown = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, url: data?.url }));
  });

/** Pushes to the service worker as the maker's service would. */
async function pushes(page) {
  const cdp = await page.context().newCDPSession(page);
  const found = new Map();
  cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    for (const each of registrations) if (!each.isDeleted) found.set(each.scopeURL, each.registrationId);
  });
  await cdp.send("ServiceWorker.enable");
  const id = await until("the service worker", () => found.get(`${server.url}/`));
  return (said) => cdp.send("ServiceWorker.deliverPushMessage", { origin: server.url, registrationId: id, data: typeof said === "string" ? said : JSON.stringify(said) });
}

test("turned on from a click, known to the server, on again after a log-in, and turned off", async () => {
  const email = "nora@example.org";
  const nora = await server.join("Nora Winter", email);
  const { page, context, errors } = await person(browser, server, email);
  await decide(page, "prompt");
  await subscribes(page);
  await page.addInitScript(() => {
    const ask = Notification.requestPermission.bind(Notification);
    window.asked = 0;
    Notification.requestPermission = () => {
      window.asked += 1;
      return ask();
    };
  });
  await page.goto("/account");
  await section(page).getByText("This device is not notified while Lockstep is closed.").waitFor();
  assert.equal(await page.evaluate(() => window.asked), 0);
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
  await decide(page, "granted");
  await section(page).getByRole("button", { name: "Turn on here" }).click();
  await page.getByText("This device is notified from now on.").waitFor();
  assert.equal(await page.evaluate(() => window.asked), 1);
  const [device] = await devices(nora);
  assert.deepEqual([device.kind, device.failures], ["webpush", 0]);
  await section(page).getByRole("listitem").filter({ hasText: "This device" }).getByText("None sent yet").waitFor();

  // The server's own key is what the browser subscribed with.
  const { key } = await nora.call("GET", "/push/key");
  assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem("test.subscription")).key), key);
  await page.reload();
  await section(page).getByRole("button", { name: "Turn off here" }).waitFor();

  // It goes with the log-in, and comes back with the next one.
  for (const each of await nora.call("GET", "/me/sessions")) if (!each.current) await nora.call("DELETE", `/me/sessions/${each.session_id}`);
  assert.deepEqual(await devices(nora), []);
  await page.waitForURL("**/login**");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await until("the device to be back", async () => (await devices(nora)).length === 1);

  await page.goto("/account");
  await section(page).getByRole("button", { name: "Turn off here" }).click();
  await page.getByText("This device is not notified any more.").waitFor();
  assert.deepEqual(await devices(nora), []);
  assert.equal(await page.evaluate(() => localStorage.getItem("test.subscription")), null);
  await page.reload();
  await section(page).getByRole("button", { name: "Turn on here" }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("another device is removed from here", async () => {
  const email = "otto@example.org";
  const otto = await server.join("Otto Lind", email);
  await otto.call("POST", "/me/devices", {
    kind: "webpush", address: "https://push.example.org/phone", auth: "BTBZMqHH6r4Tts7J_aSIgg", name: "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  });
  const { page, context, errors } = await person(browser, server, email);
  await page.goto("/account");
  await section(page).getByRole("button", { name: "Remove notifications from Firefox on Android" }).click();
  await page.getByRole("dialog", { name: "No more notifications on Firefox on Android?" }).getByRole("button", { name: "Remove" }).click();
  await page.getByText("No more notifications on Firefox on Android.").waitFor();
  assert.deepEqual(await devices(otto), []);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the service worker shows what is pushed, once, in the place of what it replaces, and opens it without a reload", async () => {
  const { page, context, errors } = await person(browser, server, ANA);
  await context.grantPermissions(["notifications"], { origin: server.url });
  await subscribes(page);
  await page.goto("/account");
  await section(page).getByRole("button", { name: "Turn on here" }).click();
  await page.getByText("This device is notified from now on.").waitFor();
  const push = await pushes(page);
  const first = { id: "1", title: "Ben gave you a task", body: "Fix the log-in", url: "/next", tag: "task-1", badge: 1 };
  await push(first);
  await until("a notification", async () => (await shown(page)).length === 1);
  assert.deepEqual(await shown(page), [{ title: "Ben gave you a task", body: "Fix the log-in", tag: "task-1", url: "/next" }]);
  await push(first);
  await push({ ...first, id: "2", body: "Fix it today" });
  await until("the newer one in its place", async () => (await shown(page))[0]?.body === "Fix it today");
  assert.equal((await shown(page)).length, 1);
  // An address elsewhere is none; something is shown whatever came.
  await push({ id: "3", title: "Elsewhere", body: "", url: "https://evil.example/x", tag: "other" });
  await push("no JSON");
  await until("three notifications", async () => (await shown(page)).length === 3);
  assert.deepEqual((await shown(page)).map((each) => [each.title, each.url]).sort(), [["Ben gave you a task", "/next"], ["Elsewhere", "/"], ["Lockstep", "/"]]);

  await page.evaluate(() => {
    window.stayed = true;
  });
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  await worker.evaluate(async () => {
    const notification = (await self.registration.getNotifications({ tag: "task-1" }))[0];
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  });
  await page.waitForURL("**/next");
  assert.equal(await page.evaluate(() => window.stayed), true);
  await until("it to be put away", async () => (await shown(page)).length === 2);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a browser that may not says how to mend it, and notices when it was mended", async () => {
  const email = "pia@example.org";
  await server.join("Pia Holm", email);
  const { page, context, errors } = await person(browser, server, email);
  await decide(page, "denied");
  await page.goto("/account");
  await section(page).getByText("This browser does not let Lockstep notify you.").waitFor();
  await section(page).getByText("allow notifications for this site").waitFor();
  assert.equal(await section(page).getByRole("button", { name: /Turn on/ }).count(), 0);
  await decide(page, "prompt");
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await section(page).getByRole("button", { name: "Turn on here" }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("the section looks right in both themes, both sizes and both languages", async () => {
  for (const [theme, viewport, name] of [["light", DESKTOP, "desktop-light"], ["dark", PHONE, "phone-dark"]]) {
    const { page, context } = await person(browser, server, ANA, { theme, viewport });
    await page.goto("/account");
    await section(page).scrollIntoViewIfNeeded();
    await look(page, `push-${name}`);
    await context.close();
  }
  const { page, context } = await person(browser, server, ANA);
  await page.evaluate(() => localStorage.setItem("lockstep.language", "de"));
  await page.goto("/account");
  await page.getByRole("region", { name: "Benachrichtigungen auf Geräten" }).waitFor();
  await look(page, "push-german");
  await context.close();
});
