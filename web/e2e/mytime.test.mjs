// My time: over all boards, by day, board and card, as a table; it follows the timer, and shows nothing that was taken away.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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

const focus = (page) => page.evaluate(() => window.dispatchEvent(new Event("focus")));
const total = (page) => page.locator("main .total strong");
/** What a region says of each thing: `Launch 1:00 h`. */
const shares = async (page, name) => (await page.getByRole("region", { name, exact: true }).getByRole("listitem").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());

/** Two boards of Ana's with time of Ben's; the second is private. */
async function boards() {
  const ana = await server.rest(ANA);
  const ben = await server.rest(BEN);
  const org = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo").org_id;
  const made = [];
  for (const [name, key, visibility] of [["Launch", "LAU", "organization"], ["Payroll", "PAY", "private"]]) {
    const board = await ana.call("POST", `/orgs/${org}/boards`, { name, key, visibility, template: "kanban" });
    const base = `/orgs/${org}/boards/${board.board_id}`;
    const [first] = [...board.columns].sort((a, b) => (a.rank < b.rank ? -1 : 1));
    if (visibility === "private") await ana.call("PUT", `${base}/members/${ben.account_id}`, { role: "editor" });
    const task = await ana.call("POST", `${base}/tasks`, { column_id: first.column_id, title: `Work on ${name}` });
    made.push({ base, task: task.task_id, path: `${base}/tasks/${task.task_id}` });
  }
  return { ana, ben, made };
}

test("what somebody has worked is of all boards, follows the timer, and goes with a board that is taken away", async () => {
  const { ana, ben, made: [first, second] } = await boards();
  const { page, context, errors } = await person(browser, server, BEN);
  await live(page);
  await page.getByRole("link", { name: "My time" }).click();
  await page.getByRole("heading", { name: "No time in these days" }).waitFor();
  // At noon of the day: of this week whatever the hour of the test.
  const noon = await page.evaluate(() => new Date().setHours(12, 0, 0, 0) * 1_000);
  const log = (who, { path }, started_at, duration_s, note) => who.call("POST", `${path}/time`, { started_at, duration_s, note });
  await log(ben, first, noon - 43_200_000_000, 3_600, "Drafts");
  await log(ben, second, noon - 43_200_000_000, 5_400, "=SUM(A1)");
  await log(ana, first, noon - 43_200_000_000, 600, "Not mine");
  await until("both", async () => {
    await focus(page);
    return (await total(page).innerText()) === "2:30 h";
  });
  assert.deepEqual(await shares(page, "Boards"), ["Payroll 1:30 h", "Launch 1:00 h"]);
  assert.deepEqual(await shares(page, "Cards"), ["PAY-1 Work on Payroll 1:30 h", "LAU-1 Work on Launch 1:00 h"]);
  const day = page.locator("details");
  assert.equal(await day.count(), 1);
  await day.locator("summary").focus();
  await page.keyboard.press("Enter");
  await day.getByText("Launch · Drafts").waitFor();
  await look(page, "mytime-desktop");

  // Other days, by the address too; the way back leads to the days before.
  await page.getByRole("link", { name: "Last month", exact: true }).click();
  await page.getByRole("heading", { name: "No time in these days" }).waitFor();
  assert.match(page.url(), /range=last_month/);
  await page.goBack();
  await until("this week again", async () => (await total(page).innerText()) === "2:30 h");
  await page.getByLabel("From", { exact: true }).fill("2026-01-05");
  await until("the days of one's own", async () => page.url().includes("from=2026-01-05") && (await total(page).innerText()) === "2:30 h");
  await page.reload();
  await until("the same days", async () => (await page.getByLabel("From", { exact: true }).inputValue()) === "2026-01-05" && (await total(page).innerText()) === "2:30 h");
  const [table] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as CSV" }).click()]);
  const lines = (await readFile(await table.path(), "utf8")).trim().split(/\r?\n/);
  assert.equal(lines.length, 3);
  assert.ok(lines.some((line) => line.includes("\"'=SUM(A1)\"")), lines.join("\n"));

  // The timer that ends here and on another device.
  await page.goto("/time");
  for (const device of ["here", "elsewhere"]) {
    const [, org_id, board_id, task_id] = /orgs\/(.+)\/boards\/(.+)\/tasks\/(.+)$/.exec(first.path);
    await ben.call("POST", "/me/timer", { org_id, board_id, task_id });
    const pill = page.getByRole("region", { name: "Running timer" });
    await pill.waitFor();
    if (device === "here") await pill.getByRole("button", { name: "Stop", exact: true }).click();
    else await ben.call("POST", "/me/timer/stop", { note: "Elsewhere" });
    await page.getByText(device === "here" ? "3 entries" : "4 entries").waitFor();
  }

  // By keys from a board, and by the palette.
  await open(page, first.base);
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.getByRole("heading", { name: "My time", exact: true }).waitFor();
  await open(page, first.base);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("my time");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "My time", exact: true }).waitFor();
  await page.getByRole("region", { name: "Cards" }).getByRole("link", { name: /Work on Payroll/ }).click();
  await until("its panel", async () => (await page.getByLabel("Title", { exact: true }).inputValue()) === "Work on Payroll");

  await ana.call("DELETE", `${second.base}/members/${ben.account_id}`);
  await page.goto("/time");
  await until("nothing of the board", async () => {
    await focus(page);
    const text = await page.locator("main").innerText();
    return text.includes("Launch") && !text.includes("Payroll");
  });
  await calm(page);
  assert.deepEqual(errors, []);
  await context.close();
});

test("on a phone, in German, in the dark, and when the server does not answer", async () => {
  const { page, context, errors } = await person(browser, server, BEN, { viewport: PHONE, theme: "dark" });
  await page.evaluate(() => localStorage.setItem("lockstep.language", "de"));
  await page.goto("/");
  await page.getByRole("button", { name: /Ben Okafor/ }).click();
  await page.getByRole("menuitem", { name: "Meine Zeit" }).click();
  await page.getByRole("heading", { name: "Meine Zeit", exact: true }).waitFor();
  await total(page).waitFor();
  await page.locator("summary").first().click();
  await look(page, "mytime-phone");
  assert.ok(await page.evaluate(() => document.querySelector(".page").scrollWidth <= innerWidth), "nothing stands beyond the edge");
  assert.deepEqual(errors, []);
  await page.route("**/api/v1/me/time*", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", json: { code: "unavailable", status: 503, temporary: true, title: "", detail: "", type: "" } }));
  await focus(page);
  await page.getByRole("alert").getByRole("button").waitFor();
  await page.unroute("**/api/v1/me/time*");
  await page.getByRole("alert").getByRole("button").click();
  await until("it to be as it was", async () => (await page.getByRole("alert").count()) === 0);
  await context.close();
});
