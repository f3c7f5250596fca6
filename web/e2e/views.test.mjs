// What of a board is shown: filtered by typing and by chips, in rows, saved for oneself and for everybody, kept by the address; stars and the
// trash of boards.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, card, column, drag, launch, open, person, shows, until } from "./support.mjs";

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

const filter = (page) => page.getByRole("searchbox", { name: "Filter cards" });
const hidden = (page) => page.getByRole("region", { name: "What is shown" }).getByRole("status").innerText();
const lane = (page, name) => page.getByRole("region", { name, exact: true });
const cell = (page, name, at) => lane(page, name).locator("[data-column]").nth(at);
const inCell = (page, name, at) => cell(page, name, at).locator("[data-task] .title").allInnerTexts();
const stands = (page, name, at, wanted) => until(`${name}, column ${at}: ${wanted.join(", ")}`, async () => {
  const seen = (await inCell(page, name, at)).map((title) => title.trim());
  if (JSON.stringify(seen) === JSON.stringify(wanted)) return true;
  throw new Error(seen.join(", "));
});

/** Puts a condition into the filter. */
async function ask(page, field, ...values) {
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const panel = page.getByRole("dialog", { name: "Filter", exact: true });
  await panel.getByRole("button", { name: field, exact: true }).click();
  for (const value of values) await panel.getByRole("checkbox", { name: value, exact: true }).click();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
}

async function rows(page, by) {
  await page.getByRole("button", { name: /^Rows/ }).click();
  await page.getByRole("menuitemcheckbox", { name: by, exact: true }).click();
}

/** A board with cards of Ana, of Ben and of nobody; gives its address and what a person may ask of its REST. */
async function board(name) {
  const path = await server.board(name, ["Paint the fence", "Red door", "Buy paint"]);
  const [ana, ben] = [await server.rest(ANA), await server.rest(BEN)];
  const tasks = (await ana.call("GET", `${path}/tasks`)).items;
  const change = (title, verb, body) => ana.call("POST", `${path}/tasks/${tasks.find((task) => task.title === title).task_id}/${verb}`, body);
  await change("Paint the fence", "assign", { account_id: ana.account_id });
  await change("Red door", "assign", { account_id: ben.account_id });
  return { path, ana, ben, change };
}

test("cards are filtered by typing and by chips, live, and the address keeps it", async () => {
  const { path, ana: rest, change } = await board("Filters");
  const ana = await person(browser, server, ANA);
  await open(ana.page, path);
  await shows(ana.page, 0, ["Paint the fence", "Red door", "Buy paint"]);
  await ana.page.locator("body").click({ position: { x: 700, y: 600 } });
  await ana.page.keyboard.press("f");
  await ana.page.keyboard.type("paint");
  await shows(ana.page, 0, ["Paint the fence", "Buy paint"]);
  await until("what is hidden to be counted", async () => (await hidden(ana.page)) === "1 hidden");
  await column(ana.page, 0).getByText("2 of 3").waitFor();
  await ask(ana.page, "Assignee", "Nobody");
  await shows(ana.page, 0, ["Buy paint"]);
  await look(ana.page, "filter");
  // Somebody else's change goes in and out of what is shown.
  await change("Paint the fence", "unassign", { account_id: rest.account_id });
  await shows(ana.page, 0, ["Paint the fence", "Buy paint"]);
  const base = (await rest.call("GET", path)).columns[0].column_id;
  await rest.call("POST", `${path}/tasks`, { column_id: base, title: "More paint" });
  await shows(ana.page, 0, ["Paint the fence", "Buy paint", "More paint"]);
  await until("the address to say it", () => ana.page.evaluate(() => location.search.includes("show=")));
  // Opening a card and coming back leaves it, and so does loading the page again.
  await card(ana.page, "Buy paint").click();
  await ana.page.getByRole("button", { name: "Close" }).first().click();
  await shows(ana.page, 0, ["Paint the fence", "Buy paint", "More paint"]);
  const address = await ana.page.evaluate(() => location.pathname + location.search);
  const ben = await person(browser, server, BEN);
  await open(ben.page, address);
  await shows(ben.page, 0, ["Paint the fence", "Buy paint", "More paint"]);
  await ben.page.getByRole("button", { name: "Remove the filter: Assignee" }).click();
  await filter(ben.page).fill("");
  await shows(ben.page, 0, ["Paint the fence", "Red door", "Buy paint", "More paint"]);
  await ana.page.getByRole("button", { name: "Show all" }).click();
  await shows(ana.page, 0, ["Paint the fence", "Red door", "Buy paint", "More paint"]);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

test("in rows a card is dragged and carried to another person and column in one step", async () => {
  const { path } = await board("Rows");
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, path);
  await open(ben.page, path);
  await rows(ana.page, "Assignee");
  await rows(ben.page, "Assignee");
  await stands(ana.page, "Ana Lindqvist", 0, ["Paint the fence"]);
  await stands(ana.page, "Ben Okafor", 0, ["Red door"]);
  await stands(ana.page, "Nobody", 0, ["Buy paint"]);
  await look(ana.page, "lanes");
  await drag(ana.page, card(ana.page, "Buy paint"), cell(ana.page, "Ben Okafor", 1), { y: 20 });
  for (const { page } of [ana, ben]) {
    await stands(page, "Ben Okafor", 1, ["Buy paint"]);
    await stands(page, "Nobody", 0, []);
  }
  // One step, and taken back as one.
  await ana.page.locator("body").click({ position: { x: 1200, y: 860 } });
  await ana.page.keyboard.press("Control+z");
  for (const { page } of [ana, ben]) await stands(page, "Nobody", 0, ["Buy paint"]);
  // By the keyboard: down into the next row, and to the right.
  await card(ana.page, "Paint the fence").focus();
  await ana.page.keyboard.press("Space");
  await ana.page.keyboard.press("ArrowDown");
  await ana.page.keyboard.press("ArrowRight");
  await ana.page.keyboard.press("Space");
  for (const { page } of [ana, ben]) await stands(page, "Ben Okafor", 1, ["Paint the fence"]);
  await until("the focus to go along", async () => (await ana.page.evaluate(() => document.activeElement?.textContent ?? "")).includes("Paint the fence"));
  await lane(ana.page, "Ben Okafor").getByRole("button", { expanded: true }).click();
  assert.equal(await card(ana.page, "Red door").count(), 0);
  await lane(ana.page, "Ben Okafor").getByRole("button", { expanded: false }).click();
  await card(ana.page, "Red door").waitFor();
  // By day: some rows say which, others do not.
  await rows(ana.page, "Due date");
  await drag(ana.page, card(ana.page, "Red door"), cell(ana.page, "Today", 0), { y: 20 });
  await stands(ana.page, "Today", 0, ["Red door"]);
  await drag(ana.page, card(ana.page, "Red door"), cell(ana.page, "Later", 0), { y: 20 });
  await ana.page.getByText("it does not say which day").first().waitFor();
  await stands(ana.page, "Today", 0, ["Red door"]);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

async function save(page, name, { shared = false } = {}) {
  await page.getByRole("button", { name: /^View/ }).click();
  await page.getByRole("menuitem", { name: "Save as a view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByLabel("Name").fill(name);
  if (shared) await dialog.getByLabel("Shared views").check({ force: true });
  await look(page, "save-view");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
}
const viewNames = async (page) => {
  await page.getByRole("button", { name: /^View/ }).click();
  const names = await page.getByRole("menuitemcheckbox").allInnerTexts();
  await page.keyboard.press("Escape");
  return names.map((name) => name.trim());
};

test("views are saved for oneself and for everybody, on all of one's devices", async () => {
  const { path } = await board("Views");
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  const phone = await person(browser, server, ANA, { viewport: PHONE });
  for (const { page } of [ana, ben, phone]) await open(page, path);
  await ask(ana.page, "Assignee", "Me");
  await save(ana.page, "What is mine", { shared: true });
  await filter(ana.page).fill("door");
  await save(ana.page, "Doors");
  // Both devices of Ana have both; Ben has the shared one, which shows him his own.
  await until("the other device to have it", async () => (await viewNames(phone.page)).join() === "All cards,What is mine,Doors");
  await until("Ben to have the shared one", async () => (await viewNames(ben.page)).join() === "All cards,What is mine");
  await ben.page.getByRole("button", { name: /^View/ }).click();
  await ben.page.getByRole("menuitemcheckbox", { name: "What is mine" }).click();
  await shows(ben.page, 0, ["Red door"]);
  // What Ana changes of it is Ben's at once.
  await ana.page.getByRole("button", { name: /^View/ }).click();
  await ana.page.getByRole("menuitemcheckbox", { name: "What is mine" }).click();
  await shows(ana.page, 0, ["Paint the fence"]);
  await ask(ana.page, "Assignee", "Nobody");
  await ana.page.getByRole("button", { name: "Save view" }).click();
  const dialog = ana.page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await shows(ben.page, 0, ["Red door", "Buy paint"]);
  await ana.page.getByRole("button", { name: /^View/ }).click();
  await ana.page.getByRole("menuitem", { name: "All views" }).click();
  const all = ana.page.getByRole("dialog", { name: "All views" });
  await look(ana.page, "views");
  await all.getByRole("button", { name: "Menu of the view What is mine" }).click();
  await ana.page.getByRole("menuitem", { name: "Delete" }).click();
  // Whoever looks through a view that is gone is told, and sees everything.
  await ben.page.getByText("This view does not exist any more").waitFor();
  await shows(ben.page, 0, ["Paint the fence", "Red door", "Buy paint"]);
  await look(phone.page, "filter-phone");
  assert.deepEqual([...ana.errors, ...ben.errors, ...phone.errors], []);
  for (const { context } of [ana, ben, phone]) await context.close();
});

test("a look that asks for more than this app knows shows nothing, and says so", async () => {
  const { path } = await board("Newer");
  const ana = await person(browser, server, ANA);
  await open(ana.page, `${path}?show=${encodeURIComponent(JSON.stringify({ filter: [{ on: "moon", phase: "full" }] }))}`);
  await ana.page.getByText("needs a newer version of the app").waitFor();
  await shows(ana.page, 0, []);
  await ana.page.getByRole("button", { name: "Show all" }).click();
  await shows(ana.page, 0, ["Paint the fence", "Red door", "Buy paint"]);
  assert.deepEqual(ana.errors, []);
  await ana.context.close();
});

test("a star is on all of one's devices; a board comes back out of the trash", async () => {
  await server.board("Starry");
  await server.board("Wasted");
  const [ana, other] = [await person(browser, server, ANA), await person(browser, server, ANA)];
  await ana.page.getByRole("link", { name: /Starry/ }).hover();
  await ana.page.getByRole("button", { name: "Star Starry" }).click();
  for (const { page } of [ana, other]) await page.getByRole("region", { name: "Starred" }).getByRole("link", { name: /Starry/ }).waitFor();
  await look(ana.page, "starred");
  await other.page.getByRole("region", { name: "Starred" }).getByRole("button", { name: "Star Starry" }).click();
  for (const { page } of [ana, other]) await page.getByRole("region", { name: "Starred" }).waitFor({ state: "detached" });
  await ana.page.getByRole("button", { name: "Menu of Wasted" }).click();
  await ana.page.getByRole("menuitem", { name: "Delete board" }).click();
  await other.page.getByRole("link", { name: /Wasted/ }).waitFor({ state: "detached" });
  await other.page.getByRole("button", { name: "Trash", exact: true }).click();
  await other.page.getByRole("tab", { name: "Deleted" }).click();
  await look(other.page, "trash");
  await other.page.getByRole("button", { name: "Bring back: Wasted" }).click();
  for (const { page } of [ana, other]) await page.getByRole("link", { name: /Wasted/ }).waitFor();
  assert.deepEqual([...ana.errors, ...other.errors], []);
  await ana.context.close();
  await other.context.close();
});
