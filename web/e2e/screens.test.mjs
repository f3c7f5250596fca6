// Every screen in both themes and both sizes: no violation of the accessibility rules, none of the content security policy,
// nothing wider than the screen. Pictures go to e2e/out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, DESKTOP, PHONE, Server, card, launch, live, loaded, open, person, until } from "./support.mjs";

let server;
let browser;
let path;
before(async () => {
  server = await new Server().start();
  browser = await launch();
  const ana = await server.rest(ANA);
  const org = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
  const board = (await ana.call("GET", `/orgs/${org.org_id}/boards`)).items[0];
  path = `/orgs/${org.org_id}/boards/${board.board_id}`;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    const named = (screen) => `${screen}-${size}-${theme}`;

    test(`log-in and registration, ${size}, ${theme}`, async () => {
      const { page, context, errors } = await person(browser, server, undefined, { viewport, theme });
      await page.goto("/login");
      await page.getByRole("heading", { name: "Log in to your boards" }).waitFor();
      await look(page, named("login"));
      await page.goto("/register");
      await page.getByRole("button", { name: "Create account" }).click();
      await page.getByText("Enter your name.").waitFor();
      await look(page, named("register"));
      assert.deepEqual(errors, []);
      await context.close();
    });

    test(`boards, board, card and dialogs, ${size}, ${theme}`, async () => {
      const { page, context, errors } = await person(browser, server, ANA, { viewport, theme });
      await page.getByRole("link", { name: /Created/ }).first().waitFor();
      await look(page, named("home"));
      await page.getByRole("button", { name: "Create board" }).first().click();
      await page.getByRole("dialog", { name: "Create board" }).waitFor();
      await look(page, named("create"));
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await open(page, path);
      await page.locator("[data-task]").first().waitFor();
      await look(page, named("board"));
      for (const [item, name] of [["Members", "members"], ["Labels", "labels"], ["Archive and trash", "archive"], ["Keyboard shortcuts", "shortcuts"]]) {
        await page.getByRole("button", { name: "Board menu" }).click();
        await page.getByRole("menuitem", { name: item }).click();
        await page.getByRole("dialog", { name: item }).waitFor();
        await loaded(page);
        await look(page, named(name));
        await page.keyboard.press("Escape");
        await page.getByRole("dialog", { name: item }).waitFor({ state: "detached" });
      }
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("combobox").waitFor();
      await look(page, named("palette"));
      await page.keyboard.press("Escape");
      await page.getByRole("combobox").waitFor({ state: "detached" });
      await page.locator("[data-task]").first().click();
      await page.getByLabel("Write a comment").waitFor();
      await look(page, named("card"));
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}

test("the theme and the language are remembered", async () => {
  const { page, context } = await person(browser, server, BEN);
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Dark theme" }).click();
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "Deutsch" }).click();
  await page.getByRole("button", { name: /^Konto von/ }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: /^Konto von/ }).waitFor();
  assert.deepEqual(await page.evaluate(() => [document.documentElement.dataset.theme, document.documentElement.lang]), ["dark", "de"]);
  await context.close();
});

test("a deep link leads through the log-in to the card, and back closes it", async () => {
  const { page, context } = await person(browser, server, undefined);
  await page.goto(path);
  await page.getByLabel("E-mail").waitFor();
  assert.match(page.url(), /\/login\?next=/);
  await context.close();
  const ben = await person(browser, server, BEN);
  await open(ben.page, path);
  await ben.page.locator("[data-task]").first().click();
  await until("the address of the card", () => /\?task=/.test(ben.page.url()));
  await ben.page.goBack();
  await until("the card to be closed", async () => (await ben.page.getByRole("complementary").count()) === 0);
  await ben.context.close();
});

test("on a phone columns snap, and a card moves by its menu", async () => {
  const board = await server.board("Phone", ["Pocket"]);
  const { page, context } = await person(browser, server, ANA, { viewport: PHONE });
  await open(page, board);
  await card(page, "Pocket").tap();
  await page.getByRole("button", { name: "Card menu" }).tap();
  await page.getByRole("menuitem", { name: "Move to…" }).tap();
  await page.getByRole("option").nth(2).tap();
  await page.getByRole("button", { name: "Close card" }).tap();
  await live(page);
  await until("the card in the second column", async () => (await page.locator("[data-column]").nth(1).locator("[data-task]").count()) === 1);
  assert.equal(await page.locator("main.columns").evaluate((element) => getComputedStyle(element).scrollSnapType.startsWith("x")), true);
  await context.close();
});
