// What a line for a new card comes to on a board: names, dates of the protocol, and what stays in the title.
import { describe, expect, test } from "vitest";
import { contextAt, folded, forEach, understand, type World } from "../../src/features/board/quick";

const WORLD: World = {
  board: "Finance",
  column: "todo",
  columns: [
    { id: "todo", name: "To do" },
    { id: "doing", name: "Doing" },
    { id: "done", name: "Done", done: true },
  ],
  labels: [
    { label_id: "l1", name: "Home", colour: "red" },
    { label_id: "l2", name: "Größe", colour: "blue" },
  ],
  people: [
    { account_id: "ana", name: "Ana López" },
    { account_id: "cid1", name: "Cid One" },
    { account_id: "cid2", name: "Cid Two" },
  ],
  me: "ben",
  zone: "Europe/Berlin",
};
const NOW = new Date(2026, 11, 1, 10, 0);
const read = (line: string, language: "en" | "de" = "en", locale = "en-GB") => understand(line, contextAt(NOW, language, locale, undefined), WORLD);
const micros = (date: Date) => date.getTime() * 1_000;

describe("names", () => {
  test("are found without marks and case, whole or by their beginnings", () => {
    expect(folded("Zoë O'Hara-Łuczak")).toBe("zoe o hara luczak");
    expect(read("Ask @lopez @\"cid two\" @me #HOME #grosse").fields).toEqual({ assignees: ["ana", "cid2", "ben"], labels: ["l1", "l2"] });
    expect(read("Ask #größe").fields.labels).toEqual(["l2"]);
  });
  test("of several people may mean a card for each, with all else that was said", () => {
    const { fields } = read("Ask @lopez @\"cid two\" #home p1");
    const rest = { labels: ["l1"], priority: "urgent" };
    expect(forEach(fields)).toEqual([{ ...rest, assignees: ["ana"] }, { ...rest, assignees: ["cid2"] }]);
    expect(forEach(read("Ask @lopez").fields)).toEqual([{ assignees: ["ana"] }]);
    expect(forEach({})).toEqual([{}]);
  });
  test("of nothing stay in the title, and say why", () => {
    const { title, fields, chips, strangers } = read("Ask @cid @dora #nope +Nowhere in fridge");
    expect([title, fields]).toEqual(["Ask @cid @dora #nope +Nowhere in fridge", {}]);
    expect(chips.map(({ words, why }) => [words, why])).toEqual([
      ["@cid", "ambiguous"],
      ["@dora", "unknown"],
      ["#nope", "unknown"],
      ["+Nowhere", "unknown"],
    ]);
    expect(strangers).toEqual(["dora"]);
  });
  test("of columns may stand behind the board's", () => {
    expect(["x in Doing", "x +Finance/Doing", 'x in "To do"', "x in Finance", "x +Other/Doing"].map((line) => read(line).column)).toEqual(["doing", "doing", "todo", "todo", "todo"]);
  });
});

describe("dates", () => {
  test("are days at midnight UTC, and times on the wall here", () => {
    expect(read("x 24 dec").fields.due).toEqual({ at: Date.UTC(2026, 11, 24) * 1_000, has_time: false });
    expect(read("x 24 dec at 9am").fields.due).toEqual({ at: micros(new Date(2026, 11, 24, 9)), has_time: true });
    expect(read("x from 24 dec").fields).toEqual({ start_at: micros(new Date(2026, 11, 24)) });
  });
  test("are read in the order of the place", () => {
    expect(read("x 3/2/2027", "en", "en-US").fields.due?.at).toBe(Date.UTC(2027, 2, 2) * 1_000);
    expect(read("x 3/2/2027").fields.due?.at).toBe(Date.UTC(2027, 1, 3) * 1_000);
  });
  test("of a repetition are its first, and it repeats from there", () => {
    const { title, fields, chips } = read("Miete jeden 15. p1 ~1h", "de");
    const due = { at: Date.UTC(2026, 11, 15) * 1_000, has_time: false };
    expect([title, fields]).toEqual(["Miete", { priority: "urgent", minutes: 60, repeat: { rule: "FREQ=MONTHLY;BYMONTHDAY=15", zone: "Europe/Berlin" }, due }]);
    expect(chips.map(({ words, why }) => [words, why])).toEqual([
      ["jeden 15.", undefined],
      ["p1", undefined],
      ["~1h", undefined],
    ]);
  });
  test("what is done as it is made does not repeat, wherever in the line that is said", () => {
    for (const line of ["Sweep every day in Done", "Sweep in Done every day"]) {
      const { title, column, fields, chips } = read(line);
      expect([title, column, fields.repeat]).toEqual(["Sweep every day", "done", undefined]);
      expect(chips.find(({ value }) => value.kind === "repeat")?.why).toBe("unsupported");
    }
  });
});

test("marks alone are a title, of which nothing counts", () => {
  expect(read("p1 #home @me in Doing")).toEqual({ title: "p1 #home @me in Doing", column: "todo", fields: {}, chips: [], strangers: [] });
});
