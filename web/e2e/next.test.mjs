// What to do next: in order and with its reasons, from the header, the palette and by keys; it stays true, and shows nothing that was taken away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, calm, launch, live, open, person, until } from "./support.mjs";

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

const DAY = 86_400_000_000;
const titles = async (page) => (await page.locator("main .card .title").allInnerTexts()).map((title) => title.trim());
const chips = async (page, title) => (await page.locator("main .card").filter({ hasText: title }).locator(".reason").allInnerTexts()).map((chip) => chip.trim());

/** Two boards of Ana's with cards of Ben's; the second is private. */
async function boards() {
  const ana = await server.rest(ANA);
  const ben = await server.rest(BEN);
  const org = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo").org_id;
  const made = [];
  for (const [name, key, visibility] of [["Launch", "LAU", "organization"], ["Payroll", "PAY", "private"]]) {
    const board = await ana.call("POST", `/orgs/${org}/boards`, { name, key, visibility, template: "kanban" });
    const base = `/orgs/${org}/boards/${board.board_id}`;
    const [first, active] = [...board.columns].sort((a, b) => (a.rank < b.rank ? -1 : 1));
    made.push({ base, first: first.column_id, active: active.column_id });
  }
  const [launch_board, payroll] = made;
  await ana.call("PUT", `${payroll.base}/members/${ben.account_id}`, { role: "editor" });
  const add = async (board, title, more = {}) => {
    const task = await ana.call("POST", `${board.base}/tasks`, { column_id: board.first, title, assignees: [ben.account_id], ...more });
    return task.task_id;
  };
  return { ana, ben, launch_board, payroll, add };
}

test("what comes next says why, leads to its card and goes on when that is done", async () => {
  const { ana, ben, launch_board, payroll, add } = await boards();
  const { page, context, errors } = await person(browser, server, BEN);
  await live(page);
  await page.getByRole("link", { name: "Next", exact: true }).click();
  await page.getByRole("heading", { name: "Next", exact: true }).waitFor();
  await until("the first answer", async () => (await page.locator("[aria-busy=true]").count()) === 0);

  const now = Date.now() * 1_000;
  await add(launch_board, "Book the room");
  const press = await add(launch_board, "Write the press release", { priority: "urgent", due: { at: now + 2 * DAY, has_time: true } });
  const quote = await add(launch_board, "Get the quote", { priority: "low" });
  await ana.call("POST", `${launch_board.base}/tasks/${quote}/depend`, { kind: "blocks", other_id: press });
  const pay = await add(payroll, "Pay the freelancers", { priority: "high", due: { at: now - 3 * DAY, has_time: true } });
  const wanted = ["Pay the freelancers", "Get the quote", "Book the room", "Write the press release"];
  // The page asks again when the window gets the focus.
  await until("the cards in their order", async () => {
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    const mine = (await titles(page)).filter((title) => wanted.includes(title));
    return JSON.stringify(mine) === JSON.stringify(wanted) || Promise.reject(new Error(mine.join(", ")));
  });
  assert.deepEqual(await chips(page, "Pay the freelancers"), ["Overdue by 3 days", "High priority"]);
  assert.ok((await chips(page, "Get the quote"))[0].startsWith("1 card waits for it · 1 urgent"));
  assert.ok((await chips(page, "Write the press release")).includes("Waits for LAU-3"));
  assert.equal(await page.getByRole("region", { name: "Waiting for other cards" }).getByRole("link").count(), 1);
  await look(page, "next-desktop");

  await page.locator("main .card").filter({ hasText: "Pay the freelancers" }).click();
  await until("its panel", async () => (await page.getByLabel("Title", { exact: true }).inputValue()) === "Pay the freelancers");
  assert.match(page.url(), new RegExp(`${payroll.base}\\?task=${pay}`));
  await ben.call("POST", `${payroll.base}/tasks/${pay}/complete`, {});
  // By keys from a board, and by the palette.
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.getByRole("heading", { name: "Next", exact: true }).waitFor();
  await until("what was done to be gone", async () => {
    await page.getByRole("button", { name: "Load again" }).click();
    const shown = await titles(page);
    return shown.includes("Get the quote") && !shown.includes("Pay the freelancers");
  });
  await open(page, launch_board.base);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("what to do next");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Next", exact: true }).waitFor();

  // A board that is taken away takes its cards with it.
  await add(payroll, "Raise the salaries", { priority: "urgent" });
  await until("the new card", async () => {
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    return (await titles(page)).includes("Raise the salaries");
  });
  await ana.call("DELETE", `${payroll.base}/members/${ben.account_id}`);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await until("the card to be gone", async () => !(await titles(page)).includes("Raise the salaries"));
  await calm(page);
  assert.deepEqual(errors, []);
  await context.close();
});

test("on a phone, in German, with nothing to do, and when the server does not answer", async () => {
  const cid = await server.join("Cid Nolan", "cid@demo.lockstep");
  assert.ok(cid.account_id);
  const { page, context } = await person(browser, server, "cid@demo.lockstep", { viewport: PHONE });
  await page.getByRole("link", { name: "Next", exact: true }).click();
  await page.getByRole("heading", { name: "Nothing to do" }).waitFor();
  await look(page, "next-empty-phone");
  await page.route("**/api/v1/me/next*", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", json: { code: "unavailable", status: 503, temporary: true, title: "", detail: "", type: "" } }));
  await page.getByRole("button", { name: "Load again" }).click();
  await page.getByRole("alert").getByRole("button", { name: "Try again" }).waitFor();
  await page.unroute("**/api/v1/me/next*");
  await page.getByRole("alert").getByRole("button", { name: "Try again" }).click();
  await until("it to be as it was", async () => (await page.getByRole("alert").count()) === 0);
  await context.close();

  const ben = await person(browser, server, BEN, { viewport: PHONE, theme: "dark" });
  await ben.page.evaluate(() => localStorage.setItem("lockstep.language", "de"));
  await ben.page.goto("/next");
  await ben.page.getByRole("heading", { name: "Als Nächstes", exact: true }).waitFor();
  await ben.page.locator("main .card").first().waitFor();
  await look(ben.page, "next-phone");
  assert.deepEqual(ben.errors, []);
  await ben.context.close();
});
