// The rules of columns and the role that puts nothing away: what is set by one is seen by the other, and refused with its reason.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, card, column, drag, launch, open, person, shows, until } from "./support.mjs";

let server;
let browser;
let ana_rest;
let cleo_rest;
/** A member of the organization, and nothing more. */
const CLEO = "cleo@example.org";
before(async () => {
  server = await new Server().start();
  browser = await launch();
  ana_rest = await server.rest(ANA);
  const demo = (await ana_rest.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
  cleo_rest = await server.join("Cleo Ost", CLEO);
  await server.member(ana_rest, demo.org_id, cleo_rest);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens the rules of a column by its menu. */
async function rules(page, name) {
  await page.getByRole("button", { name: `Menu of ${name}` }).click();
  await page.getByRole("menuitem", { name: "Rules" }).click();
  const dialog = page.getByRole("dialog", { name: `Rules of “${name}”` });
  await dialog.waitFor();
  return dialog;
}

const save = async (dialog) => {
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
};

const list = (page, at) => column(page, at).locator(".scroller");
const name = (page, at) => column(page, at).getByRole("heading", { level: 2 }).innerText();

test("a limit is set, shown to the other, warns and then refuses; undo takes it away again", async () => {
  const path = await server.board("Limits", ["One", "Two", "Three"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  await open(ana.page, path);
  await open(ben.page, path);
  const second = await name(ana.page, 1);
  let dialog = await rules(ana.page, second);
  await dialog.getByLabel("Limit how many cards stand here").check();
  await dialog.getByLabel("At most").fill("1");
  await look(ana.page, "workflow-dialog");
  await save(dialog);
  await column(ben.page, 1).getByLabel("Cards: 0 of at most 1", { exact: true }).waitFor();
  await drag(ana.page, card(ana.page, "One"), list(ana.page, 1), { y: 20 });
  await column(ben.page, 1).getByLabel("Cards: 1 of at most 1, full").waitFor();
  // It only warns: one more comes in, and both see that there are too many.
  await drag(ana.page, card(ana.page, "Two"), list(ana.page, 1), { y: 60 });
  await shows(ben.page, 1, ["One", "Two"]);
  await column(ben.page, 1).getByLabel("Cards: 2 of at most 1, too many").waitFor();
  await look(ben.page, "workflow-over");
  dialog = await rules(ben.page, second);
  assert.equal(await dialog.getByLabel("At most").inputValue(), "1");
  await dialog.getByLabel("One more card").selectOption("refuse");
  await save(dialog);
  await until("the rule at the other's", async () => {
    const open = await rules(ana.page, second);
    const mode = await open.getByLabel("One more card").inputValue();
    await ana.page.keyboard.press("Escape");
    await open.waitFor({ state: "detached" });
    return mode === "refuse";
  });
  await drag(ana.page, card(ana.page, "Three"), list(ana.page, 1), { y: 60 });
  await ana.page.getByText("the column is full (at most 1)").first().waitFor();
  await shows(ana.page, 0, ["Three"]);
  // What was typed for nothing is still there.
  await column(ana.page, 1).getByRole("button", { name: "Add card" }).click();
  const field = column(ana.page, 1).getByRole("textbox");
  await field.fill("Too many !!");
  await field.press("Enter");
  await until("the text to be back", async () => (await field.inputValue()) === "Too many !!");
  await field.fill("");
  await field.press("Escape");
  // Within the column they are put in order all the same.
  await drag(ana.page, card(ana.page, "Two"), card(ana.page, "One"), { y: 2 });
  await shows(ben.page, 1, ["Two", "One"]);
  await ben.page.keyboard.press("Control+z");
  await drag(ana.page, card(ana.page, "Three"), list(ana.page, 1), { y: 60 });
  await until("the card in the column", async () => (await column(ben.page, 1).locator("[data-task]").count()) === 3);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

test("cards go where the rules say, with what they ask for, and by whom", async () => {
  const path = await server.board("Ways", ["Draft"]);
  const { page, context, errors } = await person(browser, server, ANA);
  const cleo = await person(browser, server, CLEO);
  await open(page, path);
  await open(cleo.page, path);
  const [first, second] = [await name(page, 0), await name(page, 1)];
  let dialog = await rules(page, first);
  await dialog.getByLabel("Only to the columns chosen").check();
  await dialog.getByText("Nowhere: cards stay in this column.").waitFor();
  await dialog.getByLabel(second).check();
  await save(dialog);
  await drag(page, card(page, "Draft"), list(page, 2), { y: 20 });
  await page.getByText("cards do not go there from this column").first().waitFor();
  await shows(page, 0, ["Draft"]);
  dialog = await rules(page, second);
  await dialog.getByLabel("A due date").check();
  await save(dialog);
  await drag(page, card(page, "Draft"), list(page, 1), { y: 20 });
  await page.getByText("it needs a due date first").first().waitFor();
  dialog = await rules(page, second);
  await dialog.getByLabel("A due date").uncheck();
  await dialog.getByLabel("Owners and these people").check();
  await dialog.getByText("Add at least one person.").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Save" }).isDisabled(), true);
  await dialog.getByLabel("Owners of the board", { exact: true }).check();
  await save(dialog);
  // Cleo edits the board and is no owner of it: she sees the rule, and cannot let herself in.
  await until("the rule at Cleo's", async () => {
    const open = await rules(cleo.page, second);
    const by = open.getByLabel("Owners of the board", { exact: true });
    const known = (await by.isChecked()) && (await by.isDisabled());
    await cleo.page.keyboard.press("Escape");
    await open.waitFor({ state: "detached" });
    return known;
  });
  await drag(cleo.page, card(cleo.page, "Draft"), list(cleo.page, 1), { y: 20 });
  await cleo.page.getByText("only some people may bring cards into this column").first().waitFor();
  await shows(cleo.page, 0, ["Draft"]);
  // Named by an owner, she may.
  dialog = await rules(page, second);
  await dialog.getByLabel("Owners and these people").check();
  await dialog.getByRole("button", { name: /^Add a person/ }).click();
  await page.getByRole("combobox", { name: "Add a person" }).fill("cleo");
  await page.getByRole("option", { name: /Cleo Ost/ }).click();
  await dialog.getByRole("button", { name: "Take out Cleo Ost" }).waitFor();
  await save(dialog);
  await drag(cleo.page, card(cleo.page, "Draft"), list(cleo.page, 1), { y: 20 });
  await shows(page, 1, ["Draft"]);
  assert.deepEqual([...errors, ...cleo.errors], []);
  await context.close();
  await cleo.context.close();
});

test("a contributor works on cards and finds nothing that would put them away", async () => {
  const path = await server.board("Contributed", ["Theirs"]);
  await ana_rest.call("PATCH", path, { visibility: "private" });
  await ana_rest.call("PUT", `${path}/members/${cleo_rest.account_id}`, { role: "contributor" });
  const { page, context, errors } = await person(browser, server, CLEO);
  await open(page, path);
  await page.keyboard.press("c");
  await page.keyboard.type("Mine");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await shows(page, 0, ["Theirs", "Mine"]);
  // What would be undone by throwing it away is not undone.
  await page.keyboard.press("Control+z");
  await page.getByText("Nothing to undo").first().waitFor();
  await drag(page, card(page, "Theirs"), list(page, 1), { y: 20 });
  await shows(page, 1, ["Theirs"]);
  await page.getByRole("button", { name: `Menu of ${await name(page, 0)}` }).click();
  assert.equal(await page.getByRole("menuitem", { name: "Archive column" }).count(), 0);
  await page.getByRole("menuitem", { name: "Rules" }).click();
  await page.getByText("Editors of the board change these rules.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
  await page.keyboard.press("Escape");
  await card(page, "Mine").click();
  await page.getByRole("button", { name: "Card menu" }).click();
  await page.getByRole("menuitem", { name: "Move to…" }).waitFor();
  assert.equal(await page.getByRole("menuitem", { name: /Delete|Archive/ }).count(), 0);
  await page.keyboard.press("Escape");
  await until("the refusal over REST", async () => {
    const [task] = (await cleo_rest.call("GET", `${path}/tasks`)).items;
    return cleo_rest.call("DELETE", `${path}/tasks/${task.task_id}`).then(() => false, (error) => String(error).includes("403"));
  });
  assert.deepEqual(errors, []);
  await context.close();
});

test("the rules on a phone in the dark", async () => {
  const path = await server.board("Small rules", ["One"]);
  const { page, context, errors } = await person(browser, server, ANA, { viewport: PHONE, theme: "dark" });
  await open(page, path);
  const dialog = await rules(page, await name(page, 0));
  await dialog.getByLabel("Limit how many cards stand here").check();
  await dialog.getByLabel("At most").fill("1");
  await dialog.getByLabel("Only to the columns chosen").check();
  await dialog.getByLabel("Owners and these people").check();
  await look(page, "workflow-phone");
  await dialog.getByLabel("Everybody who edits").check();
  await save(dialog);
  await column(page, 0).getByLabel("Cards: 1 of at most 1, full").waitFor();
  await look(page, "workflow-full-phone");
  assert.deepEqual(errors, []);
  await context.close();
});

test("a column is given a colour and loses it again, for both; each is taken back", async () => {
  const path = await server.board("Coloured", ["Paint"]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  for (const { page } of [ana, ben]) await open(page, path);
  const dot = (page) => column(page, 0).locator("header .kind").getAttribute("data-colour");
  const plain = await dot(ben.page);
  const choose = async (name) => {
    await ana.page.getByRole("button", { name: "Menu of To do" }).click();
    await ana.page.getByRole("menuitemradio", { name, exact: true }).click();
    await ana.page.keyboard.press("Escape");
  };
  await choose("Pink");
  await until("it to be pink", async () => (await dot(ben.page)) === "pink");
  await ana.page.getByRole("button", { name: "Menu of To do" }).click();
  await ana.page.getByRole("menuitemradio", { name: "Pink", checked: true }).waitFor();
  await look(ana.page, "column-colours");
  await ana.page.getByRole("menuitemradio", { name: "No colour" }).click();
  await ana.page.keyboard.press("Escape");
  await until("it to be plain", async () => (await dot(ben.page)) === plain);
  await ana.page.keyboard.press("Control+z");
  await until("it to be pink again", async () => (await dot(ben.page)) === "pink");
  await ana.page.keyboard.press("Control+z");
  await until("it to be as it was", async () => (await dot(ben.page)) === plain);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});
