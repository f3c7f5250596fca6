// Invitations: by mail to somebody without an account, by link for several, declined, taken back; and the list that shows them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, DESKTOP, PASSWORD, PHONE, Server, launch, person, until } from "./support.mjs";

let server;
let browser;
let demo;
before(async () => {
  server = await new Server().start();
  browser = await launch();
  const ana = await server.rest(ANA);
  demo = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
async function invite(page) {
  await page.goto(`/orgs/${demo.org_id}/invitations`);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  return page.getByRole("dialog", { name: "Invite" });
}
async function inviteByMail(page, email) {
  const dialog = await invite(page);
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  await dialog.waitFor({ state: "detached" });
}
async function inviteByLink(page) {
  const dialog = await invite(page);
  await dialog.getByRole("radio", { name: "By link" }).check();
  await dialog.getByLabel("For how many").fill("2");
  await dialog.getByRole("button", { name: "Make link" }).click();
  const ready = page.getByRole("dialog", { name: "The link is ready" });
  const link = await ready.getByLabel("Invitation link").inputValue();
  return { ready, link };
}

test("somebody without an account is invited by mail, registers, and is in", async () => {
  const ana = await person(browser, server, ANA);
  const email = "vera@example.org";
  await inviteByMail(ana.page, email);
  const again = await invite(ana.page);
  await again.getByLabel("E-mail").fill(email);
  await again.getByRole("button", { name: "Send invitation" }).click();
  await again.getByText("This address is invited already.").waitFor();
  await ana.page.keyboard.press("Escape");
  const vera = await person(browser, server, undefined);
  await vera.page.goto("/mailbox");
  await vera.page.getByRole("button").filter({ hasText: "invites you to Demo" }).filter({ hasText: email }).first().click();
  const [page] = await Promise.all([vera.context.waitForEvent("page"), vera.page.frameLocator("iframe").getByRole("link").first().click()]);
  await heading(page, "Invitation to Demo");
  assert.equal(new URL(page.url()).hash, "");
  await page.getByText("Ana Lindqvist invites you to Demo as: Member.").waitFor();
  await page.getByRole("link", { name: "Create account" }).click();
  await page.getByLabel("Your name").fill("Vera Quist");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("You are in Demo now.").waitFor();
  await heading(page, "Demo");
  await until("no open invitation", async () => (await ana.page.getByText(email).count()) === 0);
  assert.deepEqual([...ana.errors, ...vera.errors], []);
  await ana.context.close();
  await vera.context.close();
});

test("a link lets as many in as it says, is declined, and is worth nothing once it is taken back", async () => {
  const ana = await person(browser, server, ANA);
  const { ready, link } = await inviteByLink(ana.page);
  await ready.getByRole("button", { name: "Done" }).click();
  await ana.page.getByText("2 of 2 left").waitFor();
  await server.join("Wim Hagen", "wim@example.org");
  const wim = await person(browser, server, "wim@example.org");
  await wim.page.goto(link);
  await wim.page.getByRole("button", { name: "Accept" }).click();
  await wim.page.getByText("You are in Demo now.").waitFor();
  await ana.page.getByText("1 of 2 left").waitFor();
  await wim.page.goto(link);
  await wim.page.getByText("You are in this organization already.").waitFor();
  await ana.page.getByRole("button", { name: "Menu of Invitation link" }).click();
  await ana.page.getByRole("menuitem", { name: "Take back" }).click();
  await ana.page.getByRole("dialog", { name: "Take back the invitation of Invitation link?" }).getByRole("button", { name: "Take back" }).click();
  await heading(ana.page, "No open invitations");
  await server.join("Xenia Frey", "xenia@example.org");
  const xenia = await person(browser, server, "xenia@example.org");
  await xenia.page.goto(link);
  await heading(xenia.page, "This link is no longer valid");
  assert.deepEqual([...ana.errors, ...wim.errors, ...xenia.errors], []);
  for (const each of [ana, wim, xenia]) await each.context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`invitations, ${size}, ${theme}`, async () => {
      const { page, context, errors } = await person(browser, server, ANA, { viewport, theme });
      const named = (screen) => `invitations-${screen}-${size}-${theme}`;
      const email = `a.rather.long.name.${size}.${theme}@example.org`;
      await inviteByMail(page, email);
      await page.getByText(email).first().waitFor();
      const { ready, link } = await inviteByLink(page);
      await look(page, named("link"));
      await ready.getByRole("button", { name: "Done" }).click();
      await look(page, named("list"));
      await invite(page);
      await look(page, named("new"));
      const other = await person(browser, server, undefined, { viewport, theme });
      await other.page.goto(link);
      await heading(other.page, "Invitation to Demo");
      await look(other.page, named("answer"));
      assert.deepEqual([...errors, ...other.errors], []);
      await context.close();
      await other.context.close();
    });
  }
}
