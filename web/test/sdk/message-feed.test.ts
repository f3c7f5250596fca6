// What was said: pages and events in any interleaving are what a naive fold of all events shows.
import { expect, test } from "vitest";
import type { ChannelEvent, MessageView, ViewPart } from "../../src/gen/protocol";
import type { Environment } from "../../src/sdk/environment";
import { type Effect, Feed, WINDOW_MAX } from "../../src/sdk/message-feed";
import type { MessagePage } from "../../src/sdk/message-window";
import { inboxFolding } from "../../src/sdk/inbox";
import { firstUnread, unread } from "../../src/sdk/unread";
import { Problem } from "../../src/sdk/problem";
import { Clock, seeded, settle } from "./support/clock";
import { FakeChannel } from "./support/fake-channel";

const PEOPLE = ["ana", "ben", "cleo"];

/** A channel, and a feed of it that hears of events and gets answers when it is told to. */
class Lab {
  readonly clock = new Clock();
  readonly channel = new FakeChannel("channel", "org", PEOPLE);
  readonly feed: Feed;
  /** How far the feed has heard. */
  heard = 1;
  waiting: { answer: (page: MessagePage) => void; fail: (error: Error) => void; query: Parameters<FakeChannel["page"]>[0]; at: number }[] = [];
  effects: Effect[] = [];
  readonly root: number | undefined;

  constructor(readonly random: () => number, root?: number) {
    this.root = root;
    this.feed = new Feed({
      env: { now_ms: () => this.clock.now_ms, random: this.random, setTimer: this.clock.setTimer, clearTimer: this.clock.clearTimer } as unknown as Environment,
      read: (query, signal) => new Promise((answer, fail) => {
        this.waiting.push({ answer, fail, query, at: this.heard });
        signal.addEventListener("abort", () => fail(new DOMException("", "AbortError")));
      }),
      belongs: (message) => (root === undefined ? message.number !== undefined : message.thread?.seq === root),
      place: (message) => (root === undefined ? (message.number ?? 0) : message.message.seq),
      seq: () => this.heard,
      effects: () => this.effects,
    });
  }

  hear(events: number): void {
    const fresh = this.channel.log.slice(this.heard, this.heard + events);
    this.heard += fresh.length;
    this.feed.apply(structuredClone(fresh));
    this.feed.refresh();
  }

  /** Answers the newest question, as of some seq that is not before what was heard when it was asked. */
  async answer(): Promise<void> {
    const asked = this.waiting.pop();
    this.waiting = [];
    if (asked === undefined) return;
    const seq = asked.at + Math.floor(this.random() * (this.channel.seq - asked.at + 1));
    asked.answer(this.channel.page({ ...asked.query, limit: Math.min(asked.query.limit ?? 50, 7) }, seq, this.root));
    await settle();
  }

  truth(): MessageView[] {
    return this.channel.messages(this.heard).filter((message) => (this.root === undefined ? message.number !== undefined : message.thread?.seq === this.root));
  }
}

const pick = <T>(random: () => number, list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

/** Somebody does something. */
function act(channel: FakeChannel, random: () => number, root?: number): void {
  const by = pick(random, PEOPLE) ?? "ana";
  const some = pick(random, channel.messages().filter((message) => message.deleted !== true));
  const post = (thread?: MessageView): ChannelEvent[] => channel.decide({ type: "message.post", message_id: `m${channel.seq}`, text: `text ${channel.seq}`, ...(thread !== undefined && { thread: thread.message, ...(random() < 0.3 && { broadcast: true }) }) }, by);
  const dice = random();
  let events: ChannelEvent[] = [];
  if (some === undefined || dice < (root === undefined ? 0.45 : 0.1)) events = post();
  else if (dice < 0.6) events = post(root === undefined ? (some.thread === undefined ? some : undefined) : channel.messages().find((message) => message.message.seq === root && message.deleted !== true));
  else if (dice < 0.72) events = channel.decide({ type: "message.edit", message: some.message, text: `edited ${channel.seq}` }, by);
  else if (dice < 0.8 && some.message.seq !== root) events = channel.decide({ type: "message.delete", message: some.message }, by);
  else if (dice < 0.92) events = channel.decide({ type: "message.react", message: some.message, emoji: pick(random, ["👍", "🎉"]) ?? "👍" }, by);
  else events = channel.decide({ type: "message.unreact", message: some.message, emoji: "👍" }, by);
  for (const event of events) channel.commit(by, event);
}

/** What is shown is a stretch of the truth, and it is known whether there is more on either side. */
function holds(lab: Lab): void {
  const shown = lab.feed.messages.get();
  const truth = lab.truth();
  const from = truth.findIndex((message) => message.message.seq === shown[0]?.message.seq);
  if (shown.length === 0) {
    expect(truth.length === 0 || lab.feed.more_before.get() || lab.feed.more_after.get()).toBe(true);
    return;
  }
  expect(shown).toEqual(truth.slice(from, from + shown.length));
  expect(lab.feed.more_before.get()).toBe(from > 0);
  expect(lab.feed.more_after.get()).toBe(from + shown.length < truth.length);
}

for (const kind of ["channel", "thread"] as const) {
  test(`of a ${kind}, pages and events in any order show what a fold of all of them does`, async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seeded(seed + (kind === "thread" ? 1_000 : 0));
      const lab = new Lab(random, kind === "thread" ? 2 : undefined);
      if (kind === "thread") lab.channel.commit("ana", { type: "message.posted", message_id: "root", number: 1, text: "root" });
      for (let step = 0; step < 12; step += 1) act(lab.channel, random, lab.root);
      lab.hear(Math.floor(random() * lab.channel.seq));
      void lab.feed.newest();
      for (let step = 0; step < 70; step += 1) {
        const dice = random();
        if (dice < 0.35) act(lab.channel, random, lab.root);
        else if (dice < 0.55) lab.hear(1 + Math.floor(random() * 3));
        else if (dice < 0.75) await lab.answer();
        else if (dice < 0.83) void lab.feed.more("before");
        else if (dice < 0.9) void lab.feed.more("after");
        else if (dice < 0.94) void lab.feed.newest();
        else if (dice < 0.98) void lab.feed.around(1 + Math.floor(random() * lab.channel.seq));
        else lab.feed.reload();
        await settle();
      }
      // All that was asked is answered, all that happened is heard.
      lab.hear(Number.MAX_SAFE_INTEGER);
      for (let turn = 0; turn < 3; turn += 1) await lab.answer();
      lab.hear(Number.MAX_SAFE_INTEGER);
      holds(lab);
      void lab.feed.newest();
      await settle();
      await lab.answer();
      holds(lab);
      expect(lab.feed.more_after.get()).toBe(false);
      lab.feed.close();
    }
  });
}

test("only so many are held, and those that are looked at stay", async () => {
  const lab = new Lab(seeded(1));
  lab.channel.commit("ana", { type: "message.posted", message_id: "first", number: 1, text: "first" });
  void lab.feed.newest();
  await settle();
  await lab.answer();
  lab.hear(9);
  const post = (): void => void lab.channel.commit("ben", { type: "message.posted", message_id: `m${lab.channel.seq}`, number: lab.channel.last_number + 1, text: "more" });
  for (let count = 0; count < WINDOW_MAX + 40; count += 1) post();
  lab.hear(Number.MAX_SAFE_INTEGER);
  expect(lab.feed.messages.get()).toHaveLength(WINDOW_MAX);
  expect([lab.feed.more_before.get(), lab.feed.more_after.get()]).toEqual([true, false]);
  holds(lab);
  // Whoever reads back keeps what they read.
  const first = lab.feed.messages.get()[0];
  lab.feed.looking("first");
  for (let count = 0; count < 20; count += 1) post();
  lab.hear(Number.MAX_SAFE_INTEGER);
  expect(lab.feed.messages.get()[0]).toBe(first);
  expect(lab.feed.more_after.get()).toBe(true);
  holds(lab);
});

test("what oneself does shows at once, and once", async () => {
  const lab = new Lab(seeded(1));
  const root = lab.channel.commit("ben", { type: "message.posted", message_id: "one", number: 1, text: "one" });
  void lab.feed.newest();
  await settle();
  await lab.answer();
  const about = { message: { message_id: "one", seq: root.seq }, author_id: "ben" };
  lab.effects = [
    { event: { type: "message.posted", message_id: "two", number: Number.MAX_SAFE_INTEGER, text: "two" }, at: 1, by: "ana" },
    { event: { type: "message.reacted", ...about, emoji: "👍" }, at: 1, by: "ana" },
    { event: { type: "message.posted", message_id: "three", text: "three", thread: about.message }, at: 5, by: "ana" },
  ];
  lab.feed.refresh();
  expect(lab.feed.messages.get()).toMatchObject([{ text: "one", pending: true, reactions: [{ emoji: "👍", by: ["ana"] }], replies: { count: 1, people: ["ana"] } }, { text: "two", pending: true }]);
  // Its event comes while it is still said to be under way.
  lab.channel.commit("ana", { type: "message.posted", message_id: "two", number: 2, text: "two" });
  lab.hear(Number.MAX_SAFE_INTEGER);
  expect(lab.feed.messages.get().map((message) => message.text)).toEqual(["one", "two"]);
  lab.effects = [];
  lab.feed.refresh();
  holds(lab);
});

test("a read that fails for the moment is tried again; one that is refused says so", async () => {
  const lab = new Lab(seeded(1));
  void lab.feed.newest();
  await settle();
  lab.waiting.pop()?.fail(new Problem("unavailable", "", 503));
  await settle();
  expect(lab.feed.phase.get()).toBe("loading");
  await lab.clock.advance(60_000);
  await lab.answer();
  expect(lab.feed.phase.get()).toBe("ready");
  const other = new Lab(seeded(1));
  void other.feed.newest();
  await settle();
  other.waiting.pop()?.fail(new Problem("not_found", "", 404));
  await settle();
  expect(other.feed.phase.get()).toBe("missing");
});

test("unread is what came after the last that was read, without what was deleted, and what was marked again", () => {
  const numbers = { last_number: 20, known_from: 1, deleted_numbers: [3, 15, 20] };
  expect(unread(numbers, 20)).toEqual({ count: 0, or_more: false });
  expect(unread(numbers, 0)).toEqual({ count: 17, or_more: false });
  expect(unread(numbers, 14)).toEqual({ count: 4, or_more: false });
  expect(unread(numbers, 14, [2, 3, 10])).toEqual({ count: 6, or_more: false });
  expect(unread({ ...numbers, known_from: 11 }, 5)).toEqual({ count: 8, or_more: true });
  expect(unread({ ...numbers, known_from: 11 }, 10)).toEqual({ count: 8, or_more: false });
  expect(unread({ last_number: 0, known_from: 1, deleted_numbers: [] }, 0)).toEqual({ count: 0, or_more: false });
  expect(firstUnread(numbers, 14)).toBe(16);
  expect(firstUnread(numbers, 2)).toBe(4);
  expect(firstUnread(numbers, 19)).toBeUndefined();
  expect(firstUnread(numbers, 19, [3, 7])).toBe(7);
});

test("what is asked for is not forgotten when the channel comes anew meanwhile", async () => {
  const lab = new Lab(seeded(1));
  for (let count = 1; count <= 40; count += 1) lab.channel.commit("ben", { type: "message.posted", message_id: `m${count}`, number: count, text: `${count}` });
  let there = false;
  void lab.feed.around(12).then(() => {
    there = true;
  });
  await settle();
  lab.heard = lab.channel.seq;
  lab.feed.reload();
  await settle();
  expect(there).toBe(false);
  await lab.answer();
  expect([there, lab.feed.has(12)]).toEqual([true, true]);
  holds(lab);
});

test("what comes anew is what is looked at, wherever in the stretch that is", async () => {
  const lab = new Lab(seeded(1));
  for (let count = 1; count <= 80; count += 1) lab.channel.commit("ben", { type: "message.posted", message_id: `m${count}`, number: count, text: `${count}` });
  void lab.feed.around(20);
  await settle();
  await lab.answer();
  for (let turn = 0; turn < 4; turn += 1) {
    void lab.feed.more("after");
    await settle();
    await lab.answer();
  }
  lab.feed.looking("first", 20);
  lab.feed.reload();
  await settle();
  await lab.answer();
  expect([lab.feed.has(20), lab.feed.has(44)]).toEqual([true, false]);
});

test("how far one has read comes with the inbox, and follows what any device says", () => {
  const [one, two] = ["channel-1", "channel-2"];
  const head = { account_id: "ana", unread: 0, last_number: 0, known_from: 1, deliveries: [], digest: {} };
  const parts = [{ kind: "inbox", part: "inbox", ...head }, { kind: "inbox", part: "entries", entries: [] }, { kind: "inbox", part: "markers", markers: [{ channel_id: one, read_to: 5, unread: [2] }] }] as unknown as ViewPart[];
  const markers = inboxFolding.of(parts);
  expect(markers?.of.get(one)).toEqual({ channel_id: one, read_to: 5, unread: [2] });
  expect(inboxFolding.of([{ kind: "team" } as unknown as ViewPart])).toBeUndefined();
  if (markers === undefined) return;
  const read = inboxFolding.reduce(inboxFolding.reduce(markers, { type: "inbox.marked", channel_id: one, read_to: 9 }, 0, 2), { type: "inbox.marked", channel_id: two, read_to: 1 }, 0, 3);
  expect([...read.of.values()]).toEqual([{ channel_id: one, read_to: 9 }, { channel_id: two, read_to: 1 }]);
  expect(inboxFolding.reduce(read, { type: "inbox.opened" }, 0, 4)).toBe(read);
});
