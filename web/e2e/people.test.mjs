// The administration of an organization: many members found and changed, teams, and what somebody else changes seen at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, DESKTOP, PHONE, Server, launch, person, until } from "./support.mjs";

let server;
let browser;
let ana;
let ben;
let demo;
before(async () => {
  server = await new Server().start();
  browser = await launch();
  ana = await server.rest(ANA);
  ben = await server.rest(BEN);
  demo = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const rows = (page) => page.getByRole("list", { name: "Members" }).getByRole("button");
const focused = (page) => page.evaluate(() => document.activeElement?.innerText?.split("\n")[0]?.trim());

test("the way to the people of an organization, and a role that another changes while one looks", async () => {
  const { page, context, errors } = await person(browser, server, BEN);
  await page.getByRole("link", { name: "People of Demo" }).click();
  await page.getByRole("heading", { name: /^Members/ }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/orgs/${demo.org_id}/members`);
  await page.getByRole("button", { name: /Ben/ }).first().waitFor();
  const before = (await ana.call("GET", `/orgs/${demo.org_id}/members`)).items.find((each) => each.account_id === ben.account_id).role;
  assert.equal(await page.getByRole("button", { name: "Invite", exact: true }).count(), before === "member" ? 0 : 1);
  await ana.call("PATCH", `/orgs/${demo.org_id}/members/${ben.account_id}`, { role: "admin" });
  await page.getByRole("button", { name: "Invite", exact: true }).waitFor();
  await page.getByRole("button", { name: /Ben.*Admin/ }).waitFor();
  await ana.call("PATCH", `/orgs/${demo.org_id}/members/${ben.account_id}`, { role: "member" });
  await until("the button to be gone", async () => (await page.getByRole("button", { name: "Invite", exact: true }).count()) === 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a role is changed and a member removed, who loses the page at once; their open cards go to whom was chosen", async () => {
  const email = "rosa@example.org";
  const joined = await server.join("Rosa Ek", email);
  const { account_id } = joined;
  const path = await server.board("Handover", ["Open work"]);
  const [task] = (await ana.call("GET", `${path}/tasks`)).items;
  const rosa = await person(browser, server, email);
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`/orgs/${demo.org_id}/members`);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const adding = page.getByRole("dialog", { name: "Invite" });
  // The same is said whether or not somebody has an account with the address.
  for (const address of ["nobody@example.org", email]) {
    await adding.getByLabel("E-mail").fill(address);
    await page.keyboard.press("Enter");
    await adding.waitFor({ state: "detached" });
    await page.getByText(`A mail with a link is on its way to ${address}.`, { exact: false }).waitFor();
    if (address !== email) await page.getByRole("button", { name: "Invite", exact: true }).click();
  }
  await server.member(ana, demo.org_id, joined);
  await rows(page).filter({ hasText: "Rosa Ek" }).click();
  const dialog = page.getByRole("dialog", { name: "Rosa Ek" });
  await dialog.getByLabel("Role", { exact: true }).selectOption("admin");
  await rows(page).filter({ hasText: "Rosa Ek" }).filter({ hasText: "Admin" }).waitFor();
  await dialog.getByText("What they may do, and why").click();
  await dialog.getByText("As Admin").first().waitFor();
  await rosa.page.goto(`/orgs/${demo.org_id}/members`);
  await rosa.page.getByRole("button", { name: "Invite", exact: true }).waitFor();
  await ana.call("POST", `${path}/tasks/${task.task_id}/assign`, { account_id });
  await dialog.getByRole("button", { name: "Remove from the organization" }).click();
  const question = page.getByRole("dialog", { name: "Remove Rosa Ek from Demo?" });
  await question.getByRole("radio", { name: "Somebody chosen here" }).check();
  await question.getByRole("button", { name: "Remove from the organization" }).click();
  await question.getByText("Choose who takes them over.").waitFor();
  // Every answer is held, so that the list is seen while it waits: what says so is no row of it.
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  await page.route(/\/members\?/, async (route) => {
    await held;
    await route.continue();
  });
  await question.getByRole("button", { name: /^Who takes them over/ }).click();
  const successor = page.getByRole("combobox", { name: "Who takes them over" });
  await successor.fill("ben");
  await page.keyboard.press("Enter");
  await page.getByText("People are loading").waitFor();
  await look(page, "org-successor-waiting");
  answer();
  await successor.waitFor({ state: "hidden" });
  await page.unroute(/\/members\?/);
  await look(page, "org-remove-desktop-light");
  await question.getByRole("button", { name: "Remove from the organization" }).click();
  await until("Rosa to be gone", async () => (await rows(page).filter({ hasText: "Rosa Ek" }).count()) === 0);
  await rosa.page.getByRole("heading", { name: "There is no such organization, or you are not in it" }).waitFor();
  await until("Ben to have the card", async () => (await ana.call("GET", `${path}/tasks/${task.task_id}`)).face.assignees.includes(ben.account_id));
  assert.deepEqual([...errors, ...rosa.errors], []);
  await context.close();
  await rosa.context.close();
});

test("of many members a few are mounted; keys go through all, and letters find one", async () => {
  const org = await ana.call("POST", "/orgs", { name: "Large" });
  const COUNT = 400;
  for (let at = 0; at < COUNT; at += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, more) => ana.call("POST", `/orgs/${org.org_id}/placeholders`, { account_id: crypto.randomUUID(), name: `Person ${String(at + more).padStart(4, "0")}` })));
  }
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`/orgs/${org.org_id}/members`);
  await until("all of them to be counted", async () => (await page.getByRole("heading", { name: /^Members/ }).innerText()).endsWith(String(COUNT + 1)));
  assert.ok((await rows(page).count()) < 60);
  await rows(page).first().focus();
  // Each time as far as the list is here; what follows is asked for meanwhile.
  await until("the last one", async () => {
    await page.keyboard.press("End");
    return (await focused(page)) === `Person 0${COUNT - 1}`;
  });
  await page.keyboard.press("ArrowUp");
  await until("the one before", async () => (await focused(page)) === `Person 0${COUNT - 2}`);
  await page.keyboard.press("Home");
  await until("the first one", async () => (await focused(page))?.startsWith("Ana"));
  await page.getByRole("searchbox", { name: "Search people" }).fill("pérson 0123");
  await until("one row", async () => (await rows(page).count()) === 1);
  await page.getByText("1 person found").waitFor({ state: "attached" });
  await page.getByRole("searchbox", { name: "Search people" }).fill("zzz");
  await page.getByRole("button", { name: "Show everybody" }).click();
  await until("all again", async () => (await rows(page).count()) > 5);
  assert.deepEqual(errors, []);
  await context.close();
});

test("teams and open cards are shown beside people, and on a board of a large organization names and pickers ask for few", async () => {
  const { items } = await ana.call("GET", "/orgs");
  const org = items.find((each) => each.name === "Large");
  const { team_id } = await ana.call("POST", `/orgs/${org.org_id}/teams`, { name: "Makers" });
  const { board_id } = await ana.call("POST", `/orgs/${org.org_id}/boards`, { name: "Crowd", key: "CROWD", template: "kanban" });
  const path = `/orgs/${org.org_id}/boards/${board_id}`;
  const board = await ana.call("GET", path);
  const column_id = board.columns[0].column_id;
  const found = await ana.call("GET", `/orgs/${org.org_id}/members?q=0387`);
  const far = found.items[0];
  assert.equal(far.name, "Person 0387");
  await ana.call("PUT", `${path}/members/${far.account_id}`, { role: "editor" });
  await ana.call("POST", `${path}/tasks`, { column_id, title: "Far away", assignees: [far.account_id, ana.account_id] });
  const { page, context, errors } = await person(browser, server, ANA);
  const asked = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    // What the page before it still asks is none of this one's.
    if (/\/members$/.test(url.pathname) && request.frame().url().endsWith(path)) asked.push(url.search);
  });
  await page.goto(path);
  await page.getByText("Far away").waitFor();
  await page.getByRole("img", { name: "Person 0387" }).first().waitFor();
  assert.ok(asked.length > 0 && asked.length <= 3 && asked.every((query) => query.includes("ids=")), `names by ids, in few questions: ${asked}`);
  await page.getByText("Far away").focus().catch(() => undefined);
  await page.getByText("Far away").click();
  await page.getByRole("button", { name: /^Assignees/ }).click();
  await page.getByRole("checkbox", { name: "Person 0387" }).waitFor();
  await page.getByRole("textbox", { name: "Filter" }).fill("0123");
  await until("one who is found", async () => (await page.getByRole("checkbox").count()) === 1);
  await page.getByRole("checkbox", { name: "Person 0123" }).waitFor();
  await page.goto(`/orgs/${org.org_id}/members`);
  await page.getByRole("searchbox", { name: "Search people" }).fill("0387");
  await page.getByRole("button", { name: /Person 0387.*1 open card/s }).waitFor();
  await page.getByRole("searchbox", { name: "Search people" }).fill("");
  await page.getByLabel("Only this team").selectOption("Makers");
  await until("those of the team", async () => (await rows(page).count()) === 1);
  await rows(page).filter({ hasText: "Makers" }).waitFor();
  await page.goto(`/orgs/${org.org_id}/teams`);
  await page.getByRole("button", { name: /Makers.*1 member/s }).waitFor();
  await ana.call("DELETE", `/orgs/${org.org_id}/teams/${team_id}`);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a team is made, filled, led and deleted", async () => {
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`/orgs/${demo.org_id}/teams`);
  await page.getByRole("button", { name: "New team" }).click();
  await page.getByLabel("Name of the team").fill("Night shift");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Night shift" });
  await dialog.getByRole("button", { name: /Add somebody/ }).click();
  await page.getByRole("combobox", { name: "Add somebody" }).fill("ben");
  await page.keyboard.press("Enter");
  const { team_id } = (await ana.call("GET", `/orgs/${demo.org_id}/teams`)).items.find((each) => each.name === "Night shift");
  await ana.call("POST", `/orgs/${demo.org_id}/boards`, { name: "Rota", key: "ROTA", team_id, visibility: "team" });
  const role = dialog.getByLabel("Role of Ben", { exact: false });
  await role.selectOption("lead");
  await until("Ben to lead", async () => (await role.inputValue()) === "lead");
  await dialog.getByRole("button", { name: "Why may they?" }).click();
  const answer = page.getByRole("dialog", { name: "What may somebody do in “Night shift”, and why?" });
  await answer.getByRole("listitem").filter({ hasText: "delete it: allowed" }).waitFor();
  await answer.getByRole("button", { name: /^Person/ }).click();
  await page.getByRole("combobox", { name: "Person" }).fill("ben");
  await page.keyboard.press("Enter");
  await answer.getByRole("listitem").filter({ hasText: "delete it: allowed" }).filter({ hasText: "As Lead in the team" }).waitFor();
  await page.keyboard.press("Escape");
  await answer.waitFor({ state: "detached" });
  // Refused: the choice goes back to what holds.
  await page.route("**/teams/*/members/*", (route) => route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title: "no", status: 403, detail: "no", code: "forbidden", temporary: false, request_id: "r" }) }));
  await role.selectOption("member");
  await dialog.getByText("You may not do that here.").waitFor();
  await until("the choice to be taken back", async () => (await role.inputValue()) === "lead");
  await page.unroute("**/teams/*/members/*");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Night shift" }).click();
  await dialog.getByRole("link", { name: "Rota" }).waitFor();
  const kept = (what, check) => until(what, async () => check(await ana.call("GET", `/orgs/${demo.org_id}/teams/${team_id}`)));
  await dialog.getByLabel("What the team does").fill("Keeps the **lights** on.");
  await dialog.getByRole("button", { name: "Save the description" }).click();
  await kept("the description", (team) => team.description === "Keeps the **lights** on.");
  await dialog.getByLabel("Default board").selectOption({ label: "Rota" });
  await kept("the default board", (team) => team.default_board_id !== undefined);
  await dialog.getByLabel("New cards for nobody go to").selectOption({ label: "Whoever makes it" });
  await kept("the rule", (team) => team.assignee_rule === "creator" && team.default_board_id !== undefined);
  await dialog.getByLabel("Make boards of the team").uncheck();
  await kept("the permission", (team) => team.permissions.length === 0);
  await dialog.getByLabel("Name of the team").fill("Day shift");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog", { name: "Day shift" }).waitFor();
  await page.getByRole("button", { name: "Delete team" }).click();
  await page.getByRole("dialog", { name: "Delete the team “Day shift”?" }).getByRole("button", { name: "Delete team" }).click();
  await until("no such team", async () => (await page.getByRole("button", { name: "Day shift" }).count()) === 0);
  assert.deepEqual(errors, []);
  await context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`the administration, ${size}, ${theme}`, async () => {
      const { page, context, errors } = await person(browser, server, ANA, { viewport, theme });
      const named = (screen) => `org-${screen}-${size}-${theme}`;
      await page.goto(`/orgs/${demo.org_id}/members`);
      await rows(page).first().waitFor();
      await look(page, named("members"));
      await rows(page).filter({ hasText: "Ben" }).click();
      await page.getByRole("dialog").getByText("What they may do, and why").click();
      await look(page, named("member"));
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Invite", exact: true }).click();
      await page.getByRole("dialog", { name: "Invite" }).waitFor();
      await look(page, named("add"));
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Teams" }).click();
      await page.getByRole("heading", { name: /^Teams/ }).waitFor();
      await until("the teams", async () => (await page.getByRole("group", { name: "Teams are loading" }).count()) === 0);
      await look(page, named("teams"));
      const { team_id } = await ana.call("POST", `/orgs/${demo.org_id}/teams`, { name: `Crew ${size} ${theme}` });
      await ana.call("PUT", `/orgs/${demo.org_id}/teams/${team_id}/members/${ben.account_id}`, { role: "lead" });
      await page.goto(`/orgs/${demo.org_id}/teams?team=${team_id}`);
      await page.getByRole("dialog").getByText("No boards belong to this team.").waitFor();
      await look(page, named("team"));
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Roles" }).click();
      await page.getByRole("heading", { name: "Roles", exact: true }).waitFor();
      await look(page, named("roles"));
      await page.getByRole("link", { name: "Settings" }).click();
      await page.getByLabel("Name of the organization").waitFor();
      await look(page, named("settings"));
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
