// What tasks have to do with one another, how much work they are and who follows them: two people at one board.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
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

const text = (locator) => locator.allInnerTexts().then((all) => all.map((each) => each.replace(/\s+/g, " ").trim()));

test("sub-tasks are added by Enter, done in place and counted on the card, live for the other", async () => {
  const path = await server.board("Parts", ["Whole", "Other"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, path);
  await open(ben.page, path);
  await card(ana.page, "Whole").first().click();
  const parts = ana.page.getByRole("region", { name: "Sub-tasks" });
  await parts.getByLabel("Add a sub-task…").fill("First part");
  await ana.page.keyboard.press("Enter");
  await parts.getByLabel("Add a sub-task…").fill("Second part");
  await ana.page.keyboard.press("Enter");
  await until("both parts", async () => (await text(parts.getByRole("link"))).join() === "First part,Second part");
  await until("the count at the other's", async () => (await card(ben.page, "Whole").first().getByTitle("0 of 2 parts done").count()) === 1);
  await parts.getByRole("checkbox", { name: "First part" }).check();
  await until("the new count at the other's", async () => (await card(ben.page, "Whole").first().getByTitle("1 of 2 parts done").count()) === 1);
  // A part is a card of its own, which says what it is a part of; that is taken back there.
  await parts.getByRole("link", { name: "Second part" }).click();
  const dependencies = ana.page.getByRole("complementary", { name: "Card: Second part" }).getByRole("region", { name: "Dependencies" });
  await dependencies.getByText("Part of").waitFor();
  await dependencies.getByRole("button", { name: "Take back: Part of Whole" }).click();
  await until("one part less", async () => (await card(ben.page, "Whole").first().getByTitle("1 of 1 parts done").count()) === 1);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

test("a card that waits for another says so until the other is done; a circle is refused with its reason", async () => {
  const path = await server.board("Waits", ["Foundation", "Roof"]);
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, path);
  await card(page, "Roof").click();
  const dependencies = page.getByRole("region", { name: "Dependencies" });
  await dependencies.getByRole("button", { name: "Add dependency" }).click();
  await page.getByLabel("What it has to do with the other card").selectOption("blocked_by");
  await page.getByRole("checkbox", { name: /Foundation/ }).click();
  await page.keyboard.press("Escape");
  await dependencies.getByText("Waits for").waitFor();
  await card(page, "Roof").getByTitle("Waits for another card").waitFor();
  // The other way round would be a circle: it is shown until the server says no, then taken back.
  await dependencies.getByRole("button", { name: "Add dependency" }).click();
  await page.getByLabel("What it has to do with the other card").selectOption("blocks");
  await page.getByRole("checkbox", { name: /Foundation/ }).click();
  await page.keyboard.press("Escape");
  await page.getByText("it would depend on itself").first().waitFor();
  await until("only what holds", async () => (await dependencies.getByRole("listitem").count()) === 1);
  await dependencies.getByRole("link", { name: "Foundation" }).click();
  await page.getByRole("complementary", { name: "Card: Foundation" }).getByText("Blocks", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Mark as done" }).click();
  await until("nothing to wait for", async () => (await card(page, "Roof").getByTitle("Waits for another card").count()) === 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("an estimate is set, undone and taken away; whoever follows a card is counted", async () => {
  const path = await server.board("Plan", ["Build"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, path);
  await open(ben.page, path);
  for (const { page } of [ana, ben]) await card(page, "Build").click();
  await ana.page.getByRole("button", { name: /^Estimate/ }).click();
  await ana.page.getByLabel("Points").fill("5");
  await ana.page.getByLabel("Hours").fill("1.5");
  await ana.page.getByRole("button", { name: "Save" }).click();
  await ben.page.getByRole("button", { name: "Estimate: 5 points · 1.5 h" }).waitFor();
  await ana.page.keyboard.press("Control+z");
  await ben.page.getByRole("button", { name: "Estimate: None" }).waitFor();
  await ana.page.getByRole("button", { name: "Follow: 0 people" }).click();
  await ben.page.getByRole("button", { name: "Follow: 1 person" }).click();
  await ana.page.getByRole("button", { name: "Follow: 2 people" }).waitFor();
  assert.equal(await ana.page.getByRole("button", { name: "Follow: 2 people" }).getAttribute("aria-pressed"), "true");
  await ben.page.getByRole("button", { name: "Follow: 2 people" }).click();
  await ana.page.getByRole("button", { name: "Follow: 1 person" }).waitFor();
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});
