// A finger: a long press takes a card and carries it, also over the edge of the screen; anything quicker scrolls or opens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, PHONE, Server, calm, card, column, launch, open, person, picture, shows, titles, until } from "./support.mjs";

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
    /** Down, along and up, as quickly as a hand does it: whoever waits for each answer may hold for too long on a slow machine. */
    quick(x, y, along = []) {
      return Promise.all([say("touchStart", [{ x, y }]), ...along.map((point) => say("touchMove", [point])), say("touchEnd", [])]);
    },
  };
}

/** Until what scrolls has come to rest. */
const still = (scroller, side) =>
  scroller.evaluate(async (element, of) => {
    for (let last, same = 0; same < 8; last = element[of]) {
      await new Promise(requestAnimationFrame);
      same = element[of] === last ? same + 1 : 0;
    }
  }, side);
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

  await calm(ana.page);
  const one = await middle(card(ana.page, "One"));
  const three = await middle(card(ana.page, "Three"));
  await touch.down(one.x, one.y);
  await until("the card to be in the hand", () => inHand(ana.page).count());
  await touch.move(three.x, three.bottom - 6);
  await ana.page.screenshot({ path: picture("touch-phone-carrying") });
  await until("the place to be shown", async () => (await column(ana.page, 0).locator(".line").count()) === 1);
  await touch.up();
  await shows(ana.page, 0, ["Two", "Three", "One"]);
  await shows(ben.page, 0, ["Two", "Three", "One"]);
  await inHand(ana.page).waitFor({ state: "detached" });
  assert.equal(new URL(ana.page.url()).search, "", "the card did not open");

  await calm(ana.page);
  const two = await middle(card(ana.page, "Two"));
  await touch.down(two.x, two.y);
  await until("the card to be in the hand", () => inHand(ana.page).count());
  await touch.move(PHONE.width - 4, two.y);
  // Held at the edge, the columns go on by themselves.
  await until("the next column to come", async () => (await column(ana.page, 1).boundingBox()).x < 120);
  await touch.move(PHONE.width / 2, two.y, 1);
  // However far they went on meanwhile: where the finger is now counts.
  await still(ana.page.locator(".columns"), "scrollLeft");
  const under = await ana.page.evaluate((x) => [...document.querySelectorAll("[data-column]")].findIndex((each) => each.getBoundingClientRect().left <= x && each.getBoundingClientRect().right >= x), PHONE.width / 2);
  assert.ok(under > 0, `over column ${under}`);
  await touch.up();
  await shows(ben.page, under, ["Two"]);
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
  await touch.quick(start.x, start.y, Array.from({ length: 12 }, (_, step) => ({ x: start.x, y: start.y - (260 * (step + 1)) / 12 })));
  await until("the list to scroll", async () => (await scrolled()) > 100);
  await still(column(page, 0).locator(".scroller"), "scrollTop");
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

  await calm(page);
  const first = await middle(card(page, "Card 01"));
  await touch.quick(first.x, first.y);
  await page.getByLabel("Title").waitFor();
  assert.equal(await page.getByLabel("Title").inputValue(), "Card 01");
  assert.deepEqual(errors, []);
  await context.close();
});
