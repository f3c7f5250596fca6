// Team chat: two people in channels, threads and direct talks; what is said shows at the other's, and only where it may.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, launch, live, person, until } from "./support.mjs";

let server;
let browser;
before(async () => {
  server = await new Server().start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A channel of its own for a test, with Ana in it and Ben if he is to be. Gives its path in the app. */
async function channel(name, { kind = "open", ben = true } = {}) {
  const ana = await server.rest(ANA);
  const { account_id } = await server.rest(BEN);
  const org = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
  const made = await ana.call("POST", `/orgs/${org.org_id}/channels`, { kind, name, ...(ben && { members: [account_id] }) });
  const base = `/orgs/${org.org_id}/channels/${made.channel_id}`;
  return { org: org.org_id, id: made.channel_id, path: `/orgs/${org.org_id}/talk/${made.channel_id}`, base, ana };
}
const list = (page) => page.getByRole("region", { name: /^Messages in/ });
const message = (page, text) => page.locator("[data-message]").filter({ hasText: text });
const field = (page, name) => page.getByLabel(`Write to ${name}`);

async function visit(email, path, how) {
  const one = await person(browser, server, email, how);
  await one.page.goto(path);
  if (!how?.viewport) await live(one.page);
  return one;
}
async function say(page, name, text) {
  await field(page, name).fill(text);
  await page.keyboard.press("Enter");
}
async function end(...people) {
  assert.deepEqual(people.flatMap((one) => one.errors), []);
  for (const one of people) await one.context.close();
}

test("what one says shows at once at the other's, is edited, answered by emoji, pinned and deleted", async () => {
  const { path } = await channel("General");
  const [ana, ben] = [await visit(ANA, path), await visit(BEN, path)];
  await say(ana.page, "General", "Good **morning**");
  await message(ben.page, "Good morning").waitFor();
  assert.equal(await field(ana.page, "General").inputValue(), "");
  await look(ben.page, "chat");
  // Typing shows until it is said.
  await field(ben.page, "General").pressSequentially("Hi");
  await ana.page.getByText("Ben Okafor is typing…").waitFor();
  await ben.page.keyboard.press("Shift+Enter");
  await ben.page.keyboard.type("Ana");
  await ben.page.keyboard.press("Enter");
  await message(ana.page, "Hi").waitFor();
  await until("nobody to be typing", async () => (await ana.page.getByText("is typing…").count()) === 0);
  // Up edits one's last.
  await field(ben.page, "General").press("ArrowUp");
  await ben.page.getByLabel("Edit message").fill("Hello Ana");
  await ben.page.keyboard.press("Enter");
  await message(ana.page, "Hello Ana").getByText("edited").waitFor();
  // By emoji.
  await message(ana.page, "Hello Ana").hover();
  await message(ana.page, "Hello Ana").getByRole("button", { name: "Add reaction" }).first().click();
  await ana.page.getByRole("button", { name: "🎉", exact: true }).click();
  await message(ben.page, "Hello Ana").getByRole("button", { name: "🎉 1: Ana Lindqvist" }).click();
  await message(ana.page, "Hello Ana").getByRole("button", { name: "🎉 2: Ana Lindqvist and Ben Okafor" }).waitFor();
  // Pinned by a key.
  await message(ana.page, "Hello Ana").focus();
  await ana.page.keyboard.press("p");
  await message(ben.page, "Hello Ana").getByText("pinned").waitFor();
  await ben.page.getByRole("button", { name: "1 pinned message" }).click();
  await ben.page.getByRole("dialog").getByText("Hello Ana").waitFor();
  await look(ben.page, "chat pins");
  await ben.page.keyboard.press("Escape");
  // Deleted for good, after a question.
  await message(ben.page, "Hello Ana").hover();
  await message(ben.page, "Hello Ana").getByRole("button", { name: /^Menu of the message/ }).click();
  await ben.page.getByRole("menuitem", { name: "Delete message" }).click();
  await ben.page.getByRole("dialog").getByRole("button", { name: "Delete message" }).click();
  await ana.page.getByText("A message by Ben Okafor was deleted.").waitFor();
  assert.equal(await message(ana.page, "Hello Ana").count(), 0);
  await end(ana, ben);
});

test("a thread is answered beside the channel, and in short shows there", async () => {
  const { path } = await channel("Threads");
  const [ana, ben] = [await visit(ANA, path), await visit(BEN, path)];
  await say(ana.page, "Threads", "Who comes?");
  await message(ben.page, "Who comes?").focus();
  await ben.page.keyboard.press("r");
  const panel = (page) => page.getByRole("complementary", { name: "Thread" });
  await panel(ben.page).getByLabel("Reply to Ana Lindqvist").fill("I do");
  await ben.page.keyboard.press("Enter");
  await panel(ben.page).getByRole("region").getByText("I do").waitFor();
  await list(ana.page).getByRole("link", { name: /1 reply/ }).click();
  await panel(ana.page).getByText("I do").waitFor();
  await look(ana.page, "chat thread");
  assert.equal(await list(ana.page).getByText("I do").count(), 0);
  // Writing in the thread shows there alone.
  await panel(ana.page).getByLabel("Reply to Ana Lindqvist").pressSequentially("Me");
  await panel(ben.page).getByText("Ana Lindqvist is typing…").waitFor();
  await panel(ana.page).getByLabel("Show in the channel too").check();
  await panel(ana.page).getByLabel("Reply to Ana Lindqvist").press("Enter");
  await list(ben.page).first().getByText("from a thread").waitFor();
  await panel(ben.page).getByText("Me", { exact: true }).waitFor();
  await end(ana, ben);
});

test("people, teams and everybody are meant by @; a key of a task is a small card; a message becomes a task", async () => {
  const { path, org, base, ana: rest } = await channel("Mentions");
  const board = await server.board("Work", ["Fix the roof"]);
  const [task] = (await rest.call("GET", `${board}/tasks`)).items;
  const [ana, ben] = [await visit(ANA, path), await visit(BEN, path)];
  await field(ana.page, "Mentions").click();
  await ana.page.keyboard.type("Look, @ben");
  await ana.page.getByRole("option", { name: /Ben Okafor/ }).waitFor();
  await look(ana.page, "chat mention");
  await ana.page.keyboard.press("Enter");
  await ana.page.keyboard.type(`and @channel: E2E-${task.number}`);
  await ana.page.keyboard.press("Enter");
  const said = message(ben.page, "Look,");
  await said.getByText("@Ben Okafor").waitFor();
  await said.getByText("@channel").waitFor();
  await said.getByRole("link", { name: /Fix the roof/ }).waitFor();
  // It is live, and whoever reads it is not seen on the board.
  await rest.call("PATCH", `${board}/tasks/${task.task_id}`, { title: "Mend the roof" });
  await said.getByRole("link", { name: /Mend the roof/ }).waitFor({ timeout: 5_000 });
  await rest.call("POST", `${board}/tasks/${task.task_id}/complete`, {});
  await said.getByRole("link", { name: /Mend the roof.*Done/ }).waitFor({ timeout: 5_000 });
  const [{ mentions }] = (await rest.call("GET", `${base}/messages`)).items;
  assert.deepEqual([mentions.accounts.length, mentions.channel], [1, true]);
  await look(ben.page, "chat with a task");
  await say(ben.page, "Mentions", "Order new tiles");
  await message(ana.page, "Order new tiles").focus();
  await ana.page.keyboard.press("t");
  const dialog = ana.page.getByRole("dialog", { name: "Make a task" });
  await dialog.getByLabel("Board").selectOption({ label: "Work" });
  await until("the columns", async () => (await dialog.getByLabel("Column").locator("option").count()) > 1);
  await look(ana.page, "chat to task");
  await dialog.getByRole("button", { name: "Make task" }).click();
  await ana.page.getByText("Task “Order new tiles” made").waitFor();
  const made = (await rest.call("GET", `${board}/tasks`)).items.find((each) => each.title === "Order new tiles");
  const { description } = await rest.call("GET", `${board}/tasks/${made.task_id}`);
  assert.match(description, new RegExp(`From what Ben Okafor said in Mentions\\]\\(/orgs/${org}/talk/`));
  await end(ana, ben);
});

test("what was said while one was away is unread: in the list, in the title, and from a line on; on another device too", async () => {
  const { path, base, org } = await channel("Unread");
  const quiet = await channel("Elsewhere");
  const ben = await visit(BEN, path);
  await say(ben.page, "Unread", "Seen");
  await ben.page.locator('[data-number="1"]').waitFor();
  await ben.page.goto(`/orgs/${org}/talk`);
  const { call } = await server.rest(ANA);
  for (let count = 1; count <= 3; count += 1) await call("POST", `${base}/messages`, { text: `News ${count}` });
  const entry = ben.page.getByRole("link", { name: "Unread, 3 unread messages" });
  await entry.waitFor();
  // What is unread in the inbox is counted with it.
  const said = async (page) => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0);
  const told = async (page) => Number(/(\d+) unread/.exec((await page.getByRole("link", { name: /^Inbox/ }).getAttribute("aria-label")) ?? "")?.[1] ?? 0);
  await until("the title to say it", async () => (await said(ben.page)) === 3 + (await told(ben.page)));
  assert.equal(await ben.page.locator("link[rel=icon]").getAttribute("href"), "/icon-unread.svg");
  const other = await visit(BEN, quiet.path);
  await other.page.getByRole("link", { name: "Unread, 3 unread messages" }).waitFor();
  await entry.click();
  await list(ben.page).getByText("New", { exact: true }).waitFor();
  await look(ben.page, "chat unread");
  // Read here, it is read there.
  await until("it to be read", async () => (await other.page.getByRole("link", { name: "Unread", exact: true }).count()) === 1);
  await until("the title without it", async () => (await said(other.page)) === (await told(other.page)));
  // Marked as unread again, from one on.
  await message(ben.page, "News 2").focus();
  await ben.page.keyboard.press("u");
  await other.page.getByRole("link", { name: "Unread, 2 unread messages" }).waitFor();
  await end(ben, other);
});

test("a long channel is read back and forth: at its end, around a link, and back by a button", async () => {
  const { path, base } = await channel("Long");
  const { call } = await server.rest(BEN);
  for (let count = 1; count <= 210; count += 1) await call("POST", `${base}/messages`, { text: `Line ${count}` });
  const ana = await visit(ANA, path);
  await message(ana.page, "Line 210").waitFor();
  assert.equal(await ana.page.locator('[data-number="20"]').count(), 0);
  // What comes before does not move what one reads.
  const scroller = list(ana.page);
  await scroller.evaluate((element) => {
    element.scrollTop = 300;
  });
  await until("older ones", async () => (await ana.page.locator("[data-number]").count()) > 80);
  const seen = await scroller.evaluate((element) => element.scrollTop);
  assert.ok(seen > 300, `the place is kept: ${seen}`);
  await ana.page.getByRole("button", { name: "Newest" }).click();
  await message(ana.page, "Line 210").waitFor();
  await ana.page.goto(`${path}?message=42`);
  await until("the message in the middle", async () => {
    const box = await ana.page.locator('[data-number="42"]').boundingBox();
    return box !== null && box.y > 100 && box.y < 800;
  });
  assert.equal(await ana.page.locator('[data-number="210"]').count(), 0);
  await look(ana.page, "chat around a message");
  await call("POST", `${base}/messages`, { text: "Later" });
  await ana.page.getByRole("button", { name: "1 new message" }).click();
  await message(ana.page, "Later").waitFor();
  await ana.page.keyboard.press("Tab");
  await end(ana);
});

test("nobody sees a private channel or a direct talk who is not in it; one is brought, and joins open ones", async () => {
  const secret = await channel("Secret", { kind: "private", ben: false });
  await channel("Lounge", { ben: false });
  const [ana, ben] = [await visit(ANA, secret.path), await visit(BEN, secret.path)];
  await ben.page.getByRole("heading", { name: "This channel is not there, or not for you." }).waitFor();
  await say(ana.page, "Secret", "Between us");
  await ben.page.getByRole("button", { name: "Find channels" }).click();
  const found = ben.page.getByRole("dialog");
  await found.getByLabel("Words of the name").fill("Lou");
  await look(ben.page, "chat finding channels");
  assert.equal(await found.getByText("Secret").count(), 0);
  await found.getByRole("button", { name: "Join Lounge" }).click();
  await field(ben.page, "Lounge").waitFor();
  // Brought in, it is there, with all that was said.
  await ana.page.getByRole("button", { name: "1 member" }).click();
  await ana.page.getByRole("dialog").getByRole("button", { name: /Bring somebody/ }).click();
  await ana.page.getByRole("combobox", { name: "Bring somebody" }).fill("ben");
  await ana.page.getByRole("option", { name: /Ben Okafor/ }).click();
  await ana.page.getByRole("dialog", { name: "2 members" }).waitFor();
  await look(ana.page, "chat members");
  await ana.page.keyboard.press("Escape");
  await ben.page.getByRole("link", { name: /^Secret/ }).click();
  await message(ben.page, "Between us").waitFor();
  // Directly.
  await ben.page.getByRole("button", { name: "New direct message" }).click();
  await ben.page.getByRole("dialog").getByRole("button", { name: /With whom/ }).click();
  await ben.page.getByRole("combobox", { name: "With whom" }).fill("ana");
  await ben.page.getByRole("option", { name: /Ana Lindqvist/ }).click();
  await look(ben.page, "chat beginning a direct talk");
  await ben.page.getByRole("button", { name: "Begin to talk" }).click();
  await say(ben.page, "Ana Lindqvist", "Just you");
  await ana.page.getByRole("link", { name: /^Ben Okafor/ }).click();
  await message(ana.page, "Just you").waitFor();
  await end(ana, ben);
});

test("a channel is founded, named anew, put away and ended", async () => {
  const { org } = await channel("Any");
  const ana = await visit(ANA, `/orgs/${org}/talk`);
  await look(ana.page, "chat without a channel");
  await ana.page.getByRole("button", { name: "New channel" }).click();
  await ana.page.getByLabel("Name of the channel").fill("Plans");
  await ana.page.getByRole("radio", { name: /Private/ }).check();
  await look(ana.page, "chat founding a channel");
  await ana.page.getByRole("button", { name: "Create channel" }).click();
  await field(ana.page, "Plans").waitFor();
  await ana.page.getByRole("button", { name: "Menu of the channel" }).click();
  await ana.page.getByRole("menuitem", { name: "Channel settings" }).click();
  await ana.page.getByLabel("Name of the channel").fill("Roadmap");
  await ana.page.getByLabel("What it is for").fill("What comes next");
  await look(ana.page, "chat settings");
  await ana.page.getByRole("button", { name: "Save" }).click();
  await ana.page.getByRole("heading", { name: "Roadmap", exact: true }).waitFor();
  await ana.page.getByRole("button", { name: "Menu of the channel" }).click();
  await ana.page.getByRole("menuitem", { name: "Channel settings" }).click();
  await ana.page.getByRole("button", { name: "Archive channel" }).click();
  await ana.page.getByText("This channel is archived").waitFor();
  await ana.page.getByRole("button", { name: "Menu of the channel" }).click();
  await ana.page.getByRole("menuitem", { name: "Channel settings" }).click();
  await ana.page.getByRole("button", { name: "Delete channel" }).click();
  await ana.page.getByRole("dialog", { name: "Delete Roadmap?" }).getByRole("button", { name: "Delete channel" }).click();
  await ana.page.getByText("Choose a channel").waitFor();
  await end(ana);
});

test("what was said is found by its words, in every channel that one may read", async () => {
  const { path, base, org } = await channel("Cellar");
  const { call } = await server.rest(BEN);
  const { message: root } = await call("POST", `${base}/messages`, { text: "Grüße: which wine for the évening?" });
  await call("POST", `${base}/messages`, { text: "The red wine", thread_seq: root.seq });
  const ana = await visit(ANA, `/orgs/${org}/talk`);
  await ana.page.getByRole("link", { name: /^Cellar/ }).waitFor();
  await ana.page.keyboard.press("/");
  const dialog = ana.page.getByRole("dialog", { name: "Search messages" });
  await dialog.getByLabel("Words of the message").fill("beer");
  await dialog.getByText("No message with these words.").waitFor();
  await dialog.getByLabel("Words of the message").fill("GRU even");
  await dialog.locator("mark", { hasText: "Grüße" }).waitFor();
  await dialog.locator("mark", { hasText: "évening" }).waitFor();
  await dialog.getByLabel("Words of the message").fill("wine");
  await until("both", async () => (await dialog.getByRole("listitem").count()) === 2);
  await look(ana.page, "chat search");
  await dialog.getByRole("button", { name: /The red wine/ }).click();
  await ana.page.getByRole("complementary", { name: "Thread" }).getByText("The red wine").waitFor();
  assert.ok(ana.page.url().startsWith(new URL(path, server.url).href));
  // It says what is said now.
  await call("DELETE", `${base}/messages/${root.seq}`);
  await ana.page.getByRole("button", { name: "Search messages" }).click();
  await dialog.getByLabel("Words of the message").fill("which");
  await dialog.getByText("No message with these words.").waitFor();
  await end(ana);
});

test("on a phone the list, the channel and the thread are a screen each", async () => {
  const { path, base, org } = await channel("Phone");
  const { call } = await server.rest(BEN);
  const { message: root } = await call("POST", `${base}/messages`, { text: "A question, with a good deal of text that has to fit on a small screen" });
  await call("POST", `${base}/messages`, { text: "An answer", thread_seq: root.seq });
  const ana = await visit(ANA, `/orgs/${org}/talk`, { viewport: PHONE, theme: "dark" });
  await ana.page.getByRole("link", { name: /^Phone/ }).waitFor();
  await look(ana.page, "chat phone list");
  await ana.page.getByRole("link", { name: /^Phone/ }).click();
  await message(ana.page, "A question").waitFor();
  await look(ana.page, "chat phone");
  await field(ana.page, "Phone").fill("From a phone");
  await ana.page.getByRole("button", { name: "Send" }).click();
  await message(ana.page, "From a phone").tap();
  await message(ana.page, "From a phone").getByRole("button", { name: "Add reaction" }).tap();
  await ana.page.getByRole("button", { name: "🚀", exact: true }).tap();
  await message(ana.page, "From a phone").getByRole("button", { name: "🚀 1: Ana Lindqvist" }).waitFor();
  await look(ana.page, "chat phone reaction");
  await ana.page.getByRole("link", { name: /1 reply/ }).click();
  await ana.page.getByRole("complementary", { name: "Thread" }).getByText("An answer").waitFor();
  await look(ana.page, "chat phone thread");
  await ana.page.getByRole("button", { name: "Close the thread" }).click();
  await ana.page.getByRole("link", { name: "All channels" }).click();
  await ana.page.getByRole("link", { name: /^Phone/ }).waitFor();
  assert.equal(new URL(ana.page.url()).pathname, new URL(path, server.url).pathname.replace(/\/[^/]+$/, ""));
  await end(ana);
});

test("what the server will not say is kept, through a reload too, until it is thrown away", async () => {
  const { path, base } = await channel("Kept");
  const ben = await visit(BEN, path);
  await field(ben.page, "Kept").fill("Too late");
  const { call } = await server.rest(ANA);
  // The page hears of it after it has spoken: the socket is held up for a moment.
  await ben.context.setOffline(true);
  await until("the page to be offline", () => ben.page.locator(".pill.offline").count());
  await ben.page.keyboard.press("Enter");
  await message(ben.page, "Too late").waitFor();
  await call("POST", `${base}/archive`, {});
  await ben.context.setOffline(false);
  const failed = ben.page.getByRole("group", { name: "Message that was not sent" });
  await failed.getByText("Too late").waitFor();
  await look(ben.page, "chat not sent");
  await ben.page.reload();
  await failed.getByText("Too late").waitFor();
  await call("POST", `${base}/unarchive`, {});
  await failed.getByRole("button", { name: "Try again" }).click();
  await ben.page.locator("[data-number]").filter({ hasText: "Too late" }).waitFor();
  assert.equal(await failed.count(), 0);
  await end(ben);
});
