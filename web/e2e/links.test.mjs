// Public links: an owner makes one, a visitor without an account looks at the board live, and is put out when it is revoked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, launch, open, person, until } from "./support.mjs";

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

async function sharing(page) {
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Members" }).click();
  return page.getByRole("dialog", { name: "Members" });
}
/** Makes a link in the dialog; its address, which is shown this once. */
async function make(page, { name, day } = {}) {
  await page.getByRole("button", { name: "New public link" }).click();
  const dialog = page.getByRole("dialog", { name: "New public link" });
  if (name) await dialog.getByLabel("Whom it is for").fill(name);
  if (day) await dialog.getByLabel("Ends after").fill(day);
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const ready = page.getByRole("dialog", { name: "The link is ready" });
  const address = await ready.getByLabel("Address of the link").inputValue();
  return { ready, address };
}
const shown = (page, title) => page.locator("[data-task]").filter({ hasText: title });
const word = (page, text) => page.getByRole("status").filter({ hasText: text });

test("an owner makes a link, a visitor without an account looks at the board live, and is put out when it is revoked", async () => {
  const path = await server.board("Open house", ["Paint the door", "Water the plants"]);
  const ana = await person(browser, server, ANA);
  await ana.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(ana.page, path);
  const dialog = await sharing(ana.page);
  await dialog.getByText("Whoever has the address of a public link sees").waitFor();
  const { ready, address } = await make(ana.page, { name: "Neighbours", day: "2030-12-31" });
  assert.match(address, new RegExp(`^${server.url}/shared#lsl_[\\w-]{68}$`));
  await look(ana.page, "link-ready");
  await ready.getByRole("button", { name: "Copy" }).click();
  await ready.getByText("Copied").waitFor();
  assert.equal(await ana.page.evaluate(() => navigator.clipboard.readText()), address);
  await ready.getByRole("button", { name: "Done" }).click();
  const list = dialog.getByRole("list", { name: "Public links" });
  await list.getByText("Neighbours").waitFor();
  await list.getByText("Made by Ana Lindqvist on").waitFor();
  await list.getByText("Holds until 31 Dec 2030").waitFor();
  assert.ok(!(await ana.page.content()).includes("lsl_"), "the address is nowhere any more");
  await look(ana.page, "links");
  await ana.page.keyboard.press("Escape");

  const visitor = await person(browser, server, undefined);
  const asked = [];
  visitor.page.on("request", (request) => asked.push(request.url()));
  await visitor.page.goto(address);
  await word(visitor.page, "Live").waitFor();
  await visitor.page.getByRole("heading", { name: "Open house" }).waitFor();
  await shown(visitor.page, "Paint the door").waitFor();
  await visitor.page.getByText("Read only").waitFor();
  await look(visitor.page, "shared");
  // Live, both ways: what changes is seen, and whoever looks is not.
  const rest = await server.rest(ANA);
  const tasks = (await rest.call("GET", `${path}/tasks`)).items;
  const door = tasks.find((task) => task.title === "Paint the door");
  await rest.call("PATCH", `${path}/tasks/${door.task_id}`, { title: "Paint the door red", description: "With **two** coats" });
  await rest.call("POST", `${path}/tasks/${door.task_id}/comments`, { text: "Between us" });
  await rest.call("POST", `${path}/tasks/${door.task_id}/assign`, { account_id: rest.account_id });
  await shown(visitor.page, "Paint the door red").waitFor();
  assert.equal(await ana.page.locator(".presence, [aria-label*='here']").getByText("Anonymous").count(), 0);
  // The panel: by the keyboard, readable, with nothing that asks for a change and nobody's name.
  await shown(visitor.page, "Paint the door red").focus();
  await visitor.page.keyboard.press("Enter");
  const panel = visitor.page.getByRole("complementary", { name: "Task: Paint the door red" });
  await panel.getByText("two", { exact: true }).waitFor();
  await look(visitor.page, "shared-task");
  const text = await visitor.page.locator("body").innerText();
  for (const hidden of ["Between us", "Ana", "Lindqvist"]) assert.ok(!text.includes(hidden), `${hidden} is shown`);
  assert.equal(await visitor.page.locator("main input, main textarea, main select, aside input, aside textarea, aside select").count(), 0);
  await visitor.page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
  await until("the focus on the card", () => shown(visitor.page, "Paint the door red").evaluate((card) => card === document.activeElement));
  // Coming back by the same address works as long as the link holds; it is in no address that the server saw.
  assert.equal(visitor.page.url(), address);
  await visitor.page.reload();
  await shown(visitor.page, "Water the plants").waitFor();
  await word(visitor.page, "Live").waitFor();
  assert.ok(asked.every((url) => !url.split("#")[0].includes("lsl_")), asked.join("\n"));

  const again = await sharing(ana.page);
  await again.getByRole("button", { name: "Revoke the link “Neighbours”" }).click();
  const confirm = ana.page.getByRole("dialog", { name: "Revoke the link “Neighbours”?" });
  await confirm.getByText("is put out at once").waitFor();
  await look(ana.page, "link-revoke");
  await confirm.getByRole("button", { name: "Revoke", exact: true }).click();
  await visitor.page.getByRole("heading", { name: "You cannot look at this board any more" }).waitFor();
  assert.equal(await visitor.page.locator("[data-task]").count(), 0, "nothing of the board stays");
  await look(visitor.page, "shared-ended");
  await confirm.waitFor({ state: "hidden" });
  await until("the list to be empty", async () => (await again.getByRole("list", { name: "Public links" }).count()) === 0);
  await visitor.page.reload();
  await visitor.page.getByRole("heading", { name: "This link opens nothing" }).waitFor();
  await look(visitor.page, "shared-invalid");
  assert.deepEqual([...ana.errors, ...visitor.errors], []);
  await ana.context.close();
  await visitor.context.close();
});

test("on a phone, in the dark and in German, a shared board is read like any other", async () => {
  const path = await server.board("Garten", ["Gießen", "Ernten"]);
  const rest = await server.rest(ANA);
  const { token } = await rest.call("POST", `${path}/links`, {});
  const visitor = await person(browser, server, undefined, { viewport: PHONE, theme: "dark" });
  await visitor.page.goto(`/shared#${token}`);
  await shown(visitor.page, "Ernten").tap();
  const panel = visitor.page.getByRole("complementary", { name: "Task: Ernten" });
  await panel.waitFor();
  await look(visitor.page, "shared-phone-task");
  await panel.getByRole("button", { name: "Close the task" }).tap();
  await panel.waitFor({ state: "hidden" });
  await look(visitor.page, "shared-phone");
  // Another page of the same browser, whose person reads German; its address was cut.
  const page = await visitor.context.newPage();
  await page.addInitScript(() => Object.defineProperty(navigator, "languages", { value: ["de-CH", "de"] }));
  await page.goto(`/shared#${token.slice(0, -1)}`);
  await page.getByRole("heading", { name: "Dieser Link öffnet nichts" }).waitFor();
  await look(page, "shared-german");
  // Without one, it says so as well.
  await page.goto("/shared");
  await page.getByRole("heading", { name: "Dieser Link öffnet nichts" }).waitFor();
  assert.deepEqual(visitor.errors, []);
  await visitor.context.close();
});

test("who does not manage a board is offered no links, and a server that is away is waited for", async () => {
  const path = await server.board("Kept close", ["One"]);
  const rest = await server.rest(ANA);
  const { token } = await rest.call("POST", `${path}/links`, { name: "Board" });
  const ben = await person(browser, server, BEN);
  await open(ben.page, path);
  const dialog = await sharing(ben.page);
  const links = dialog.getByRole("heading", { name: "Public links" });
  const me = (await (await server.rest(BEN)).call("GET", "/orgs")).items[0].role;
  if (me === "member" || me === "guest") assert.equal(await links.count(), 0);
  const visitor = await person(browser, server, undefined);
  await visitor.page.goto(`/shared#${token}`);
  await word(visitor.page, "Live").waitFor();
  await server.kill();
  await word(visitor.page, "Not connected").waitFor();
  await shown(visitor.page, "One").waitFor();
  await server.start();
  await word(visitor.page, "Live").waitFor({ timeout: 40_000 });
  assert.deepEqual(visitor.errors, []);
  await ben.context.close();
  await visitor.context.close();
});
