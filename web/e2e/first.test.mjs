// The first visit, and what a log-in leaves behind: nothing is asked that has no answer, and the console stays empty.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, Server, launch, live, person } from "./support.mjs";

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

/** All that the console says above a remark, and every question after a session. */
function listen(page) {
  const said = [];
  const asked = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) said.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => {
    if (request.url().endsWith("/auth/refresh")) asked.push(request.url());
  });
  return { said, asked };
}

test("a first visit leads to the log-in without a question and without a word in the console", async () => {
  const { page, context } = await person(browser, server, undefined);
  const { said, asked } = listen(page);
  await page.goto("/");
  await page.getByRole("heading", { name: "Log in to your boards" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/login");
  assert.deepEqual([said, asked], [[], []]);
  await context.close();
});

test("who is logged in stays so over a reload, and who logged out is not asked about again", async () => {
  const { page, context } = await person(browser, server, ANA);
  const { said, asked } = listen(page);
  await page.reload();
  await live(page);
  assert.equal(asked.length, 1);
  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in to your boards" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Log in to your boards" }).waitFor();
  assert.deepEqual([said, asked.length], [[], 1]);
  await context.close();
});
