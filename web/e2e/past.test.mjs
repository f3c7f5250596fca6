// What was done is taken back from another device, what somebody else has changed since is not, and a board is looked at as it was.
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

test("undo reaches what was done on another device, and stops before what somebody else did", async () => {
  const path = await server.board("Yard", ["Rake", "Mow"]);
  const [desk, phone, ben] = [await person(browser, server, ANA), await person(browser, server, ANA), await person(browser, server, BEN)];
  for (const { page } of [desk, phone, ben]) await open(page, path);
  await desk.page.getByRole("button", { name: "Board menu" }).waitFor();
  // At the desk a card gets another name; it is taken back on the phone, and done again there.
  const rename = async (page, from, to) => {
    await card(page, from).click();
    await page.getByLabel("Title", { exact: true }).fill(to);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await card(page, to).waitFor();
  };
  await rename(desk.page, "Rake", "Rake the leaves");
  await card(phone.page, "Rake the leaves").waitFor();
  await phone.page.keyboard.press("Control+z");
  for (const { page } of [desk, phone, ben]) await until("the old name", async () => (await card(page, "Rake the leaves").count()) === 0 && (await card(page, "Rake").count()) === 1);
  await phone.page.keyboard.press("Control+Shift+z");
  for (const { page } of [desk, phone, ben]) await card(page, "Rake the leaves").waitFor();
  // Ben calls it otherwise: that stays, and Ana is told whose it is.
  await rename(ben.page, "Rake the leaves", "Rake twice");
  await card(desk.page, "Rake twice").waitFor();
  await desk.page.keyboard.press("Control+z");
  await desk.page.getByText(/Ben Okafor/).filter({ hasText: /Taking back a change/ }).waitFor();
  assert.equal(await card(desk.page, "Rake twice").count(), 1);
});

test("a board is shown as it was, with what has changed since, and a card is made what it was", async () => {
  const path = await server.board("Shed", ["Paint", "Sweep"]);
  const ana = await person(browser, server, ANA);
  await open(ana.page, path);
  await card(ana.page, "Paint").waitFor();
  await ana.page.getByRole("button", { name: "Board menu" }).click();
  await ana.page.getByRole("menuitem", { name: "Look back" }).click();
  const dialog = ana.page.getByRole("dialog", { name: "Look back" });
  await dialog.getByRole("button", { name: "A week ago" }).click();
  await dialog.getByText("The board was not there yet.").waitFor();
  const now = new Date();
  const two = (value) => String(value).padStart(2, "0");
  await dialog.getByLabel("Day").fill(`${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`);
  await dialog.getByLabel("Time").fill(`${two(now.getHours())}:${two(now.getMinutes())}`);
  await dialog.getByRole("button", { name: "Show" }).click();
  await dialog.getByText("2 cards.").waitFor();
  await dialog.getByRole("listitem").filter({ hasText: "Paint" }).waitFor();
  await look(ana.page, "past");
  // Meanwhile it changes, and the moment that is looked at does not.
  const rest = await server.rest(ANA);
  const { items } = await rest.call("GET", `${path}/tasks`);
  const paint = items.find((task) => task.title === "Paint");
  // The look covers the whole minute: what is changed must come after it.
  const { seq } = await rest.call("GET", path);
  await rest.call("PATCH", `${path}/tasks/${paint.task_id}`, { title: "Paint it", description: "Green" });
  await card(ana.page, "Paint it").waitFor();
  await dialog.getByRole("tab", { name: "Changed since" }).click();
  await dialog.getByText("title and description").waitFor();
  await look(ana.page, "past-since");
  await dialog.getByRole("button", { name: "Make it so again" }).click();
  await card(ana.page, "Paint").waitFor();
  await until("the old name", async () => (await card(ana.page, "Paint it").count()) === 0);
  const { items: changed } = await rest.call("GET", `${path}/differences?from=${seq}`);
  assert.deepEqual(changed.map(({ aspects }) => aspects), []);
});
