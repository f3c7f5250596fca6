// The arithmetic behind the mounted cards, and behind where a card is dropped.
import { expect, test } from "vitest";
import { indexBeside, placeAt, without } from "../../src/features/board/places";
import { ESTIMATE_PX, GAP_PX, indexAt, layout, shift, visible } from "../../src/features/board/window";

const ids = Array.from({ length: 1_000 }, (_, index) => `t${index}`);
const step = ESTIMATE_PX + GAP_PX;

test("cards stand below each other with their measured heights", () => {
  const tops = layout(["a", "b", "c"], new Map([["a", 100], ["b", 20]]));
  expect([...tops]).toEqual([0, 100 + GAP_PX, 120 + 2 * GAP_PX, 120 + 3 * GAP_PX + ESTIMATE_PX]);
});

test("only cards near the screen are mounted", () => {
  const tops = layout(ids, new Map());
  expect(visible(tops, 0, 800, 260)).toEqual([0, Math.floor(1_060 / step) + 1]);
  const [first, last] = visible(tops, 30_000, 800, 260);
  expect(tops[first]).toBeLessThanOrEqual(30_000 - 260);
  expect(tops[last]).toBeGreaterThan(30_000 + 800 + 260);
  expect(last - first).toBeLessThan(25);
});

test("the end of the list is reached and never passed", () => {
  const tops = layout(ids, new Map());
  expect(visible(tops, 1e9, 800, 260)[1]).toBe(ids.length);
  expect(visible(layout([], new Map()), 0, 800, 260)).toEqual([0, 0]);
  expect(indexAt(tops, -5)).toBe(0);
});

test("the view stays when cards appear above it, and when one of those in view leaves", () => {
  const tops = layout(ids, new Map());
  const before = new Map(ids.slice(100, 110).map((id, offset) => [id, tops[100 + offset] as number]));
  const more = ["x", "y", ...ids];
  expect(shift(before, more, layout(more, new Map()))).toBe(2 * step);
  const moved = [...ids.slice(0, 100), ...ids.slice(101), ids[100] as string];
  expect(shift(before, moved, layout(moved, new Map()))).toBe(-step);
  expect(shift(new Map(), ids, tops)).toBe(0);
});

test("a place names its neighbours and never an index", () => {
  expect(placeAt(["a", "b"], 0)).toEqual({ before: "a" });
  expect(placeAt(["a", "b"], 1)).toEqual({ after: "a", before: "b" });
  expect(placeAt(["a", "b"], 2)).toEqual({ after: "b" });
  expect(placeAt([], 0)).toBeUndefined();
  expect(without(["a", "b"], "a")).toEqual(["b"]);
  expect(indexBeside(["a", "b"], "a", "after")).toBe(1);
  expect(indexBeside(["a", "b"], undefined, "before")).toBe(2);
});
