// Makes docs/screenshot.png: the demo board with a little more on it, while a second person is at work. Run: npm run screenshot.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ANA, BEN, Server, card, launch, open, person, until } from "./support.mjs";

const target = join(dirname(fileURLToPath(import.meta.url)), "../../docs/screenshot.png");
const DAY_MICROS = 86_400_000_000;
const MORE = [
  ["Ideas", "A wall display for the office", ["Design"], "low", "", 0],
  ["Ideas", "Could a column know its age?", ["Research"], "none", "", 0],
  ["To do", "Answer the security questionnaire", ["Engineering"], "urgent", "a", 1],
  ["To do", "Record the two-minute tour", ["Marketing", "Design"], "medium", "b", 5],
  ["In progress", "Search finds words inside comments", ["Engineering"], "medium", "b", 4],
  ["In progress", "Interviews with three support teams", ["Research"], "low", "a", 8],
  ["Review", "Dates in the language of the reader", ["Bug"], "high", "ab", 0],
  ["Review", "Release notes, first draft", ["Marketing"], "none", "b", 2],
  ["Done", "One binary, one command", ["Engineering"], "none", "a", 0],
  ["Done", "A name that is free everywhere", ["Marketing"], "none", "b", 0],
  ["Done", "Pick the typeface", ["Design"], "none", "a", 0],
];

const server = await new Server().start();
const browser = await launch();
try {
  const ana = await server.rest(ANA);
  const ben = await server.rest(BEN);
  const org = (await ana.call("GET", "/orgs")).items.find((each) => each.name === "Demo");
  const [first] = (await ana.call("GET", `/orgs/${org.org_id}/boards`)).items;
  const path = `/orgs/${org.org_id}/boards/${first.board_id}`;
  const board = await ana.call("GET", path);
  const people = { a: ana.account_id, b: ben.account_id };
  const midnight = Math.floor((Date.now() * 1_000) / DAY_MICROS) * DAY_MICROS;
  for (const [column, title, labels, priority, who, days] of MORE) {
    const made = await ana.call("POST", `${path}/tasks`, {
      title,
      priority,
      column_id: board.columns.find((each) => each.name === column).column_id,
      labels: board.labels.filter((label) => labels.includes(label.name)).map((label) => label.label_id),
      assignees: [...who].map((letter) => people[letter]),
      ...(days > 0 ? { due: { at: midnight + days * DAY_MICROS, has_time: false } } : {}),
    });
    const task = made.task_id ?? made.face?.task_id;
    if (column === "Done" && task) await ana.call("POST", `${path}/tasks/${task}/complete`, {});
  }
  const left = await person(browser, server, ANA);
  const right = await person(browser, server, BEN);
  await Promise.all([open(left.page, path), open(right.page, path)]);
  await card(right.page, "Phone layout").click();
  await until("Ben on the card", () => card(left.page, "Phone layout").getByRole("img", { name: /has it open/ }).count());
  await card(right.page, "Pricing page").focus();
  await right.page.keyboard.press("m");
  await right.page.getByRole("combobox").fill("progress top");
  await right.page.keyboard.press("Enter");
  await until("the card that Ben moved", () => left.page.locator("[data-column]").nth(2).getByText("Pricing page").count());
  await left.page.locator("[data-task].tinted").waitFor();
  await left.page.evaluate(() => Promise.all(document.getAnimations().map((each) => each.finished)));
  await left.page.screenshot({ path: target });
} finally {
  await browser.close();
  await server.stop();
}
