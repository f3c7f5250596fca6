// Two people change the same thing: nothing is overwritten unseen, and nothing that was written is lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, DESKTOP, PHONE, Server, card, launch, live, open, person, shows, until, write } from "./support.mjs";

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

/** Two people before the same open card, which has a description. */
async function both(title, { viewport = DESKTOP, theme = "light" } = {}) {
  const path = await server.board(title, ["Plan", "Other"]);
  const ana = await person(browser, server, ANA, { viewport, theme });
  const ben = await person(browser, server, BEN);
  for (const { page } of [ana, ben]) {
    await open(page, path);
    await card(page, "Plan").click();
    await page.getByRole("button", { name: "Add a description…" }).waitFor();
  }
  await describe(ben.page, "The first draft");
  await ana.page.getByText("The first draft").waitFor();
  return { path, ana, ben };
}

async function describe(page, text) {
  await page.getByRole("button", { name: /^(Add a description…|Edit description)$/ }).click();
  await page.getByLabel("Description").fill(text);
  await page.getByRole("button", { name: "Save", exact: true }).click();
}

async function leave(...people) {
  for (const { errors, context } of people) {
    assert.deepEqual(errors, []);
    await context.close();
  }
}

for (const [size, viewport, theme] of [["desktop", DESKTOP, "light"], ["phone", PHONE, "dark"]]) {
  test(`who writes a description sees what another saves meanwhile, and decides, ${size}, ${theme}`, async () => {
    const { ana, ben } = await both(`Described ${size}`, { viewport, theme });
    await ana.page.getByRole("button", { name: "Edit description" }).click();
    await ana.page.getByLabel("Description").fill("What Ana thinks");
    await describe(ben.page, "What Ben thinks");
    await ana.page.getByText("Ben Okafor changed the description while you write:").waitFor();
    await ana.page.getByText("What Ben thinks").waitFor();
    assert.equal(await ana.page.getByLabel("Description").inputValue(), "What Ana thinks");
    await look(ana.page, `conflict-${size}-${theme}`);
    await ana.page.getByRole("button", { name: "Save mine instead" }).click();
    await ben.page.getByText("What Ana thinks").waitFor();
    await leave(ana, ben);
  });
}

test("a description that was written offline on an older one is not saved over the newer, and is kept", async () => {
  const { ana, ben } = await both("Offline");
  await ana.context.setOffline(true);
  await until("the pill to say offline", () => ana.page.locator(".pill.offline").count());
  await describe(ana.page, "Written on a train");
  await describe(ben.page, "Written at the desk");
  await ben.page.getByText("Written at the desk").waitFor();
  await live(ben.page);
  await ana.context.setOffline(false);
  await ana.page.getByText("Ben Okafor changed the description in the meantime. Yours was not saved and is kept as a draft.").waitFor();
  await ana.page.getByText("Written at the desk").waitFor();
  await until("the draft to be back", async () => (await ana.page.getByLabel("Description").inputValue()) === "Written on a train");
  // It outlives a reload as well.
  await ana.page.reload();
  await until("the draft to be there", async () => (await ana.page.getByLabel("Description").inputValue()) === "Written on a train");
  await ben.page.getByText("Written at the desk").waitFor();
  await leave(ana, ben);
});

test("who changes offline what another changed is told whose change it went over", async () => {
  const path = await server.board("Moved", ["Plan", "Other"]);
  const ana = await person(browser, server, ANA);
  const ben = await person(browser, server, BEN);
  for (const { page } of [ana, ben]) {
    await open(page, path);
    await shows(page, 0, ["Plan", "Other"]);
  }
  const prioritize = async (page, word) => {
    await card(page, "Plan").focus();
    await page.keyboard.press("p");
    await write(page, word);
    await page.keyboard.press("Enter");
  };
  // Seen once online: the picker is there then.
  await prioritize(ana.page, "Low");
  await live(ana.page);
  await ana.context.setOffline(true);
  await until("the pill to say offline", () => ana.page.locator(".pill.offline").count());
  await prioritize(ana.page, "Urgent");
  await prioritize(ben.page, "High");
  await live(ben.page);
  await ana.context.setOffline(false);
  await ana.page.getByText(/this went over a change by Ben Okafor that you had not seen \(priority\)/).waitFor();
  await leave(ana, ben);
});
