// Two people on one board: what one does, the other sees, without a reload.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, Server, card, column, drag, focusIs, launch, open, person, shows, until, write } from "./support.mjs";

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

async function two(path) {
  const ana = await person(browser, server, ANA);
  const ben = await person(browser, server, BEN);
  await Promise.all([open(ana.page, path), open(ben.page, path)]);
  return { ana, ben, end: () => Promise.all([ana.context.close(), ben.context.close()]) };
}

test("a card dragged by one is seen by the other, in its place", async () => {
  const path = await server.board("Drag", ["One", "Two", "Three"]);
  const { ana, ben, end } = await two(path);
  await shows(ben.page, 0, ["One", "Two", "Three"]);
  await drag(ana.page, card(ana.page, "One"), column(ana.page, 1).locator(".scroller"), { y: 20 });
  await shows(ana.page, 1, ["One"]);
  await shows(ben.page, 0, ["Two", "Three"]);
  await shows(ben.page, 1, ["One"]);
  await drag(ben.page, card(ben.page, "Three"), card(ben.page, "Two"), { y: 4 });
  await shows(ana.page, 0, ["Three", "Two"]);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await end();
});

test("cards added in place appear for both, and the draft survives a reload", async () => {
  const path = await server.board("Add", []);
  const { ana, ben, end } = await two(path);
  await column(ana.page, 0).getByRole("button", { name: "Add card", exact: true }).last().click();
  for (const title of ["First", "Second"]) {
    await write(ana.page, title);
    await ana.page.keyboard.press("Enter");
  }
  await shows(ben.page, 0, ["First", "Second"]);
  await until("the server's number", () => card(ben.page, "Second").getByText("E2E-2").count());
  await write(ana.page, "Half a thou");
  await ana.page.reload();
  await column(ana.page, 0).getByRole("button", { name: "Add card", exact: true }).last().click();
  assert.equal(await ana.page.getByLabel("Title of the new card").inputValue(), "Half a thou");
  await end();
});

test("a card is carried by keyboard, with every step spoken", async () => {
  const path = await server.board("Keys", ["One", "Two"]);
  const { ana, ben, end } = await two(path);
  const spoken = ana.page.locator("[aria-live=assertive]");
  await card(ana.page, "Two").focus();
  await ana.page.keyboard.press("Space");
  const onTwo = () => focusIs(ana.page, "the card", () => document.activeElement?.textContent?.includes("Two"), true);
  await until("the card to be taken", async () => /Two taken/.test(await spoken.innerText()));
  await ana.page.keyboard.press("ArrowRight");
  await ana.page.keyboard.press("Escape");
  await shows(ana.page, 0, ["One", "Two"]);
  await onTwo();
  await ana.page.keyboard.press("Space");
  await ana.page.keyboard.press("ArrowUp");
  await ana.page.keyboard.press("Space");
  await shows(ben.page, 0, ["Two", "One"]);
  await until("its place to be spoken", async () => /position 1 of 2/.test(await spoken.innerText()));
  await onTwo();
  await ana.page.keyboard.press("m");
  await ana.page.getByRole("combobox").waitFor();
  await ana.page.keyboard.press("ArrowDown");
  await ana.page.keyboard.press("ArrowDown");
  await ana.page.keyboard.press("Enter");
  await shows(ben.page, 1, ["Two"]);
  await ana.page.keyboard.press("Control+z");
  await shows(ben.page, 0, ["Two", "One"]);
  await end();
});

test("a card in full: title, checklist and comment reach the other; who reads and who types is seen", async () => {
  const path = await server.board("Panel", ["Plan the launch"]);
  const { ana, ben, end } = await two(path);
  await card(ana.page, "Plan the launch").click();
  const panel = ana.page.getByRole("complementary");
  await until("Ana's face on the card", () => card(ben.page, "Plan the launch").getByRole("img", { name: /has it open/ }).count());
  await card(ben.page, "Plan the launch").click();
  await ben.page.getByLabel("Write a comment").pressSequentially("Hm");
  await until("that Ben types", async () => /is typing/.test(await panel.innerText()));
  await panel.getByLabel("Title").fill("Plan the launch party");
  await ana.page.keyboard.press("Enter");
  await until("the new title", async () => (await ben.page.getByLabel("Title").inputValue()) === "Plan the launch party");
  await panel.getByRole("button", { name: "Add checklist" }).click();
  await panel.getByLabel("Add an item").fill("Cake");
  await ana.page.keyboard.press("Enter");
  await ben.page.getByRole("checkbox", { name: "Cake" }).check();
  await until("the progress on Ana's card", () => card(ana.page, "party").getByText("1/1").count());
  await panel.getByLabel("Write a comment").fill("See **you** there <img src=x onerror=alert(1)>");
  await ana.page.keyboard.press("Control+Enter");
  const comment = ben.page.locator("strong", { hasText: "you" });
  await comment.waitFor();
  assert.equal(await ben.page.locator(".markdown img").count(), 0);
  assert.equal(await ben.page.getByLabel("Write a comment").inputValue(), "Hm", "what Ben was typing stays");
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await end();
});

test("columns are added, renamed and moved, and the other sees them", async () => {
  const path = await server.board("Columns", []);
  const { ana, ben, end } = await two(path);
  const names = () => ben.page.locator("[data-column] h2").allInnerTexts();
  await until("the columns", async () => (await names()).length > 0);
  const count = (await names()).length;
  await ana.page.getByRole("button", { name: "Add column" }).click();
  await write(ana.page, "Waiting");
  await ana.page.keyboard.press("Enter");
  await until("the new column", async () => (await names()).at(-1) === "Waiting");
  await drag(ana.page, ana.page.getByRole("heading", { name: "Waiting" }), column(ana.page, 0), { x: 20, y: 20 });
  await until("the column to be first", async () => (await names())[0] === "Waiting");
  await ana.page.getByRole("button", { name: "Menu of Waiting" }).click();
  await ana.page.getByRole("menuitem", { name: "Rename" }).click();
  await write(ana.page, "Blocked");
  await ana.page.keyboard.press("Enter");
  await until("the new name", async () => (await names())[0] === "Blocked");
  assert.equal((await names()).length, count + 1);
  await end();
});
