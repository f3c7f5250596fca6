// The account page: a name, a look and a language, a password and the devices, each changed by its owner; other devices notice at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, DESKTOP, PHONE, Server, focusIs, focusOn, launch, live, loaded, open, person, until } from "./support.mjs";

const OLD = "correct horse battery staple";
const NEW = "quite another pass phrase";
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

/** Somebody new at a browser, on the list of boards. */
async function newcomer(name, email, how) {
  const someone = await person(browser, server, undefined, how);
  await someone.page.goto("/register");
  await someone.page.getByLabel("Your name").fill(name);
  await someone.page.getByLabel("E-mail").fill(email);
  await someone.page.getByLabel("Password", { exact: true }).fill(OLD);
  await someone.page.getByRole("button", { name: "Create account" }).click();
  await someone.page.getByRole("heading", { name: "Boards", exact: true }).waitFor();
  return someone;
}

async function account(page) {
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Account" }).click();
  await page.getByRole("heading", { name: "Account", exact: true }).waitFor();
}

const devices = (page) => page.getByRole("region", { name: "Devices" }).getByRole("listitem");
const logIn = (page) => page.getByRole("heading", { name: "Log in to your boards" });

test("a person is renamed, and is called so everywhere at once", async () => {
  const { page, context, errors } = await newcomer("Dora Lind", "dora@example.org");
  await account(page);
  assert.equal(new URL(page.url()).pathname, "/account");
  await focusOn(page, "Account");
  await page.getByText("dora@example.org").first().waitFor();
  await page.getByLabel("Name", { exact: true }).fill("  ");
  await page.keyboard.press("Enter");
  await page.getByText("Enter your name.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Dora Lindgren");
  await page.keyboard.press("Enter");
  await page.getByText("Name saved.").waitFor();
  await page.getByRole("button", { name: "Account of Dora Lindgren" }).waitFor();
  await page.reload();
  await until("the name after a reload", async () => (await page.getByLabel("Name", { exact: true }).inputValue()) === "Dora Lindgren");
  await page.getByRole("link", { name: "Boards" }).click();
  await page.getByRole("heading", { name: "Your first board" }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("theme and language are chosen by keys, and the system's theme can be had again", async () => {
  const { page, context } = await person(browser, server, ANA, { theme: "dark" });
  await page.goto("/account");
  const theme = () => page.evaluate(() => [document.documentElement.dataset.theme ?? "system", getComputedStyle(document.documentElement).colorScheme]);
  await page.getByRole("radio", { name: "System" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await theme(), ["light", "light"]);
  await page.getByRole("radio", { name: "Dark" }).check();
  assert.deepEqual(await theme(), ["dark", "dark"]);
  await page.getByRole("radio", { name: "System" }).check();
  assert.deepEqual(await theme(), ["system", "light dark"]);
  await page.getByRole("radio", { name: "Deutsch" }).check();
  await page.getByRole("heading", { name: "Konto", exact: true }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Konto", exact: true }).waitFor();
  assert.deepEqual(await theme(), ["system", "light dark"]);
  await context.close();
});

test("a new password is checked field by field, ends the log-in elsewhere at once, and is the one that counts", async () => {
  const here = await newcomer("Emil Voss", "emil@example.org");
  const there = await person(browser, server, "emil@example.org");
  await live(there.page);
  const { page } = here;
  await account(page);
  await until("both devices", async () => (await devices(page).count()) === 2);
  const current = page.getByLabel("Current password", { exact: true });
  const next = page.getByLabel("New password", { exact: true });
  const change = page.getByRole("button", { name: "Change password" });
  const invalid = () => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid") === "true" && document.activeElement.getAttribute("autocomplete"));
  await change.click();
  await page.getByText("Enter your current password.").waitFor();
  await until("the focus on the current one", async () => (await invalid()) === "current-password");
  await current.fill("not the password");
  await next.fill("short");
  await change.click();
  await page.getByText("Use 12 to 256 characters.").waitFor();
  await until("the focus on the new one", async () => (await invalid()) === "new-password");
  await next.fill(NEW);
  await change.click();
  await page.getByText("This is not your current password.").waitFor();
  await until("the focus on the current one again", async () => (await invalid()) === "current-password");
  await current.fill(OLD);
  await next.fill("password1234");
  await page.getByRole("button", { name: "Show: New password" }).click();
  assert.equal(await next.getAttribute("type"), "text");
  await change.click();
  await page.getByText("This password is too easy to guess.").waitFor();
  await next.fill(NEW);
  await change.click();
  await page.getByText("Password changed. Other devices were logged out.").waitFor();
  assert.deepEqual([await current.inputValue(), await next.inputValue()], ["", ""]);
  await logIn(there.page).waitFor();
  await until("the other device to be gone", async () => (await devices(page).count()) === 1);
  await page.getByText("You are not logged in anywhere else.").waitFor();
  // The old one is of no use, the new one is.
  await there.page.getByLabel("E-mail").fill("emil@example.org");
  await there.page.getByLabel("Password", { exact: true }).fill(OLD);
  await there.page.getByRole("button", { name: "Log in", exact: true }).click();
  await there.page.getByText("do not belong together").waitFor();
  await there.page.getByLabel("Password", { exact: true }).fill(NEW);
  await there.page.getByRole("button", { name: "Log in", exact: true }).click();
  await there.page.getByRole("heading", { name: "Boards", exact: true }).waitFor();
  assert.deepEqual([...here.errors, ...there.errors], []);
  await here.context.close();
  await there.context.close();
});

test("a device is logged out after a question, and all of them are", async () => {
  const here = await newcomer("Finn Arp", "finn@example.org");
  const there = await person(browser, server, "finn@example.org");
  const third = await person(browser, server, "finn@example.org", { viewport: PHONE });
  await Promise.all([live(there.page), live(third.page)]);
  const { page } = here;
  await account(page);
  await until("three devices", async () => (await devices(page).count()) === 3);
  assert.match(await devices(page).first().innerText(), /Chrome on Linux\s+This device/);
  assert.equal(await devices(page).first().getByRole("button").count(), 0);
  // Asked first: nothing happens when the answer is no, and the focus is where it was.
  const end = devices(page).nth(1).getByRole("button", { name: /^Log out Chrome on/ });
  await end.focus();
  await page.keyboard.press("Enter");
  const question = page.getByRole("dialog", { name: /^Log out Chrome on .*\?$/ });
  await question.waitFor();
  await focusOn(page, "Cancel");
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  await focusOn(page, "Log out");
  // Asked again in the same moment in which it is given up: it stays, whatever the browser has still to say about the first one.
  await page.keyboard.press("Enter");
  await question.waitFor();
  await question.evaluate(async (dialog) => {
    dialog.querySelector("header button").click();
    await new Promise((done) => queueMicrotask(done));
    document.activeElement.click();
    await new Promise((done) => setTimeout(done));
  });
  await question.waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  // The server away: the question stays, and says why.
  await page.route("**/api/v1/me/sessions/*", (route) => route.abort());
  await page.keyboard.press("Enter");
  await question.getByRole("button", { name: "Log out" }).click();
  await question.getByText("The server cannot be reached.", { exact: false }).waitFor();
  await page.unroute("**/api/v1/me/sessions/*");
  await question.getByRole("button", { name: "Log out" }).click();
  await page.getByText(/^Chrome on .* was logged out\.$/).waitFor();
  await until("two devices", async () => (await devices(page).count()) === 2);
  await focusOn(page, "Devices");
  const out = await until("one of the two to be logged out", async () => {
    for (const other of [there, third]) if (await logIn(other.page).count()) return other;
    return undefined;
  });
  const left = out === there ? third : there;
  assert.equal(await logIn(left.page).count(), 0);
  await page.getByRole("button", { name: "Log out everywhere" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Log out everywhere" }).click();
  await logIn(page).waitFor();
  await logIn(left.page).waitFor();
  await page.goto("/account");
  await logIn(page).waitFor();
  assert.match(page.url(), /\/login\?next=%2Faccount$/);
  assert.deepEqual([...here.errors, ...there.errors, ...third.errors], []);
  for (const each of [here, there, third]) await each.context.close();
});

test("what cannot be loaded is said, and can be asked for again", async () => {
  const { page, context } = await person(browser, server, ANA);
  await page.route("**/api/v1/me/sessions", (route) => route.abort());
  await account(page);
  const section = page.getByRole("region", { name: "Devices" });
  await section.getByText("That could not be loaded.").waitFor();
  await page.unroute("**/api/v1/me/sessions");
  await section.getByRole("button", { name: "Try again" }).click();
  await until("the devices", async () => (await devices(page).count()) > 0);
  await section.getByText("That could not be loaded.").waitFor({ state: "detached" });
  await focusOn(page, "Devices");
  await page.route("**/api/v1/me", (route) => route.abort());
  // A connection that comes up asks by itself.
  await page.routeWebSocket(/\/ws/, (socket) => socket.close());
  await page.reload();
  const profile = page.getByRole("region", { name: "Profile" });
  await profile.getByText("That could not be loaded.").waitFor();
  await page.unroute("**/api/v1/me");
  await profile.getByRole("button", { name: "Try again" }).click();
  await profile.getByText(ANA).waitFor();
  await focusIs(page, "the name", () => document.activeElement?.id, "account-name");
  await context.close();
});

test("the page is reached by keys and by the palette from a board", async () => {
  const path = await server.board("Ways", ["One"]);
  const { page, context } = await person(browser, server, ANA);
  await open(page, path);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Account", exact: true }).waitFor();
  await page.goBack();
  await live(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("account");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Account", exact: true }).waitFor();
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`the account page, ${size}, ${theme}`, async () => {
      const email = `${size}-${theme}@example.org`;
      const { page, context, errors } = await newcomer("Gesa Holm", email, { viewport, theme });
      const other = await person(browser, server, email);
      await account(page);
      await until("both devices", async () => (await devices(page).count()) === 2);
      await loaded(page);
      await look(page, `account-${size}-${theme}`);
      await page.getByRole("button", { name: "Change password" }).click();
      await page.getByText("Enter your current password.").waitFor();
      await page.getByRole("button", { name: "Log out everywhere" }).scrollIntoViewIfNeeded();
      await look(page, `account-end-${size}-${theme}`);
      await page.getByRole("button", { name: /^Log out Chrome/ }).click();
      await page.getByRole("dialog").waitFor();
      await look(page, `account-confirm-${size}-${theme}`);
      assert.deepEqual(errors, []);
      await context.close();
      await other.context.close();
    });
  }
}
