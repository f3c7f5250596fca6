// A day's work by one person, from an empty account on: what the screens offer is done by the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, Server, card, column, launch, live, open, person, shows, until } from "./support.mjs";

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

test("somebody registers, is told what is wrong with the password, and makes a first board", async () => {
  const { page, context, errors } = await person(browser, server, undefined);
  await page.goto("/register");
  await page.getByLabel("Your name").fill("Cleo Berg");
  await page.getByLabel("E-mail").fill("cleo@example.org");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Use 12 to 256 characters.").waitFor();
  await page.getByLabel("Password", { exact: true }).fill("a long enough pass phrase");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Your first board" }).waitFor();
  await page.getByRole("button", { name: "Create board" }).click();
  await page.getByLabel("Name", { exact: true }).fill("House move");
  assert.equal(await page.getByLabel("Key").inputValue(), "HM");
  await page.getByRole("dialog").getByRole("button", { name: "Create board" }).click();
  await live(page);
  await until("its columns", async () => (await page.locator("[data-column] h2").allInnerTexts()).join() === "To do,Doing,Done");
  await page.getByRole("link", { name: "All boards" }).click();
  await page.getByRole("link", { name: /House move/ }).waitFor();
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in to your boards" }).waitFor();
  await page.getByLabel("E-mail").fill("cleo@example.org");
  await page.getByLabel("Password", { exact: true }).fill("not the pass phrase");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByText("do not belong together").waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("a card gets people, labels, a priority, a date; it is done, archived, brought back and deleted", async () => {
  const path = await server.board("Work", ["Write the report", "Other"]);
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, path);
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Labels" }).click();
  await page.getByLabel("New label").fill("Urgent news");
  await page.keyboard.press("Enter");
  await page.getByLabel("Name of the label Urgent news").waitFor();
  await page.keyboard.press("Escape");

  const report = card(page, "Write the report");
  await report.click();
  await page.getByRole("button", { name: /^Assignees/ }).click();
  await page.getByRole("checkbox", { name: /^Ana/ }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Labels/ }).click();
  await page.getByRole("checkbox", { name: "Urgent news" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Priority/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "High" }).click();
  await page.getByRole("button", { name: /^Due/ }).click();
  await page.getByRole("button", { name: "Tomorrow" }).click();
  await page.getByRole("button", { name: "Add a description…" }).click();
  await page.getByLabel("Description").fill("With **numbers**");
  await page.keyboard.press("Control+Enter");
  await page.locator("aside strong", { hasText: "numbers" }).waitFor();
  for (const mark of ["Urgent news", "Tomorrow"]) await until(`${mark} on the card`, () => report.getByText(mark).count());
  await report.getByRole("img", { name: "Priority: High" }).waitFor();
  await report.getByRole("img", { name: /^Ana/ }).waitFor();
  await page.getByRole("button", { name: "Mark as done" }).click();
  await report.getByText("Done", { exact: true }).waitFor();
  await until("everything to be confirmed", () => page.locator(".pill.live").count());
  await page.reload();
  await report.getByText("Urgent news").waitFor();
  assert.match(await report.innerText(), /Tomorrow/);

  await page.getByRole("button", { name: "Card menu" }).click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await shows(page, 0, ["Other"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await until("the card to be back", () => report.count());
  await report.click();
  await page.getByRole("button", { name: "Card menu" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await shows(page, 0, ["Other"]);
  await live(page);
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Archive and trash" }).click();
  await page.getByRole("tab", { name: "Deleted" }).click();
  await page.getByRole("dialog").getByText("Write the report").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Bring back" }).click();
  await page.keyboard.press("Escape");
  await until("the card to be restored", () => report.count());
  assert.deepEqual(errors, []);
  await context.close();
});

test("Escape closes what is open in the card's panel before the panel, even before the focus is in it", async () => {
  const path = await server.board("Escape", ["Only"]);
  const { page, context } = await person(browser, server, ANA);
  await open(page, path);
  await card(page, "Only").click();
  const assignees = page.getByRole("button", { name: /^Assignees/ });
  await assignees.focus();
  // Both keys before the next frame, as on a slow machine.
  await assignees.evaluate((button) => {
    button.click();
    button.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  });
  await page.getByRole("checkbox", { name: /^Ana/ }).waitFor();
  assert.match(page.url(), /\?task=/);
  await page.keyboard.press("Escape");
  await page.getByRole("checkbox", { name: /^Ana/ }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });
  await context.close();
});

test("members get roles, the board a name, several pasted lines become several cards", async () => {
  const path = await server.board("Settings", []);
  const { page, context, errors } = await person(browser, server, ANA);
  await open(page, path);
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Members" }).click();
  await page.getByLabel("Who may see it").selectOption("private");
  await page.getByText("Only those below may see it.").waitFor();
  await page.getByRole("button", { name: /^Person/ }).click();
  await page.getByRole("combobox", { name: "Person" }).fill("ben");
  await page.keyboard.press("Enter");
  await page.getByLabel("Role", { exact: true }).selectOption("viewer");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await until("two members", async () => (await page.locator(".members li").count()) === 2);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Board settings" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Renamed");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Renamed" }).waitFor();
  await column(page, 0).getByRole("button", { name: "Add card", exact: true }).last().click();
  await page.getByLabel("Title of the new card").evaluate((field) => {
    const data = new DataTransfer();
    data.setData("text/plain", "Alpha\nBeta\n\nGamma");
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await shows(page, 0, ["Alpha", "Beta", "Gamma"]);
  await until("everything to be confirmed", () => page.locator(".pill.live").count());
  assert.deepEqual(errors, []);
  await context.close();
});
