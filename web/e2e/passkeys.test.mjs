// Passkeys, with Chromium's virtual authenticator: added, named, used as the whole of a log-in and as its second step, refused, removed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { DESKTOP, PASSWORD, PHONE, Server, launch, person, until } from "./support.mjs";

let server;
let browser;
before(async () => {
  // Passkeys are of a host name.
  server = await new Server(["--public-url", "http://localhost:{port}"]).start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
const section = (page) => page.getByRole("region", { name: "Second step" });

/** A device that holds passkeys and whose owner agrees, until told otherwise. */
async function device(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    agrees: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    count: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
  };
}
async function add(page, name) {
  await page.goto("/account");
  await section(page).getByRole("button", { name: "Add a passkey" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a passkey" });
  await dialog.getByLabel("What you call it").fill(name);
  await dialog.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  return dialog;
}
async function keep(page) {
  const shown = page.getByRole("dialog", { name: "Recovery codes" });
  await shown.getByLabel("I have kept them").check();
  await shown.getByRole("button", { name: "Done" }).click();
}
async function logOut(page) {
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await heading(page, "Log in to your boards");
}

test("a passkey is added, named and used: as the whole log-in and as its second step; and it is removed", async () => {
  const email = "mira@example.org";
  await server.join("Mira Falk", email);
  const { page, context, errors } = await person(browser, server, email);
  const key = await device(page);
  await key.agrees(false);
  const dialog = await add(page, "My laptop");
  await dialog.getByText("The browser was not allowed to, or it took too long. Try again.").waitFor();
  await key.agrees(true);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await keep(page);
  assert.equal(await key.count(), 1);
  await section(page).getByText("My laptop").waitFor();
  await section(page).getByRole("button", { name: "Menu of My laptop" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByLabel("What you call it").fill("Old laptop");
  await page.keyboard.press("Enter");
  await section(page).getByText("Old laptop").waitFor();

  // Before, for a browser may offer it by itself as soon as the log-in is there.
  await key.agrees(false);
  await logOut(page);
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await heading(page, "Second step");
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await page.getByText("The passkey was not used", { exact: false }).waitFor();
  await key.agrees(true);
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await heading(page, "Boards");

  await logOut(page);
  // The browser may be quicker than the button.
  await Promise.any([page.getByRole("button", { name: "Log in with a passkey" }).click(), heading(page, "Boards")]);
  await heading(page, "Boards");

  await page.goto("/account");
  await section(page).getByRole("button", { name: "Menu of Old laptop" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  const removing = page.getByRole("dialog", { name: "Remove the passkey “Old laptop”?" });
  await removing.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await removing.getByRole("button", { name: "Remove" }).click();
  await until("the passkey to be gone", async () => (await section(page).getByText("Old laptop").count()) === 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a passkey that the server does not know opens nothing, and says so", async () => {
  const email = "nils@example.org";
  await server.join("Nils Roth", email);
  const { page, context } = await person(browser, server, email);
  const key = await device(page);
  await add(page, "Key");
  await keep(page);
  const again = await add(page, "Again");
  await again.getByText("This device holds a passkey for your account already.").waitFor();
  await page.keyboard.press("Escape");
  await section(page).getByRole("button", { name: "Menu of Key" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  const removing = page.getByRole("dialog", { name: "Remove the passkey “Key”?" });
  await removing.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await removing.getByRole("button", { name: "Remove" }).click();
  await removing.waitFor({ state: "detached" });
  assert.equal(await key.count(), 1);
  await logOut(page);
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.getByText("This passkey opens nothing here.").waitFor();
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`passkeys, ${size}, ${theme}`, async () => {
      const email = `olga-${size}-${theme}@example.org`;
      await server.join("Olga Brandt", email);
      const { page, context, errors } = await person(browser, server, email, { viewport, theme });
      const key = await device(page);
      await add(page, "A laptop whose name is much longer than it ought to be");
      await keep(page);
      await section(page).getByRole("button", { name: /^Menu of A laptop/ }).scrollIntoViewIfNeeded();
      await look(page, `passkeys-section-${size}-${theme}`);
      await section(page).getByRole("button", { name: "Add a passkey" }).click();
      await look(page, `passkeys-add-${size}-${theme}`);
      await page.keyboard.press("Escape");
      await key.agrees(false);
      await logOut(page);
      await page.getByRole("button", { name: "Log in with a passkey" }).waitFor();
      await look(page, `passkeys-login-${size}-${theme}`);
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByRole("button", { name: "Log in", exact: true }).click();
      await page.getByRole("button", { name: "Use your passkey" }).waitFor();
      await look(page, `passkeys-step-${size}-${theme}`);
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
