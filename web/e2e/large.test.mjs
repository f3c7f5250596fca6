// A board of 5,000 cards: few of them are mounted, typing and scrolling stay quick, and a card far below can be dropped on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, Server, card, column, launch, live, person, picture, until, write } from "./support.mjs";

const LISTS = 5;
const CARDS_PER_LIST = 1_000;
const MOUNTED_MAX = 150;
/** The goal is 50 ms on an idle machine; this leaves room for a busy one, beside what a field on an empty page takes there. Printed, so that a worse figure is seen. */
const INPUT_P95_MS_MAX = 150;
const TYPED = "Typing on a large board";

let server;
let browser;
before(async () => {
  server = await new Server().start();
  await server.kill();
  await server.importTrello(large());
  await server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A board as Trello exports one. */
function large() {
  const id = (kind, at) => `5ca3d9${kind}${String(at).padStart(17, "0")}`;
  const lists = Array.from({ length: LISTS }, (_, at) => ({ id: id("a", at), name: `List ${at + 1}`, closed: false, pos: at + 1, idBoard: id("0", 0) }));
  const cards = lists.flatMap((list, at) =>
    Array.from({ length: CARDS_PER_LIST }, (_, row) => ({
      id: id("c", at * CARDS_PER_LIST + row), name: `Card ${at + 1}-${row + 1} ${"with some more words ".repeat(row % 4)}`.trim(), desc: "", closed: false,
      idList: list.id, idBoard: id("0", 0), pos: row + 1, idMembers: [], idLabels: [], labels: [], idChecklists: [], due: null, dueComplete: false,
    })),
  );
  return { id: id("0", 0), name: "Large", desc: "", closed: false, prefs: { permissionLevel: "org" }, labels: [], lists, cards, members: [], memberships: [], checklists: [], actions: [] };
}

const watchInput = (page) =>
  page.evaluate(() => {
    window.inputs = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === "keydown" || entry.name === "input") window.inputs.push(entry.duration);
    }).observe({ type: "event", durationThreshold: 16, buffered: true });
  });
async function inputP95(page) {
  const slow = (await page.evaluate(() => window.inputs)).sort((a, b) => a - b);
  // Events under 16 ms are not reported at all.
  const all = [...Array(Math.max(0, TYPED.length * 2 - slow.length)).fill(16), ...slow];
  return all[Math.floor(all.length * 0.95)] ?? 0;
}

test("5,000 cards: at most 150 mounted, and the keyboard stays quick", async (t) => {
  const { page, context, errors } = await person(browser, server, ANA);
  await page.getByRole("link", { name: /Large/ }).waitFor();
  const begun = performance.now();
  await page.getByRole("link", { name: /Large/ }).click();
  await card(page, "Card 1-1").first().waitFor();
  t.diagnostic(`first cards after ${Math.round(performance.now() - begun)} ms`);
  await live(page);
  const mounted = () => page.locator("[data-task]").count();
  assert.ok((await mounted()) <= MOUNTED_MAX, `${await mounted()} mounted`);
  assert.equal(await column(page, 0).locator("[aria-setsize]").first().getAttribute("aria-setsize"), String(CARDS_PER_LIST));
  await page.screenshot({ path: picture("large") });

  const frames = await page.evaluate(async () => {
    const scroller = document.querySelector(".scroller");
    const times = [];
    for (let step = 0; step < 60; step += 1) {
      const from = performance.now();
      scroller.scrollTop += 700;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - from);
    }
    return times.sort((a, b) => a - b);
  });
  t.diagnostic(`scrolling: two frames take p50 ${Math.round(frames[30])}, p95 ${Math.round(frames[57])} ms`);
  assert.ok((await mounted()) <= MOUNTED_MAX, `${await mounted()} mounted after scrolling`);

  const empty = await context.newPage();
  await empty.setContent("<input autofocus>");
  await watchInput(empty);
  await write(empty, TYPED, { delay: 20 });
  const base = await inputP95(empty);
  await empty.close();
  await page.bringToFront();
  await watchInput(page);
  await column(page, 1).getByRole("button", { name: "Add card", exact: true }).last().click();
  await write(page, TYPED, { delay: 20 });
  await page.keyboard.press("Enter");
  await until("the new card", () => card(page, TYPED).count());
  const p95 = await inputP95(page);
  t.diagnostic(`typing: p95 ${p95} ms, on an empty page ${base} ms`);
  assert.ok(p95 <= INPUT_P95_MS_MAX + base, `typing takes ${p95} ms, on an empty page ${base} ms`);
  assert.ok((await mounted()) <= MOUNTED_MAX);
  assert.deepEqual(errors, []);
  await context.close();
});

test("5,000 cards in rows and filtered: as few mounted, and typing the filter stays quick", async (t) => {
  const { page, context, errors } = await person(browser, server, ANA);
  await page.getByRole("link", { name: /Large/ }).click();
  await card(page, "Card 1-1").first().waitFor();
  await live(page);
  const mounted = () => page.locator("[data-task]").count();
  await page.getByRole("button", { name: /^Rows/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "Priority", exact: true }).click();
  const none = page.getByRole("region", { name: "None", exact: true });
  await none.locator("[aria-setsize]").first().waitFor();
  const frames = await page.evaluate(async () => {
    const scroller = document.querySelector(".rows");
    const times = [];
    for (let step = 0; step < 60; step += 1) {
      const from = performance.now();
      scroller.scrollTop += 700;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - from);
    }
    return times.sort((a, b) => a - b);
  });
  t.diagnostic(`scrolling rows: two frames take p50 ${Math.round(frames[30])}, p95 ${Math.round(frames[57])} ms; ${await mounted()} mounted`);
  assert.ok((await mounted()) <= MOUNTED_MAX, `${await mounted()} mounted in rows`);
  const far = await page.evaluate(() => Number(document.querySelector("[data-task]")?.closest("[aria-posinset]")?.getAttribute("aria-posinset")));
  assert.ok(far > 100, `what is mounted is where one looks: ${far}`);
  await page.screenshot({ path: picture("large-rows") });
  await page.evaluate(() => document.querySelector(".rows").scrollTo(0, 0));
  const empty = await context.newPage();
  await empty.setContent("<input autofocus>");
  await watchInput(empty);
  await write(empty, TYPED, { delay: 20 });
  const base = await inputP95(empty);
  await empty.close();
  await page.bringToFront();
  await page.getByRole("searchbox", { name: "Filter cards" }).focus();
  await watchInput(page);
  await write(page, "card 3-77 some more w", { delay: 20 });
  const p95 = await inputP95(page);
  t.diagnostic(`typing a filter: p95 ${p95} ms, on an empty page ${base} ms`);
  await until("the filter to be met", async () => (await page.getByRole("region", { name: "What is shown" }).getByRole("status").innerText()).includes("hidden"));
  assert.ok(p95 <= 2 * INPUT_P95_MS_MAX + base, `typing a filter takes ${p95} ms, on an empty page ${base} ms`);
  assert.deepEqual(errors, []);
  await context.close();
});

test("5,000 cards in a table and a list: as few mounted, and rows keep up with scrolling", async (t) => {
  const { page, context, errors } = await person(browser, server, ANA);
  await page.getByRole("link", { name: /Large/ }).click();
  await card(page, "Card 1-1").first().waitFor();
  await live(page);
  for (const [layout, all] of [["Table", LISTS * CARDS_PER_LIST + 1], ["List", LISTS * CARDS_PER_LIST + LISTS]]) {
    await page.getByRole("button", { name: /^Layout/ }).click();
    const begun = performance.now();
    await page.getByRole("menuitemcheckbox", { name: layout, exact: true }).click();
    await page.locator("main.laid [data-task]").first().waitFor();
    t.diagnostic(`${layout}: first rows after ${Math.round(performance.now() - begun)} ms`);
    if (layout === "Table") assert.ok(Number(await page.getByRole("table").getAttribute("aria-rowcount")) >= all);
    else assert.ok(Number(await page.locator("main.laid").getByRole("listitem").first().getAttribute("aria-setsize")) >= all);
    const frames = await page.evaluate(async () => {
      const scroller = document.querySelector("main.laid .scroller");
      const times = [];
      for (let step = 0; step < 60; step += 1) {
        const from = performance.now();
        scroller.scrollTop += 700;
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - from);
      }
      return times.sort((a, b) => a - b);
    });
    t.diagnostic(`${layout}, scrolling: two frames take p50 ${Math.round(frames[30])}, p95 ${Math.round(frames[57])} ms`);
    const mounted = await page.locator("main.laid [data-task]").count();
    assert.ok(mounted > 0 && mounted <= MOUNTED_MAX, `${mounted} mounted`);
    await until("rows where one looks", () => page.evaluate(() => {
      const box = document.querySelector("main.laid .scroller").getBoundingClientRect();
      return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)?.closest("[data-row]") !== null;
    }));
  }
  // To the end by one key: the row is scrolled to, and has the focus.
  await page.locator("main.laid [data-task]").first().focus();
  await page.keyboard.press("End");
  await until("the last row", () => page.evaluate((title) => document.activeElement?.textContent?.includes(title), `Card ${LISTS}-${CARDS_PER_LIST}`));
  assert.deepEqual(errors, []);
  await context.close();
});
