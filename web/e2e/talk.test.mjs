// What people say about a card: mentions, emoji, answers, and how a comment read before; and what a card looks like. Two people.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look } from "./look.mjs";
import { ANA, BEN, PHONE, Server, card, launch, open, person, until } from "./support.mjs";

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

/** Two people who have the same card open. */
async function both(name, title) {
  const path = await server.board(name, [title]);
  const [ana, ben] = [await person(browser, server, ANA), await person(browser, server, BEN)];
  for (const { page } of [ana, ben]) {
    await open(page, path);
    await card(page, title).click();
  }
  const section = ({ page }) => page.getByRole("region", { name: "Comments" });
  const end = async () => {
    assert.deepEqual([...ana.errors, ...ben.errors], []);
    await ana.context.close();
    await ben.context.close();
  };
  return { path, ana, ben, talk: [section(ana), section(ben)], end };
}

/** Writes a comment with the keyboard. */
async function say(page, section, text) {
  await section.getByLabel("Write a comment").fill(text);
  await page.keyboard.press("Control+Enter");
}

test("somebody is mentioned by the keyboard alone, follows the card, and shows by the name of the moment", async () => {
  const { ana, ben, talk: [mine, theirs], end } = await both("Mentions", "Talk");
  const field = mine.getByLabel("Write a comment");
  await field.click();
  await ana.page.keyboard.type("Look, @ben");
  const list = ana.page.getByRole("listbox", { name: "People to mention" });
  await list.getByRole("option", { name: /Ben Okafor/ }).waitFor();
  assert.equal(await field.getAttribute("aria-activedescendant"), await list.getByRole("option").first().getAttribute("id"));
  // Escape closes the list, not the panel; more letters open it again.
  await ana.page.keyboard.press("Escape");
  await until("the list to close", async () => (await list.count()) === 0);
  await ana.page.keyboard.type(" o");
  await list.getByRole("option", { name: /Ben Okafor/ }).waitFor();
  await look(ana.page, "somebody being mentioned");
  await ana.page.keyboard.press("Enter");
  await until("the name in the field", async () => (await field.inputValue()) === "Look, @Ben Okafor ");
  await ana.page.keyboard.type("please");
  await ana.page.keyboard.press("Control+Enter");
  await theirs.getByText("@Ben Okafor").waitFor();
  assert.equal(await theirs.getByRole("article").innerText().then((said) => /Look, @Ben Okafor please/.test(said)), true);
  await ben.page.getByRole("button", { name: "Follow: 1 person" }).waitFor();
  assert.equal(await ben.page.getByRole("button", { name: "Follow: 1 person" }).getAttribute("aria-pressed"), "true");
  // In the field again it is a name, and stays the same mention.
  await mine.getByRole("article").hover();
  await mine.getByRole("button", { name: /^Menu of the comment/ }).click();
  await ana.page.getByRole("menuitem", { name: "Edit comment" }).click();
  const editor = mine.getByLabel("Edit comment");
  assert.equal(await editor.inputValue(), "Look, @Ben Okafor please");
  await editor.fill("Thanks, @Ben Okafor!");
  await ana.page.keyboard.press("Control+Enter");
  await theirs.getByText("Thanks, @Ben Okafor!").waitFor();
  // Renamed, he shows renamed: no text was changed.
  const { call } = await server.rest(BEN);
  await call("PATCH", "/me", { name: "Benedict" });
  await mine.getByText("Thanks, @Benedict!").waitFor();
  await call("PATCH", "/me", { name: "Ben Okafor" });
  await mine.getByText("Thanks, @Ben Okafor!").waitFor();
  await end();
});

test("in a description too people are mentioned, and what names nobody here is refused", async () => {
  const { path, ana, ben, end } = await both("Described", "Text");
  const panel = (page) => page.getByRole("complementary", { name: "Card: Text" });
  await panel(ana.page).getByRole("button", { name: "Add a description…" }).or(panel(ana.page).locator(".blank")).first().click();
  await ana.page.keyboard.type("For @be");
  await ana.page.getByRole("option", { name: /Ben Okafor/ }).click();
  await ana.page.keyboard.type("alone");
  await ana.page.keyboard.press("Control+Enter");
  await panel(ben.page).getByText("@Ben Okafor").waitFor();
  await ben.page.getByRole("button", { name: "Follow: 1 person" }).waitFor();
  const { call } = await server.rest(ANA);
  const [{ task_id }] = (await call("GET", `${path}/tasks`)).items;
  const stranger = await server.join("Eve", "eve@example.org");
  const mention = { text: `@[${stranger.account_id}]`, mentions: [stranger.account_id] };
  await assert.rejects(call("POST", `${path}/tasks/${task_id}/comments`, mention), /404.*mentions/);
  await end();
});

test("an emoji is given and taken by one click, live, with who gave it; undo takes it back", async () => {
  const { ana, ben, talk: [mine, theirs], end } = await both("Emoji", "React");
  await say(ana.page, mine, "Done");
  await theirs.getByText("Done").waitFor();
  await theirs.getByRole("button", { name: "Add reaction" }).click();
  await ben.page.getByRole("button", { name: "🎉", exact: true }).click();
  await mine.getByRole("button", { name: "🎉 1: Ben Okafor" }).click();
  await theirs.getByRole("button", { name: "🎉 2: Ben Okafor and Ana Lindqvist" }).waitFor();
  assert.equal(await mine.getByRole("button", { name: /^🎉/ }).getAttribute("aria-pressed"), "true");
  await look(ana.page, "a comment with reactions");
  await theirs.getByRole("button", { name: /^🎉/ }).click();
  await mine.getByRole("button", { name: "🎉 1: Ana Lindqvist" }).waitFor();
  await mine.locator("h3").click();
  await ana.page.keyboard.press("Control+z");
  await until("no reaction", async () => (await theirs.getByRole("button", { name: /^🎉/ }).count()) === 0);
  // Any other emoji, and nothing else.
  await theirs.getByRole("button", { name: "Add reaction" }).click();
  await theirs.getByLabel("Another emoji").fill("👩‍🚀");
  await ben.page.keyboard.press("Enter");
  await mine.getByRole("button", { name: "👩‍🚀 1: Ben Okafor" }).waitFor();
  await theirs.getByRole("button", { name: "Add reaction" }).click();
  await theirs.getByLabel("Another emoji").fill("nice");
  await ben.page.keyboard.press("Enter");
  await until("only the emoji", async () => (await theirs.getByRole("button", { name: /^(nice|👩‍🚀)/ }).count()) === 1);
  await end();
});

test("answers stand under their comment, fold when they are many, and stay when it is deleted", async () => {
  const { ana, ben, talk: [mine, theirs], end } = await both("Threads", "Answer");
  await say(ana.page, mine, "A question");
  await say(ana.page, mine, "Something else");
  const asked = theirs.getByRole("listitem").filter({ hasText: "A question" }).first();
  for (const text of ["One", "Two", "Three", "Four"]) {
    await asked.getByRole("button", { name: "Reply", exact: true }).first().click();
    await theirs.getByLabel("Reply to Ana Lindqvist").fill(text);
    await ben.page.keyboard.press("Control+Enter");
    await theirs.getByRole("article").filter({ hasText: text }).waitFor();
  }
  await mine.getByText("4 replies").waitFor();
  // Four are one too many to show at once; whoever writes them sees them all.
  await until("three of four", async () => (await mine.getByRole("article").filter({ hasText: /One|Two|Three|Four/ }).count()) === 3);
  assert.equal(await theirs.getByRole("article").filter({ hasText: /One|Two|Three|Four/ }).count(), 4);
  await mine.getByRole("button", { name: "Show 1 earlier reply" }).click();
  await mine.getByRole("article").filter({ hasText: "One" }).waitFor();
  await look(ana.page, "a thread");
  const begun = mine.getByRole("article").filter({ hasText: "A question" });
  await begun.getByRole("button", { name: /^Menu of the comment/ }).click();
  await ana.page.getByRole("menuitem", { name: "Delete comment" }).click();
  await theirs.getByText("This comment was deleted.").waitFor();
  await theirs.getByRole("article").filter({ hasText: "Four" }).waitFor();
  assert.equal(await theirs.getByText("A question").count(), 0);
  // The thread can still be answered, and stands before what was said later.
  await mine.getByRole("button", { name: "Reply", exact: true }).first().click();
  await mine.getByLabel(/^Reply to/).fill("Five");
  await ana.page.keyboard.press("Control+Enter");
  await theirs.getByText("5 replies").waitFor();
  await end();
});

test("whoever deletes what another said has it back under their name, in its place and as it was", async () => {
  const { path, ana, ben, talk: [mine, theirs], end } = await both("Restored", "Taken back");
  await say(ben.page, theirs, "Frist");
  await mine.getByText("Frist").waitFor();
  await theirs.getByRole("button", { name: /^Menu of the comment/ }).click();
  await ben.page.getByRole("menuitem", { name: "Edit comment" }).click();
  await theirs.getByLabel("Edit comment").fill("First");
  await ben.page.keyboard.press("Control+Enter");
  await mine.getByText("First").waitFor();
  await say(ben.page, theirs, "Second");
  const article = (section) => section.getByRole("article").filter({ hasText: "First" });
  await article(mine).getByRole("button", { name: "Add reaction" }).click();
  await ana.page.getByRole("button", { name: "🎉", exact: true }).click();
  await article(theirs).getByRole("button", { name: /^🎉/ }).waitFor();
  await mine.getByRole("article").filter({ hasText: "Second" }).waitFor();
  const before = (await mine.getByRole("article").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  const kept = (await (await server.rest(BEN)).call("GET", `${path}/tasks/${ana.page.url().match(/[0-9a-f-]{36}$/)[0]}`)).comments;

  const remove = async () => {
    await article(mine).getByRole("button", { name: /^Menu of the comment/ }).click();
    await ana.page.getByRole("menuitem", { name: "Delete comment" }).click();
    await until("it to be gone", async () => (await theirs.getByText("First").count()) === 0);
  };
  await remove();
  await ana.page.getByRole("button", { name: "Undo" }).click();
  for (const section of [mine, theirs]) {
    await article(section).getByRole("button", { name: /^🎉/ }).waitFor();
    assert.deepEqual((await section.getByRole("article").allInnerTexts()).length, 2);
  }
  assert.deepEqual((await mine.getByRole("article").allInnerTexts()).map((text) => text.replace(/\s+/g, " ")), before);
  await remove();
  await mine.locator("h3").click();
  await ana.page.keyboard.press("Control+z");
  await article(theirs).getByRole("button", { name: /^🎉/ }).waitFor();
  const again = (await (await server.rest(BEN)).call("GET", `${path}/tasks/${ana.page.url().match(/[0-9a-f-]{36}$/)[0]}`)).comments;
  assert.deepEqual(again, kept);
  await ana.page.keyboard.press("Control+Shift+Z");
  await until("it to be gone again", async () => (await theirs.getByText("First").count()) === 0);
  await end();
});

test("whoever sees the board reads how a comment read before", async () => {
  const { ana, ben, talk: [mine, theirs], end } = await both("History", "Edited");
  await say(ana.page, mine, "First words");
  for (const text of ["Second words", "Third words"]) {
    await mine.getByRole("button", { name: /^Menu of the comment/ }).click();
    await ana.page.getByRole("menuitem", { name: "Edit comment" }).click();
    await mine.getByLabel("Edit comment").fill(text);
    await ana.page.keyboard.press("Control+Enter");
    await theirs.getByText(text).waitFor();
  }
  await theirs.getByRole("button", { name: "edited" }).click();
  const dialog = ben.page.getByRole("dialog", { name: "How the comment read" });
  await dialog.getByText("First words").waitFor();
  const items = await dialog.getByRole("listitem").allInnerTexts();
  assert.deepEqual(items.map((item) => /(First|Second|Third) words/.exec(item)?.[1]), ["Third", "Second", "First"]);
  await look(ben.page, "the history of a comment");
  await ben.page.keyboard.press("Escape");
  await end();
});

test("a card is of a category and has a cover: made, shown to the other, undone and deleted", async () => {
  const { path, ana, ben, end } = await both("Looks", "Paint");
  await ana.page.getByRole("button", { name: "Board menu" }).click();
  await ana.page.getByRole("menuitem", { name: "Categories" }).click();
  const dialog = ana.page.getByRole("dialog", { name: "Categories" });
  await dialog.getByLabel("New category").fill("Design");
  await ana.page.keyboard.press("Enter");
  await dialog.getByLabel("Name of the category Design").waitFor();
  await look(ana.page, "the categories of a board");
  await ana.page.keyboard.press("Escape");
  await ana.page.getByRole("button", { name: /^Category/ }).click();
  await ana.page.getByRole("checkbox", { name: "Design" }).click();
  await card(ben.page, "Paint").getByTitle("Category: Design").waitFor();
  await ben.page.getByRole("button", { name: "Category: Design" }).waitFor();
  await ana.page.getByRole("button", { name: /^Cover/ }).click();
  await ana.page.getByRole("radio", { name: "Teal" }).click();
  await until("the cover at the other's", async () => (await card(ben.page, "Paint").locator(".cover[data-colour=teal]").count()) === 1);
  await ana.page.getByRole("button", { name: "Cover: Teal" }).waitFor();
  await ana.page.keyboard.press("Control+z");
  await until("no cover", async () => (await card(ben.page, "Paint").locator(".cover").count()) === 0);
  await look(ana.page, "a card of a category");
  await ana.page.getByRole("button", { name: "Board menu" }).click();
  await ana.page.getByRole("menuitem", { name: "Categories" }).click();
  await dialog.getByRole("button", { name: "Delete the category Design" }).click();
  await ben.page.getByRole("button", { name: "Category: None" }).waitFor();
  await until("no category on the card", async () => (await card(ben.page, "Paint").getByTitle("Category: Design").count()) === 0);
  await end();
  const phone = await person(browser, server, ANA, { viewport: PHONE });
  await open(phone.page, path);
  await card(phone.page, "Paint").click();
  await phone.page.getByRole("button", { name: "Category: None" }).waitFor();
  assert.deepEqual(phone.errors, []);
  await phone.context.close();
});
