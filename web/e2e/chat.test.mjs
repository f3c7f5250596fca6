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
