// Custom roles, grants, job titles, managers and status: given by one, seen at once by the one concerned.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, Server, launch, person } from "./support.mjs";

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

test("a custom role, a grant, a job title, a manager and a status are given, and each shows at once to the one concerned", async () => {
  const email = "tove@example.org";
  const tove = await server.join("Tove Lund", email);
  await ana.call("POST", `/orgs/${demo.org_id}/members`, { email, role: "member" });
  const there = await person(browser, server, email);
  await there.page.goto(`/orgs/${demo.org_id}/members`);
  await rows(there.page).filter({ hasText: "Tove Lund" }).waitFor();
  const { page, context, errors } = await person(browser, server, ANA);
  await page.goto(`/orgs/${demo.org_id}/roles`);
  await page.getByRole("heading", { name: "No custom roles yet" }).waitFor();
  await page.getByRole("button", { name: "New role" }).click();
  await page.getByLabel("Name of the role").fill("Recruiter");
  await page.getByLabel("Add members").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Change the role “Recruiter”" }).waitFor();
  await page.getByRole("link", { name: "Members" }).click();
  await rows(page).filter({ hasText: "Tove Lund" }).click();
  const dialog = page.getByRole("dialog", { name: "Tove Lund" });
  await dialog.getByLabel("Custom role", { exact: true }).selectOption({ label: "Recruiter" });
  await there.page.getByRole("button", { name: "Add member" }).waitFor();
  await dialog.getByText("What they may do, and why").click();
  await dialog.getByText("By the role “Recruiter”").waitFor();
  await dialog.getByLabel("Setting for: Manage custom roles").selectOption("granted");
  await dialog.getByText("Granted to this person").waitFor();
  await there.page.getByRole("link", { name: "Roles" }).click();
  await there.page.getByRole("button", { name: "New role" }).waitFor();
  await dialog.getByLabel("Setting for: Add members").selectOption("revoked");
  await dialog.getByText("Taken from this person").waitFor();
  await dialog.getByLabel("Job title", { exact: true }).fill("Talent lead");
  await dialog.getByRole("button", { name: "Save" }).click();
  await rows(page).filter({ hasText: "Talent lead" }).waitFor();
  await dialog.getByRole("button", { name: /^Reports to/ }).click();
  await page.getByRole("combobox", { name: "Reports to" }).fill("ben");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: /^Reports to Ben/ }).waitFor();
  const seen = (await ana.call("GET", `/orgs/${demo.org_id}/members`)).items.find((each) => each.account_id === tove.account_id);
  assert.deepEqual([seen.title, seen.manager_id], ["Talent lead", ben.account_id]);
  await dialog.getByRole("button", { name: "Make inactive" }).click();
  await dialog.getByText("Keeps their place and has no access.").waitFor();
  await there.page.getByRole("heading", { name: "There is no such organization, or you are not in it" }).waitFor();
  await dialog.getByRole("button", { name: "Make active" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Roles" }).click();
  await page.getByRole("button", { name: "Change the role “Recruiter”" }).click();
  await page.getByRole("button", { name: "Delete role" }).click();
  await page.getByRole("dialog", { name: "Delete the role “Recruiter”?" }).getByRole("button", { name: "Delete role" }).click();
  await page.getByRole("heading", { name: "No custom roles yet" }).waitFor();
  assert.deepEqual([...errors, ...there.errors], []);
  await context.close();
  await there.context.close();
});
