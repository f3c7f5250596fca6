// Coming in where only the invited register: what strangers are told, an invitation that is opened on one device and confirmed on another,
// one that is gone meanwhile; what is left to do in a new organization; and who an imported person is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, DESKTOP, PHONE, Server, card, launch, person, until } from "./support.mjs";

const WORDS = "a long enough pass phrase";
let server;
let browser;
let ana;
let demo;
before(async () => {
  server = await new Server(["--registration", "invited"]).start();
  browser = await launch();
  ana = await server.rest(ANA);
  demo = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
const invite = (more = {}) => ana.call("POST", `/orgs/${demo.org_id}/invitations`, { role: "member", ...more });

async function fill(page, name, email) {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(WORDS);
  await page.getByRole("button", { name: "Create account" }).click();
}
/** The tab that the link of a mail opens, in this browser. */
async function follow(context, email, subject) {
  const mails = await context.newPage();
  await mails.goto("/mailbox");
  await mails.getByRole("button").filter({ hasText: subject }).filter({ hasText: email }).first().click();
  const [tab] = await Promise.all([context.waitForEvent("page"), mails.frameLocator("iframe").getByRole("link").first().click()]);
  return tab;
}
async function confirmElsewhere(email) {
  const there = await person(browser, server, undefined);
  const tab = await follow(there.context, email, "Confirm your address");
  await heading(tab, "One last step");
  await tab.getByLabel("Password", { exact: true }).fill(WORDS);
  await tab.keyboard.press("Enter");
  return { ...there, tab };
}

test("an invitation is opened on one device and confirmed on another, which leads into the organization", async () => {
  const { link } = await invite();
  const { page, context, errors } = await person(browser, server, undefined);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(link);
  await heading(page, "Invitation to Demo");
  await page.getByRole("link", { name: "Create account" }).click();
  await page.getByText("Ana Lindqvist invites you to Demo.", { exact: false }).waitFor();
  await fill(page, "Nora Falk", "nora@example.org");
  await heading(page, "Check your mail");
  const code = link.split("#")[1];
  assert.deepEqual(asked.filter((url) => new URL(url).pathname.includes(code) || new URL(url).search.includes(code)), [], "the code is in no address");
  const there = await confirmElsewhere("nora@example.org");
  await there.tab.getByText("You are in Demo now.").waitFor();
  await heading(there.tab, "Demo");
  assert.deepEqual([...errors, ...there.errors], []);
  await context.close();
  await there.context.close();
});

test("one that was taken back meanwhile is told, and the account is there", async () => {
  const { link, invitation_id } = await invite();
  const { page, context, errors } = await person(browser, server, undefined);
  await page.goto(link);
  await page.getByRole("link", { name: "Create account" }).click();
  await fill(page, "Olga Rand", "olga@example.org");
  await heading(page, "Check your mail");
  await ana.call("DELETE", `/orgs/${demo.org_id}/invitations/${invitation_id}`);
  const there = await confirmElsewhere("olga@example.org");
  await there.tab.getByText("the invitation cannot be used any more", { exact: false }).waitFor();
  await heading(there.tab, "Boards");
  assert.equal(await there.tab.getByRole("heading", { name: "Demo", exact: true }).count(), 0);
  assert.deepEqual([...errors, ...there.errors], []);
  await context.close();
  await there.context.close();
});

test("strangers are told in plain words, and who was invited by mail registers with that address", async () => {
  await invite({ email: "pia@example.org" });
  const { page, context, errors } = await person(browser, server, undefined);
  await page.goto("/register");
  await page.getByText("ask the people you want to work with to invite you", { exact: false }).waitFor();
  assert.equal(await page.getByLabel("Your name").count(), 0);
  await page.getByRole("button", { name: "I was invited by mail" }).click();
  await page.getByText("Use the address that your invitation went to.").waitFor();
  await fill(page, "Pia Holm", "pia@example.org");
  await heading(page, "Check your mail");
  const tab = await follow(context, "pia@example.org", "Confirm your address");
  await tab.getByText("You are in Demo now.").waitFor();
  // Nobody invited this one: the page says the same, and only the mail tells.
  const other = await person(browser, server, undefined);
  await other.page.goto("/register");
  await other.page.getByRole("button", { name: "I was invited by mail" }).click();
  await fill(other.page, "Rolf Sand", "rolf@example.org");
  await heading(other.page, "Check your mail");
  await other.page.goto("/mailbox");
  await other.page.getByRole("button").filter({ hasText: "Only the invited can register" }).filter({ hasText: "rolf@example.org" }).waitFor();
  assert.deepEqual([...errors, ...other.errors], []);
  await context.close();
  await other.context.close();
});

test("what is left to do in a new organization ticks itself off and can be put away", async () => {
  const { page, context, errors } = await person(browser, server, ANA);
  const { org_id } = await ana.call("POST", "/orgs", { name: "Boat builders" });
  await page.goto(`/orgs/${org_id}`);
  const guide = page.getByRole("region", { name: "Setting up" });
  await guide.getByText("4 left").waitFor();
  await guide.getByRole("link", { name: "Make a team for those who share boards" }).click();
  await until("the page of teams", () => new URL(page.url()).pathname === `/orgs/${org_id}/teams`);
  await ana.call("POST", `/orgs/${org_id}/teams`, { name: "Hulls" });
  await ana.call("POST", `/orgs/${org_id}/invitations`, { role: "member" });
  await page.goto(`/orgs/${org_id}`);
  await guide.getByText("2 left").waitFor();
  await ana.call("POST", `/orgs/${org_id}/boards`, { name: "Keel" });
  await guide.getByText("1 left").waitFor();
  await guide.getByRole("button", { name: "Put this list away" }).click();
  await guide.waitFor({ state: "detached" });
  // On every device.
  const again = await person(browser, server, ANA);
  await again.page.goto(`/orgs/${org_id}`);
  await heading(again.page, "Boat builders");
  await again.page.getByText("Keel").first().waitFor();
  assert.equal(await again.page.getByRole("region", { name: "Setting up" }).count(), 0);
  assert.deepEqual([...errors, ...again.errors], []);
  await context.close();
  await again.context.close();
});

test("an imported person is said to be a member, whose cards they become", async () => {
  const placeholder = "0190aaaa-0000-7000-8000-00000000000c";
  const { org_id } = await ana.call("POST", "/orgs", { name: "Imported" });
  await ana.call("POST", `/orgs/${org_id}/placeholders`, { account_id: placeholder, name: "A. L. of the export" });
  const { board_id } = await ana.call("POST", `/orgs/${org_id}/boards`, { name: "Old", template: "kanban" });
  const board = `/orgs/${org_id}/boards/${board_id}`;
  await ana.call("PUT", `${board}/members/${placeholder}`, { role: "editor" });
  const [column] = (await ana.call("GET", board)).columns;
  const { task_id } = await ana.call("POST", `${board}/tasks`, { column_id: column.column_id, title: "Of the export" });
  await ana.call("POST", `${board}/tasks/${task_id}/assign`, { account_id: placeholder });
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`/orgs/${org_id}/members`);
  const rows = page.getByRole("list", { name: "Members" }).getByRole("button");
  await rows.filter({ hasText: "A. L. of the export" }).click();
  await page.getByRole("dialog", { name: "A. L. of the export" }).getByRole("button", { name: "Say who this is" }).click();
  const dialog = page.getByRole("dialog", { name: "Who is A. L. of the export?" });
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByText("Choose who it is.").waitFor();
  await dialog.getByRole("button", { name: /^This is/ }).click();
  await page.getByRole("combobox", { name: "This is" }).fill("ana");
  await page.keyboard.press("Enter");
  await dialog.getByText("This cannot be taken back.", { exact: false }).waitFor();
  await look(page, "joining-claim");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("A. L. of the export is Ana Lindqvist from now on.").waitFor();
  await until("the stand-in to be gone", async () => (await rows.filter({ hasText: "A. L. of the export" }).count()) === 0);
  await page.goto(board);
  await card(page, "Of the export").getByRole("img", { name: /Ana Lindqvist/ }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`the pages of coming in, ${size}, ${theme}`, async () => {
      const named = (screen) => `joining-${screen}-${size}-${theme}`;
      const { link } = await invite();
      const { page, context, errors } = await person(browser, server, undefined, { viewport, theme });
      await page.goto("/register");
      await page.getByRole("button", { name: "I was invited by mail" }).waitFor();
      await look(page, named("stranger"));
      await page.goto(link);
      await page.getByRole("link", { name: "Create account" }).click();
      await page.getByText("Ana Lindqvist invites you to Demo.", { exact: false }).waitFor();
      await look(page, named("invited"));
      const inside = await person(browser, server, ANA, { viewport, theme });
      const { org_id } = await ana.call("POST", "/orgs", { name: `New ${size} ${theme}` });
      await inside.page.goto(`/orgs/${org_id}`);
      await inside.page.getByRole("region", { name: "Setting up" }).waitFor();
      await look(inside.page, named("set-up"));
      assert.deepEqual([...errors, ...inside.errors], []);
      await context.close();
      await inside.context.close();
    });
  }
}
