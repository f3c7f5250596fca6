// @vitest-environment jsdom
// What the chat shows of what was said: rows, tasks that come of it, whom a text means, and where it is found.
import { expect, test } from "vitest";
import { inline, keysIn } from "../../src/app/markdown";
import { match, paths } from "../../src/app/router.svelte";
import { shown, written } from "../../src/features/talk/mentions";
import { rowsOf } from "../../src/features/talk/rows";
import { taskFrom } from "../../src/features/talk/to-task";
import { LIMITS, type ShownMessage } from "../../src/sdk";

const id = (n: number): string => `01900000-0000-7000-8000-00000000000${n}`;
const MINUTE = 60_000_000;
const NOON = new Date(2026, 10, 23, 12).getTime() * 1_000;
const said = (seq: number, author_id: string, minutes: number, more: Partial<ShownMessage> = {}): ShownMessage => ({ message: { message_id: `m${seq}`, seq }, number: seq, author_id, at: NOON + minutes * MINUTE, text: "", ...more });

test("who goes on talking needs no head; a day, what is new, and another person do", () => {
  const messages = [said(1, "ana", -1_440), said(2, "ana", 0), said(3, "ana", 2), said(4, "ana", 9), said(5, "ben", 9), said(6, "ben", 10), said(7, "ben", 11, { thread: { message_id: "m1", seq: 1 } })];
  const shape = (unread?: number) => rowsOf(messages, unread).map((row) => (row.kind === "message" ? `${row.message.message.seq}${row.head ? "!" : ""}` : row.kind));
  expect(shape()).toEqual(["day", "1!", "day", "2!", "3", "4!", "5!", "6", "7!"]);
  expect(shape(6)).toEqual(["day", "1!", "day", "2!", "3", "4!", "5!", "new", "6!", "7!"]);
  // What is on its way was not left unread.
  expect(rowsOf([said(0, "ana", 0, { number: Number.MAX_SAFE_INTEGER })], 3).map((row) => row.kind)).toEqual(["day", "message"]);
  expect(new Set(rowsOf(messages, 6).map((row) => row.id)).size).toBe(10);
});

test("a message becomes a task: its first line the title, all of it the description where there is more", () => {
  const name = () => "Ben";
  const wide = (what: string) => (what === "channel" ? "channel" : undefined);
  expect(taskFrom("Order tiles", name, wide)).toEqual({ title: "Order tiles", description: "" });
  expect(taskFrom(`- @[${id(1)}]: order\nsoon, @[channel]`, name, wide)).toEqual({ title: "@Ben: order", description: "- @Ben: order\nsoon, @channel" });
  const long = taskFrom("x".repeat(LIMITS.title_chars_max + 10), name, wide);
  expect([[...long.title].length, long.description.length]).toEqual([LIMITS.title_chars_max, LIMITS.title_chars_max + 10]);
});

test("teams and everybody are meant by name in the field, and by id in what is kept", () => {
  const names: Record<string, string> = { [id(1)]: "Ann", [`team:${id(2)}`]: "Design", channel: "channel" };
  const text = `@[${id(1)}] @[team:${id(2)}] @[channel] @[team:${id(3)}]`;
  const { text: field, people } = shown(text, (each) => names[each]);
  expect(field).toBe(`@Ann @Design @channel @[team:${id(3)}]`);
  expect(written(field, people)).toBe(text);
  expect(inline(`@[channel], @[team:${id(2)}]`)).toEqual([{ kind: "wide", id: "channel", text: "@[channel]" }, { kind: "text", text: ", " }, { kind: "wide", id: `team:${id(2)}`, text: `@[team:${id(2)}]` }]);
});

test("keys of tasks are found in a text, and nothing that only looks alike", () => {
  expect(keysIn("See OPS-42, X1-7.")).toEqual([{ key: false, text: "See " }, { key: true, text: "OPS-42" }, { key: false, text: ", " }, { key: true, text: "X1-7" }, { key: false, text: "." }]);
  for (const text of ["ops-42", "OPS-0", "OPS-", "aOPS-42", "1OPS-4"]) expect(keysIn(text), text).toEqual([{ key: false, text }]);
});

test("a channel, a thread and a message have an address", () => {
  const [org, channel] = [id(1), id(2)];
  expect(match(paths.talk(org))).toEqual({ name: "talk", org });
  expect(match(paths.talk(org, channel))).toEqual({ name: "talk", org, channel });
  expect(match(paths.talk(org, channel, { thread: 12 }))).toEqual({ name: "talk", org, channel, thread: 12 });
  expect(paths.talk(org, channel, { thread: 12, message: 15 })).toBe(`/orgs/${org}/talk/${channel}/thread/12?message=15`);
  expect(match(`/orgs/${org}/talk/${channel}/thread/0`)).toEqual({ name: "missing" });
});
