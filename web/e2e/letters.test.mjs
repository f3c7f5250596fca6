// An organization says its letters in its own words: looked at while they are written, kept, taken back; on a phone, in German.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, launch, PHONE, person, Server, until } from "./support.mjs";

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

const demo = async () => (await (await server.rest(ANA)).call("GET", "/orgs")).items.find((each) => each.name === "Demo").org_id;
const letters = async () => (await (await server.rest(ANA)).call("GET", `/orgs/${await demo()}/letters`)).items;
const entry = (page, name) => page.getByRole("main").getByRole("listitem").filter({ hasText: name });

test("an invitation is written anew, looked at, kept and taken back", async () => {
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`/orgs/${await demo()}/letters`);
  await entry(page, "Invitation").getByText("{inviter} invites you to {organization}").waitFor();
  await look(page, "letters");
  await page.getByRole("button", { name: "Change: Invitation" }).click();
  const dialog = page.getByRole("dialog", { name: "Invitation" });
  await dialog.getByText("Ana Lindqvist invites you to Demo").first().waitFor();
  await dialog.getByLabel("Subject").fill("Come to {organization}");
  await dialog.getByLabel("Text", { exact: true }).fill("Dear colleague,\n\n{inviter} waits\nfor you.");
  await dialog.getByRole("status").getByText("Come to Demo").waitFor();
  await until("the page of it", async () => (await dialog.frameLocator("iframe").locator("body").innerText()).includes("Ana Lindqvist waits for you."));
  await look(page, "letter dialog");
  await dialog.getByLabel("Button").fill("evil.example");
  await dialog.getByText("This cannot be sent").waitFor();
  await dialog.getByLabel("Button").fill("Come in");
  await dialog.getByText("This cannot be sent").waitFor({ state: "detached" });
  await dialog.getByRole("button", { name: "Save" }).click();
  await entry(page, "Invitation").getByText("Come to {organization}").waitFor();
  await entry(page, "Invitation").getByText("Own words").waitFor();
  const own = (await letters()).find((letter) => letter.name === "invitation" && letter.language === "en").own;
  assert.deepEqual(own.lines, ["Dear colleague,", "{inviter} waits for you."]);
  assert.equal((await letters()).filter((letter) => letter.own).length, 1);
  await page.getByRole("button", { name: "Use the usual words: Invitation" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Use the usual words" }).click();
  await entry(page, "Invitation").getByText("{inviter} invites you to {organization}").waitFor();
  assert.deepEqual(errors.filter((error) => !error.includes("422")), []);
  await context.close();
});

test("a line of news in German, on a phone, in the dark; and who may not manage the settings sees none", async () => {
  const { page, context, errors } = await person(browser, server, ANA, { viewport: PHONE, theme: "dark" });
  await page.goto(`/orgs/${await demo()}/letters`);
  await page.getByRole("radio", { name: "German" }).check();
  await entry(page, "A card is given to you").getByText("{who} hat dir {what} gegeben").waitFor();
  await page.getByRole("button", { name: "Change: A card is given to you" }).click();
  const dialog = page.getByRole("dialog", { name: "A card is given to you" });
  await dialog.getByLabel("Line").fill("Für dich von {who}: {what}");
  await dialog.getByText("Für dich von Ana Lindqvist: OPS-7 Anmeldung reparieren").waitFor();
  await look(page, "letter line phone");
  await dialog.getByRole("button", { name: "Save" }).click();
  await entry(page, "A card is given to you").getByText("Für dich von {who}: {what}").waitFor();
  await look(page, "letters phone");
  assert.ok(await page.evaluate(() => document.querySelector(".page").scrollWidth <= innerWidth), "nothing stands beyond the edge");
  assert.deepEqual(errors, []);
  await context.close();
  const carl = await server.join("Carl", "carl@example.org");
  await server.member(await server.rest(ANA), await demo(), carl);
  const other = await person(browser, server, "carl@example.org");
  await other.page.goto(`/orgs/${await demo()}/letters`);
  await other.page.getByText("Whoever manages the organization’s settings sees this.").waitFor();
  await other.context.close();
});
