// Quick add in the browser: chips while one types, chips that become text again, in two languages, by keyboard alone and offline.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, PHONE, Server, card, column, launch, live, open, person, shows, until } from "./support.mjs";

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

const FIELD = /^(Title of the new card|Titel der neuen Karte)$/;
const field = (page) => page.getByLabel(FIELD);
const chips = (page) => page.locator(".composer .chip .what");
const wait = (page, wanted) =>
  until(`the chips ${wanted.join(", ")}`, async () => {
    const seen = (await chips(page).allInnerTexts()).map((text) => text.trim().replace(/\s+/g, " "));
    if (JSON.stringify(seen) === JSON.stringify(wanted)) return true;
    throw new Error(seen.join(", "));
  });

async function board(name) {
  const base = await server.board(name, []);
  const ana = await server.rest(ANA);
  await ana.call("POST", `${base}/labels`, { name: "Home", colour: "red" });
  return { base, ana };
}

/** The tasks of a board as the server has them, newest last. */
const tasks = async ({ base, ana }) => (await ana.call("GET", `${base}/tasks`)).items;
/** The first of them, once it is there. */
const first = (place) => until("the server to have the task", async () => (await tasks(place))[0]);

test("a line that names several people makes a card for each of them in one change, which one undo takes back", async () => {
  const place = await board("Each");
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, place.base);
  await column(page, 0).getByRole("button", { name: "Add card", exact: true }).last().click();
  const each = page.getByRole("checkbox", { name: /^One card for each/ });
  await field(page).fill("Sign the form @ben");
  await wait(page, ["Ben Okafor"]);
  assert.equal(await each.count(), 0);
  await field(page).fill("Sign the form @ben @me p1");
  await each.waitFor();
  assert.equal(await page.getByText("One card for each of the 2 people").count(), 1);
  await each.focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Add 2 cards" }).waitFor();
  await look(page, "quick-each");
  await page.keyboard.press("Enter");
  await until("two cards", async () => (await card(page, "Sign the form").count()) === 2);
  const made = await until("both on the server", async () => {
    const all = await tasks(place);
    return all.length === 2 ? all : undefined;
  });
  assert.deepEqual(made.map((task) => task.assignees.length), [1, 1]);
  assert.equal(new Set(made.flatMap((task) => task.assignees)).size, 2);
  assert.deepEqual(made.map((task) => task.priority), ["urgent", "urgent"]);
  await field(page).press("Escape");
  await page.keyboard.press("Control+z");
  await until("none", async () => (await tasks(place)).length === 0);
  await until("none to be seen", async () => (await card(page, "Sign the form").count()) === 0);
  await page.keyboard.press("Control+Shift+Z");
  await until("both again", async () => (await tasks(place)).length === 2);
  assert.deepEqual(errors, []);
  await context.close();
  // By the keyboard alone, on a phone.
  const phone = await person(browser, server, ANA, { viewport: PHONE });
  await open(phone.page, place.base);
  await column(phone.page, 0).getByRole("button", { name: "Add card", exact: true }).last().click();
  await field(phone.page).fill("Read this @ben @me");
  await wait(phone.page, ["Ben Okafor", "Ana Lindqvist"]);
  await look(phone.page, "quick-each-phone");
  await phone.page.keyboard.press("Control+Enter");
  await until("two more", async () => (await tasks(place)).length === 4);
  assert.deepEqual(phone.errors, []);
  await phone.context.close();
});

test("a line becomes a card with what it says; a chip becomes text by a click and by Backspace", async () => {
  const place = await board("Quick");
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, place.base);
  await column(page, 0).getByRole("button", { name: "Add card", exact: true }).last().click();
  // A line may be longer than a title, a title not: nothing is cut off.
  await field(page).fill(`${"x".repeat(499)} two`);
  await page.getByText("The title is 3 characters too long").waitFor();
  await page.keyboard.press("Enter");
  assert.equal((await field(page).inputValue()).length, 503);
  await field(page).fill("Pay rent 24.12.2027 at 9am p1 #home @ben in Doing #nope every day");
  await wait(page, ["24 Dec 2027", "09:00", "Urgent", "Home", "Ben Okafor", "in Doing", "#nope", "every day"]);
  await look(page, "quick-add");
  await page.getByRole("button", { name: /^Priority: Urgent\. Make it text again/ }).click();
  assert.match(await field(page).inputValue(), / \\p1 /);
  await until("the chip to be gone", async () => (await page.getByRole("button", { name: /^Priority/ }).count()) === 0);
  // Right behind the words of the label.
  await field(page).evaluate((element) => element.setSelectionRange(element.value.indexOf("#home") + 5, element.value.indexOf("#home") + 5));
  await page.keyboard.press("Backspace");
  assert.match(await field(page).inputValue(), / \\#home /);
  await until("the label to be text", async () => (await page.getByRole("button", { name: /^Label/ }).count()) === 0);
  await page.keyboard.press("Enter");
  await shows(page, 1, ["Pay rent p1 #home #nope"]);
  const task = await first(place);
  assert.deepEqual([task.title, task.priority, task.labels, task.assignees?.length, task.due.has_time, task.repeat?.rule], ["Pay rent p1 #home #nope", undefined, undefined, 1, true, "FREQ=DAILY"]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("in German, by keyboard alone", async () => {
  const place = await board("Schnell");
  const { page, context, errors } = await person(browser, server, ANA);
  await page.evaluate(() => localStorage.setItem("lockstep.language", "de"));
  await open(page, place.base);
  await page.getByRole("heading", { name: "To do" }).waitFor();
  await page.keyboard.press("c");
  await field(page).waitFor();
  await page.keyboard.type("Miete am 24. Dezember 2027 um 9.30 Uhr !hoch #home @mich");
  await wait(page, ["24. Dez. 2027", "09:30", "Hoch", "Home", "Ana Lindqvist"]);
  await page.keyboard.press("Tab");
  await until("the first chip to have the focus", () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") === "Fällig: 24. Dez. 2027. Wieder zu Text machen"));
  await page.keyboard.press("Enter");
  // The caret is in the field again.
  await until("the date to be text", async () => (await field(page).inputValue()) === "Miete \\am 24. Dezember 2027 um 9.30 Uhr !hoch #home @mich");
  await until("the focus in the field", () => field(page).evaluate((element) => element === document.activeElement));
  await page.keyboard.press("Enter");
  await until("the card", () => card(page, "Miete am 24. Dezember 2027").count());
  const task = await first(place);
  assert.deepEqual([task.title, task.priority, task.labels?.length, task.assignees?.length, task.due.has_time], ["Miete am 24. Dezember 2027", "high", 1, 1, true]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("offline it is understood all the same, and each pasted line by itself", async () => {
  const place = await board("Offline");
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, place.base);
  await column(page, 0).getByRole("button", { name: "Add card", exact: true }).last().click();
  await server.kill();
  await field(page).fill("Far away p2 24 dec 2027");
  await wait(page, ["High", "24 Dec 2027"]);
  await page.keyboard.press("Enter");
  await shows(page, 0, ["Far away"]);
  await field(page).evaluate((element) => {
    const data = new DataTransfer();
    data.setData("text/plain", "One p1\nTwo #home\n\\p4 Three");
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await shows(page, 0, ["Far away", "One", "Two", "p4 Three"]);
  await server.start();
  await live(page);
  place.ana = await server.rest(ANA);
  const faces = await until("the server to have them all", async () => {
    const all = await tasks(place);
    return all.length === 4 && all;
  });
  // Made in one moment, they have ids in any order.
  const said = faces.map(({ title, priority, labels, due }) => [title, priority ?? "", labels?.length ?? 0, due?.at ?? 0]).sort();
  assert.deepEqual(said, [["Far away", "high", 0, Date.UTC(2027, 11, 24) * 1_000], ["One", "urgent", 0, 0], ["Two", "", 1, 0], ["p4 Three", "", 0, 0]]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("on a phone in the dark the chips are in reach", async () => {
  const place = await board("Phone");
  const { page, context, errors } = await person(browser, server, ANA, { viewport: PHONE, theme: "dark" });
  await open(page, place.base);
  await column(page, 0).getByRole("button", { name: "Add card", exact: true }).last().tap();
  await field(page).fill("Water the plants every 2 weeks ~2h @me #home p2 +Nowhere");
  await wait(page, ["every 2 weeks · Today", "~2h", "Ana Lindqvist", "Home", "High", "+Nowhere"]);
  await look(page, "quick-add-phone-dark");
  await page.getByRole("button", { name: /^Person/ }).tap();
  await wait(page, ["every 2 weeks · Today", "~2h", "Home", "High", "+Nowhere"]);
  await page.getByRole("button", { name: "Add", exact: true }).tap();
  await shows(page, 0, ["Water the plants @me +Nowhere"]);
  const task = await first(place);
  assert.deepEqual([task.repeat?.rule, task.minutes], ["FREQ=WEEKLY;INTERVAL=2", 120]);
  assert.deepEqual(errors, []);
  await context.close();
});
