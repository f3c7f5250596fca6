// Text messages: a number is proved by what was sent to it, and what is wanted comes there.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, launch, PHONE, person, Server, until } from "./support.mjs";

let server;
let browser;
let provider;
let folder;
/** What came, oldest first. */
const texts = [];
before(async () => {
  provider = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const sent = JSON.parse(body);
      const taken = !sent.to.startsWith("+49300");
      if (taken) texts.push(sent);
      response.writeHead(taken ? 200 : 400).end("{}");
    });
  });
  await new Promise((done) => provider.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${provider.address().port}`;
  folder = mkdtempSync(join(tmpdir(), "lockstep-sms-"));
  const file = join(folder, "sms.toml");
  writeFileSync(file, `url = "${url}/send"\n[fields]\nto = "{to}"\ntext = "{text}"\n`);
  chmodSync(file, 0o600);
  server = await new Server(["--sms-provider", file, "--egress-allow", url]).start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  provider?.close();
  if (folder) rmSync(folder, { recursive: true });
});

test("a number is proved, what is wanted comes there, and it is removed", async () => {
  const ana = await server.rest(ANA);
  const org = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo").org_id;
  const hal = await server.join("Hal", "hal@example.org");
  await server.member(ana, org, hal);
  const { page, context, errors } = await person(browser, server, "hal@example.org");
  await page.goto("/account");
  const section = page.getByRole("region", { name: "Text messages" });
  await section.getByText("No number yet").waitFor();
  assert.equal(await page.getByRole("columnheader", { name: "Text message" }).count(), 0);
  await section.getByRole("button", { name: "Add a number" }).click();
  const dialog = page.getByRole("dialog", { name: "Text messages" });
  await dialog.getByLabel("Number").fill("030 1234");
  await dialog.getByRole("button", { name: "Send the code" }).click();
  await dialog.getByText("No text message can be sent to this number").waitFor();
  await dialog.getByLabel("Number").fill("+49 300 1234567");
  await dialog.getByRole("button", { name: "Send the code" }).click();
  await dialog.getByText("No text message can be sent to this number").waitFor();
  await dialog.getByLabel("Number").fill("+49 170 1234567");
  await look(page, "sms-number");
  await dialog.getByRole("button", { name: "Send the code" }).click();
  await dialog.getByText("We sent six digits to +491701234567").waitFor();
  const code = texts[0].text.slice(0, 6);
  await dialog.getByLabel("Code").fill(code === "000000" ? "000001" : "000000");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByText("This is not the code").waitFor();
  await look(page, "sms-code");
  // Closed and opened again it is still the code that is awaited.
  await page.keyboard.press("Escape");
  await section.getByRole("button", { name: "Add a number" }).click();
  await dialog.getByLabel("Code").fill(code);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await section.getByText("+491701234567").waitFor();
  const wish = page.getByRole("row").filter({ hasText: "A card is given to you" });
  await wish.getByRole("checkbox", { name: "Text message" }).check();
  await until("it to be kept", async () => (await hal.call("GET", "/me/inbox/preferences")).deliveries.find(({ reason }) => reason === "assigned").delivery.sms);
  await look(page, "sms-account");
  const base = await server.board("Texted", ["Call back"]);
  const { items } = await ana.call("GET", `${base}/tasks`);
  await ana.call("POST", `${base}/tasks/${items[0].task_id}/assign`, { account_id: hal.account_id });
  await until("the text message", () => texts[1]?.text.includes("Call back") && texts[1].to === "+491701234567");
  await page.setViewportSize(PHONE);
  await look(page, "sms-account-phone");
  assert.ok(await page.evaluate(() => document.querySelector(".page").scrollWidth <= innerWidth), "nothing stands beyond the edge");
  await section.getByRole("button", { name: "Remove the number" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove the number" }).click();
  await section.getByText("No number yet").waitFor();
  assert.equal(await page.getByRole("columnheader", { name: "Text message" }).count(), 0);
  assert.deepEqual(errors.filter((error) => !error.includes("400")), []);
  await context.close();
});
