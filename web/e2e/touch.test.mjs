// A finger: a long press takes a card and carries it, also over the edge of the screen; anything quicker scrolls or opens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, PHONE, Server, card, column, launch, open, person, picture, shows, titles, until } from "./support.mjs";

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

/** Touches as the browser gets them from the glass. */
async function finger(page) {
  const session = await page.context().newCDPSession(page);
  let place = { x: 0, y: 0 };
  const say = (type, touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  return {
    async down(x, y) {
      place = { x, y };
      await say("touchStart", [place]);
    },
    async move(x, y, steps = 8) {
      const from = place;
      for (let step = 1; step <= steps; step += 1) {
        place = { x: from.x + ((x - from.x) * step) / steps, y: from.y + ((y - from.y) * step) / steps };
        await say("touchMove", [place]);
      }
    },
    up: () => say("touchEnd", []),
  };
}

const inHand = (page) => page.locator(".in-hand");
const middle = async (locator) => {
  const box = await locator.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, bottom: box.y + box.height };
};

test("a long press carries a card within its column and into the next, and the other sees it", async () => {
  const path = await server.board("Touch", ["One", "Two", "Three"]);
  const ana = await person(browser, server, ANA, { viewport: PHONE });
  const ben = await person(browser, server, BEN);
  await Promise.all([open(ana.page, path), open(ben.page, path)]);
  const touch = await finger(ana.page);

  const one = await middle(card(ana.page, "One"));
  const three = await middle(card(ana.page, "Three"));
  await touch.down(one.x, one.y);
  await until("the card to be in the hand", () => inHand(ana.page).count());
  await touch.move(three.x, three.bottom - 6);
  await ana.page.screenshot({ path: picture("touch-phone-carrying") });
  assert.equal(await column(ana.page, 0).locator(".line").count(), 1);
  await touch.up();
  await shows(ana.page, 0, ["Two", "Three", "One"]);
  await shows(ben.page, 0, ["Two", "Three", "One"]);
  assert.equal(await inHand(ana.page).count(), 0);
  assert.equal(new URL(ana.page.url()).search, "", "the card did not open");

  const two = await middle(card(ana.page, "Two"));
  await touch.down(two.x, two.y);
  await until("the card to be in the hand", () => inHand(ana.page).count());
  await touch.move(PHONE.width - 4, two.y);
  // Held at the edge, the columns go on by themselves.
  await until("the next column to come", async () => (await column(ana.page, 1).boundingBox()).x < 120);
  const next = await column(ana.page, 1).boundingBox();
  await touch.move(Math.min(PHONE.width / 2, next.x + 120), two.y);
  await touch.up();
  await shows(ben.page, 1, ["Two"]);
  await shows(ben.page, 0, ["Three", "One"]);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await Promise.all([ana.context.close(), ben.context.close()]);
});

test("a swipe scrolls and takes nothing, a tap opens, and a carried card does not scroll the list", async () => {
  const names = Array.from({ length: 24 }, (_, at) => `Card ${String(at + 1).padStart(2, "0")}`);
  const path = await server.board("Swipe", names);
  const { page, context, errors } = await person(browser, server, ANA, { viewport: PHONE });
  await open(page, path);
  const scrolled = () => column(page, 0).locator(".scroller").evaluate((list) => list.scrollTop);
  const touch = await finger(page);

  const start = await middle(card(page, "Card 06"));
  await touch.down(start.x, start.y);
  await touch.move(start.x, start.y - 260, 12);
  await touch.up();
  await until("the list to scroll", async () => (await scrolled()) > 100);
  assert.equal(await inHand(page).count(), 0);
  await column(page, 0).locator(".scroller").evaluate((list) => {
    list.scrollTop = 0;
  });
  await until("the list to be at its top", async () => (await scrolled()) === 0);

  const third = await middle(card(page, "Card 03"));
  await touch.down(third.x, third.y);
  await until("the card to be in the hand", () => inHand(page).count());
  await touch.move(third.x, third.y + 130, 12);
  // A pixel may be the list's own; the finger went 130.
  assert.ok((await scrolled()) < 20, "nothing scrolls under it");
  await touch.up();
  await until("it to stand lower", async () => (await titles(page, 0)).map((title) => title.trim()).indexOf("Card 03") >= 3);

  const first = await middle(card(page, "Card 01"));
  await touch.down(first.x, first.y);
  await touch.up();
  await page.getByLabel("Title").waitFor();
  assert.equal(await page.getByLabel("Title").inputValue(), "Card 01");
  assert.deepEqual(errors, []);
  await context.close();
});
