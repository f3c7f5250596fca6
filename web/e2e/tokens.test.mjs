// Access tokens: one's own and those of service accounts, made, shown once, used, revoked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, DESKTOP, PASSWORD, PHONE, Server, launch, person, until } from "./support.mjs";

let server;
let browser;
let ana;
let demo;
before(async () => {
  server = await new Server().start();
  browser = await launch();
  ana = await server.rest(ANA);
  demo = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const section = (page) => page.getByRole("region", { name: "Access tokens" });
/** What a program with this token is answered. */
const status = async (token, path, method = "GET", body) =>
  (await fetch(`${server.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, ...(body && { body: JSON.stringify(body) }) })).status;
/** Fills in a new token; gives what is shown, once. */
async function make(page, from, name, ...scopes) {
  await from.getByRole("button", { name: "New access token" }).click();
  const dialog = page.getByRole("dialog", { name: "New access token" });
  await dialog.getByLabel("What it is for").fill(name);
  for (const scope of scopes) await dialog.getByRole("checkbox", { name: scope, exact: true }).check();
  await dialog.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Make the token" }).click();
  const ready = page.getByRole("dialog", { name: "The token is ready" });
  const token = await ready.getByLabel(name).inputValue();
  return { ready, token };
}

test("a token is checked, shown once, copied, used within its scopes, and revoked", async () => {
  const email = "tilda@example.org";
  await server.join("Tilda Roos", email);
  const { page, context, errors } = await person(browser, server, email);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/account");
  await section(page).getByRole("button", { name: "New access token" }).click();
  const dialog = page.getByRole("dialog", { name: "New access token" });
  await dialog.getByRole("checkbox", { name: "Read", exact: true }).uncheck();
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await dialog.getByText("Enter a name.").waitFor();
  await dialog.getByText("Choose at least one.").waitFor();
  await dialog.getByText("Enter your current password.").waitFor();
  await dialog.getByLabel("What it is for").fill("Backup");
  await dialog.getByRole("checkbox", { name: "Account", exact: true }).check();
  await dialog.getByRole("checkbox", { name: "Read", exact: true }).check();
  await dialog.getByLabel("Current password", { exact: true }).fill("not the password");
  await page.keyboard.press("Enter");
  await dialog.getByText("This is not your current password.").waitFor();
  await dialog.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  const ready = page.getByRole("dialog", { name: "The token is ready" });
  const token = await ready.getByLabel("Backup").inputValue();
  assert.match(token, /^lsp_/);
  await ready.getByRole("button", { name: "Copy" }).click();
  await ready.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
  await ready.getByRole("button", { name: "Done" }).click();
  await section(page).getByText("Never used").waitFor();
  assert.equal(await page.getByText(token).count(), 0);

  assert.equal(await status(token, "/me"), 200);
  assert.equal(await status(token, "/orgs"), 200);
  assert.equal(await status(token, "/orgs", "POST", { name: "Not allowed" }), 403);
  assert.equal(await status(token, "/me/tokens"), 403);
  await page.reload();
  await section(page).getByText(/^Used /).waitFor();
  await section(page).getByRole("button", { name: "Revoke the token “Backup”" }).click();
  await page.getByRole("dialog", { name: "Revoke the token “Backup”?" }).getByRole("button", { name: "Revoke" }).click();
  await page.getByText("The token “Backup” is revoked.").waitFor();
  await until("no token", async () => (await section(page).getByRole("listitem").count()) === 0);
  assert.equal(await status(token, "/me"), 401);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a service account is made with a token, is a member that is a program, and ends with its tokens", async () => {
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`/orgs/${demo.org_id}/services`);
  await page.getByRole("heading", { name: "No service accounts yet" }).waitFor();
  await page.getByRole("button", { name: "New service account" }).click();
  const creating = page.getByRole("dialog", { name: "New service account" });
  assert.equal(await creating.getByRole("option", { name: "Owner" }).count(), 0);
  await creating.getByLabel("Name").fill("Build bot");
  await page.keyboard.press("Enter");
  const tokens = page.getByRole("dialog", { name: "Access tokens of Build bot" });
  const { ready, token } = await make(page, tokens, "Nightly", "Write");
  await ready.getByRole("button", { name: "Done" }).click();
  await tokens.getByText("Read, Write").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await status(token, `/orgs/${demo.org_id}/boards`), 200);
  await page.getByRole("link", { name: "Members" }).click();
  await page.getByRole("list", { name: "Members" }).getByRole("button").filter({ hasText: "Build bot" }).filter({ hasText: "program" }).waitFor();
  await page.getByRole("link", { name: "Programs" }).click();
  await page.getByRole("button", { name: "Menu of Build bot" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("dialog", { name: "Remove the service account “Build bot”?" }).getByRole("button", { name: "Remove" }).click();
  await page.getByText("The service account “Build bot” is removed.").waitFor();
  await page.getByRole("heading", { name: "No service accounts yet" }).waitFor();
  await until("its token to be worth nothing", async () => (await status(token, `/orgs/${demo.org_id}/boards`)) === 401);
  assert.deepEqual(errors, []);
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`tokens and programs, ${size}, ${theme}`, async () => {
      const email = `ulla-${size}-${theme}@example.org`;
      const ulla = await server.join("Ulla Brink", email);
      const org = await ulla.call("POST", "/orgs", { name: "Works" });
      const { page, context, errors } = await person(browser, server, email, { viewport, theme });
      const named = (screen) => `tokens-${screen}-${size}-${theme}`;
      await page.goto("/account");
      await section(page).getByRole("button", { name: "New access token" }).click();
      const dialog = page.getByRole("dialog", { name: "New access token" });
      await dialog.getByRole("checkbox", { name: "Administer" }).check();
      await dialog.getByRole("button", { name: "Make the token" }).click();
      await dialog.getByText("Enter your current password.").waitFor();
      await look(page, named("new"));
      await page.keyboard.press("Escape");
      const { ready } = await make(page, section(page), "The import that runs every night on the old server", "Write");
      await look(page, named("ready"));
      await ready.getByRole("button", { name: "Done" }).click();
      await section(page).getByRole("listitem").waitFor();
      await section(page).getByRole("button", { name: "New access token" }).scrollIntoViewIfNeeded();
      await look(page, named("list"));
      for (const name of ["Build bot", "A rather long name of a program that imports"]) await ulla.call("POST", `/orgs/${org.org_id}/service-accounts`, { name, role: "member" });
      await page.goto(`/orgs/${org.org_id}/services`);
      await page.getByText("Build bot").waitFor();
      await look(page, named("services"));
      await page.getByRole("button", { name: "Access tokens of Build bot" }).click();
      await page.getByRole("dialog", { name: "Access tokens of Build bot" }).getByRole("button", { name: "New access token" }).waitFor();
      await look(page, named("service"));
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
