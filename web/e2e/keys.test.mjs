// The keys of the board: what the list of shortcuts names works, on one card and on several, and can be undone and done again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, DESKTOP, PHONE, Server, calm, card, launch, open, person, picture, shows, until, write } from "./support.mjs";

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

const selected = (page) => page.locator("[data-task].selected .title").allInnerTexts();
const bar = (page) => page.getByRole("toolbar", { name: "Selected cards" });

test("several cards are selected and moved, dated and undone in one go, and done again", async () => {
  const path = await server.board("Together", ["One", "Two", "Three", "Four"]);
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, path);
  await card(page, "One").focus();
  await page.keyboard.press("x");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("x");
  await until("two to be selected", async () => (await selected(page)).map((title) => title.trim()).join() === "One,Three");
  await bar(page).getByText("2 cards").waitFor();
  await page.keyboard.press("m");
  await page.getByRole("combobox").fill("doing top");
  await page.keyboard.press("Enter");
  await shows(page, 1, ["One", "Three"]);
  await shows(page, 0, ["Two", "Four"]);
  await page.keyboard.press("d");
  await page.getByRole("dialog", { name: /these 2 cards/ }).getByRole("button", { name: "Tomorrow" }).click();
  for (const title of ["One", "Three"]) await until(`the date of ${title}`, () => card(page, title).getByText("Tomorrow").count());
  await page.keyboard.press("Control+z");
  for (const title of ["One", "Three"]) await until(`no date of ${title}`, async () => (await card(page, title).getByText("Tomorrow").count()) === 0);
  await page.keyboard.press("Control+z");
  await shows(page, 0, ["One", "Two", "Three", "Four"]);
  await page.keyboard.press("Control+Shift+z");
  await shows(page, 1, ["One", "Three"]);
  await page.keyboard.press("Control+y");
  await until("the date again", () => card(page, "Three").getByText("Tomorrow").count());
  await page.keyboard.press("Escape");
  await bar(page).waitFor({ state: "detached" });
  // A change of one's own ends what could be done again.
  await page.keyboard.press("Control+z");
  await card(page, "Two").focus();
  await page.keyboard.press("p");
  await page.getByRole("combobox").fill("high");
  await page.keyboard.press("Enter");
  await card(page, "Two").getByRole("img", { name: "Priority: High" }).waitFor();
  await page.keyboard.press("Control+y");
  await page.getByText("Nothing to redo").waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("every key that the list of shortcuts names does what it says", async () => {
  const path = await server.board("Named", ["One", "Two"]);
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, path);
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await dialog.waitFor();
  const keys = (await dialog.locator("dt").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  for (const wanted of ["x", "d", "g b", "Ctrl Z", "Ctrl Shift Z", "m", "a", "t", "p", "c", "/", "?"]) assert.ok(keys.map((key) => key.replace(/ /g, "")).includes(wanted.replace(/ /g, "")), `${wanted} is missing in ${keys}`);
  await page.keyboard.press("Escape");
  await card(page, "One").focus();
  for (const [key, name] of [["m", /^Move “One”/], ["a", /^Assign “One”/], ["t", /^Labels of “One”/], ["p", /^Priority of “One”/], ["d", /^When is “One” due/]]) {
    await page.keyboard.press(key);
    await page.getByRole("dialog", { name }).waitFor();
    await page.keyboard.press("Escape");
    await until("the dialog to close", async () => (await page.getByRole("dialog").count()) === 0);
  }
  // Where somebody types, they are letters.
  await page.keyboard.press("c");
  await write(page, "xdgb");
  assert.equal(await page.getByLabel("Title of the new card").inputValue(), "xdgb");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await page.getByRole("heading", { name: "Boards", exact: true }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("what is typed while a dialog is on its way is not for the board", async () => {
  const path = await server.board("Slow dialog", ["One"]);
  const { page, context } = await person(browser, server, ANA);
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(/TaskPicker.*\.js/, async (route) => {
    await held;
    await route.fallback();
  });
  await open(page, path);
  await card(page, "One").focus();
  await page.keyboard.press("m");
  await page.keyboard.press("d");
  release();
  await page.getByRole("dialog", { name: /^Move “One”/ }).waitFor();
  assert.equal(await page.getByRole("dialog").count(), 1);
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`the selection and its bar, ${size}, ${theme}`, async () => {
      const path = await server.board("Looks", ["Write the invitation", "Book the hall", "Order the cake"]);
      const { page, context } = await person(browser, server, ANA, { viewport, theme });
      await open(page, path);
      for (const title of ["Write the invitation", "Order the cake"]) {
        await card(page, title).focus();
        await page.keyboard.press("x");
      }
      await bar(page).waitFor();
      await calm(page);
      const box = await bar(page).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= viewport.width, "the bar fits");
      await page.screenshot({ path: picture(`selection-${size}-${theme}`) });
      await page.keyboard.press("d");
      await page.getByRole("dialog").waitFor();
      await calm(page);
      await page.screenshot({ path: picture(`due-${size}-${theme}`) });
      await context.close();
    });
  }
}
