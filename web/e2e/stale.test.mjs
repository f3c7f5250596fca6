// The server cannot reach its storage, or a node goes away: said calmly or not at all, and it passes by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, DESKTOP, PHONE, Server, between, calm, launch, live, open, person, picture, shows, stayed, until, write } from "./support.mjs";

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

const tops = (page) => page.locator("[data-task]").evaluateAll((cards) => cards.map((each) => each.getBoundingClientRect().top));

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`R50 a stale board says so without moving anything, and recovers, ${size}, ${theme}`, async () => {
      const path = await server.board("Stale", ["One", "Two"]);
      const { page, context, errors } = await person(browser, server, ANA, { viewport, theme });
      const wire = await between(page);
      await open(page, path);
      // The connection may be quicker than the cards.
      await shows(page, 0, ["One", "Two"]);
      await calm(page);
      const before = await tops(page);
      const topic = `board:${path.split("/").at(-1)}`;
      wire.say({ type: "stale", topic, stale: true });
      await page.getByText("Not up to date.").waitFor();
      await calm(page);
      await page.screenshot({ path: picture(`stale-${size}-${theme}`) });
      assert.deepEqual(await tops(page), before);
      wire.say({ type: "stale", topic, stale: false });
      await until("the banner to go", async () => (await page.getByText("Not up to date.").count()) === 0);
      await live(page);
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}

test("R51 a node that goes away is left as it asks, without a word, and nothing is lost", async () => {
  const path = await server.board("Goaway", ["One"]);
  const { page, context, errors } = await person(browser, server, ANA);
  const wire = await between(page);
  await open(page, path);
  await page.evaluate(() => {
    window.pills = new Set();
    new MutationObserver(() => window.pills.add(document.querySelector(".pill").className)).observe(document.querySelector("header"), { subtree: true, childList: true, attributes: true, characterData: true });
  });
  wire.say({ type: "goaway", reconnect_after_ms: 1_200 });
  await wire.close(4410);
  await page.locator("[data-column]").first().getByRole("button", { name: "Add card", exact: true }).last().click();
  await write(page, "Meanwhile");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await until("the number that only the server gives", () => page.getByText("E2E-2").count());
  await shows(page, 0, ["One", "Meanwhile"]);
  await live(page);
  const pills = await page.evaluate(() => [...window.pills]);
  assert.ok(!pills.some((pill) => /offline|stopped/.test(pill)), pills.join(", "));
  assert.equal(await stayed(page), true);
  assert.deepEqual(errors, []);
  await context.close();
});
