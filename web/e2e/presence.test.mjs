// Others on the board are seen where they are: the card they read, write on or hold. Nothing moves because of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, DESKTOP, PHONE, Server, WAIT_MS, calm, card, column, launch, open, person, picture, shows, until } from "./support.mjs";

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

const face = (page, title, does) => card(page, title).getByRole("img", { name: does });
const boxes = (page) => page.locator("[data-task]").evaluateAll((cards) => cards.map((each) => [each.dataset.task, each.offsetWidth, each.offsetHeight, each.getBoundingClientRect().top]));

test("who reads, writes and holds a card is seen on it, and no card moves for that", async () => {
  const path = await server.board("Together", ["Read me", "Write on me", "Hold me", "Leave me"]);
  const ana = await person(browser, server, ANA);
  const watchers = [];
  for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    for (const theme of ["light", "dark"]) watchers.push({ name: `presence-${size}-${theme}`, ...(await person(browser, server, BEN, { viewport, theme })) });
  }
  await Promise.all([open(ana.page, path), ...watchers.map(({ page }) => open(page, path))]);
  const [ben] = watchers;
  for (const { page } of watchers) await shows(page, 0, ["Read me", "Write on me", "Hold me", "Leave me"]);
  await calm(ben.page);
  const before = await boxes(ben.page);

  await card(ana.page, "Read me").click();
  await face(ben.page, "Read me", /Ana.* has it open/).waitFor();
  await ana.page.keyboard.press("Escape");
  await card(ana.page, "Write on me").click();
  await ana.page.getByLabel("Write a comment").pressSequentially("Well", { delay: 20 });
  await face(ben.page, "Write on me", /is typing here/).waitFor();
  for (const { page, name } of watchers) {
    await calm(page);
    await page.screenshot({ path: picture(`${name}-typing`) });
  }
  await face(ben.page, "Read me", /open/).waitFor({ state: "detached" });
  await ana.page.getByRole("button", { name: "Close card" }).click();

  await calm(ana.page);
  const start = await card(ana.page, "Hold me").boundingBox();
  const over = await column(ana.page, 1).locator(".scroller").boundingBox();
  await ana.page.mouse.move(start.x + 40, start.y + 15);
  await ana.page.mouse.down();
  await ana.page.mouse.move(start.x + 50, start.y + 22, { steps: 3 });
  await ana.page.mouse.move(over.x + 90, over.y + 20, { steps: 6 });
  await face(ben.page, "Hold me", /Ana.* is moving it/).waitFor();
  await until("the card to hover over the other column", () => column(ben.page, 1).locator(".ghost").getByText("Hold me").count());
  assert.deepEqual(await boxes(ben.page), before, "nothing moved");
  for (const { page, name } of watchers) {
    await ana.page.mouse.move(over.x + 90, over.y + 20 + Math.random() * 4, { steps: 2 });
    await calm(page);
    await page.screenshot({ path: picture(`${name}-holding`) });
  }
  await ana.page.mouse.move(over.x + 90, over.y + 24);
  await ana.page.mouse.up();
  await shows(ben.page, 1, ["Hold me"]);
  // At once, not when the moment has passed.
  await until("the hand to be gone", async () => (await ben.page.locator(".ghost").count()) === 0 && (await face(ben.page, "Hold me", /moving/).count()) === 0, WAIT_MS / 4);
  assert.deepEqual([...ana.errors, ...watchers.flatMap(({ errors }) => errors)], []);
  for (const each of [ana, ...watchers]) await each.context.close();
});
