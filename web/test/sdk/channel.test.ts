// A channel that is open: what is said shows at once, is confirmed once, and what is refused is kept.
import { expect, test } from "vitest";
import type { ChannelHandle } from "../../src/sdk/rooms";
import { settle } from "./support/clock";
import { FakeChannel } from "./support/fake-channel";
import { type Browser, World } from "./support/world";

const CHANNEL = "01900000-0000-7000-8000-0000000000c1";
const TOPIC = `channel:${CHANNEL}`;

async function begin(members = ["ana", "ben"]) {
  const world = new World();
  const channel = new FakeChannel(CHANNEL, world.org_id, members);
  world.server.channels.set(TOPIC, channel);
  const open = async (browser: Browser) => {
    const handle = browser.client.openChannel(world.org_id, CHANNEL);
    const feed = handle.feed();
    void feed.newest();
    await settle();
    return { handle, feed, texts: () => feed.messages.get().map((message) => message.text) };
  };
  const say = (handle: ChannelHandle, text: string, message_id = `m-${text}`) => handle.post({ type: "message.post", message_id, text });
  return { world, channel, open, say };
}

test("what one says shows at once as pending, and confirmed once; the other sees it", async () => {
  const { world, open, say } = await begin();
  const [ana, ben] = [await open(await world.page("ana")), await open(await world.page("ben"))];
  world.server.auto = true;
  const shown: unknown[] = [];
  ana.feed.messages.subscribe((messages) => shown.push(messages.map((message) => [message.text, message.pending ?? false])));
  say(ana.handle, "Hello");
  expect(ana.feed.messages.get()).toMatchObject([{ text: "Hello", pending: true, message: { seq: 0 } }]);
  await settle();
  expect(ana.feed.messages.get()).toMatchObject([{ text: "Hello", number: 1, message: { seq: 2 } }]);
  // Never twice, never gone in between.
  expect(shown).toEqual([[["Hello", true]], [["Hello", false]]]);
  expect(ben.texts()).toEqual(["Hello"]);
  expect(ana.handle.view.get()?.last_number).toBe(1);
});

test("what is refused is kept with why, and is tried again or thrown away", async () => {
  const { world, channel, open, say } = await begin(["ben"]);
  const ana = await open(await world.page("ana"));
  say(ana.handle, "Let me in");
  await settle();
  expect(ana.texts()).toEqual([]);
  expect(ana.handle.failed.get()).toMatchObject([{ command: { text: "Let me in" }, refusal: { code: "forbidden" } }]);
  channel.members.push("ana");
  const [failed] = ana.handle.failed.get();
  if (failed !== undefined) ana.handle.post(failed.command);
  await settle();
  expect([ana.texts(), ana.handle.failed.get()]).toEqual([["Let me in"], []]);
  channel.members.pop();
  say(ana.handle, "Again");
  await settle();
  // As after a reload: what is there already is there once.
  ana.handle.bringBack([...ana.handle.failed.get(), ...(failed === undefined ? [] : [failed])]);
  expect(ana.handle.failed.get().map((each) => each.command.text)).toEqual(["Let me in", "Again"]);
  ana.handle.discard("m-Let me in");
  ana.handle.discard("m-Again");
  expect(ana.handle.failed.get()).toEqual([]);
});

test("changes, emoji and deletions show at once; one that is refused goes back", async () => {
  const { world, open, say } = await begin();
  const ana = await open(await world.page("ana"));
  say(ana.handle, "One");
  await settle();
  const message = { message_id: "m-One", seq: 2 };
  ana.handle.send({ type: "message.edit", message, text: "Two" });
  ana.handle.send({ type: "message.react", message, emoji: "👍" });
  expect(ana.feed.messages.get()).toMatchObject([{ text: "Two", pending: true, reactions: [{ emoji: "👍", by: ["ana"] }] }]);
  await settle();
  expect(ana.feed.messages.get()[0]).toMatchObject({ text: "Two", reactions: [{ emoji: "👍", by: ["ana"] }] });
  expect(ana.feed.messages.get()[0]?.pending).toBeUndefined();
  world.server.inChannel(TOPIC, { type: "message.pin", message }, "ben");
  await settle();
  expect(ana.handle.view.get()?.pins).toHaveLength(1);
  world.server.inChannel(TOPIC, { type: "message.delete", message }, "ben");
  ana.handle.send({ type: "message.edit", message, text: "Three" });
  await settle();
  expect(ana.feed.messages.get()).toMatchObject([{ text: "", deleted: true }]);
  expect(ana.handle.view.get()).toMatchObject({ pins: [], deleted_numbers: [1] });
});

for (const ring of [50, 0]) {
  test(`after a cut ${ring > 0 ? "it goes on from where it was" : "it is read anew where that is not possible"}, and what one said meanwhile is said once`, async () => {
    const { world, channel, open, say } = await begin();
    const ana = await open(await world.page("ana"));
    say(ana.handle, "Before");
    await settle();
    world.server.ring = ring;
    world.server.cut();
    for (const text of ["x", "y"]) world.server.inChannel(TOPIC, { type: "message.post", message_id: text, text }, "ben");
    world.server.inChannel(TOPIC, { type: "message.edit", message: { message_id: "m-Before", seq: 2 }, text: "Changed" }, "ana");
    say(ana.handle, "Meanwhile");
    expect(ana.texts()).toEqual(["Before", "Meanwhile"]);
    await world.clock.advance(5_000);
    expect(ana.texts()).toEqual(["Changed", "x", "y", "Meanwhile"]);
    expect(ana.feed.messages.get()).toEqual(channel.messages());
  });
}

test("a thread has its replies alone, and the channel says how many", async () => {
  const { world, open, say } = await begin();
  const ana = await open(await world.page("ana"));
  say(ana.handle, "Root");
  await settle();
  const thread = ana.handle.thread(2);
  void thread.newest();
  await settle();
  ana.handle.post({ type: "message.post", message_id: "r1", text: "Reply", thread: { message_id: "m-Root", seq: 2 } });
  ana.handle.post({ type: "message.post", message_id: "r2", text: "For all", thread: { message_id: "m-Root", seq: 2 }, broadcast: true });
  const looks = () => [ana.texts(), thread.messages.get().map((message) => message.text), ana.feed.messages.get()[0]?.replies?.count];
  expect(looks()).toEqual([["Root", "For all"], ["Reply", "For all"], 2]);
  await settle();
  expect(looks()).toEqual([["Root", "For all"], ["Reply", "For all"], 2]);
});

test("whoever only counts what is unread is not seen; whoever reads is, and is heard writing", async () => {
  const { world, open } = await begin();
  const ana = await open(await world.page("ana"));
  const joins = () => world.server.heard.flatMap((message) => (message.type === "join" && message.topic === TOPIC ? [message.presence ?? false] : []));
  expect(joins()).toEqual([false]);
  const end = ana.handle.watch();
  await settle();
  expect(joins()).toEqual([false, true]);
  end();
  await settle();
  expect(joins()).toEqual([false, true, false]);
  expect(ana.handle.phase.get()).toBe("ready");
});
