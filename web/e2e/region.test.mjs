// Region and hours of the account: chosen, kept, and what is read afterwards looks that way; the theme is the same on every device.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { DESKTOP, PHONE, Server, launch, person, until } from "./support.mjs";

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

const section = (page) => page.getByRole("region", { name: "Region and hours" });

test("a region, a zone, a week and working hours are chosen, checked and kept", async () => {
  const email = "ella@example.org";
  const ella = await server.join("Ella Roy", email);
  await ella.call("PATCH", "/me", { locale: "en-GB", preferences: { theme: "light" } });
  const { page, context, errors } = await person(browser, server, email);
  await page.goto("/account");
  const region = section(page);
  await region.getByLabel("Region", { exact: true }).selectOption({ label: "German (Switzerland)" });
  await region.getByText(/1['’]234\.5/).waitFor();
  await region.getByRole("button", { name: /^Time zone/ }).click();
  await page.getByRole("combobox", { name: "Time zone" }).fill("new york");
  await page.keyboard.press("Enter");
  await region.getByRole("button", { name: "Time zone America/New York" }).waitFor();
  await region.getByLabel("First day of the week").selectOption({ label: "Sunday" });
  await region.getByRole("button", { name: "Mon to Fri" }).click();
  await region.getByRole("checkbox", { name: "Friday" }).uncheck();
  assert.deepEqual(await region.getByRole("checkbox").evaluateAll((days) => days.map((day) => `${day.ariaLabel} ${day.checked}`)), ["Sunday false", "Monday true", "Tuesday true", "Wednesday true", "Thursday true", "Friday false", "Saturday false"]);
  await region.getByLabel("From").fill("18:00");
  await region.getByLabel("To").fill("17:30");
  await region.getByRole("button", { name: "Save" }).click();
  await region.getByText("Work begins before it ends.").waitFor();
  await region.getByLabel("From").fill("08:30");
  await region.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  const { locale, time_zone, preferences, created_at } = await ella.call("GET", "/me");
  assert.deepEqual({ locale, time_zone, preferences }, { locale: "de-CH", time_zone: "America/New_York", preferences: { theme: "light", week_start: "sunday", working_hours: { days: [1, 2, 3, 4], from: 510, to: 1050 } } });
  await page.reload();
  await until("what was saved", async () => (await region.getByLabel("From").inputValue()) === "08:30");
  assert.equal(await region.getByLabel("Region", { exact: true }).inputValue(), "de-CH");
  // The words of the language, the order of the region.
  const day = await page.evaluate((at) => new Intl.DateTimeFormat("en-CH", { dateStyle: "medium" }).format(at), created_at / 1000);
  await page.getByRole("region", { name: "Profile" }).getByText(day, { exact: true }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("what is changed while it is being saved is not lost", async () => {
  const email = "fritz@example.org";
  const fritz = await server.join("Fritz Amsel", email);
  const { page, context } = await person(browser, server, email);
  await page.goto("/account");
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/api/v1/me", async (route) => {
    if (route.request().method() === "PATCH") await held;
    await route.continue();
  });
  const region = section(page);
  const asked = page.waitForRequest((request) => request.method() === "PATCH");
  await region.getByLabel("First day of the week").selectOption("sunday");
  await region.getByRole("button", { name: "Save" }).click();
  await asked;
  await region.getByLabel("First day of the week").selectOption("saturday");
  release();
  await page.getByText("Saved.").waitFor();
  assert.equal(await region.getByLabel("First day of the week").inputValue(), "saturday");
  assert.equal((await fritz.call("GET", "/me")).preferences.week_start, "sunday");
  // Asked for while it is busy, it is done afterwards.
  await region.locator("form").evaluate((form) => {
    form.requestSubmit();
    form.requestSubmit();
  });
  await until("the later choice", async () => (await fritz.call("GET", "/me")).preferences.week_start === "saturday");
  await context.close();
});

test("the theme that is chosen on one device is there on another, and one chosen while the server is away is not lost", async () => {
  const email = "gero@example.org";
  const gero = await server.join("Gero Link", email);
  const themeOf = (page) => page.evaluate(() => document.documentElement.dataset.theme ?? "system");
  const kept = async () => (await gero.call("GET", "/me")).preferences.theme;
  const here = await person(browser, server, email);
  await here.page.goto("/account");
  await here.page.getByRole("radio", { name: "Dark" }).check();
  await until("the account to know", async () => (await kept()) === "dark");
  const there = await person(browser, server, email);
  await until("the other device to be dark", async () => (await themeOf(there.page)) === "dark");
  await there.page.route("**/api/v1/me", (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
  const refused = there.page.waitForEvent("requestfailed", (request) => request.method() === "PATCH");
  await there.page.getByRole("button", { name: /^Account of/ }).click();
  await there.page.getByRole("menuitem", { name: "Light theme" }).click();
  await refused;
  await there.page.unroute("**/api/v1/me");
  await there.page.reload();
  await until("the account to be told", async () => (await kept()) === "light");
  assert.equal(await themeOf(there.page), "light");
  await here.context.close();
  await there.context.close();
});

for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const theme of ["light", "dark"]) {
    test(`region and hours, ${size}, ${theme}`, async () => {
      const email = `hedda-${size}-${theme}@example.org`;
      const hedda = await server.join("Hedda Norn", email);
      await hedda.call("PATCH", "/me", { locale: "en-GB", time_zone: "Europe/Zurich", preferences: { working_hours: { days: [1, 2, 3, 4, 5], from: 480, to: 1020 } } });
      const { page, context, errors } = await person(browser, server, email, { viewport, theme });
      await page.goto("/account");
      await section(page).getByLabel("From").fill("18:00");
      await section(page).getByRole("button", { name: "Save" }).click();
      await section(page).getByText("Work begins before it ends.").waitFor();
      await section(page).getByRole("button", { name: "Save" }).scrollIntoViewIfNeeded();
      await look(page, `region-${size}-${theme}`);
      await section(page).getByRole("button", { name: /^Time zone/ }).click();
      await page.getByRole("combobox", { name: "Time zone" }).waitFor();
      await look(page, `region-zone-${size}-${theme}`);
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
