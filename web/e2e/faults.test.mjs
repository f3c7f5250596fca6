// The network and the server go away: nothing is lost, nothing is reloaded, and the pill says how things are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, Server, WAIT_MS, card, column, drag, launch, live, open, person, shows, stayed, until, write } from "./support.mjs";

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

const add = async (page, at, title) => {
  if ((await page.getByLabel("Title of the new card").count()) === 0) await column(page, at).getByRole("button", { name: "Add card", exact: true }).last().click();
  await write(page, title);
  await page.keyboard.press("Enter");
};

test("what is done offline waits, can be taken back, and is replayed", async () => {
  const path = await server.board("Offline", ["One", "Two", "Doomed"]);
  const ana = await person(browser, server, ANA);
  const ben = await person(browser, server, BEN);
  await Promise.all([open(ana.page, path), open(ben.page, path)]);
  await ana.context.setOffline(true);
  await until("the pill to say offline", () => ana.page.locator(".pill.offline").count(), WAIT_MS / 4);
  await add(ana.page, 0, "From the train");
  await add(ana.page, 0, "A mistake");
  await ana.page.keyboard.press("Escape");
  await drag(ana.page, card(ana.page, "Two"), column(ana.page, 1).locator(".scroller"), { y: 20 });
  await card(ana.page, "Doomed").focus();
  await ana.page.keyboard.press("Space");
  await ana.page.keyboard.press("ArrowUp");
  await ana.page.keyboard.press("Space");
  await shows(ana.page, 0, ["Doomed", "One", "From the train", "A mistake"]);
  await ana.page.locator(".pill").click();
  await until("four changes in the queue", async () => (await ana.page.locator(".queue li").count()) === 4);
  await ana.page.getByRole("button", { name: /Remove from the queue.*A mistake/ }).click();
  await shows(ana.page, 0, ["Doomed", "One", "From the train"]);
  await ana.page.keyboard.press("Escape");
  await add(ben.page, 0, "Meanwhile");
  await ben.page.keyboard.press("Escape");
  await card(ben.page, "Doomed").click();
  await ben.page.getByRole("button", { name: "Card menu" }).click();
  await ben.page.getByRole("menuitem", { name: "Delete" }).click();
  await until("the card to be deleted", async () => (await card(ben.page, "Doomed").count()) === 0);
  await ana.context.setOffline(false);
  await until("the connection to be back at once", () => ana.page.locator(".pill.live").count(), WAIT_MS / 2);
  await ana.page.getByText(/Undone – Move card: .*/).waitFor();
  await shows(ben.page, 1, ["Two"]);
  for (const each of [ana, ben]) {
    await until("both to show the same", async () => {
      const seen = await column(each.page, 0).locator(".title").allInnerTexts();
      return seen.length === 3 && ["One", "From the train", "Meanwhile"].every((title) => seen.includes(title));
    });
  }
  assert.ok(await stayed(ana.page), "no reload");
  await Promise.all([ana.context.close(), ben.context.close()]);
});

test("the server is killed and started again: everything acknowledged and everything queued is there", async () => {
  const path = await server.board("Kill", ["One"]);
  const ana = await person(browser, server, ANA);
  const ben = await person(browser, server, BEN);
  await Promise.all([open(ana.page, path), open(ben.page, path)]);
  await add(ana.page, 0, "Before");
  await shows(ben.page, 0, ["One", "Before"]);
  await card(ben.page, "One").click();
  await ben.page.getByLabel("Write a comment").fill("In the middle of a sen");
  await server.kill();
  await until("the pill to say offline", () => ana.page.locator(".pill.offline").count(), 60_000);
  await add(ana.page, 0, "While it was away");
  await server.start();
  await live(ana.page);
  await live(ben.page);
  for (const each of [ana, ben]) {
    await shows(each.page, 0, ["One", "Before", "While it was away"]);
    assert.ok(await stayed(each.page), "no reload");
  }
  assert.equal(await ben.page.getByLabel("Write a comment").inputValue(), "In the middle of a sen");
  await open(ben.page, path);
  await shows(ben.page, 0, ["One", "Before", "While it was away"]);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await Promise.all([ana.context.close(), ben.context.close()]);
});
