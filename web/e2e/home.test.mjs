// The list of boards is live: what one person does to boards, another sees on the home screen without a reload.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, Server, calm, launch, live, person, stayed, until } from "./support.mjs";

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

const tile = (page, name) => page.getByRole("link", { name });

test("R59 a board that another person makes, renames and archives shows at home at once; a private one never", async () => {
  const ana = await person(browser, server, ANA);
  const ben = await person(browser, server, BEN);
  await live(ben.page);
  await ben.page.evaluate(() => {
    window.stayed = true;
  });
  const demo = ana.page.getByRole("region", { name: "Demo" });
  await demo.getByRole("button", { name: "Create board" }).click();
  await ana.page.getByLabel("Name").fill("Rocket");
  await ana.page.getByRole("dialog").getByRole("button", { name: "Create board" }).click();
  await ana.page.getByRole("heading", { name: "Rocket" }).waitFor();
  await until("the new board", () => tile(ben.page, /Rocket/).count());
  const path = new URL(ana.page.url()).pathname.slice(1);
  const rest = await server.rest(ANA);
  await rest.call("PATCH", `/${path}`, { name: "Rocket to the moon" });
  await until("its new name", () => tile(ben.page, /Rocket to the moon/).count());
  const org = /orgs\/([^/]+)/.exec(path)[1];
  const hidden = await rest.call("POST", `/orgs/${org}/boards`, { name: "Hidden", key: "HID", visibility: "private" });
  await rest.call("POST", `/orgs/${org}/boards`, { name: "Open", key: "OPEN", visibility: "organization" });
  await until("the next board", () => tile(ben.page, /Open/).count());
  assert.equal(await tile(ben.page, /Hidden/).count(), 0);
  // Access given and taken.
  const me = await (await server.rest(BEN)).call("GET", "/me");
  await rest.call("PUT", `/orgs/${org}/boards/${hidden.board_id}/members/${me.account_id}`, { role: "viewer" });
  await until("the board that Ben was let in to", () => tile(ben.page, /Hidden/).count());
  await rest.call("DELETE", `/orgs/${org}/boards/${hidden.board_id}/members/${me.account_id}`);
  await until("it to be gone again", async () => (await tile(ben.page, /Hidden/).count()) === 0);
  await ana.page.goBack();
  await ana.page.getByRole("button", { name: /^Menu of Rocket to the moon/ }).click();
  await ana.page.getByRole("menuitem", { name: "Archive" }).click();
  await until("it to be archived", async () => (await tile(ben.page, /Rocket/).count()) === 0);
  assert.equal(await stayed(ben.page), true);
  await calm(ben.page);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await ana.context.close();
  await ben.context.close();
});

test("a list that missed a hint is made good when the window gets the focus", async () => {
  const ben = await person(browser, server, BEN);
  await live(ben.page);
  const rest = await server.rest(ANA);
  const org = (await rest.call("GET", "/orgs")).items.find((each) => each.name === "Demo").org_id;
  // A change that makes no hint for Ben: the answer to his last read is made old behind his back.
  let older = true;
  await ben.page.route("**/api/v1/orgs/*/boards*", async (route) => {
    if (older) return route.continue();
    const answer = await route.fetch();
    const { items } = await answer.json();
    return route.fulfill({ response: answer, json: { items: [...items, { board_id: org, name: "Unhinted", key: "UN", visibility: "organization", lifecycle: "active", created_at: 0 }] } });
  });
  await ben.page.getByRole("link", { name: /Created/ }).first().waitFor();
  older = false;
  await ben.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await until("the list to be read again", () => tile(ben.page, /Unhinted/).count());
  await ben.context.close();
});
