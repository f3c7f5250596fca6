// Around the log-in, as pages that a server in each of its modes gives: pictures, the rules of accessibility, and codes that stay in no
// address. What the server does is told by routes here; the ways as a whole are walked in mail.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { DESKTOP, PHONE, Server, focusIs, launch, person, until } from "./support.mjs";

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

const json = (status, body) => ({ status, contentType: "application/json", ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const problem = (status, code, more = {}) => json(status, { type: "about:blank", title: code, status, detail: code, code, temporary: false, request_id: "r", ...more });
const INFO = { registration: "verified", mailbox: true, providers: [], passkeys: false };

async function anyone(how, info = {}) {
  const someone = await person(browser, server, undefined, how);
  await someone.page.route("**/api/v1/server", (route) => route.fulfill(json(200, { ...INFO, ...info })));
  return someone;
}
const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
const answers = (page, path, answer) => page.route(`**/api/v1/${path}`, (route) => route.fulfill(answer));

test("registration that is verified leads to the mail, and the link from there asks for nothing more", async () => {
  const { page, context, errors } = await anyone();
  let asked;
  await answers(page, "auth/register", json(202, { pending: "browser-7" }));
  await page.goto("/register");
  await page.getByLabel("Your name").fill("Cleo Berg");
  await page.getByLabel("E-mail").fill("cleo@example.org");
  await page.getByLabel("Password", { exact: true }).fill("a long enough pass phrase");
  await page.getByRole("button", { name: "Create account" }).click();
  await heading(page, "Check your mail");
  await page.getByText("cleo@example.org").waitFor();
  await page.getByRole("link", { name: "Mailbox for development" }).waitFor();
  await page.route("**/api/v1/auth/register/confirm", (route) => {
    asked = route.request().postDataJSON();
    return route.fulfill(problem(410, "code_expired"));
  });
  await page.goto("/confirm#c0de");
  await heading(page, "This link is no longer valid");
  assert.equal(new URL(page.url()).hash, "");
  assert.equal(new URL(page.url()).pathname, "/confirm");
  assert.deepEqual([asked.code, asked.pending], ["c0de", "browser-7"]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the link of a registration on another device asks for the password", async () => {
  const { page, context } = await anyone();
  let asked;
  await page.route("**/api/v1/auth/register/confirm", (route) => {
    asked = route.request().postDataJSON();
    return route.fulfill(problem(422, "field_invalid", { field: "password" }));
  });
  await page.goto("/confirm#other");
  await heading(page, "One last step");
  assert.equal(asked, undefined);
  await page.getByLabel("Password", { exact: true }).fill("not the one");
  await page.keyboard.press("Enter");
  await page.getByText("This is not the password that you chose.").waitFor();
  assert.deepEqual([asked.code, asked.password], ["other", "not the one"]);
  await focusIs(page, "the password", () => document.activeElement?.getAttribute("autocomplete"), "current-password");
  await context.close();
});

test("a forgotten password is asked for by address alone, and a link without its code is said to be of no use", async () => {
  const { page, context } = await anyone();
  await page.goto("/login");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await heading(page, "Reset your password");
  await page.getByLabel("E-mail").fill("nobody");
  await page.keyboard.press("Enter");
  await page.getByText("Enter an e-mail address.").waitFor();
  await answers(page, "auth/password/forgot", problem(429, "rate_limited", { retry_after_ms: 4_200 }));
  await page.getByLabel("E-mail").fill("nobody@example.org");
  await page.keyboard.press("Enter");
  await page.getByText("Too many tries. Wait 5 seconds.").waitFor();
  await page.unroute("**/api/v1/auth/password/forgot");
  await answers(page, "auth/password/forgot", json(202));
  await page.keyboard.press("Enter");
  await heading(page, "Check your mail");
  await page.goto("/reset");
  await heading(page, "This link is no longer valid");
  await page.getByRole("link", { name: "Send a new link" }).click();
  await heading(page, "Reset your password");
  await context.close();
});

test("where nobody may register the page says so, and the log-in offers nothing of it", async () => {
  const { page, context } = await anyone({}, { registration: "invited", mailbox: false });
  await page.goto("/login");
  await heading(page, "Log in to your boards");
  assert.equal(await page.getByRole("link", { name: "Create account" }).count(), 0);
  assert.equal(await page.getByRole("link", { name: /Mailbox/ }).count(), 0);
  await page.goto("/register");
  await page.getByText("You need an invitation to register here.", { exact: false }).waitFor();
  await page.getByRole("button", { name: "I was invited by mail" }).waitFor();
  await page.getByRole("link", { name: "Log in" }).click();
  await heading(page, "Log in to your boards");
  await context.close();
});

test("a second link in the same tab counts, and only its own code", async () => {
  const { page, context } = await anyone();
  const codes = [];
  await page.route("**/api/v1/auth/email/confirm", (route) => {
    codes.push(route.request().postDataJSON().code);
    return route.fulfill(codes.length === 1 ? problem(410, "code_expired") : { status: 204 });
  });
  await page.goto("/verify#first");
  await heading(page, "This link is no longer valid");
  await page.evaluate(() => {
    location.hash = "second";
  });
  await heading(page, "Address confirmed");
  assert.deepEqual(codes, ["first", "second"]);
  await until("an address without a code", () => new URL(page.url()).hash === "");
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`the pages around the log-in, ${size}, ${theme}`, async () => {
      const { page, context, errors } = await anyone({ viewport, theme });
      const named = (screen) => `auth-${screen}-${size}-${theme}`;
      await page.goto("/login");
      await heading(page, "Log in to your boards");
      await look(page, named("login"));
      await page.goto("/forgot");
      await heading(page, "Reset your password");
      await look(page, named("forgot"));
      await page.goto("/check-mail");
      await heading(page, "Check your mail");
      await look(page, named("check-mail"));
      await page.goto("/reset#code");
      await heading(page, "Choose a new password");
      await page.getByLabel("New password", { exact: true }).fill("short");
      await page.keyboard.press("Enter");
      await page.getByText("Use 12 to 256 characters.").waitFor();
      await look(page, named("reset"));
      await page.goto("/confirm#code");
      await heading(page, "One last step");
      await look(page, named("confirm"));
      await page.goto("/verify");
      await heading(page, "This link is no longer valid");
      await look(page, named("gone"));
      const html = '<div style="font-family:sans-serif;padding:32px;background:#f4f5f7"><div style="background:#fff;padding:24px;border-radius:12px"><h1 style="font-size:20px">Confirm your address</h1><p>Hello Cleo,</p><p><a style="background:#2f55d4;color:#fff;padding:10px 16px;border-radius:6px" href="https://example.org/confirm#abc">Confirm</a></p></div></div>';
      const mail = (mail_id, subject, state = "sent") => ({ mail_id, to: "cleo@example.org", subject, text: `${subject}\n\nhttps://example.org/confirm#abc\n`, html, at: Date.now() * 1000 - 90_000_000, state });
      await answers(page, "mailbox", json(200, { items: [mail("m2", "Ana invites you to Demo, the organization with the long name", "failed"), mail("m1", "Confirm your address")] }));
      await page.goto("/mailbox");
      await page.getByRole("button", { name: /Confirm your address/ }).click();
      await page.getByRole("heading", { name: "Confirm your address" }).first().waitFor();
      await look(page, named("mailbox"));
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
