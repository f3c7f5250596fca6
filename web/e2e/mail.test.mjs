// What goes by mail, as a whole: registration, a forgotten password, another address, and the account's end. The mails are read in the
// development mailbox, and their links are followed from there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, DESKTOP, PHONE, Server, launch, loaded, person, until } from "./support.mjs";

const WORDS = "a long enough pass phrase";
const OTHER = "quite another pass phrase";
let open;
let verified;
let browser;
before(async () => {
  [open, verified] = await Promise.all([new Server().start(), new Server(["--registration", "verified"]).start()]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await open?.stop();
  await verified?.stop();
});

const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
const boards = (page) => heading(page, "Boards");

async function fill(page, name, email) {
  await page.goto("/register");
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(WORDS);
  await page.getByRole("button", { name: "Create account" }).click();
}
async function logIn(page, email, password) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}
/** The newest mail to somebody, its page form, and the tab that its link opens. */
async function follow(page, email, subject) {
  const mails = await page.context().newPage();
  await mails.goto("/mailbox");
  await mails.getByRole("button").filter({ hasText: subject }).filter({ hasText: email }).first().click();
  const [tab] = await Promise.all([mails.context().waitForEvent("page"), mails.frameLocator("iframe").getByRole("link").first().click()]);
  await tab.waitForLoadState();
  return { mails, tab };
}
const codeless = (tab) => until("an address without a code", () => !tab.url().includes("#"));

test("a registration is confirmed by its link, and the tab that waits goes on by itself", async () => {
  const { page, context, errors } = await person(browser, verified, undefined);
  await fill(page, "Cleo Berg", "cleo@example.org");
  await heading(page, "Check your mail");
  const { tab } = await follow(page, "cleo@example.org", "Confirm");
  await boards(tab);
  await codeless(tab);
  await boards(page);
  await tab.goto("/account");
  await tab.getByText("Confirmed", { exact: true }).waitFor();
  assert.equal(await tab.getByRole("note").count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("on another device the link asks for the password that was chosen, and counts once", async () => {
  const here = await person(browser, verified, undefined);
  await fill(here.page, "Dora Lind", "dora@example.org");
  await heading(here.page, "Check your mail");
  const there = await person(browser, verified, undefined);
  const { tab, mails } = await follow(there.page, "dora@example.org", "Confirm");
  await heading(tab, "One last step");
  await codeless(tab);
  await tab.getByLabel("Password", { exact: true }).fill(OTHER);
  await tab.keyboard.press("Enter");
  await tab.getByText("This is not the password that you chose.").waitFor();
  await tab.getByLabel("Password", { exact: true }).fill(WORDS);
  await tab.keyboard.press("Enter");
  await boards(tab);
  const [again] = await Promise.all([there.context.waitForEvent("page"), mails.frameLocator("iframe").getByRole("link").first().click()]);
  await heading(again, "One last step");
  await again.getByLabel("Password", { exact: true }).fill(WORDS);
  await again.keyboard.press("Enter");
  await heading(again, "This link is no longer valid");
  await here.context.close();
  await there.context.close();
});

test("a forgotten password is replaced by the link, every device is logged out, and the old one is of no use", async () => {
  const { page, context, errors } = await person(browser, open, undefined);
  await fill(page, "Emil Voss", "emil@example.org");
  await boards(page);
  const other = await person(browser, open, undefined);
  await other.page.goto("/login");
  await other.page.getByRole("link", { name: "Forgot your password?" }).click();
  await heading(other.page, "Reset your password");
  await other.page.getByLabel("E-mail").fill("emil@example.org");
  await other.page.getByRole("button", { name: "Send the link" }).click();
  await heading(other.page, "Check your mail");
  const { tab } = await follow(other.page, "emil@example.org", "password");
  await heading(tab, "Choose a new password");
  await codeless(tab);
  await tab.getByLabel("New password", { exact: true }).fill("password1234");
  await tab.keyboard.press("Enter");
  await tab.getByText("This password is too easy to guess.").waitFor();
  await tab.getByLabel("New password", { exact: true }).fill(OTHER);
  await tab.keyboard.press("Enter");
  await heading(tab, "Password changed");
  await heading(page, "Log in to your boards");
  await tab.getByRole("link", { name: "Log in" }).click();
  await logIn(tab, "emil@example.org", WORDS);
  await tab.getByText("do not belong together").waitFor();
  await logIn(tab, "emil@example.org", OTHER);
  await boards(tab);
  assert.deepEqual([...errors, ...other.errors], []);
  await context.close();
  await other.context.close();
});

test("an address is confirmed, and replaced by another once its link is followed", async () => {
  const { page, context, errors } = await person(browser, open, undefined);
  await fill(page, "Finn Arp", "finn@example.org");
  await boards(page);
  await page.goto("/account");
  const profile = page.getByRole("region", { name: "Profile" });
  await page.getByRole("note").getByText("finn@example.org is not confirmed yet.", { exact: false }).waitFor();
  await profile.getByText("Not confirmed").waitFor();
  await page.getByRole("note").getByRole("button", { name: "Send the link" }).click();
  const again = page.getByRole("dialog", { name: "Confirm your address" });
  await again.getByLabel("Current password", { exact: true }).fill(OTHER);
  await page.keyboard.press("Enter");
  await again.getByText("This is not your current password.").waitFor();
  await again.getByLabel("Current password", { exact: true }).fill(WORDS);
  await page.keyboard.press("Enter");
  await page.getByText("A mail with a link is on its way to finn@example.org.").waitFor();
  const first = await follow(page, "finn@example.org", "Confirm");
  await heading(first.tab, "Address confirmed");
  await codeless(first.tab);
  await page.reload();
  await profile.getByText("Confirmed", { exact: true }).waitFor();
  await profile.getByRole("button", { name: "Change e-mail address" }).click();
  const dialog = page.getByRole("dialog", { name: "Change e-mail address" });
  await dialog.getByLabel("New address").fill("finn.arp@example.org");
  await dialog.getByLabel("Current password", { exact: true }).fill(WORDS);
  await page.keyboard.press("Enter");
  await profile.getByText("finn.arp@example.org is yours once you follow the link", { exact: false }).waitFor();
  const second = await follow(page, "finn.arp@example.org", "Confirm");
  await heading(second.tab, "Address confirmed");
  await page.reload();
  await profile.getByText("finn.arp@example.org").waitFor();
  assert.equal(await profile.getByText("is yours once", { exact: false }).count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("on the account page what was done moves nothing, on a phone either", async () => {
  const { page, context } = await person(browser, open, undefined, { viewport: PHONE });
  await fill(page, "Gesa Holm", "gesa@example.org");
  await boards(page);
  await page.goto("/account");
  await page.getByLabel("Current password", { exact: true }).fill(WORDS);
  await page.getByLabel("New password", { exact: true }).fill(OTHER);
  const section = page.getByRole("region", { name: "Devices", exact: true });
  await section.getByRole("listitem").first().waitFor();
  await loaded(page);
  const top = () => section.evaluate((element) => element.offsetTop);
  const before = await top();
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("Password changed. Other devices were logged out.").waitFor();
  assert.equal(await top(), before);
  await context.close();
});

test("an account is deleted after its password, and nothing of it logs in again", async () => {
  const { page, context, errors } = await person(browser, open, undefined);
  await fill(page, "Hugo Lenz", "hugo@example.org");
  await boards(page);
  await page.goto("/account");
  await page.getByRole("button", { name: "Delete account…" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete your account for good?" });
  await dialog.getByLabel("Current password", { exact: true }).fill(OTHER);
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await dialog.getByText("This is not your current password.").waitFor();
  await dialog.getByLabel("Current password", { exact: true }).fill(WORDS);
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await heading(page, "Log in to your boards");
  await page.getByText("Your account is deleted.").waitFor();
  await logIn(page, "hugo@example.org", WORDS);
  await page.getByText("do not belong together").waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`an address that is not confirmed, and the question before the end, ${size}, ${theme}`, async () => {
      const { page, context, errors } = await person(browser, open, undefined, { viewport, theme });
      await fill(page, "Ida Wolff", `ida.wolff.${size}.${theme}@a-rather-long-domain.example.org`);
      await boards(page);
      await page.goto("/account");
      await page.getByRole("note").waitFor();
      await until("the devices", async () => (await page.getByRole("region", { name: "Devices" }).getByRole("listitem").count()) > 0);
      await loaded(page);
      await look(page, `mail-unconfirmed-${size}-${theme}`);
      await page.getByRole("button", { name: "Delete account…" }).click();
      await page.getByRole("dialog").waitFor();
      await look(page, `mail-delete-${size}-${theme}`);
      await page.goto("/mailbox");
      await page.getByRole("button").filter({ hasText: "ida.wolff" }).first().click();
      await page.frameLocator("iframe").getByRole("link").first().waitFor();
      await look(page, `mail-mailbox-${size}-${theme}`);
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}

test("what somebody is told of comes by mail, and a click ends mail of that kind", async () => {
  const [ana, ben] = [await open.rest(ANA), await open.rest(BEN)];
  const base = await open.board("Letters", ["Ring the bell"]);
  const { items } = await ana.call("GET", `${base}/tasks`);
  await ana.call("POST", `${base}/tasks/${items[0].task_id}/assign`, { account_id: ben.account_id });
  const wanted = async () => (await ben.call("GET", "/me/inbox/preferences")).deliveries.find(({ reason }) => reason === "assigned").delivery.email;
  const { page, context, errors } = await person(browser, open, BEN, { viewport: PHONE });
  const mails = page.getByRole("button").filter({ hasText: "gave you E2E-1 Ring the bell" }).filter({ hasText: BEN });
  await until("the mail to come", async () => {
    await page.goto("/mailbox");
    await loaded(page);
    return mails.count();
  });
  await mails.click();
  const mail = page.frameLocator("iframe");
  await mail.getByText("in Letters").waitFor();
  await look(page, "mail-news-phone");
  const [task] = await Promise.all([context.waitForEvent("page"), mail.getByRole("link", { name: "Open", exact: true }).click()]);
  await task.getByLabel("Card: Ring the bell").waitFor();
  const [tab] = await Promise.all([context.waitForEvent("page"), mail.getByRole("link", { name: "No more mail like this" }).click()]);
  await heading(tab, "End mail of this kind?");
  await codeless(tab);
  await look(tab, "mail-unsubscribe-phone");
  assert.equal(await wanted(), "now", "looking ends nothing");
  await tab.getByRole("button", { name: "End it" }).click();
  await heading(tab, "No more mail like this");
  assert.equal(await wanted(), "off");
  assert.deepEqual(errors, []);
  await context.close();
});
