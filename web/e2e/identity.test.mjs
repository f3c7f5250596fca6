// Logging in by way of a real provider in a real browser: registering, coming again, what is said when it does not work, connecting and
// disconnecting, and the second step.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { look } from "./look.mjs";
import { DESKTOP, PASSWORD, PHONE, Server, launch, person } from "./support.mjs";

const folder = mkdtempSync(join(tmpdir(), "lockstep-e2e-"));
let provider;
let server;
let browser;
before(async () => {
  provider = await startProvider();
  const file = join(folder, "providers.toml");
  const known = (name) => `name = "${name}"\nissuer = "${provider.url}"\nclient_id = "lockstep"\nclient_secret = "a secret of this client"\n`;
  writeFileSync(file, `[away]\nname = "Elsewhere"\nissuer = "https://127.0.0.1"\nclient_id = "x"\n[work]\n${known("Work")}`, { mode: 0o600 });
  server = await new Server(["--identity-providers", file, "--egress-allow", provider.url]).start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  provider?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startProvider() {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../../tests/support/oidc.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise((done, fail) => {
    lines.once("line", (line) => done(`http://127.0.0.1:${JSON.parse(line).port}`));
    child.once("exit", () => fail(new Error("the provider ended")));
  });
  const set = (change) => fetch(`${url}/_control`, { method: "POST", body: JSON.stringify(change) });
  return { url, set, stop: () => child.kill() };
}

const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
const section = (page) => page.getByRole("region", { name: "Connected log-ins" });
const claims = (email, more = {}) => ({ email, email_verified: true, name: "Vera Lind", ...more });

/** A browser that nobody is logged in to. */
const stranger = (look = {}) => person(browser, server, undefined, look);
async function goOn(page, name = "vera") {
  await page.getByRole("button", { name: "Continue with Work" }).click();
  await heading(page, "A provider");
  await page.getByRole("button", { name: `Continue as ${name}`, exact: true }).click();
}
async function logOut(page) {
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await heading(page, "Log in to your boards");
}
async function stepUp(page, title, action) {
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: action, exact: true }).click();
}

test("somebody new registers by a provider, comes again, and is led to where they wanted to go", async () => {
  await provider.set({ people: { vera: claims("vera@example.org") } });
  const { page, context, errors } = await stranger();
  await page.goto("/register");
  await goOn(page);
  await heading(page, "Boards");
  await page.goto("/account");
  await section(page).getByText("vera@example.org").waitFor();
  await page.getByText("Your account has no password: you log in another way.").waitFor();
  await section(page).getByRole("button", { name: "Disconnect Work" }).click();
  await page.getByRole("dialog", { name: "Disconnect Work" }).getByRole("button", { name: "Disconnect", exact: true }).click();
  await page.getByText("This is the only way you log in.", { exact: false }).waitFor();
  await page.keyboard.press("Escape");
  await logOut(page);
  await context.close();

  const again = await stranger();
  await again.page.goto("/account");
  await heading(again.page, "Log in to your boards");
  await goOn(again.page);
  await heading(again.page, "Account");
  assert.equal(new URL(again.page.url()).pathname, "/account");
  assert.deepEqual([...errors, ...again.errors], []);
  await again.context.close();
});

test("what does not work is said in words", async () => {
  await server.join("Olaf Berg", "olaf@example.org");
  await provider.set({ people: { olaf: claims("olaf@example.org"), eve: claims("eve@example.org", { email_verified: false }) } });
  const { page, context, errors } = await stranger();
  for (const [name, words] of [
    ["nobody", "The log-in was broken off, or the provider did not confirm who you are."],
    ["olaf", "There is an account with this address already."],
  ]) {
    await page.goto("/login");
    await goOn(page, name);
    await page.getByRole("status").getByText(words, { exact: false }).waitFor();
    await context.clearCookies();
  }
  await page.goto("/login");
  await goOn(page, "eve");
  await page.getByText("The provider does not confirm that your e-mail address is yours.", { exact: false }).waitFor();
  await page.goto("/login");
  await page.getByRole("button", { name: "Continue with Elsewhere" }).click();
  await page.getByRole("alert").getByText("The provider cannot be reached at the moment.", { exact: false }).waitFor();
  // Anybody can write such a link.
  await page.goto("/login?problem=<b>your%20password%20please</b>");
  await page.getByRole("status").getByText("That did not work. Try again.").waitFor();
  await page.goto("/login?identity=second");
  await page.getByRole("status").getByText("It took too long, or was begun elsewhere. Begin again.").waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("an account is connected and disconnected by its owner", async () => {
  const email = "rolf@example.org";
  await server.join("Rolf Kern", email);
  await provider.set({ people: { rolf: claims(email), other: claims("other@example.org") } });
  const { page, context, errors } = await person(browser, server, email);
  await page.goto("/account");
  await section(page).getByRole("button", { name: "Connect Work" }).click();
  await stepUp(page, "Connect Work", "Connect");
  await heading(page, "A provider");
  await page.getByRole("button", { name: "Continue as rolf" }).click();
  await page.getByText("Connected. You can log in with it from now on.").waitFor();
  assert.equal(new URL(page.url()).search, "");
  await logOut(page);
  await page.getByRole("button", { name: "Continue with Work" }).click();
  // The provider remembers them.
  await heading(page, "Boards");

  // Somebody else cannot have it.
  await server.join("Tom Wirth", "tom@example.org");
  const tom = await person(browser, server, "tom@example.org");
  await tom.page.goto("/account");
  await section(tom.page).getByRole("button", { name: "Connect Work" }).click();
  await stepUp(tom.page, "Connect Work", "Connect");
  await tom.page.getByRole("button", { name: "Continue as rolf" }).click();
  await tom.page.getByText("Somebody else here logs in with that account.").waitFor();
  await tom.context.close();

  await page.goto("/account");
  await section(page).getByRole("button", { name: "Disconnect Work" }).click();
  await stepUp(page, "Disconnect Work", "Disconnect");
  await page.getByText("Work is disconnected.").waitFor();
  await section(page).getByRole("button", { name: "Connect Work" }).waitFor();
  assert.deepEqual([...errors, ...tom.errors], []);
  await context.close();
});

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** What an authenticator app with this key shows so many steps from now (RFC 6238). */
function codeOf(key, steps) {
  const bits = [...key].map((sign) => ALPHABET.indexOf(sign).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const sum = createHmac("sha1", secret).update(counter).digest();
  return String((sum.readUInt32BE(sum[19] & 0xf) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("the second step is asked for after the provider's word too", async () => {
  const email = "sina@example.org";
  const rest = await server.join("Sina Moor", email);
  await provider.set({ people: { sina: claims(email) } });
  const { page, context, errors } = await person(browser, server, email);
  await page.goto("/account");
  await section(page).getByRole("button", { name: "Connect Work" }).click();
  await stepUp(page, "Connect Work", "Connect");
  await page.getByRole("button", { name: "Continue as sina" }).click();
  await page.getByText("Connected. You can log in with it from now on.").waitFor();
  const { secret } = await rest.call("POST", "/me/totp", { password: PASSWORD });
  await rest.call("POST", "/me/totp/confirm", { code: codeOf(secret, 0) });
  await logOut(page);
  await page.getByRole("button", { name: "Continue with Work" }).click();
  await heading(page, "Second step");
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret, 1));
  await page.keyboard.press("Enter");
  await heading(page, "Boards");
  assert.deepEqual(errors, []);
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`providers, ${size}, ${theme}`, async () => {
      const email = `ulla-${size}-${theme}@example.org`;
      await server.join("Ulla Stern", email);
      const { page, context, errors } = await stranger({ viewport, theme });
      await page.goto("/login?problem=email_unverified");
      await page.getByRole("button", { name: "Continue with Work" }).waitFor();
      await look(page, `identity-login-${size}-${theme}`);
      await page.goto("/register");
      await page.getByRole("button", { name: "Continue with Work" }).waitFor();
      await look(page, `identity-register-${size}-${theme}`);
      await context.close();
      const owner = await person(browser, server, email, { viewport, theme });
      await owner.page.goto("/account?problem=already_exists");
      await section(owner.page).getByRole("button", { name: "Connect Work" }).scrollIntoViewIfNeeded();
      await look(owner.page, `identity-section-${size}-${theme}`);
      await section(owner.page).getByRole("button", { name: "Connect Work" }).click();
      await look(owner.page, `identity-connect-${size}-${theme}`);
      assert.deepEqual([...errors, ...owner.errors], []);
      await owner.context.close();
    });
  }
}
