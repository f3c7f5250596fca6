// Pictures of people and logos: chosen, cut and kept by their owner, seen by others where initials stood, and taken away again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, DESKTOP, PHONE, Server, card, launch, loaded, open, person, until } from "./support.mjs";

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

/** A picture drawn in the page: its left half in one colour, its right half in another. */
const drawn = async (page, width, height, left, right) => {
  const bytes = await page.evaluate(
    async ([width, height, left, right]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      context.fillStyle = left;
      context.fillRect(0, 0, width / 2, height);
      context.fillStyle = right;
      context.fillRect(width / 2, 0, width / 2, height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [width, height, left, right],
  );
  return { name: "me.png", mimeType: "image/png", buffer: Buffer.from(bytes) };
};

const choose = async (page, section, file) => {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("group", { name: section }).getByRole("button", { name: /^(Choose|Change) picture$/ }).click();
  await (await chooser).setFiles(file);
};

/** The colour in the middle of a picture that is shown. */
const colour = (image) =>
  image.evaluate(async (element) => {
    await element.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d");
    context.drawImage(element, element.naturalWidth / 2, element.naturalHeight / 2, 1, 1, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  });
const near = (found, wanted) => found.every((part, at) => Math.abs(part - wanted[at]) < 25);

test("a picture is cut by its owner and seen by another at the cards", async () => {
  const ana = await person(browser, server, ANA);
  const ben = await person(browser, server, BEN);
  const board = await server.board("Faces", ["Portrait"]);
  const rest = await server.rest(ANA);
  const [task] = (await rest.call("GET", `${board}/tasks`)).items;
  await rest.call("POST", `${board}/tasks/${task.task_id}/assign`, { account_id: rest.account_id });
  await open(ben.page, board);
  const assigned = card(ben.page, "Portrait").locator(".avatar");
  await until("the initials", async () => (await assigned.getAttribute("data-initials"))?.length > 0);
  assert.equal(await assigned.locator("img").count(), 0);

  const { page } = ana;
  await page.goto("/account");
  await loaded(page);
  // What is no picture is said at the field, and nothing is sent.
  await choose(page, "Your picture", { name: "me.png", mimeType: "image/png", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") });
  await page.getByRole("alert").getByText(/no picture that can be read/).waitFor();
  await choose(page, "Your picture", await drawn(page, 800, 300, "#c01010", "#1010c0"));
  const dialog = page.getByRole("dialog", { name: "Your picture" });
  await dialog.waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  await look(page, "picture-desktop-light");
  // By keys alone: to the right end, which is of the other colour.
  await dialog.getByRole("slider", { name: "Left and right" }).focus();
  await page.keyboard.press("End");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Picture saved.").waitFor();
  const own = page.getByRole("group", { name: "Your picture" }).locator(".avatar img");
  assert.ok(near(await colour(own), [16, 16, 192]), String(await colour(own)));
  await until("the picture in the menu", () => page.getByRole("button", { name: /^Account of/ }).locator(".avatar img").count());

  await ben.page.reload();
  const seen = assigned.locator("img");
  await seen.waitFor();
  assert.ok(near(await colour(seen), [16, 16, 192]));
  assert.match(await seen.getAttribute("src"), /^blob:/);
  assert.ok(await card(ben.page, "Portrait").getByRole("img", { name: /Ana/ }).count(), "it is still read by name");

  await page.getByRole("group", { name: "Your picture" }).getByRole("button", { name: "Remove" }).click();
  await page.getByText("Picture removed.").waitFor();
  assert.equal(await page.locator(".avatar img").count(), 0);
  await ben.page.reload();
  await until("the initials again", async () => (await assigned.getAttribute("data-initials"))?.length > 0);
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await Promise.all([ana.context.close(), ben.context.close()]);
});

test("a logo is set by the owner and stands at the organization for everybody at once", async () => {
  const ana = await person(browser, server, ANA);
  const ben = await person(browser, server, BEN);
  const rest = await server.rest(ANA);
  const org = (await rest.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
  const heading = (page) => page.locator(".org").filter({ hasText: "Demo" }).locator(".logo");
  await until("the letters of the organization", async () => (await heading(ben.page).getAttribute("data-initials")) === "D");

  const { page } = ana;
  await page.goto(`/orgs/${org.org_id}/settings`);
  await loaded(page);
  await choose(page, "Logo", await drawn(page, 300, 300, "#0a7a3a", "#0a7a3a"));
  await page.getByRole("dialog", { name: "Logo" }).getByRole("button", { name: "Save" }).click();
  await page.getByText("Picture saved.").waitFor();
  // Without a reload, where the other is.
  const seen = heading(ben.page).locator("img");
  await seen.waitFor();
  assert.ok(near(await colour(seen), [10, 122, 58]));
  await page.locator("nav .logo img").waitFor();

  await page.getByRole("group", { name: "Logo" }).getByRole("button", { name: "Remove" }).click();
  await until("the letters again", async () => (await heading(ben.page).getAttribute("data-initials")) === "D");
  assert.deepEqual([...ana.errors, ...ben.errors], []);
  await Promise.all([ana.context.close(), ben.context.close()]);
});

test("the dialog fits a phone and is moved by a finger", async () => {
  for (const [size, viewport, theme] of [["phone", PHONE, "dark"], ["desktop", DESKTOP, "dark"]]) {
    const { page, context, errors } = await person(browser, server, ANA, { viewport, theme });
    await page.goto("/account");
    await loaded(page);
    await choose(page, "Your picture", await drawn(page, 600, 300, "#c01010", "#1010c0"));
    const dialog = page.getByRole("dialog", { name: "Your picture" });
    await dialog.waitFor();
    await look(page, `picture-${size}-${theme}`);
    const across = dialog.getByRole("slider", { name: "Left and right" });
    const before = Number(await across.inputValue());
    const box = await dialog.locator("canvas").boundingBox();
    await page.mouse.move(box.x + 120, box.y + 90);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 90, { steps: 3 });
    await page.mouse.up();
    // The picture goes along, so what is shown is further right.
    assert.ok(Number(await across.inputValue()) > before);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await until("the focus back", () => page.evaluate(() => /picture/.test(document.activeElement?.textContent ?? "")));
    assert.deepEqual(errors, []);
    await context.close();
  }
});
