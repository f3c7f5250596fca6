// Views by custom fields, and sorted cards: conditions on each kind of field, rows of a field, an order that holds live and by the keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, card, drag, launch, open, person, shows, until } from "./support.mjs";

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

const lane = (page, name) => page.getByRole("region", { name, exact: true });
const cell = (page, name, at) => lane(page, name).locator("[data-column]").nth(at);
const stands = (page, name, at, wanted) => until(`${name}, column ${at}: ${wanted.join(", ")}`, async () => {
  const seen = (await cell(page, name, at).locator("[data-task] .title").allInnerTexts()).map((title) => title.trim());
  if (JSON.stringify(seen) === JSON.stringify(wanted)) return true;
  throw new Error(seen.join(", "));
});
const panel = (page, name) => page.getByRole("dialog", { name, exact: true });

async function asking(page, field) {
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const filter = panel(page, "Filter");
  await filter.getByRole("button", { name: field, exact: true }).click();
  return filter;
}
async function done(page, filter) {
  await page.keyboard.press("Escape");
  await filter.waitFor({ state: "hidden" });
}
async function ask(page, field, ...values) {
  const filter = await asking(page, field);
  for (const value of values) await filter.getByRole("checkbox", { name: value, exact: true }).click();
  await done(page, filter);
}
async function rows(page, by) {
  await page.getByRole("button", { name: /^Rows/ }).click();
  await page.getByRole("menuitemcheckbox", { name: by, exact: true }).click();
}
async function sort(page, by, { next = false } = {}) {
  await page.getByRole("button", { name: /^Sort/ }).click();
  const sorting = panel(page, "Sort");
  await sorting.getByRole("combobox", { name: next ? "Then by" : "Sort by", exact: true }).last().selectOption({ label: by });
  await page.keyboard.press("Escape");
  await sorting.waitFor({ state: "hidden" });
}

/** A board with a field of each kind, and three cards that have something in them. */
async function board(name) {
  const path = await server.board(name, ["Paint the fence", "Red door", "Buy paint"]);
  const [ana, ben] = [await server.rest(ANA), await server.rest(BEN)];
  const fields = {};
  for (const kind of ["text", "number", "date", "select", "person", "checkbox", "url"]) {
    const options = ["Small", "Large"].map((each, at) => ({ option_id: `01900000-0000-7000-8000-00000000000${at + 1}`, name: each, colour: at ? "red" : "teal" }));
    const body = { name: { text: "Note", number: "Cost", date: "Visit", select: "Size", person: "Customer", checkbox: "Paid", url: "Page" }[kind], kind, ...(kind === "select" && { options }) };
    await ana.call("POST", `${path}/fields`, body);
  }
  for (const field of (await ana.call("GET", path)).fields) fields[field.kind] = field;
  const tasks = (await ana.call("GET", `${path}/tasks`)).items;
  const set = (title, kind, value) => ana.call("PUT", `${path}/tasks/${tasks.find((task) => task.title === title).task_id}/fields/${fields[kind].field_id}`, { value: { kind, ...value } });
  await set("Paint the fence", "number", { number: "9" });
  await set("Paint the fence", "select", { option_id: fields.select.options[0].option_id });
  await set("Paint the fence", "text", { text: "North side" });
  await set("Red door", "number", { number: "10" });
  await set("Red door", "select", { option_id: fields.select.options[1].option_id });
  await set("Red door", "checkbox", {});
  await set("Red door", "person", { account_id: ana.account_id });
  await set("Buy paint", "url", { url: "https://example.org/paint" });
  return { path, ana, ben, fields, set };
}

test("cards are filtered by what is in custom fields, each kind in its way, and a field that is gone says so", async () => {
  const { path, ana: rest, fields, set } = await board("Fields");
  const ana = await person(browser, server, ANA);
  const { page } = ana;
  await open(page, path);
  await ask(page, "Size", "Large");
  await shows(page, 0, ["Red door"]);
  await page.getByRole("button", { name: "Size: Large" }).click();
  await look(page, "field-filter");
  await panel(page, "Size").getByRole("checkbox", { name: "Has no value" }).click();
  await page.keyboard.press("Escape");
  await shows(page, 0, ["Red door", "Buy paint"]);
  // By the keyboard alone: the chip, its panel, and out again.
  await page.getByRole("button", { name: "Remove the filter: Size" }).press("Enter");
  await shows(page, 0, ["Paint the fence", "Red door", "Buy paint"]);
  const number = await asking(page, "Cost");
  await number.getByLabel("At least").fill("9.5");
  await look(page, "field-filter-number");
  await shows(page, 0, ["Red door"]);
  await number.getByLabel("At most").fill("5");
  await number.getByText("The first is more than the second.").waitFor();
  await number.getByLabel("At least").fill("");
  await number.getByLabel("At most").fill("9,5");
  await done(page, number);
  await shows(page, 0, ["Paint the fence"]);
  // Live: what somebody else changes goes in and out.
  await set("Red door", "number", { number: "-3" });
  await shows(page, 0, ["Paint the fence", "Red door"]);
  await page.getByRole("button", { name: "Remove the filter: Cost" }).click();
  const text = await asking(page, "Note");
  await text.getByLabel("Contains").fill("north");
  await done(page, text);
  await shows(page, 0, ["Paint the fence"]);
  await page.getByRole("button", { name: "Remove the filter: Note" }).click();
  await ask(page, "Paid", "Not checked");
  await shows(page, 0, ["Paint the fence", "Buy paint"]);
  await page.getByRole("button", { name: "Remove the filter: Paid" }).click();
  await ask(page, "Customer", "Me");
  await shows(page, 0, ["Red door"]);
  await page.getByRole("button", { name: "Remove the filter: Customer" }).click();
  await ask(page, "Page", "Has a value");
  await shows(page, 0, ["Buy paint"]);
  await page.getByRole("button", { name: "Remove the filter: Page" }).click();
  await set("Buy paint", "date", { date: { at: Date.parse("2030-05-01T00:00:00Z") * 1_000, has_time: false } });
  const date = await asking(page, "Visit");
  await date.getByLabel("Day", { exact: true }).fill("2030-05-01");
  await date.getByRole("button", { name: "On it" }).click();
  await look(page, "field-filter-date");
  await done(page, date);
  await shows(page, 0, ["Buy paint"]);
  // The field goes: nothing meets what is asked of it, and that is said.
  await rest.call("DELETE", `${path}/fields/${fields.date.field_id}`);
  await shows(page, 0, []);
  await page.getByText("Field is gone").first().waitFor();
  await look(page, "field-filter-gone");
  await page.getByRole("button", { name: "Remove the filter: Field is gone" }).click();
  await shows(page, 0, ["Paint the fence", "Red door", "Buy paint"]);
  assert.deepEqual(ana.errors, []);
  await ana.context.close();
});

test("in rows of a field a card is given its value by dragging and by the keyboard, in one step", async () => {
  const { path } = await board("Field rows");
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  for (const { page } of [ana, ben]) {
    await open(page, path);
    await rows(page, "Size");
    await stands(page, "Small", 0, ["Paint the fence"]);
    await stands(page, "Size: no value", 0, ["Buy paint"]);
  }
  await look(ana.page, "field-lanes");
  await drag(ana.page, card(ana.page, "Buy paint"), cell(ana.page, "Large", 1), { y: 20 });
  for (const { page } of [ana, ben]) {
    await stands(page, "Large", 1, ["Buy paint"]);
    await stands(page, "Size: no value", 0, []);
  }
  await ana.page.locator("body").click({ position: { x: 1200, y: 860 } });
  await ana.page.keyboard.press("Control+z");
  for (const { page } of [ana, ben]) await stands(page, "Size: no value", 0, ["Buy paint"]);
  await card(ana.page, "Paint the fence").focus();
  for (const key of ["Space", "ArrowDown", "Space"]) await ana.page.keyboard.press(key);
  for (const { page } of [ana, ben]) await stands(page, "Small", 0, []);
  await rows(ana.page, "Paid");
  await stands(ana.page, "Paid: checked", 0, ["Red door"]);
  await drag(ana.page, card(ana.page, "Buy paint"), cell(ana.page, "Paid: checked", 0), { y: 20 });
  await until("it to be checked", async () => (await cell(ana.page, "Paid: checked", 0).locator("[data-task]").count()) === 2);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  for (const { context } of [ana, ben]) await context.close();
});

test("sorted cards stay in order live, are not carried past each other, and go to other columns", async () => {
  const { path, set } = await board("Sorted");
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  const { page } = ana;
  await open(page, path);
  await sort(page, "Title");
  await shows(page, 0, ["Buy paint", "Paint the fence", "Red door"]);
  await page.getByRole("button", { name: /^Sort/ }).click();
  await look(page, "sort");
  await panel(page, "Sort").getByRole("button", { name: /^Direction for Title/ }).click();
  await page.keyboard.press("Escape");
  await shows(page, 0, ["Red door", "Paint the fence", "Buy paint"]);
  await page.getByRole("button", { name: "Show all" }).click();
  await sort(page, "Cost");
  await sort(page, "Title", { next: true });
  // Nine is less than ten, and what has no number is last.
  await shows(page, 0, ["Paint the fence", "Red door", "Buy paint"]);
  await set("Buy paint", "number", { number: "9.5" });
  await shows(page, 0, ["Paint the fence", "Buy paint", "Red door"]);
  // Neither by the mouse nor by the keyboard does one pass another.
  await drag(page, card(page, "Red door"), card(page, "Paint the fence"), { y: 4 });
  await page.getByText("Cards are sorted here").first().waitFor();
  await shows(page, 0, ["Paint the fence", "Buy paint", "Red door"]);
  await until("the address to say it", () => page.evaluate(() => location.search.includes("sort")));
  await page.reload();
  await shows(page, 0, ["Paint the fence", "Buy paint", "Red door"]);
  await card(page, "Red door").focus();
  for (const key of ["Space", "ArrowUp"]) await page.keyboard.press(key);
  await page.getByText("Cards are sorted here").first().waitFor();
  await page.keyboard.press("Escape");
  await shows(page, 0, ["Paint the fence", "Buy paint", "Red door"]);
  // Into another column they go, and stand there in order as well.
  await card(page, "Red door").focus();
  for (const key of ["Space", "ArrowRight", "Space"]) await page.keyboard.press(key);
  await shows(page, 1, ["Red door"]);
  await card(page, "Paint the fence").focus();
  for (const key of ["Space", "ArrowRight", "Space"]) await page.keyboard.press(key);
  await shows(page, 1, ["Paint the fence", "Red door"]);
  // For whoever does not sort it came last.
  await open(ben.page, path);
  await shows(ben.page, 1, ["Red door", "Paint the fence"]);
  // Kept in a view, and in the address.
  await page.getByRole("button", { name: /^View/ }).click();
  await page.getByRole("menuitem", { name: "Save as a view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByLabel("Name").fill("By cost");
  await dialog.getByLabel("Shared views").check({ force: true });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await until("Ben to have it", async () => {
    await ben.page.getByRole("button", { name: /^View/ }).click();
    const there = (await ben.page.getByRole("menuitemcheckbox", { name: "By cost" }).count()) === 1;
    if (!there) await ben.page.keyboard.press("Escape");
    return there;
  });
  await ben.page.getByRole("menuitemcheckbox", { name: "By cost" }).click();
  await shows(ben.page, 1, ["Paint the fence", "Red door"]);
  const phone = await person(browser, server, ANA, { viewport: PHONE });
  await open(phone.page, path);
  await phone.page.getByRole("button", { name: /^Sort/ }).click();
  await look(phone.page, "sort-phone");
  assert.deepEqual([...ana.errors, ...ben.errors, ...phone.errors], []);
  for (const { context } of [ana, ben, phone]) await context.close();
});
