// Webhooks of an organization: made, with a secret that is shown once, tried, looked at in the log, paused and deleted, by whoever manages its
// settings and nobody else; and what could not be delivered to its people.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, launch, PHONE, person, Server, until } from "./support.mjs";

let server;
let browser;
let sink;
/** What came, oldest first. */
const got = [];
before(async () => {
  sink = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      response.writeHead(request.url === "/broken" ? 500 : 204).end();
    });
  });
  await new Promise((done) => sink.listen(0, "127.0.0.1", done));
  server = await new Server(["--egress-allow", address("")]).start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  sink?.close();
});

const address = (path) => `http://127.0.0.1:${sink.address().port}${path}`;
const demo = async () => (await (await server.rest(ANA)).call("GET", "/orgs")).items.find((each) => each.name === "Demo").org_id;
const entry = (page, name) => page.getByRole("main").getByRole("listitem").filter({ hasText: name });
async function menu(page, name, item) {
  await entry(page, name).getByRole("button", { name: `Menu of ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

test("a webhook is made, its secret shown once and right, a test arrives, and the log says so", async () => {
  const { page, context, errors } = await person(browser, server, ANA);
  const org = await demo();
  await page.goto(`/orgs/${org}/webhooks`);
  await page.getByRole("heading", { name: "No webhooks yet" }).waitFor();
  await look(page, "webhooks empty");
  await page.getByRole("button", { name: "New webhook" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Build server");
  await dialog.getByLabel("Address").fill("http://10.0.0.1/");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.getByText("Nothing is sent to this address").waitFor();
  await dialog.getByLabel("Address").fill(address("/hook"));
  await dialog.getByLabel("Some kinds").check();
  await dialog.getByLabel("Cards").check();
  await look(page, "webhook dialog");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByRole("dialog", { name: "The secret" }).waitFor();
  const secret = await page.getByRole("textbox", { name: "Build server" }).inputValue();
  assert.match(secret, /^whsec_/);
  await page.getByRole("button", { name: "Done" }).click();
  await entry(page, "Build server").getByText("Active", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Log of Build server" }).click();
  await page.getByText("Nothing was sent yet.").waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  const log = page.getByRole("list", { name: "Log" });
  await log.getByText("webhook.test").waitFor();
  await log.getByText("204").waitFor();
  const { headers, body } = got.at(-1);
  const signed = createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`).digest("base64");
  assert.equal(headers["webhook-signature"], `v1,${signed}`);
  // What happens is sent by itself, and one of it once more.
  await server.board("Hooked", ["Sent"]);
  await log.getByText("task.created").waitFor();
  const first = got.at(-1);
  await log.getByRole("button", { name: "What to do with task.created" }).click();
  await look(page, "webhook log");
  await page.getByRole("menuitem", { name: "Send once more" }).click();
  await until("it to come again", () => got.filter((one) => one.headers["webhook-id"] === first.headers["webhook-id"]).length === 2);
  await page.getByRole("listitem").filter({ hasText: "task.created" }).nth(1).waitFor();
  await log.getByRole("button", { name: "What to do with task.created" }).last().click();
  await page.getByRole("menuitem", { name: "Send again from here on" }).click();
  await until("everything from there on", () => got.filter((one) => one.headers["webhook-id"] === first.headers["webhook-id"]).length === 3);
  await page.getByRole("button", { name: "Done" }).click();
  // Paused nothing is sent; another secret is another.
  await menu(page, "Build server", "Pause");
  await entry(page, "Build server").getByText("Paused", { exact: true }).waitFor();
  await menu(page, "Build server", "Another secret");
  await page.getByRole("dialog").getByRole("button", { name: "Another secret" }).click();
  await page.getByRole("dialog", { name: "The secret" }).waitFor();
  assert.notEqual(await page.getByRole("textbox", { name: "Build server" }).inputValue(), secret);
  await page.getByRole("button", { name: "Done" }).click();
  await menu(page, "Build server", "Go on with what happens now");
  await entry(page, "Build server").getByText("Active", { exact: true }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("one that fails says so, is changed, and is deleted; on a phone, in German, in the dark", async () => {
  const { call } = await server.rest(ANA);
  const { page, context, errors } = await person(browser, server, ANA, { viewport: PHONE, theme: "dark" });
  const org = await demo();
  await call("POST", `/orgs/${org}/webhooks`, { name: "Chat", url: address("/broken"), kind: "slack" });
  await server.board("Broken", ["Not taken"]);
  await until("it to fail", async () => (await call("GET", `/orgs/${org}/webhooks`)).items.some((one) => one.failed > 0));
  await page.evaluate(() => localStorage.setItem("lockstep.language", "de"));
  await page.goto(`/orgs/${org}/webhooks`);
  await entry(page, "Chat").getByText("Gestört", { exact: true }).waitFor();
  await look(page, "webhooks phone");
  assert.ok(await page.evaluate(() => document.querySelector(".page").scrollWidth <= innerWidth), "nothing stands beyond the edge");
  await entry(page, "Chat").getByRole("button", { name: "Menü von Chat" }).click();
  await page.getByRole("menuitem", { name: "Webhook ändern" }).click();
  await page.getByRole("dialog").getByLabel("Adresse").fill(address("/hook"));
  await page.getByRole("dialog").getByRole("button", { name: "Speichern" }).click();
  await entry(page, "Chat").getByText("Aktiv", { exact: true }).waitFor();
  await until("the line to come", () => got.some((one) => one.body.includes("Not taken") && one.body.startsWith('{"text"')));
  await entry(page, "Chat").getByRole("button", { name: "Menü von Chat" }).click();
  await page.getByRole("menuitem", { name: "Löschen" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Löschen" }).click();
  await entry(page, "Chat").waitFor({ state: "detached" });
  await page.goto(`/orgs/${org}/deliveries`);
  await page.getByRole("heading", { name: "Alles konnte zugestellt werden" }).waitFor();
  await page.getByRole("radio", { name: "Gesendet" }).check();
  await page.getByRole("heading", { name: "Alles konnte zugestellt werden" }).waitFor({ state: "detached" });
  await look(page, "deliveries phone");
  assert.deepEqual(errors, []);
  await context.close();
});

test("whoever does not manage the settings finds neither", async () => {
  const org = await demo();
  const carl = await server.join("Carl", "carl@example.org");
  await server.member(await server.rest(ANA), org, carl);
  const { page, context } = await person(browser, server, "carl@example.org");
  await page.goto(`/orgs/${org}/members`);
  await page.getByRole("link", { name: "Members" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Webhooks" }).count(), 0);
  for (const path of ["webhooks", "deliveries"]) {
    await page.goto(`/orgs/${org}/${path}`);
    await page.getByText("Whoever manages the organization’s settings sees this.").waitFor();
  }
  await context.close();
});
