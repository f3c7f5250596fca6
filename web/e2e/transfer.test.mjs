// A card goes to another board while somebody has it open there and here, and a board is made like another.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, Server, card, launch, open, person, until } from "./support.mjs";

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

test("a card goes to another board, live for everyone, and whoever has it open is shown the way", async () => {
  const [here, there] = [await server.board("Harbour", ["Load", "Moor"]), await server.board("Depot", ["Store"])];
  const [ana, ben, store] = [await person(browser, server, ANA), await person(browser, server, BEN), await person(browser, server, BEN)];
  await open(ana.page, here);
  await open(ben.page, here);
  await open(store.page, there);
  // Ben has it open as it leaves.
  await card(ben.page, "Load").click();
  await ben.page.getByLabel("Title", { exact: true }).waitFor();
  await card(ana.page, "Load").click();
  await ana.page.getByRole("button", { name: "Card menu" }).click();
  await ana.page.getByRole("menuitem", { name: "To another board…" }).click();
  const dialog = ana.page.getByRole("dialog", { name: "Move to another board" });
  await dialog.getByLabel("Board", { exact: true }).selectOption({ label: "Depot" });
  await until("its columns", async () => (await dialog.getByLabel("Column").locator("option").count()) > 0);
  await look(ana.page, "transfer");
  await dialog.getByRole("button", { name: "Move", exact: true }).click();
  await card(store.page, "Load").waitFor();
  for (const { page } of [ana, ben]) await until("it is not here", async () => (await card(page, "Load").count()) === 0);
  assert.equal(await card(ben.page, "Moor").count(), 1);
  await ben.page.getByText("This card has gone to another board:").waitFor();
  await ben.page.getByRole("link", { name: /there$/ }).click();
  await card(ben.page, "Store").waitFor();
  await until("its panel", async () => (await ben.page.getByLabel("Title", { exact: true }).inputValue()) === "Load");
  // Ana is offered to go there, too.
  await ana.page.getByText("“Load” is on Depot now").waitFor();
  await ana.page.getByRole("button", { name: "Open", exact: true }).click();
  await card(ana.page, "Load").waitFor();
});

test("a move to another board is taken back with the keys, and done again", async () => {
  const [quay] = [await server.board("Quay", ["Weigh anchor"]), await server.board("Yard", ["Caulk"])];
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, quay);
  await open(ben.page, quay);
  await card(ana.page, "Weigh anchor").click();
  await ana.page.getByRole("button", { name: "Card menu" }).click();
  await ana.page.getByRole("menuitem", { name: "To another board…" }).click();
  const dialog = ana.page.getByRole("dialog", { name: "Move to another board" });
  await dialog.getByLabel("Board", { exact: true }).selectOption({ label: "Yard" });
  await until("its columns", async () => (await dialog.getByLabel("Column").locator("option").count()) > 0);
  await dialog.getByRole("button", { name: "Move", exact: true }).click();
  await until("it is not here", async () => (await card(ben.page, "Weigh anchor").count()) === 0);
  await ana.page.getByText("“Weigh anchor” is on Yard now").waitFor();
  await ana.page.keyboard.press("Escape");
  await ana.page.keyboard.press("Control+z");
  for (const { page } of [ben, ana]) await card(page, "Weigh anchor").waitFor();
  await ana.page.keyboard.press("Control+Shift+z");
  for (const { page } of [ben, ana]) await until("it is gone again", async () => (await card(page, "Weigh anchor").count()) === 0);
});

test("a board begins with a template, or like another board with its cards", async () => {
  await server.board("Pattern", ["Weigh", "Anchor"]);
  const ana = await person(browser, server, ANA);
  await open(ana.page, "/");
  await ana.page.getByRole("button", { name: "Create board" }).first().click();
  const dialog = ana.page.getByRole("dialog", { name: "Create board" });
  await dialog.getByLabel("Name").fill("Bugs");
  await dialog.getByText("Bug tracker").click();
  await look(ana.page, "templates");
  await dialog.getByRole("button", { name: "Create board" }).click();
  await ana.page.getByRole("heading", { name: "To verify" }).waitFor();
  await open(ana.page, "/");
  await ana.page.getByRole("button", { name: "Menu of Pattern" }).click();
  await ana.page.getByRole("menuitem", { name: "Duplicate board…" }).click();
  await dialog.getByLabel("Name").fill("Again");
  await dialog.getByLabel("With its cards").check();
  await look(ana.page, "copy");
  await dialog.getByRole("button", { name: "Create board" }).click();
  await card(ana.page, "Weigh").waitFor();
  await card(ana.page, "Anchor").waitFor();
});

test("a board is saved as a template, and new boards are made of it", async () => {
  await server.board("Voyage", ["Provisions"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ben.page, "/");
  await open(ana.page, "/");
  await ana.page.getByRole("button", { name: "Menu of Voyage" }).click();
  await ana.page.getByRole("menuitem", { name: "Save as template…" }).click();
  const saving = ana.page.getByRole("dialog", { name: "Save as template", exact: true });
  await saving.getByLabel("Name").fill("Any voyage");
  await look(ana.page, "save-template");
  await saving.getByRole("button", { name: "Save", exact: true }).click();
  await card(ana.page, "Provisions").waitFor();
  await ana.page.locator("header").getByText("Template", { exact: true }).waitFor();
  // Ben, who has looked on all the time, makes a board of it.
  await ben.page.getByRole("list", { name: "Templates" }).getByRole("heading", { name: "Any voyage" }).waitFor();
  await ben.page.getByRole("button", { name: "Create board" }).first().click();
  const dialog = ben.page.getByRole("dialog", { name: "Create board" });
  await dialog.getByText("Any voyage").click();
  await dialog.getByLabel("Name").fill("To Lisbon");
  await look(ben.page, "own-templates");
  await dialog.getByRole("button", { name: "Create board" }).click();
  await card(ben.page, "Provisions").waitFor();
  assert.equal(await ben.page.locator("header").getByText("Template", { exact: true }).count(), 0);
  // It is a board to work on again, and taken back it is none.
  await ana.page.getByRole("button", { name: "Board menu" }).click();
  await ana.page.getByRole("menuitem", { name: "No template any more" }).click();
  await until("no mark", async () => (await ana.page.locator("header").getByText("Template", { exact: true }).count()) === 0);
  await ana.page.getByRole("button", { name: "Undo", exact: true }).click();
  await ana.page.locator("header").getByText("Template", { exact: true }).waitFor();
});
