// Layouts of a board: what one person changes on the board the other sees in a table, list, calendar, timeline and dashboard, and the other
// way round; each is used for a change; views and the address keep them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, calm, card, launch, open, person, shows, stayed, until } from "./support.mjs";

const DAY_MS = 86_400_000;
const MICROS = 1_000;

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

/** Midnight UTC of a day so many days from now, as what has no time is due. */
const due = (days) => ({ at: Math.floor(Date.now() / DAY_MS + days) * DAY_MS * MICROS, has_time: false });
/** As the browser's calendar names it; the machine of the tests and its browser share a zone. */
const dayNumber = (days) => Math.floor((Date.now() - new Date().getTimezoneOffset() * 60_000) / DAY_MS) + days;
const chip = (page, title) => page.locator(".sheet [data-task]").filter({ hasText: title });
const day = (page, days) => page.locator(`[data-day="${dayNumber(days)}"]`);
const row = (page, title) => page.getByRole("row").filter({ hasText: title });
const bar = (page, title) => page.locator("[data-bar]").filter({ hasText: title }).first();

async function lay(page, name) {
  await page.getByRole("button", { name: /^Layout/ }).click();
  await page.getByRole("menuitemcheckbox", { name, exact: true }).click();
  await page.getByRole("main", { name: name === "Board" ? /^Columns/ : new RegExp(`: ${name}$`) }).waitFor();
}

/** A board with cards that have dates, people, labels and estimates. */
async function board(name) {
  const path = await server.board(name);
  const [ana, ben] = [await server.rest(ANA), await server.rest(BEN)];
  const head = await ana.call("GET", path);
  const columns = [...head.columns].sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const make = (column, title, more = {}) => ana.call("POST", `${path}/tasks`, { column_id: columns[column].column_id, title, ...more });
  await make(0, "Write the brief", { due: due(1), start_at: due(-2).at, priority: "high", assignees: [ana.account_id], minutes: 90 });
  await make(0, "Book the hall", { due: due(-3), priority: "urgent", assignees: [ben.account_id] });
  await make(0, "Sound check", { start_at: due(1).at, due: due(3), priority: "low" });
  await make(1, "Print posters", { due: { at: (Date.now() + 2 * DAY_MS) * MICROS, has_time: true }, assignees: [ana.account_id, ben.account_id] });
  await make(1, "Thank the sponsors");
  const tasks = async () => (await ana.call("GET", `${path}/tasks`)).items;
  const task = async (title) => (await tasks()).find((one) => one.title === title);
  const change = async (title, verb, body = {}) => ana.call("POST", `${path}/tasks/${(await task(title)).task_id}/${verb}`, body);
  return { path, ana, ben, columns, make, task, change };
}

async function two(path) {
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, path);
  await open(ben.page, path);
  return { ana, ben };
}

async function ends(...people) {
  for (const { page, errors, context } of people) {
    assert.ok(await stayed(page), "the page was loaded again");
    assert.deepEqual(errors, []);
    await context.close();
  }
}

/** Titles of the rows of the table, from the top. */
const titles = (page) => page.getByRole("row").locator("[data-task]").evaluateAll((all) =>
  all.map((one) => [one.closest("[data-row]").getBoundingClientRect().top, one.textContent.trim()]).sort((a, b) => a[0] - b[0]).map(([, title]) => title));
const ordered = (page, wanted) => until(`the rows ${wanted.join(", ")}`, async () => {
  const seen = await titles(page);
  if (JSON.stringify(seen) === JSON.stringify(wanted)) return true;
  throw new Error(seen.join(", "));
});

test("a table is live, sorted by its heads, and changed in its cells", async () => {
  const { path, task } = await board("Tables");
  const { ana, ben } = await two(path);
  await lay(ben.page, "Table");
  await ordered(ben.page, ["Write the brief", "Book the hall", "Sound check", "Print posters", "Thank the sponsors"]);
  // From the board into the table.
  await card(ana.page, "Thank the sponsors").focus();
  await ana.page.keyboard.press("p");
  await ana.page.getByRole("option", { name: "Medium" }).click();
  await row(ben.page, "Thank the sponsors").getByRole("button", { name: /Priority: Medium/ }).waitFor();
  // Sorted up, down, and as the board has it.
  const head = ben.page.getByRole("columnheader", { name: "Title" });
  await head.getByRole("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  await ordered(ben.page, ["Book the hall", "Print posters", "Sound check", "Thank the sponsors", "Write the brief"]);
  await ben.page.getByRole("columnheader", { name: "Due" }).getByRole("button").click();
  await ordered(ben.page, ["Book the hall", "Write the brief", "Print posters", "Sound check", "Thank the sponsors"]);
  await look(ben.page, "layout-table");
  // From the table onto the board: title, priority, column, date.
  await row(ben.page, "Book the hall").locator("[data-task]").focus();
  await ben.page.keyboard.press("F2");
  await ben.page.getByRole("textbox", { name: "Title" }).fill("Book the big hall");
  await ben.page.keyboard.press("Enter");
  await card(ana.page, "Book the big hall").waitFor();
  await row(ben.page, "big hall").getByRole("button", { name: /Priority:/ }).click();
  await ben.page.getByRole("option", { name: "Low" }).click();
  await card(ana.page, "Book the big hall").getByRole("img", { name: /Low/ }).waitFor();
  await row(ben.page, "big hall").getByRole("button", { name: /Column:/ }).click();
  await ben.page.getByRole("combobox").fill("doing end");
  await ben.page.keyboard.press("Enter");
  await until("the card in its new column", async () => (await task("Book the big hall")).column_id !== (await task("Write the brief")).column_id);
  await row(ben.page, "big hall").getByRole("button", { name: /Due:/ }).click();
  await ben.page.getByRole("button", { name: "Tomorrow", exact: true }).click();
  await card(ana.page, "Book the big hall").getByText("Tomorrow").waitFor();
  // The keys go from row to row and open one.
  await row(ben.page, "Write the brief").locator("[data-task]").focus();
  const before = await titles(ben.page);
  await ben.page.keyboard.press("ArrowDown");
  const next = before[before.indexOf("Write the brief") + 1];
  await until(`the focus on ${next}`, async () => (await ben.page.evaluate(() => document.activeElement?.textContent?.trim())) === next);
  await ben.page.keyboard.press("Enter");
  await ben.page.getByRole("button", { name: "Close" }).first().click();
  // Several at once, and fewer columns.
  for (const title of ["Sound check", "Print posters"]) await ben.page.getByRole("checkbox", { name: `Select ${title}` }).check();
  await ben.page.getByRole("toolbar").getByText("2 cards").waitFor();
  await ben.page.getByRole("button", { name: "Columns shown" }).click();
  await ben.page.getByRole("checkbox", { name: "Labels" }).uncheck();
  await ben.page.keyboard.press("Escape");
  await until("no column of labels", async () => (await ben.page.getByRole("columnheader", { name: "Labels" }).count()) === 0);
  await ends(ana, ben);
});

test("a list is grouped, folded and checked", async () => {
  const { path } = await board("Lists");
  const { ana, ben } = await two(path);
  await lay(ben.page, "List");
  const done = (title) => ben.page.getByRole("checkbox", { name: `Done: ${title}` });
  await done("Sound check").click();
  await card(ana.page, "Sound check").getByText("Done", { exact: true }).waitFor();
  assert.equal(await done("Sound check").getAttribute("aria-checked"), "true");
  const head = ben.page.getByRole("button", { name: /^To do/ });
  const group = (await head.count()) > 0 ? head : ben.page.locator("[aria-expanded][class*=head]").first();
  const count = await ben.page.locator(".scroller [data-task]").count();
  await group.click();
  await until("a folded group", async () => (await ben.page.locator(".scroller [data-task]").count()) < count);
  await group.click();
  // By rows, where there are some.
  await ben.page.getByRole("button", { name: /^Rows/ }).click();
  await ben.page.getByRole("menuitemcheckbox", { name: "Assignee", exact: true }).click();
  await ben.page.getByRole("button", { name: /^Ana Lindqvist/ }).waitFor();
  await until("a card in two groups", async () => (await ben.page.locator(".scroller [data-task]").filter({ hasText: "Print posters" }).count()) === 2);
  await look(ben.page, "layout-list");
  await ends(ana, ben);
});

test("a calendar is live, and cards go to other days by keys and by mouse, at the same time of day", async () => {
  const { path, task, make } = await board("Calendars");
  for (let at = 0; at < 9; at += 1) await make(2, `Errand ${at}`, { due: due(0) });
  const { ana, ben } = await two(path);
  await lay(ben.page, "Calendar");
  await chip(ben.page, "Book the hall").or(ben.page.getByRole("button", { name: /more on/ })).first().waitFor();
  // From the board onto its day.
  await card(ana.page, "Thank the sponsors").focus();
  await ana.page.keyboard.press("d");
  await ana.page.getByRole("button", { name: "Tomorrow", exact: true }).click();
  await day(ben.page, 1).getByText("Thank the sponsors").waitFor();
  await until("more than fit", () => day(ben.page, 0).getByRole("button", { name: /more on/ }).count());
  await day(ben.page, 0).getByRole("button", { name: /more on/ }).click();
  await ben.page.getByRole("dialog").getByText("Errand 8").waitFor();
  await ben.page.keyboard.press("Escape");
  await look(ben.page, "layout-calendar");
  // By keys: a day on, then a week of days with their cards in full.
  await ben.page.getByRole("button", { name: "Week", exact: true }).click();
  const posters = await task("Print posters");
  await ben.page.getByRole("button", { name: "Month", exact: true }).click();
  await chip(ben.page, "Print posters").focus();
  await ben.page.keyboard.press("Shift+ArrowRight");
  await until("the same time a day later", async () => (await task("Print posters")).due.at === posters.due.at + DAY_MS * MICROS);
  await day(ben.page, 3).getByText("Print posters").waitFor();
  // By mouse, from the tray too.
  await ben.page.getByRole("button", { name: /^No date/ }).click();
  await ana.page.bringToFront();
  await make(1, "Loose end");
  await ben.page.bringToFront();
  const loose = ben.page.getByRole("complementary").locator("[data-task]").filter({ hasText: "Loose end" });
  await loose.waitFor();
  await calm(ben.page);
  await loose.dragTo(day(ben.page, 1));
  await until("a date", async () => (await task("Loose end")).due?.at === due(1).at);
  await card(ana.page, "Loose end").getByText("Tomorrow").waitFor();
  await ends(ana, ben);
});

test("a timeline is live, and its bars are carried and drawn out", async () => {
  const { path, task, change } = await board("Timelines");
  const { ana, ben } = await two(path);
  await lay(ben.page, "Timeline");
  await bar(ben.page, "Write the brief").waitFor();
  await change("Write the brief", "depend", { kind: "blocks", other_id: (await task("Sound check")).task_id });
  await ben.page.getByRole("button", { name: "Days", exact: true }).click();
  const before = await task("Sound check");
  await ben.page.getByRole("link", { name: /^Sound check/ }).focus();
  await ben.page.keyboard.press("Shift+ArrowRight");
  await until("both ends a day later", async () => {
    const now = await task("Sound check");
    return now.due.at === before.due.at + DAY_MS * MICROS && now.start_at === before.start_at + DAY_MS * MICROS;
  });
  await ben.page.keyboard.press("Control+Shift+ArrowRight");
  await until("due a day later again", async () => (await task("Sound check")).due.at === before.due.at + 2 * DAY_MS * MICROS);
  // By mouse: whole, by a day.
  await calm(ben.page);
  const box = await ben.page.locator(`[data-bar="${before.task_id}"]`).boundingBox();
  await ben.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await ben.page.mouse.down();
  await ben.page.mouse.move(box.x + box.width / 2 - 20, box.y + box.height / 2, { steps: 3 });
  await ben.page.mouse.move(box.x + box.width / 2 - 80, box.y + box.height / 2, { steps: 3 });
  await ben.page.mouse.up();
  await until("two days earlier", async () => (await task("Sound check")).due.at === before.due.at);
  // By its end.
  const again = await ben.page.locator(`[data-bar="${before.task_id}"]`).boundingBox();
  await ben.page.mouse.move(again.x + again.width - 3, again.y + again.height / 2);
  await ben.page.mouse.down();
  await ben.page.mouse.move(again.x + again.width + 37, again.y + again.height / 2, { steps: 4 });
  await ben.page.mouse.up();
  await until("due a day later, begun as before", async () => {
    const now = await task("Sound check");
    return now.due.at === before.due.at + DAY_MS * MICROS && now.start_at === before.start_at - DAY_MS * MICROS;
  });
  // From the board.
  await card(ana.page, "Thank the sponsors").focus();
  await ana.page.keyboard.press("d");
  await ana.page.getByRole("button", { name: "Today", exact: true }).click();
  await ben.page.getByRole("link", { name: /^Thank the sponsors/ }).waitFor();
  await look(ben.page, "layout-timeline");
  await ends(ana, ben);
});

test("a dashboard counts what happens, and a view keeps its layout", async () => {
  const { path } = await board("Dashboards");
  const { ana, ben } = await two(path);
  await lay(ben.page, "Dashboard");
  const figure = (name) => ben.page.locator("dl > div").filter({ hasText: name }).locator("dd");
  const figures = (name, wanted) => until(`${name}: ${wanted}`, async () => (await figure(name).first().innerText()) === wanted);
  await figures("Open", "5");
  await figures("Overdue", "1");
  await card(ana.page, "Book the hall").focus();
  await ana.page.keyboard.press("Control+k");
  await ana.page.getByRole("combobox").fill("mark as done");
  await ana.page.keyboard.press("Enter");
  await figures("Open", "4");
  await figures("Overdue", "0");
  await look(ben.page, "layout-dashboard");
  // The way back leads to the layout before, and the address to the layout.
  await ben.page.goBack();
  await card(ben.page, "Write the brief").waitFor();
  await lay(ben.page, "Table");
  await ben.page.getByRole("button", { name: /^View/ }).click();
  await ben.page.getByRole("menuitem", { name: "Save as a view" }).click();
  await ben.page.getByRole("textbox", { name: "Name" }).fill("All in rows");
  await ben.page.locator("label").filter({ hasText: "Shared" }).click();
  await ben.page.getByRole("button", { name: "Save", exact: true }).click();
  await until("the view in the address", () => ben.page.evaluate(() => location.search.includes("view=")));
  await ana.page.getByRole("button", { name: /^View/ }).click();
  await ana.page.getByRole("menuitemcheckbox", { name: "All in rows" }).click();
  await ana.page.getByRole("table").waitFor();
  await lay(ana.page, "Board");
  await shows(ana.page, 1, ["Print posters", "Thank the sponsors"]);
  await ends(ana, ben);
});

for (const theme of ["light", "dark"]) {
  for (const [size, viewport] of [["wide", { width: 1440, height: 900 }], ["phone", PHONE]]) {
    test(`every layout, ${theme}, ${size}`, async () => {
      const { path, change, task, make } = await board(`Looks ${theme} ${size}`);
      await change("Print posters", "complete");
      for (let at = 0; at < 6; at += 1) await make(at % 3, `Errand ${at}`, { due: due(at % 3), start_at: due(-at).at });
      await change("Write the brief", "depend", { kind: "blocks", other_id: (await task("Sound check")).task_id });
      const ana = await person(browser, server, ANA, { viewport, theme });
      await open(ana.page, path);
      for (const name of ["Table", "List", "Calendar", "Timeline", "Dashboard"]) {
        await lay(ana.page, name);
        await until(`${name} to stand`, async () => (await ana.page.locator("main[aria-busy=true]").count()) === 0);
        if (name === "Timeline") await ana.page.locator("[data-line]").first().waitFor({ state: "attached" });
        await look(ana.page, `layout-${name.toLowerCase()}-${theme}-${size}`);
        if (name !== "Calendar") continue;
        await ana.page.getByRole("button", { name: "Week", exact: true }).click();
        await ana.page.getByRole("button", { name: /^No date/ }).click();
        await look(ana.page, `layout-week-${theme}-${size}`);
      }
      await ends(ana);
    });
  }
}
