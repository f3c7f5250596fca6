// The inbox folds events as the server does: what counts as unread, what puts what away, and what is remembered.
import { describe, expect, test } from "vitest";
import { type Inbox, isUnread } from "../../src/sdk";
import { inboxFolding } from "../../src/sdk/inbox";
import type { Delivery, InboxEvent, NewEntry, ViewPart } from "../../src/gen/protocol";

const ACCOUNT = "0190aaaa-0000-7000-8000-000000000001";
const ORG = "0190aaaa-0000-7000-8000-000000000002";
const CHANNEL = "0190aaaa-0000-7000-8000-000000000003";
const TASK = "0190aaaa-0000-7000-8000-000000000004";
const BOARD = "0190aaaa-0000-7000-8000-000000000005";
const USUAL: Delivery = { in_app: true, email: "now", push: true, sms: false };

function empty(): Inbox {
  const head = { account_id: ACCOUNT, unread: 0, last_number: 0, known_from: 1, deliveries: [{ reason: "assigned", delivery: USUAL }], digest: { every: "day", minute: 450 } };
  const inbox = inboxFolding.of([{ kind: "inbox", part: "inbox", ...head }] as unknown as ViewPart[]);
  if (!inbox) throw new Error("an inbox");
  return inbox;
}

const about = (subject: object): NewEntry => ({ reason: "assigned", org_id: ORG, by: ACCOUNT, source: { topic: `board:${BOARD}`, seq: 1 }, subject }) as unknown as NewEntry;
const task = about({ kind: "task", board_id: BOARD, task_id: TASK });
const message = (number: number, thread?: number) => about({ kind: "message", channel_id: CHANNEL, message: { message_id: TASK, seq: number + 100 }, number, ...(thread !== undefined && { thread: { message_id: TASK, seq: thread } }) });
const sent = (number: number, entry: NewEntry) => ({ type: "notification.sent", position: "1.2.3", number, entry }) as unknown as InboxEvent;
const fold = (inbox: Inbox, ...events: object[]): Inbox => events.reduce<Inbox>((all, event, at) => inboxFolding.reduce(all, event as InboxEvent, 1_000 + at, at + 1), inbox);
const told = (...entries: NewEntry[]) => fold(empty(), ...entries.map((entry, at) => sent(at + 1, entry)));
const unread = (inbox: Inbox) => [...inbox.entries.values()].filter(isUnread).map(({ number }) => number);

describe("what counts", () => {
  test("is what is neither read, nor put away, nor put off", () => {
    const inbox = told(task, task, task, task);
    expect([inbox.unread, inbox.last_number]).toEqual([4, 4]);
    const after = fold(inbox, { type: "notification.read", numbers: [1] }, { type: "notification.archived", numbers: [2] }, { type: "notification.snoozed", numbers: [3], until: 9 });
    expect([after.unread, unread(after)]).toEqual([1, [4]]);
    // What was put away is read, also when it is taken out again; what was put off comes back unread.
    const back = fold(after, { type: "notification.unarchived", numbers: [2] }, { type: "notification.woken", numbers: [3] });
    expect(unread(back)).toEqual([3, 4]);
    expect(back.entries.get(3)?.snoozed_until).toBeUndefined();
    expect(unread(fold(back, { type: "notification.unread", numbers: [1, 99] }))).toEqual([1, 3, 4]);
    expect(unread(fold(back, { type: "notification.all_read", through: 3 }))).toEqual([4]);
    expect(fold(back, { type: "notification.deleted", numbers: [4] }).entries.size).toBe(3);
  });

  test("is nothing that was looked at, up to where it was known", () => {
    const inbox = told(task, message(1), message(2, 101), task);
    expect(unread(fold(inbox, { type: "notification.seen", what: { kind: "task", task_id: TASK }, through: 3 }))).toEqual([2, 3, 4]);
    expect(unread(fold(inbox, { type: "notification.seen", what: { kind: "thread", channel_id: CHANNEL, seq: 101 }, through: 4 }))).toEqual([1, 4]);
    expect(unread(fold(inbox, { type: "notification.seen", what: { kind: "board", board_id: BOARD }, through: 4 }))).toEqual([1, 2, 3, 4]);
  });

  test("is no message that was read in its channel, before or after it was told", () => {
    const marked = { type: "inbox.marked", channel_id: CHANNEL, read_to: 5, unread: [3] };
    expect(unread(fold(told(message(3), message(5), message(6)), marked))).toEqual([1, 3]);
    expect(unread(fold(empty(), marked, sent(1, message(3)), sent(2, message(5))))).toEqual([1]);
  });
});

test("the newest thousand are held", () => {
  const inbox = told(...Array.from({ length: 1_003 }, () => task));
  expect([inbox.entries.size, inbox.unread, [...inbox.entries.keys()][0]]).toEqual([1_000, 1_000, 4]);
});

test("preferences change part by part, and what is usual is not held", () => {
  const change = (...changes: object[]) => ({ type: "inbox.preferences.changed", changes });
  const inbox = fold(empty(), change({ set: "reason", reason: "assigned", email: "off" }, { set: "channel", channel_id: CHANNEL, level: "all" }, { set: "board", board_id: BOARD, level: "nothing" }, { set: "task", task_id: TASK, muted: true }));
  expect(inbox.deliveries.get("assigned")).toEqual({ ...USUAL, email: "off" });
  expect([inbox.channels.get(CHANNEL), inbox.boards.get(BOARD), inbox.muted.has(TASK)]).toEqual(["all", "nothing", true]);
  const back = fold(inbox, change({ set: "channel", channel_id: CHANNEL }, { set: "board", board_id: BOARD, level: "involved" }, { set: "task", task_id: TASK, muted: false }, { set: "digest", digest: { every: "weekday", minute: 1 } }));
  expect([back.channels.size, back.boards.size, back.muted.size, back.digest.every]).toEqual([0, 0, 0, "weekday"]);
});
