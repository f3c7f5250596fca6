// A name, a picture and a job title that another changes are seen where they stand, without a reload.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, Server, card, launch, loaded, open, person, stayed, until } from "./support.mjs";

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

/** As a picture of one colour, in the page. */
const drawn = async (page, colour) => {
  const bytes = await page.evaluate(async (colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 80, height: 80 });
    const context = canvas.getContext("2d");
    context.fillStyle = colour;
    context.fillRect(0, 0, 80, 80);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, colour);
  return { name: "me.png", mimeType: "image/png", buffer: Buffer.from(bytes) };
};

test("a new name, picture and job title are seen by another on the board, among who is here, and on the members page", async () => {
  const rest = await server.rest(ANA);
  const demo = (await rest.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
  const board = await server.board("Names", ["Portrait"]);
  const [task] = (await rest.call("GET", `${board}/tasks`)).items;
  await rest.call("POST", `${board}/tasks/${task.task_id}/assign`, { account_id: rest.account_id });
  const before = (await rest.call("GET", "/me")).name;
  const ana = await person(browser, server, ANA);
  const here = await ana.context.newPage();
  const ben = await person(browser, server, BEN);
  const list = await ben.context.newPage();
  await open(here, board);
  await open(ben.page, board);
  await list.goto(`/orgs/${demo.org_id}/members`);
  await list.evaluate(() => {
    window.stayed = true;
  });
  const assigned = (name) => card(ben.page, "Portrait").getByRole("img", { name, exact: true });
  const row = (name) => list.getByRole("list", { name: "Members" }).getByRole("button").filter({ hasText: name });
  await assigned(before).waitFor();
  await row(before).waitFor();

  const { page } = ana;
  await page.goto("/account");
  await loaded(page);
  await page.getByLabel("Name", { exact: true }).fill("Anastasia Winter");
  await page.keyboard.press("Enter");
  await assigned("Anastasia Winter").waitFor();
  await row("Anastasia Winter").waitFor();
  await ben.page.locator(".presence [data-initials='AW']").waitFor();
  // Another tab of hers, too.
  await here.getByRole("button", { name: "Account of Anastasia Winter" }).waitFor();

  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("group", { name: "Your picture" }).getByRole("button", { name: "Choose picture" }).click();
  await (await chooser).setFiles(await drawn(page, "#c01010"));
  await page.getByRole("dialog", { name: "Your picture" }).getByRole("button", { name: "Save" }).click();
  await assigned("Anastasia Winter").locator("img").waitFor();
  await row("Anastasia Winter").locator(".avatar img").waitFor();
  await page.getByRole("group", { name: "Your picture" }).getByRole("button", { name: "Remove" }).click();
  await until("the initials again", async () => (await assigned("Anastasia Winter").getAttribute("data-initials")) === "AW");

  await rest.call("PATCH", `/orgs/${demo.org_id}/members/${rest.account_id}`, { title: "Head of Snow" });
  await row("Anastasia Winter").filter({ hasText: "Head of Snow" }).waitFor();

  // What was changed while the connection was away is seen when it is back.
  await ben.context.setOffline(true);
  await server.kill();
  await server.start();
  await (await server.rest(ANA)).call("PATCH", "/me", { name: "Ana Again" });
  await ben.context.setOffline(false);
  await assigned("Ana Again").waitFor({ timeout: 40_000 });
  await row("Ana Again").waitFor({ timeout: 40_000 });
  assert.ok((await stayed(ben.page)) && (await stayed(list)), "no page was loaded anew");
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await Promise.all([ana.context.close(), ben.context.close()]);
});
