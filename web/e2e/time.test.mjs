// Time: logged by hand and by the timer, one timer a person on all their devices, seen by the other at the board, and what it comes to.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, card, launch, open, person, until } from "./support.mjs";

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

const section = (page) => page.getByRole("region", { name: "Time", exact: true });
const pill = (page) => page.getByRole("region", { name: "Running timer" });

test("time is logged against the estimate by keyboard, put right and taken out, live for the other, and undone", async () => {
  const path = await server.board("Hours", ["Report"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  for (const { page } of [ana, ben]) {
    await open(page, path);
    await card(page, "Report").first().click();
    await section(page).waitFor();
  }
  await ana.page.getByRole("button", { name: "Estimate: None" }).click();
  await ana.page.getByRole("spinbutton", { name: "Hours" }).fill("3");
  await ana.page.getByRole("button", { name: "Save" }).click();

  await section(ana.page).getByRole("button", { name: "Log time" }).focus();
  await ana.page.keyboard.press("Enter");
  const form = ana.page.getByRole("form", { name: "Log time" });
  await form.getByLabel("Time spent").pressSequentially("soon");
  await ana.page.keyboard.press("Enter");
  await form.getByRole("alert").getByText("Write a time such as").waitFor();
  await form.getByLabel("Time spent").fill("1:30");
  await form.getByLabel("Day").fill("2026-01-05");
  await form.getByLabel("Began at").fill("09:00");
  await form.getByLabel("Note").fill("Drafts");
  await look(ana.page, "time-form");
  await ana.page.keyboard.press("Enter");
  for (const { page } of [ana, ben]) await section(page).getByText("1:30 h of 3:00 h").waitFor();
  await section(ben.page).getByText("Drafts").waitFor();
  await section(ben.page).getByText("Ana Lindqvist").waitFor();

  // Put right, taken out, and had back.
  await section(ana.page).getByRole("button", { name: "Change 1:30 h of Ana Lindqvist" }).click();
  const change = ana.page.getByRole("form", { name: "Change logged time" });
  await change.getByLabel("Time spent").fill("3,5");
  await change.getByRole("button", { name: "Save" }).click();
  await section(ben.page).getByText("3:30 h of 3:00 h").waitFor();
  await look(ana.page, "time-over");
  await section(ana.page).getByRole("button", { name: "Remove 3:30 h of Ana Lindqvist" }).click();
  await until("it is gone for both", async () => (await section(ben.page).getByText("Drafts").count()) === 0);
  await ana.page.getByRole("button", { name: "Undo" }).click();
  for (const { page } of [ana, ben]) await section(page).getByText("3:30 h of 3:00 h").waitFor();
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

test("one timer runs on all devices of a person, on every page, and the other sees who is working", async () => {
  const path = await server.board("Clock", ["First", "Second"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  const phone = await person(browser, server, ANA, { viewport: PHONE });
  for (const { page } of [ana, ben, phone]) await open(page, path);
  await card(ana.page, "First").first().click();
  await section(ana.page).getByRole("button", { name: "Start timer" }).click();
  await pill(ana.page).waitFor();
  await pill(phone.page).waitFor();
  assert.equal(await pill(ben.page).count(), 0);
  await card(ben.page, "First").getByText("Being worked on by Ana Lindqvist").waitFor({ state: "attached" });
  await card(ben.page, "First").first().click();
  await section(ben.page).getByText("Ana Lindqvist is working on this").waitFor();
  await until("the clock to run", async () => /0:00:0[1-9]/.test(await pill(ana.page).innerText()));
  await look(ana.page, "timer");
  await look(phone.page, "timer-phone");

  // On another page, and after a reload.
  await phone.page.goto(`${server.url}/account`);
  await pill(phone.page).waitFor();

  // On another card: what counts is stopped and logged first.
  await card(ana.page, "Second").first().click();
  await section(ana.page).getByRole("button", { name: "Stop and start here" }).click();
  await section(ben.page).getByText("0:01 h").first().waitFor();
  await until("nobody works on the first any more", async () => (await section(ben.page).getByText("is working on this").count()) === 0);
  await pill(phone.page).getByRole("button", { name: "Stop" }).click();
  await until("it is stopped everywhere", async () => (await pill(ana.page).count()) + (await pill(phone.page).count()) === 0);
  await section(ana.page).getByText("0:01 h").first().waitFor();

  // Thrown away, nothing is logged.
  await section(ana.page).getByRole("button", { name: "Start timer" }).click();
  await pill(ana.page).getByRole("button", { name: "Discard the timer" }).click();
  await ana.page.getByText("Timer discarded; nothing was logged").waitFor();
  assert.equal(await section(ana.page).getByRole("button", { name: /^Change / }).count(), 1);
  assert.deepEqual([...ana.errors, ...ben.errors, ...phone.errors], []);
  for (const { context } of [ana, ben, phone]) await context.close();
});

test("a timer ends with a note and when it was really over, by keyboard", async () => {
  const path = await server.board("Ends", ["Talk"]);
  const { page, errors, context } = await person(browser, server, ANA, { viewport: PHONE });
  await open(page, path);
  await card(page, "Talk").first().click();
  await section(page).getByRole("button", { name: "Start timer" }).click();
  await pill(page).getByRole("button", { name: "Note and end time" }).click();
  const form = page.getByRole("form", { name: "Note and end time" });
  // Before it began it was not over.
  const hours = (by) => {
    const at = new Date(Date.now() + by * 3_600_000);
    const two = (number) => String(number).padStart(2, "0");
    return { day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`, time: `${two(at.getHours())}:${two(at.getMinutes())}` };
  };
  const early = hours(-2);
  await form.getByLabel("Day").fill(early.day);
  await form.getByLabel("Ended at").fill(early.time);
  await form.getByRole("button", { name: "Stop" }).click();
  await form.getByRole("alert").getByText("The end has to be after the beginning").waitFor();
  await look(page, "timer-end-phone");
  assert.equal(await pill(page).count(), 1);
  const now = hours(0);
  await form.getByLabel("Day").fill(now.day);
  await page.keyboard.press("Escape");
  await pill(page).getByRole("button", { name: "Note and end time" }).click();
  await form.getByLabel("Note").fill("Talked it over");
  await page.keyboard.press("Enter");
  await until("it to be over", async () => (await pill(page).count()) === 0);
  await section(page).getByText("Talked it over").waitFor();
  assert.deepEqual(errors, []);
  await context.close();
  // Begun an hour ago, ended half an hour later.
  const ana = await server.rest(ANA);
  const { board_id, org_id } = (([, org_id, board_id]) => ({ org_id, board_id }))(path.match(/orgs\/([^/]+)\/boards\/([^/]+)/));
  const [task] = (await ana.call("GET", `${path}/tasks`)).items;
  const begun = await ana.call("POST", "/me/timer", { org_id, board_id, task_id: task.task_id });
  const refused = ana.call("POST", "/me/timer/stop", { ended_at: begun.timer.started_at - 1 });
  await assert.rejects(refused, /ended_at/);
  await ana.call("POST", "/me/timer/stop", { ended_at: begun.timer.started_at + 1, note: "Short" });
});

test("what the time of a board comes to, by people, cards and days, and as a table", async () => {
  const path = await server.board("Sums", ["Report", "Plain"]);
  const [ana, ben] = [await server.rest(ANA), await server.rest(BEN)];
  const tasks = (await ana.call("GET", `${path}/tasks`)).items;
  const report = tasks.find((task) => task.title === "Report");
  await ana.call("POST", `${path}/tasks/${report.task_id}/estimate`, { minutes: 60 });
  const noon = new Date();
  noon.setDate(1);
  noon.setHours(0, 30, 0, 0);
  const log = (who, task, hours, more = {}) => who.call("POST", `${path}/tasks/${task.task_id}/time`, { started_at: noon.getTime() * 1_000 - 30 * 86_400e6, duration_s: hours * 3_600, ...more });
  await log(ana, report, 1, { started_at: (noon.getTime() - 40 * 86_400_000) * 1_000 });
  await log(ben, report, 0.5);
  await log(ben, tasks.find((task) => task.title === "Plain"), 2);
  const { page, errors, context } = await person(browser, server, ANA);
  await open(page, path);
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Time" }).click();
  const dialog = page.getByRole("dialog", { name: "Time", exact: true });
  await dialog.getByText("No time was logged in these days.").waitFor();
  await dialog.getByRole("button", { name: "All time" }).click();
  const row = (text) => dialog.getByRole("row").filter({ hasText: text });
  await row("Ben Okafor").getByText("2:30 h").waitFor();
  await row("Ana Lindqvist").getByText("1:00 h").waitFor();
  await row("Total").getByText("3:30 h").waitFor();
  await look(page, "time-members");
  await dialog.getByRole("radio", { name: "Card" }).check();
  await row("Report").getByText("150% used").waitFor();
  await row("Plain").getByText("2:00 h").waitFor();
  await look(page, "time-cards");
  await dialog.getByLabel("Mine only").check();
  await row("Total").getByText("1:00 h").waitFor();
  await dialog.getByRole("radio", { name: "Day" }).check();
  await until("one day", async () => (await dialog.getByRole("row").count()) === 3);
  const saved = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Export as CSV" }).click();
  const table = await readFile(await (await saved).path(), "utf8");
  assert.match(table, /"Key","Title","Member","Started","Seconds","Hours","Note"/);
  assert.match(table, /"Report","Ana Lindqvist",.*"3600","1.00"/);
  assert.deepEqual(errors, []);
  await context.close();
});
