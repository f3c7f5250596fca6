// Reminders, and cards that repeat on schedule: two people at one board, and a server that makes the next one by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, Server, card, launch, open, person, until } from "./support.mjs";

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

test("reminders are set and taken away, live for the other, and undone", async () => {
  const path = await server.board("Deadlines", ["Report"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  for (const { page } of [ana, ben]) {
    await open(page, path);
    await card(page, "Report").first().click();
  }
  const shows = (page, said) => page.getByRole("button", { name: `Reminders: ${said}`, exact: true });
  await shows(ana.page, "None").click();
  await ana.page.getByText("The card is not due yet").waitFor();
  await ana.page.getByLabel("How long before").selectOption("60");
  await ana.page.getByRole("button", { name: "Remind", exact: true }).click();
  await shows(ben.page, "1 hour before").waitFor();
  await ana.page.getByLabel("Remind", { exact: true }).selectOption("at");
  const day = new Date(Date.now() + 3 * 86_400_000);
  await ana.page.getByLabel("Day", { exact: true }).fill(day.toISOString().slice(0, 10));
  await ana.page.getByRole("button", { name: "Remind", exact: true }).click();
  await until("two at the other's", async () => (await ben.page.getByRole("button", { name: /^Reminders: 1 hour before · / }).count()) === 1);
  await look(ana.page, "reminders");
  await ana.page.getByRole("button", { name: "Remove reminder: 1 hour before" }).click();
  await until("one at the other's", async () => (await ben.page.getByRole("button", { name: /^Reminders: 1 hour before/ }).count()) === 0);
  await ana.page.keyboard.press("Escape");
  await ana.page.keyboard.press("Control+z");
  await ben.page.getByRole("button", { name: /^Reminders: 1 hour before · / }).waitFor();
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

test("a card that repeats on schedule gets its next one by itself, for both", async () => {
  const path = await server.board("Chores", ["Sweep"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, path);
  await open(ben.page, path);
  await card(ana.page, "Sweep").first().click();
  await ana.page.getByRole("button", { name: "Due: No date" }).click();
  const past = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
  await ana.page.getByLabel("Day", { exact: true }).fill(past);
  await ana.page.getByRole("button", { name: "Save" }).click();
  await ana.page.getByRole("button", { name: "Repetition: Does not repeat" }).click();
  await ana.page.getByLabel("The next card is made").selectOption("schedule");
  await ana.page.getByText("The next one is made when this one was due, done or not.").waitFor();
  await look(ana.page, "schedule");
  await ana.page.getByRole("button", { name: "Save" }).click();
  const cards = (page) => card(page, "Sweep").count();
  await until("the next card, made by the server", async () => (await cards(ana.page)) === 2 && (await cards(ben.page)) === 2);
  // What is late is said to those who look.
  await ben.page.getByText("Sweep is overdue").waitFor();
  // The rule went over to it, and nobody did anything more.
  await ana.page.getByRole("button", { name: "Repetition: Does not repeat" }).waitFor();
  await ben.page.getByTitle(/^Every week/).waitFor();
  assert.equal(await ben.page.getByTitle(/^Every week/).count(), 1);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});
