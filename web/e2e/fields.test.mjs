// Fields of one's own: made and put in order by one, filled in by the other, shown on cards, asked for by a column; and the board as a table.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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

/** Opens an entry of the board's menu. */
async function choose(page, entry) {
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: entry }).click();
}

async function fields(page) {
  await choose(page, "Fields");
  const dialog = page.getByRole("dialog", { name: "Fields", exact: true });
  await dialog.waitFor();
  return dialog;
}

async function add(dialog, name, kind) {
  await dialog.getByLabel("New field").fill(name);
  await dialog.getByLabel("Kind of field").selectOption(kind);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByLabel(`Name of the field ${name}`, { exact: true }).waitFor();
}

const names = (dialog) => dialog.getByLabel(/^Name of the field/).evaluateAll((inputs) => inputs.map((input) => input.value));

test("fields are made, filled in each in its way, shown on the card and undone, live for the other", async () => {
  const path = await server.board("Own facts", ["Delivery", "Plain"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  for (const { page } of [ana, ben]) await open(page, path);
  const dialog = await fields(ana.page);
  await dialog.getByText(/^No fields yet/).waitFor();
  for (const [name, kind] of [["Cost", "number"], ["Size", "select"], ["Promised", "date"], ["Customer", "person"], ["Paid", "checkbox"], ["Site", "url"], ["Note", "text"]]) {
    await add(dialog, name, kind);
    if (kind !== "select") continue;
    for (const option of ["Small", "Large"]) {
      await dialog.getByLabel("New option").fill(option);
      await dialog.getByRole("button", { name: "Add option" }).click();
    }
    await dialog.getByLabel("Name of the option Large").waitFor();
  }
  await dialog.getByRole("button", { name: "Move Size up" }).click();
  await until("the order", async () => (await names(dialog))[0] === "Size");
  await look(ana.page, "fields-dialog");
  await ana.page.keyboard.press("Escape");

  await card(ben.page, "Delivery").click();
  const value = (page, name, said) => page.getByRole("button", { name: `${name}: ${said}` });
  await value(ben.page, "Cost", "Empty").click();
  await ben.page.getByRole("textbox", { name: "Cost" }).fill("a lot");
  await ben.page.keyboard.press("Enter");
  await ben.page.getByText("This is not a number.").waitFor();
  await ben.page.getByRole("textbox", { name: "Cost" }).fill("1,250.5");
  await ben.page.keyboard.press("Enter");
  await value(ben.page, "Cost", "1,250.5").waitFor();
  await value(ben.page, "Size", "Empty").click();
  await ben.page.getByRole("checkbox", { name: "Large" }).click();
  await value(ben.page, "Promised", "Empty").click();
  await ben.page.getByRole("button", { name: "Tomorrow" }).click();
  await value(ben.page, "Customer", "Empty").click();
  await ben.page.getByRole("checkbox", { name: "Ana Lindqvist" }).click();
  await ben.page.getByRole("checkbox", { name: "Paid" }).check();
  await value(ben.page, "Site", "Empty").click();
  await ben.page.getByRole("textbox", { name: "Site" }).fill("javascript:alert(1)");
  await ben.page.keyboard.press("Enter");
  await ben.page.getByText("This is not the address of a web page.").waitFor();
  await ben.page.getByRole("textbox", { name: "Site" }).fill("example.org/orders?id=7");
  await ben.page.keyboard.press("Enter");
  const link = ben.page.getByRole("link", { name: "example.org/orders?id=7" });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), "https://example.org/orders?id=7");
  assert.match(await link.getAttribute("rel"), /noopener noreferrer/);
  await value(ben.page, "Note", "Empty").click();
  await ben.page.getByRole("textbox", { name: "Note" }).fill("Call first");
  await ben.page.keyboard.press("Enter");
  await value(ben.page, "Note", "Call first").waitFor();
  await look(ben.page, "fields-panel");

  // On the card: the first three, and how many more.
  for (const said of ["Size: Large", "Cost: 1,250.5", "Promised: Tomorrow"]) await card(ana.page, "Delivery").getByTitle(said).waitFor();
  await card(ana.page, "Delivery").getByText("+4").waitFor();
  assert.equal(await card(ana.page, "Plain").getByTitle(/^Size/).count(), 0);
  await look(ana.page, "fields-cards");

  await ben.page.keyboard.press("Control+z");
  await value(ben.page, "Note", "Empty").waitFor();
  await card(ana.page, "Delivery").getByText("+3").waitFor();
  await ben.page.keyboard.press("Control+Shift+z");
  await card(ana.page, "Delivery").getByText("+4").waitFor();

  // An option that is taken out leaves the card; a field goes after a question.
  const again = await fields(ana.page);
  await again.getByRole("button", { name: "2 options" }).click();
  await again.getByRole("button", { name: "Take the option Large out" }).click();
  await value(ben.page, "Size", "Empty").waitFor();
  await again.getByRole("button", { name: "Delete the field Cost" }).click();
  const question = ana.page.getByRole("dialog", { name: "Delete the field “Cost”?" });
  await question.getByText(/^What 1 card on the board has in it goes with it/).waitFor();
  await question.getByRole("button", { name: "Delete field" }).click();
  await question.waitFor({ state: "detached" });
  await until("the field to go", async () => (await value(ben.page, "Cost", "1,250.5").count()) === 0);
  await ana.page.keyboard.press("Escape");
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

test("a column asks for a field, by its name", async () => {
  const path = await server.board("Asked for", ["Draft"]);
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, path);
  const dialog = await fields(page);
  await add(dialog, "Reviewer", "person");
  await page.keyboard.press("Escape");
  const second = await column(page, 1).getByRole("heading", { level: 2 }).innerText();
  await page.getByRole("button", { name: `Menu of ${second}` }).click();
  await page.getByRole("menuitem", { name: "Rules" }).click();
  const rules = page.getByRole("dialog", { name: `Rules of “${second}”` });
  await rules.getByLabel("Reviewer").check();
  await rules.getByRole("button", { name: "Save" }).click();
  await rules.waitFor({ state: "detached" });
  const list = column(page, 1).locator(".scroller");
  await drag(page, card(page, "Draft"), list, { y: 20 });
  await page.getByText("“Reviewer” has to be filled in first").first().waitFor();
  await shows(page, 0, ["Draft"]);
  await card(page, "Draft").click();
  await page.getByRole("button", { name: "Reviewer: Empty" }).click();
  await page.getByRole("checkbox", { name: "Ben Okafor" }).click();
  await page.getByRole("button", { name: "Close card" }).click();
  await drag(page, card(page, "Draft"), list, { y: 20 });
  await shows(page, 1, ["Draft"]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the board is saved as a table, in which nothing is a formula", async () => {
  const path = await server.board("Table", ["=1+1", "Plain, \"quoted\""]);
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, path);
  const saved = page.waitForEvent("download");
  await choose(page, "Export as CSV");
  const download = await saved;
  assert.match(download.suggestedFilename(), /^[A-Z0-9]+\.csv$/);
  const table = await readFile(await download.path(), "utf8");
  assert.ok(table.startsWith('\uFEFF"Key","Title",'), table);
  assert.ok(table.includes('"\'=1+1"') && table.includes('"Plain, ""quoted"""'), table);
  assert.deepEqual(errors, []);
  await context.close();
});

test("on a phone a field is filled in too", async () => {
  const path = await server.board("Pocket", ["Small"]);
  const { page, context, errors } = await person(browser, server, ANA, { viewport: PHONE, theme: "dark" });
  await open(page, path);
  const dialog = await fields(page);
  await add(dialog, "Size", "select");
  await dialog.getByLabel("New option").fill("Small");
  await dialog.getByRole("button", { name: "Add option" }).click();
  await dialog.getByLabel("Name of the option Small").waitFor();
  await look(page, "fields-dialog-phone");
  await page.keyboard.press("Escape");
  await card(page, "Small").click();
  await page.getByRole("button", { name: "Size: Empty" }).click();
  await page.getByRole("checkbox", { name: "Small" }).click();
  await page.getByRole("button", { name: "Size: Small" }).waitFor();
  await look(page, "fields-panel-phone");
  assert.deepEqual(errors, []);
  await context.close();
});
