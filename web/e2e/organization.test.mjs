// The organization itself: what it takes up and decides, handed over to another, deleted and restored.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, DESKTOP, PHONE, Server, launch, person, until } from "./support.mjs";

let server;
let browser;
let ana;
before(async () => {
  server = await new Server().start();
  browser = await launch();
  ana = await server.rest(ANA);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const heading = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();
const section = (page, name) => page.getByRole("region", { name, exact: true });
/** An organization of Ana's with one member more. */
async function found(name, member, email) {
  const org = await ana.call("POST", "/orgs", { name });
  await server.member(ana, org.org_id, await server.join(member, email));
  return `/orgs/${org.org_id}`;
}

test("usage is shown, and a rule that is changed counts for a member at once", async () => {
  const path = await found("Rules", "Yara Blom", "yara@example.org");
  const yara = await person(browser, server, "yara@example.org");
  await yara.page.goto(`${path}/invitations`);
  await yara.page.getByText("You may not invite people here.").waitFor();
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`${path}/settings`);
  await section(page, "Usage").getByRole("meter", { name: "Members" }).waitFor();
  assert.equal(await section(page, "Usage").getByRole("meter", { name: "Members" }).getAttribute("aria-valuenow"), "2");
  const rules = section(page, "Rules");
  await rules.getByLabel("Shortest password").fill("3");
  await rules.getByRole("button", { name: "Save" }).click();
  await rules.getByText("A number from 12 to 256.").waitFor();
  await rules.getByLabel("Shortest password").fill("15");
  await rules.getByLabel("Who invites people").selectOption("member");
  await rules.getByRole("button", { name: "Save" }).click();
  await page.getByText("Rules saved.").waitFor();
  await yara.page.getByRole("button", { name: "Invite", exact: true }).waitFor();
  await page.reload();
  await until("what was saved", async () => (await rules.getByLabel("Shortest password").inputValue()) === "15");
  assert.deepEqual([...errors, ...yara.errors], []);
  await context.close();
  await yara.context.close();
});

test("an organization is offered, declined, offered again and taken over", async () => {
  const path = await found("Handover", "Zora Pohl", "zora@example.org");
  const zora = await person(browser, server, "zora@example.org");
  await zora.page.goto(`${path}/settings`);
  await heading(zora.page, "Settings");
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`${path}/settings`);
  const mine = section(page, "Ownership");
  const theirs = section(zora.page, "Ownership");
  const choose = async () => {
    await mine.getByRole("button", { name: /^Hand over to/ }).click();
    await page.getByRole("combobox", { name: "Hand over to" }).fill("zora");
    await page.keyboard.press("Enter");
    await mine.getByRole("button", { name: "Hand over to Zora Pohl" }).waitFor();
  };
  const offer = async () => {
    await mine.getByRole("button", { name: "Offer" }).click();
    await mine.getByText("Zora Pohl has not answered yet.").waitFor();
  };
  // The answer to the first offer comes after the next choice, and takes nothing from it.
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/ownership", async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  await choose();
  await offer();
  await theirs.getByRole("button", { name: "Decline" }).click();
  await choose();
  const answered = page.waitForResponse("**/ownership");
  release();
  await (await answered).finished();
  await page.unroute("**/ownership");
  await mine.getByRole("button", { name: "Hand over to Zora Pohl" }).waitFor();
  await offer();
  await theirs.getByText("Ana Lindqvist wants to hand this organization over to you.").waitFor();
  await theirs.getByText(/^The offer holds until \w/).waitFor();
  await theirs.getByRole("button", { name: "Take over" }).click();
  await theirs.getByRole("button", { name: /^Hand over to/ }).waitFor();
  await until("Ana to own it no more", async () => (await mine.count()) === 0);
  assert.deepEqual([...errors, ...zora.errors], []);
  await context.close();
  await zora.context.close();
});

test("an organization is deleted for everybody at once, and restored", async () => {
  const path = await found("Passing", "Ada Krug", "ada@example.org");
  const ada = await person(browser, server, "ada@example.org");
  await heading(ada.page, "Passing");
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`${path}/settings`);
  await page.getByRole("button", { name: "Delete organization…" }).click();
  await page.getByRole("dialog", { name: "Delete “Passing”?" }).getByRole("button", { name: "Delete organization" }).click();
  await page.getByText("“Passing” is deleted. It can be restored for 30 days.").waitFor();
  await until("Ada to have it no more", async () => (await ada.page.getByRole("heading", { name: "Passing", exact: true }).count()) === 0);
  await section(page, "Passing").getByRole("button", { name: "Restore" }).click();
  await heading(page, "Passing");
  await ada.page.reload();
  await heading(ada.page, "Passing");
  assert.deepEqual([...errors, ...ada.errors], []);
  await context.close();
  await ada.context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`the organization's settings, ${size}, ${theme}`, async () => {
      const path = await found(`Looks ${size} ${theme}`, "Bo Nyman", `bo-${size}-${theme}@example.org`);
      const { page, context, errors } = await person(browser, server, ANA, { viewport, theme });
      await page.goto(`${path}/settings`);
      await section(page, "Usage").getByRole("meter", { name: "Members" }).waitFor();
      await look(page, `organization-settings-${size}-${theme}`);
      await page.getByRole("button", { name: "Delete organization…" }).scrollIntoViewIfNeeded();
      await look(page, `organization-end-${size}-${theme}`);
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
