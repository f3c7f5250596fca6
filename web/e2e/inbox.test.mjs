// The inbox: two people, two devices of one, keys, and a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, DESKTOP, PHONE, Server, launch, loaded, person, until } from "./support.mjs";

let server;
let browser;
let ana;
let org;
before(async () => {
  server = await new Server().start();
  browser = await launch();
  ana = await server.rest(ANA);
  org = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo").org_id;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Somebody new in the organization, who was told nothing yet. */
async function newcomer(name) {
  const email = `${name.toLowerCase()}@example.org`;
  const who = await server.join(name, email);
  await server.member(ana, org, who);
  return { ...who, email };
}

/** Cards, given to somebody one after the other. */
async function give(who, titles) {
  const base = await server.board("Bells", titles);
  const { items } = await ana.call("GET", `${base}/tasks`);
  for (const title of titles) await ana.call("POST", `${base}/tasks/${items.find((each) => each.title === title).task_id}/assign`, { account_id: who.account_id });
  return { base, task: (title) => items.find((each) => each.title === title).task_id };
}

const bell = (page) => page.locator("a.bell");
const unread = (page, count) => until(`${count} unread`, async () => (await bell(page).getAttribute("aria-label")) === (count > 0 ? `Inbox, ${count} unread` : "Inbox: what you were told"));
const row = (page, title) => page.locator("[data-number]").filter({ hasText: title });
const shows = (page, titles) =>
  until(`the entries ${titles.join(", ")}`, async () => {
    const shown = await page.locator("[data-number] .what").allInnerTexts();
    return shown.length === titles.length && titles.every((title, at) => shown[at].includes(title));
  });
const title = (page, text) => until(`the title ${text}`, async () => (await page.title()) === text);
const folder = (page, name) => page.getByRole("radio", { name, exact: true }).check();
const focused = (page, text) => until(`the focus on ${text}`, () => page.evaluate((wanted) => document.activeElement?.closest("[data-number]")?.textContent?.includes(wanted) === true, text));

test("what concerns somebody counts on every page and device, and is read where it is opened", async () => {
  const ben = await newcomer("Benno");
  const one = await person(browser, server, undefined);
  await one.page.goto("/login");
  const enter = async ({ page }) => {
    await page.goto("/login");
    await page.getByLabel("E-mail").fill(ben.email);
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery staple");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByRole("heading", { name: "Boards", exact: true }).waitFor();
  };
  await enter(one);
  const two = await person(browser, server, undefined, { viewport: PHONE, theme: "dark" });
  await enter(two);
  await unread(one.page, 0);
  const { base, task } = await give(ben, ["First card", "Second card", "Third card"]);
  for (const { page } of [one, two]) {
    await unread(page, 3);
    await title(page, "(3) Boards · Lockstep");
  }
  await two.page.goto("/inbox");
  await shows(two.page, ["Third card", "Second card", "First card"]);
  await bell(one.page).click();
  await shows(one.page, ["Third card", "Second card", "First card"]);
  await row(one.page, "Third card").getByText("Ana Lindqvist gave you").waitFor();
  await look(one.page, "inbox-desktop-light");
  await look(two.page, "inbox-phone-dark");
  // Something more is said about one of them, live; to open one is to read all that is about it.
  await ana.call("POST", `${base}/tasks/${task("First card")}/comments`, { comment_id: crypto.randomUUID(), text: `@[${ben.account_id}], see **this**`, mentions: [ben.account_id] });
  await shows(one.page, ["First card", "Third card", "Second card", "First card"]);
  await row(one.page, "mentioned you in").getByText("see **this**").waitFor();
  await row(one.page, "mentioned you in").locator("a.open").click();
  await one.page.getByLabel("Card: First card").waitFor();
  await unread(one.page, 2);
  await title(two.page, "(2) Inbox · Lockstep");
  assert.equal(await two.page.locator("[data-number].unread").count(), 2);
  // Whoever looks at a card has seen what is told of it, also where they came to it by themselves.
  await one.page.goto(`${base}?task=${task("Second card")}`);
  await unread(one.page, 1);
  for (const each of [one, two]) {
    assert.deepEqual(each.errors, []);
    await each.context.close();
  }
});

test("keys go through the inbox: read, put away, put off, take back, delete", async () => {
  const cid = await newcomer("Cid");
  const { page, context, errors } = await person(browser, server, cid.email);
  await give(cid, ["One", "Two", "Three", "Four"]);
  await unread(page, 4);
  await page.goto("/inbox");
  await shows(page, ["Four", "Three", "Two", "One"]);
  await page.keyboard.press("j");
  await focused(page, "Four");
  await page.keyboard.press("j");
  await page.keyboard.press("u");
  await title(page, "(3) Inbox · Lockstep");
  await page.keyboard.press("u");
  await title(page, "(4) Inbox · Lockstep");
  await page.keyboard.press("e");
  await shows(page, ["Four", "Two", "One"]);
  await focused(page, "Two");
  await page.getByRole("button", { name: "Undo" }).click();
  await shows(page, ["Four", "Three", "Two", "One"]);
  await title(page, "(4) Inbox · Lockstep");
  await row(page, "Two").locator("a.open").focus();
  await page.keyboard.press("s");
  await look(page, "inbox-snooze");
  await page.getByRole("menuitem", { name: "Tomorrow morning" }).click();
  await shows(page, ["Four", "Three", "One"]);
  await folder(page, "Later");
  await shows(page, ["Two"]);
  await row(page, "Two").getByText(/until/).waitFor();
  await folder(page, "All");
  await shows(page, ["Four", "Three", "One"]);
  await row(page, "One").locator("a.open").focus();
  await page.keyboard.press("#");
  await shows(page, ["Four", "Three"]);
  await page.keyboard.press("Shift+A");
  await title(page, "Inbox · Lockstep");
  await folder(page, "Unread");
  await page.getByRole("heading", { name: "All read" }).waitFor();
  await look(page, "inbox-empty");
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Remind me later").waitFor();
  await page.keyboard.press("Escape");
  await folder(page, "All");
  await shows(page, ["Four", "Three"]);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByLabel("Card: Four").waitFor();
  // From a board there are keys to it as well.
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("heading", { name: "Inbox", exact: true }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("many are chosen, by keys and by hand, and put away, read and put off together", async () => {
  const finn = await newcomer("Finn");
  const { page, context, errors } = await person(browser, server, finn.email);
  const names = ["One", "Two", "Three", "Four", "Five"];
  await give(finn, names.map((name) => `Card ${name}`));
  await page.goto("/inbox");
  await shows(page, ["Card Five", "Card Four", "Card Three", "Card Two", "Card One"]);
  const bar = page.getByRole("toolbar", { name: "What to do with what is selected" });
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+J");
  await bar.getByText("2 selected").waitFor();
  await look(page, "inbox-selected");
  await page.keyboard.press("u");
  await title(page, "(3) Inbox · Lockstep");
  await page.keyboard.press("e");
  await shows(page, ["Card Three", "Card Two", "Card One"]);
  await bar.waitFor({ state: "detached" });
  await page.getByText("2 put away").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await shows(page, ["Card Five", "Card Four", "Card Three", "Card Two", "Card One"]);
  await title(page, "(3) Inbox · Lockstep");
  // By hand, with everything between.
  await row(page, "Card Four").getByRole("checkbox", { name: "Select" }).click();
  await row(page, "Card One").getByRole("checkbox", { name: "Select" }).click({ modifiers: ["Shift"] });
  await bar.getByText("4 selected").waitFor();
  await row(page, "Card Two").getByRole("checkbox", { name: "Select" }).click();
  await bar.getByText("3 selected").waitFor();
  await page.keyboard.press("s");
  await page.getByRole("menuitem", { name: "In an hour" }).click();
  await shows(page, ["Card Five", "Card Two"]);
  await title(page, "(1) Inbox · Lockstep");
  // To other pages, and back: the same keys as on a board.
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL(/\/talk/);
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await shows(page, ["Card Five", "Card Two"]);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("Escape");
  await bar.waitFor({ state: "detached" });
  await row(page, "Card Five").getByRole("checkbox", { name: "Select" }).click();
  await bar.getByRole("button", { name: "Select all" }).click();
  await bar.getByText("2 selected").waitFor();
  await bar.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("a board, a card and a channel are muted where they are, and tell again", async () => {
  const gwen = await newcomer("Gwen");
  const { page, context, errors } = await person(browser, server, gwen.email);
  const { base, task } = await give(gwen, ["Loud"]);
  const levels = async () => (await gwen.call("GET", "/me/inbox/preferences"));
  await page.goto(base);
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Tell me nothing of this board" }).click();
  await until("the board to be muted", async () => (await levels()).boards.some(({ level }) => level === "nothing"));
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Tell me of this board again" }).click();
  await until("the board to tell again", async () => (await levels()).boards.length === 0);
  await page.goto(`${base}?task=${task("Loud")}`);
  await page.getByRole("button", { name: "Card menu" }).click();
  await page.getByRole("menuitem", { name: "Mute this card" }).click();
  await until("the card to be muted", async () => (await levels()).muted_tasks.includes(task("Loud")));
  await page.getByRole("button", { name: "Card menu" }).click();
  await page.getByRole("menuitem", { name: "Unmute this card" }).click();
  await until("the card to tell again", async () => (await levels()).muted_tasks.length === 0);
  const channel = await ana.call("POST", `/orgs/${org}/channels`, { kind: "open", name: "levels" });
  await ana.call("PUT", `/orgs/${org}/channels/${channel.channel_id}/members/${gwen.account_id}`, {});
  await page.goto(`/orgs/${org}/talk/${channel.channel_id}`);
  const choose = async (name, chosen) => {
    await page.getByRole("button", { name: "Menu of the channel" }).click();
    await page.getByRole("menuitemcheckbox", { name: chosen, checked: true }).waitFor();
    await page.getByRole("menuitemcheckbox", { name }).click();
  };
  await choose("Tell me of every message", "Tell me what means me");
  await until("every message", async () => (await levels()).channels.some(({ level }) => level === "all"));
  // In the beginning such a message goes to devices alone. What one looks at is not told.
  await gwen.call("PATCH", "/me/inbox/preferences", { changes: [{ set: "reason", reason: "message", in_app: true }] });
  await page.goto("/inbox");
  await ana.call("POST", `/orgs/${org}/channels/${channel.channel_id}/messages`, { message_id: crypto.randomUUID(), text: "For everybody" });
  await row(page, "levels").getByText("For everybody").waitFor();
  await page.goto(`/orgs/${org}/talk/${channel.channel_id}`);
  await choose("Tell me nothing", "Tell me of every message");
  await until("nothing", async () => (await levels()).channels.some(({ level }) => level === "nothing"));
  await choose("Tell me what means me", "Tell me nothing");
  await until("as in the beginning", async () => (await levels()).channels.length === 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("what somebody may not see any more says nothing, and an inbox that is new is empty", async () => {
  const dora = await newcomer("Dora");
  const { page, context, errors } = await person(browser, server, dora.email, { viewport: DESKTOP });
  await page.goto("/inbox");
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  const { base } = await give(dora, ["Soon hidden"]);
  await shows(page, ["Soon hidden"]);
  await ana.call("DELETE", `/orgs/${org}/members/${dora.account_id}`);
  await page.reload();
  await loaded(page);
  await shows(page, ["Not there any more"]);
  assert.ok(base);
  assert.deepEqual(errors, []);
  await context.close();
});

test("what somebody wants to be told holds at once, on both devices, and is kept", async () => {
  const eli = await newcomer("Eli");
  const [one, two] = [await person(browser, server, eli.email), await person(browser, server, eli.email, { viewport: PHONE, theme: "dark" })];
  await one.page.goto("/inbox");
  await one.page.getByRole("link", { name: "Choose what you are told" }).click();
  const wish = (page, reason) => page.getByRole("row").filter({ hasText: reason });
  const given = "A card is given to you";
  await until("the focus on the section", () => one.page.evaluate(() => document.activeElement?.textContent === "Notifications"));
  await two.page.goto("/account?section=notifications");
  await wish(one.page, given).getByRole("combobox", { name: "Mail" }).selectOption({ label: "Never" });
  await until("the other device to follow", async () => (await wish(two.page, given).getByRole("combobox").inputValue()) === "off");
  await wish(two.page, "A card of yours changes").getByRole("checkbox", { name: "Devices" }).check();
  await until("the first one to follow", () => wish(one.page, "A card of yours changes").getByRole("checkbox", { name: "Devices" }).isChecked());
  await two.page.getByRole("checkbox", { name: /Nothing by mail or on devices/ }).check();
  // The working hours above have days too.
  const sunday = (page) => page.getByRole("group", { name: "Days on which they begin" }).getByRole("checkbox", { name: "Sunday" });
  await sunday(two.page).uncheck();
  // Quiet hours are one value: whoever changes them changes what is shown.
  await until("the first one to follow", async () => !(await sunday(one.page).isChecked()));
  await one.page.getByLabel("From").last().fill("21:30");
  await one.page.getByLabel("It comes", { exact: true }).selectOption({ label: "once a week" });
  await one.page.getByLabel("On", { exact: true }).selectOption({ label: "Friday" });
  await until("it to be kept", async () => {
    const { deliveries, quiet, digest } = await eli.call("GET", "/me/inbox/preferences");
    const kept = JSON.stringify({ from: quiet?.from_minute, days: quiet?.weekdays, digest, mail: deliveries.find(({ reason }) => reason === "assigned").delivery.email });
    return kept === JSON.stringify({ from: 1290, days: ["mon", "tue", "wed", "thu", "fri", "sat"], digest: { every: "week", day: "fri", minute: 450 }, mail: "off" });
  });
  await look(one.page, "notifications-desktop-light");
  await look(two.page, "notifications-phone-dark");
  // What is not wanted is not told.
  await wish(one.page, given).getByRole("checkbox", { name: "Inbox" }).uncheck();
  await until("it to be kept", async () => (await eli.call("GET", "/me/inbox/preferences")).deliveries.find(({ reason }) => reason === "assigned").delivery.in_app === false);
  const { base, task } = await give(eli, ["Not told", "Told"]);
  await ana.call("POST", `${base}/tasks/${task("Told")}/comments`, { comment_id: crypto.randomUUID(), text: `@[${eli.account_id}]`, mentions: [eli.account_id] });
  await one.page.goto("/inbox");
  await shows(one.page, ["Told"]);
  for (const each of [one, two]) {
    assert.deepEqual(each.errors, []);
    await each.context.close();
  }
});
