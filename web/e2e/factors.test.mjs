// The second step of a log-in: an authenticator app set up by its key, its codes and those written down, and its removal.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { DESKTOP, PASSWORD, PHONE, Server, focusIs, launch, person } from "./support.mjs";

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

const STEP_MS = 30_000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** What an app with this key shows so many steps from now (RFC 6238). */
function codeOf(key, steps = 0) {
  const bits = [...key.replace(/\s/g, "")].map((sign) => ALPHABET.indexOf(sign).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const sum = createHmac("sha1", secret).update(counter).digest();
  return String((sum.readUInt32BE(sum[19] & 0xf) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
const section = (page) => page.getByRole("region", { name: "Second step" });

/** From the account page to the key of the app. */
async function begin(page) {
  await page.goto("/account");
  await section(page).getByRole("button", { name: "Set up an authenticator app" }).click();
  const dialog = page.getByRole("dialog", { name: "Set up an authenticator app" });
  await dialog.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await dialog.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  return { dialog, key: await dialog.locator("code").innerText() };
}
async function confirm(page, { dialog, key }) {
  const spent = codeOf(key);
  await dialog.getByLabel("Code", { exact: true }).fill(spent);
  await dialog.getByRole("button", { name: "Turn on" }).click();
  const shown = page.getByRole("dialog", { name: "Recovery codes" });
  await shown.waitFor();
  const codes = await shown.getByRole("listitem").allInnerTexts();
  return { shown, codes, spent };
}
async function logIn(page, email) {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

test("an authenticator app is set up, asked for, replaced by a code that was kept, and removed", async () => {
  const email = "jana@example.org";
  await server.join("Jana Moor", email);
  const { page, context, errors } = await person(browser, server, email);
  await page.goto("/account");
  await section(page).getByRole("button", { name: "Set up an authenticator app" }).click();
  const asked = page.getByRole("dialog", { name: "Set up an authenticator app" });
  await asked.getByLabel("Current password", { exact: true }).fill("not the password");
  await page.keyboard.press("Enter");
  await asked.getByText("This is not your current password.").waitFor();
  await page.keyboard.press("Escape");
  await asked.waitFor({ state: "detached" });
  const setup = await begin(page);
  await setup.dialog.getByLabel("Code", { exact: true }).fill("12");
  await page.keyboard.press("Enter");
  await setup.dialog.getByText("Enter the six digits.").waitFor();
  await setup.dialog.getByLabel("Code", { exact: true }).fill(codeOf(setup.key, -20));
  await page.keyboard.press("Enter");
  await setup.dialog.getByText("This is not the code of now.", { exact: false }).waitFor();
  const { shown, codes, spent } = await confirm(page, setup);
  assert.equal(codes.length, 10);
  // They are shown once: nobody leaves without having kept them.
  assert.equal(await shown.getByRole("button", { name: "Done" }).isDisabled(), true);
  const [download] = await Promise.all([page.waitForEvent("download"), shown.getByRole("button", { name: "Download" }).click()]);
  assert.equal(download.suggestedFilename(), "lockstep-recovery-codes.txt");
  await shown.getByLabel("I have kept them").check();
  await shown.getByRole("button", { name: "Done" }).click();
  await section(page).getByText("10 codes left").waitFor();

  const there = await person(browser, server, undefined);
  await logIn(there.page, email);
  await heading(there.page, "Second step");
  await focusIs(there.page, "the code", () => document.activeElement?.getAttribute("autocomplete"), "one-time-code");
  // The code that set it up was spent. A whole code needs no button.
  await there.page.getByLabel("Code", { exact: true }).fill(spent);
  await there.page.getByText("This code does not fit, or it was used before.", { exact: false }).waitFor();
  await there.page.getByLabel("Code", { exact: true }).fill(codeOf(setup.key, 1));
  await heading(there.page, "Boards");
  await there.page.getByRole("button", { name: /^Account of/ }).click();
  await there.page.getByRole("menuitem", { name: "Log out" }).click();
  await heading(there.page, "Log in to your boards");
  await logIn(there.page, email);
  await there.page.getByRole("button", { name: "Use a recovery code" }).click();
  await there.page.getByLabel("Recovery code").fill("aaaa-bbbb-cccc-dddd");
  await there.page.keyboard.press("Enter");
  await there.page.getByText("This is not one of your codes", { exact: false }).waitFor();
  await there.page.getByLabel("Recovery code").fill(codes[0].toUpperCase());
  await there.page.keyboard.press("Enter");
  await heading(there.page, "Boards");

  await page.reload();
  await section(page).getByText("9 codes left").waitFor();
  await section(page).getByRole("button", { name: "Make new ones" }).click();
  const renewing = page.getByRole("dialog", { name: "Make new recovery codes" });
  await renewing.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  const renewed = page.getByRole("dialog", { name: "Recovery codes" });
  await renewed.getByLabel("I have kept them").check();
  assert.equal((await renewed.getByRole("listitem").allInnerTexts()).includes(codes[1]), false);
  await renewed.getByRole("button", { name: "Done" }).click();
  await section(page).getByRole("button", { name: "Remove the authenticator app" }).click();
  const removing = page.getByRole("dialog", { name: "Remove the authenticator app" });
  await removing.getByLabel("Current password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await section(page).getByRole("button", { name: "Set up an authenticator app" }).waitFor();
  await there.page.getByRole("button", { name: /^Account of/ }).click();
  await there.page.getByRole("menuitem", { name: "Log out" }).click();
  await heading(there.page, "Log in to your boards");
  await logIn(there.page, email);
  await heading(there.page, "Boards");
  assert.deepEqual([...errors, ...there.errors], []);
  await context.close();
  await there.context.close();
});

test("a second step that took too many tries begins again with the password", async () => {
  const email = "kim@example.org";
  await server.join("Kim Sol", email);
  const here = await person(browser, server, email);
  await confirm(here.page, await begin(here.page));
  const { page, context } = await person(browser, server, undefined);
  // The log-in stands until what comes next is there as a whole, with the focus in it.
  let arrive;
  const late = new Promise((resolve) => {
    arrive = resolve;
  });
  await page.route(/SecondStep.*\.js/, async (route) => {
    await late;
    await route.fallback();
  });
  const fetched = page.waitForRequest(/SecondStep.*\.js/);
  await logIn(page, email);
  await fetched;
  assert.equal(await page.getByRole("heading", { name: "Second step" }).count(), 0);
  arrive();
  await heading(page, "Second step");
  await focusIs(page, "the code", () => document.activeElement?.getAttribute("autocomplete"), "one-time-code");
  // A code that is typed while another is being tried is tried after it.
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/login/second", async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest("**/login/second");
  await page.getByLabel("Code", { exact: true }).fill("000001");
  await asked;
  await page.getByLabel("Code", { exact: true }).fill("000002");
  const tried = page.waitForResponse((answer) => answer.request().postDataJSON()?.totp === "000002");
  release();
  await tried;
  await page.unroute("**/login/second");
  let ended = false;
  for (let tries = 0; tries < 8 && !ended; tries += 1) {
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/login/second"));
    await page.getByLabel("Code", { exact: true }).fill(String(100_000 + tries));
    ended = (await (await answered).json()).code === "challenge_ended";
  }
  await page.getByText("That took too long. Log in again.").waitFor();
  assert.equal(await page.getByLabel("E-mail").inputValue(), email);
  await context.close();
  await here.context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`the second step, ${size}, ${theme}`, async () => {
      const email = `lena-${size}-${theme}@example.org`;
      await server.join("Lena Ost", email);
      const { page, context, errors } = await person(browser, server, email, { viewport, theme });
      const named = (screen) => `factors-${screen}-${size}-${theme}`;
      const setup = await begin(page);
      await look(page, named("setup"));
      const { shown } = await confirm(page, setup);
      await shown.getByLabel("I have kept them").waitFor();
      await look(page, named("codes"));
      await shown.getByLabel("I have kept them").check();
      await shown.getByRole("button", { name: "Done" }).click();
      await section(page).getByText("10 codes left").waitFor();
      await section(page).scrollIntoViewIfNeeded();
      await look(page, named("section"));
      await page.getByRole("button", { name: /^Account of/ }).click();
      await page.getByRole("menuitem", { name: "Log out" }).click();
      await heading(page, "Log in to your boards");
      await logIn(page, email);
      await page.getByLabel("Code", { exact: true }).waitFor();
      await look(page, named("step"));
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
