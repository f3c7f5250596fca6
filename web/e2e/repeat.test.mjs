// Cards that repeat: two people at one board see how, and the next one when one is done.
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

const cards = (page) => card(page, "Water").count();

test("a repetition is set in the form, undone, and makes the next card when one is done, live for the other", async () => {
  const path = await server.board("Garden", ["Water"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, path);
  await open(ben.page, path);
  await card(ana.page, "Water").first().click();
  const opener = (said) => ana.page.getByRole("button", { name: `Repetition: ${said}` });
  await opener("Does not repeat").click();
  await ana.page.getByLabel("Repeats", { exact: true }).selectOption("weekly");
  for (const day of await ana.page.getByRole("checkbox", { checked: true, name: /day$/ }).all()) await day.uncheck();
  await ana.page.getByRole("checkbox", { name: "Monday" }).check();
  await ana.page.getByRole("checkbox", { name: "Thursday" }).check();
  await ana.page.getByLabel("Every so many").fill("2");
  await ana.page.getByLabel("Ends").selectOption("count");
  await ana.page.getByLabel("How many in all").fill("5");
  await ana.page.getByText("Every 2 weeks on Monday and Thursday, 5 times").waitFor();
  await look(ana.page, "repeat");
  await ana.page.getByRole("button", { name: "Save" }).click();
  await opener("Every 2 weeks on Monday and Thursday, 5 times").waitFor();
  const mark = card(ben.page, "Water").first().getByTitle("Every 2 weeks on Monday and Thursday, 5 times");
  await mark.waitFor();
  // The due date came with the rule, and goes with it.
  const noDue = ana.page.getByRole("button", { name: "Due: No date" });
  await noDue.waitFor({ state: "hidden" });
  await ana.page.keyboard.press("Control+z");
  await opener("Does not repeat").waitFor();
  await noDue.waitFor();
  await until("no mark", async () => (await mark.count()) === 0);
  await ana.page.keyboard.press("Control+Shift+z");
  await mark.waitFor();
  // A rule that is none is refused with its reason, and what was shown is taken back.
  await opener("Every 2 weeks on Monday and Thursday, 5 times").click();
  await ana.page.getByLabel("Repeats", { exact: true }).selectOption("custom");
  assert.equal(await ana.page.getByLabel("Rule", { exact: true }).inputValue(), "FREQ=WEEKLY;INTERVAL=2;COUNT=5;BYDAY=MO,TH");
  await ana.page.getByLabel("Rule", { exact: true }).fill("FREQ=DAILY;BYHOUR=9");
  await ana.page.getByRole("button", { name: "Save" }).click();
  await until("what holds", async () => (await opener("Every 2 weeks on Monday and Thursday, 5 times").count()) === 1);
  await ana.page.getByRole("button", { name: "Mark as done" }).click();
  await until("the next card at the other's", async () => (await cards(ben.page)) === 2 && (await ben.page.getByTitle("Every 2 weeks on Monday and Thursday, 5 times").count()) === 1);
  // Undone, it is as if it had not been done.
  await ana.page.keyboard.press("Control+z");
  await until("one card again", async () => (await cards(ben.page)) === 1 && (await mark.count()) === 1);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});
