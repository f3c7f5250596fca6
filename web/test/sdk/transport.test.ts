import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ServerMessage } from "../../src/gen/protocol";
import { backoff } from "../../src/sdk/backoff";
import { browserEnvironment, socketUrl } from "../../src/sdk/environment";
import { FrameReader, packed } from "../../src/sdk/frames";
import { settle } from "./support/clock";
import { World } from "./support/world";

const pong = (ref: number): ServerMessage => ({ type: "pong", ref, now: 0 });

test("frames are delivered in order, also when an earlier one takes time to decompress", async () => {
  const order: number[] = [];
  const waiting: ((text: string) => void)[] = [];
  const reader = new FrameReader(() => new Promise((resolve) => waiting.push(resolve)), (messages) => order.push(...messages.map((message) => (message.type === "pong" ? message.ref : -1))), (why) => expect.unreachable(why));
  const gzip = new Uint8Array([0x1f, 0x8b, 0]).buffer;
  reader.push(JSON.stringify([pong(1)]));
  reader.push(gzip);
  reader.push(JSON.stringify([pong(3)]));
  reader.push(gzip);
  reader.push(JSON.stringify([pong(5), pong(6)]));
  await settle();
  expect(order).toEqual([1]);
  waiting[1]?.(JSON.stringify([pong(4)]));
  await settle();
  expect(order).toEqual([1]);
  waiting[0]?.(JSON.stringify([pong(2)]));
  await settle();
  expect(order).toEqual([1, 2, 3, 4, 5, 6]);
});

test("messages go out in order, in frames that the server takes", () => {
  const pings = Array.from({ length: 120 }, (_, ref) => ({ type: "ping" as const, ref }));
  const frames = packed(pings).map((frame) => JSON.parse(frame) as { ref: number }[]);
  expect(frames.map((frame) => frame.length)).toEqual([50, 50, 20]);
  expect(frames.flat().map((message) => message.ref)).toEqual(pings.map((ping) => ping.ref));
  const long = Array.from({ length: 5 }, (_, ref) => ({ type: "refresh" as const, ref, token: "x".repeat(40_000) }));
  expect(packed(long)).toHaveLength(5);
  expect(packed([])).toEqual([]);
});

test("a compressed frame is a gzip member, read by the platform's own decompression", async () => {
  const got: ServerMessage[] = [];
  let done: () => void = () => undefined;
  const delivered = new Promise<void>((resolve) => {
    done = resolve;
  });
  const reader = new FrameReader(browserEnvironment("http://server").gunzip, (messages) => {
    got.push(...messages);
    done();
  }, (why) => expect.unreachable(why));
  const bytes = gzipSync(JSON.stringify([pong(7)]));
  reader.push(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  await delivered;
  expect(got).toEqual([pong(7)]);
});

test("bytes that are no frame end the connection instead of being skipped", () => {
  for (const data of [new Uint8Array([1, 2, 3]).buffer, "{", "{}"]) {
    let why = "";
    const reader = new FrameReader(async () => "", () => expect.unreachable(), (reason) => {
      why = reason;
    });
    reader.push(data);
    expect(why).not.toBe("");
  }
});

test("reconnecting waits half a second, doubling to thirty, each between half and the whole of it", () => {
  expect([0, 1, 2, 6, 20].map((tries) => backoff(tries, () => 0))).toEqual([250, 500, 1_000, 15_000, 15_000]);
  expect([0, 1, 2, 6, 20].map((tries) => backoff(tries, () => 1))).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
});

test("a cut connection comes back by itself and the pill says so honestly", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const kinds: string[] = [];
  ana.client.status.subscribe((status) => kinds.push(status.kind));
  world.server.reachable = false;
  world.server.cut();
  expect(ana.client.status.get()).toMatchObject({ kind: "offline", queued: 0 });
  await world.clock.advance(60_000);
  expect(ana.client.status.get().kind).toBe("offline");
  expect(board.phase.get()).toBe("cached");
  world.server.reachable = true;
  await world.clock.advance(30_000);
  expect(ana.client.status.get().kind).toBe("live");
  expect(board.phase.get()).toBe("ready");
  // It did not blink between the tries.
  expect(new Set(kinds)).toEqual(new Set(["offline", "syncing", "live"]));
  expect(kinds.indexOf("syncing")).toBeGreaterThan(kinds.lastIndexOf("offline"));
});

test("after a dial that nobody answered it asks for another node, and for its own again once it was welcomed", async () => {
  const world = new World();
  const ana = await world.page("ana");
  world.server.reachable = false;
  world.server.cut();
  await world.clock.advance(60_000);
  world.server.reachable = true;
  await world.clock.advance(30_000);
  expect(ana.client.status.get().kind).toBe("live");
  const [first, again, ...others] = world.server.dialled;
  expect([first, again]).toEqual(["ws://server/ws", "ws://server/ws"]);
  expect(new Set(others).size).toBeGreaterThan(1);
  for (const url of others) expect(url).toMatch(/^ws:\/\/server\/ws\/[0-9a-f-]{36}$/);
  world.server.dialled.length = 0;
  world.server.cut();
  await world.clock.advance(30_000);
  expect(world.server.dialled[0]).toBe("ws://server/ws");
});

test("an organization that is looked at is named to the balancer", () => {
  const org = "01890000-0000-7000-8000-000000000001";
  expect(socketUrl("https://boards.example.org", undefined, `/orgs/${org}/boards/x`)).toBe(`wss://boards.example.org/ws/${org}`);
  expect(socketUrl("https://boards.example.org", undefined, "/account")).toBe("wss://boards.example.org/ws");
});

test("when the network comes back it connects at once, without waiting for the back-off", async () => {
  const world = new World();
  const ana = await world.page("ana");
  world.server.reachable = false;
  world.server.cut();
  await world.clock.advance(100_000);
  world.server.reachable = true;
  ana.wake();
  await settle();
  expect(ana.client.status.get().kind).toBe("live");
});

test("the browser says offline: the pill says so at once, and online connects at once", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.reachable = false;
  ana.offline();
  expect(ana.client.status.get()).toMatchObject({ kind: "offline", queued: 0 });
  const sent = board.send({ type: "task.complete", task_id });
  await world.clock.advance(120_000);
  expect(ana.client.status.get()).toMatchObject({ kind: "offline", queued: 1 });
  world.server.reachable = true;
  ana.wake();
  await settle();
  expect(await sent.result).toMatchObject({ kind: "ok" });
  expect(ana.client.status.get().kind).toBe("live");
  // The back-off begins anew: it had come to half a minute.
  world.server.cut();
  await world.clock.advance(501);
  expect(ana.client.status.get().kind).toBe("live");
});

test("a browser that says offline and is wrong is back after the first try", async () => {
  const world = new World();
  const ana = await world.page("ana");
  ana.offline();
  await world.clock.advance(501);
  expect(ana.client.status.get().kind).toBe("live");
});

test("a try that hangs since the network went does not hold up the one after it came back", async () => {
  const world = new World();
  const ana = await world.page("ana");
  world.server.cut();
  world.server.auto = false;
  await world.clock.advance(4_000);
  expect(ana.client.status.get().kind).toBe("offline");
  world.server.auto = true;
  ana.wake();
  await settle();
  expect(ana.client.status.get().kind).toBe("live");
});

test("a connection that says nothing for twice the interval is taken for dead", async () => {
  const world = new World();
  const ana = await world.page("ana");
  expect(world.server.connections.size).toBe(1);
  const [first] = world.server.connections;
  if (first === undefined) return expect.unreachable();
  // Half open: what the client says goes nowhere.
  first.wire.onServer = () => undefined;
  await world.clock.advance(29_000);
  expect(world.server.connections.has(first)).toBe(true);
  await world.clock.advance(5_000);
  expect(world.server.connections.has(first)).toBe(false);
  expect(ana.client.status.get().kind).toBe("live");
});

test("a hidden page whose timers come late keeps a connection that lives, and finds out one that does not", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const [first] = world.server.connections;
  if (first === undefined) return expect.unreachable();
  for (let minute = 0; minute < 5; minute += 1) {
    world.clock.now_ms += 60_000;
    await world.clock.advance(0);
  }
  expect([...world.server.connections]).toEqual([first]);
  first.wire.onServer = () => undefined;
  world.clock.now_ms += 60_000;
  await world.clock.advance(0);
  await world.clock.advance(4_000);
  expect(world.server.connections.has(first)).toBe(false);
  expect(ana.client.status.get().kind).toBe("live");
});

test("after sleep a dead socket is found out within three seconds", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const [first] = world.server.connections;
  if (first === undefined) return expect.unreachable();
  first.wire.onServer = () => undefined;
  ana.wake();
  await world.clock.advance(3_600);
  expect(world.server.connections.has(first)).toBe(false);
  expect(ana.client.status.get().kind).toBe("live");
});

test("goaway: the client comes back after the delay it was given, and sends nothing new meanwhile", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const [first] = world.server.connections;
  world.server.sayAll([{ type: "goaway", reconnect_after_ms: 2_000 }]);
  await settle();
  const sent = board.send({ type: "task.complete", task_id });
  await world.clock.advance(1_900);
  expect(world.server.effects.size).toBe(0);
  await world.clock.advance(200);
  expect([...world.server.connections].includes(first as never)).toBe(false);
  expect(await sent.result).toMatchObject({ kind: "ok" });
  expect(ana.client.status.get().kind).toBe("live");
});

test("4410 before the delay is over: the rest of the delay is waited for", async () => {
  const world = new World();
  const ana = await world.page("ana");
  world.server.sayAll([{ type: "goaway", reconnect_after_ms: 4_000 }]);
  await settle();
  world.server.cut(4410);
  const kinds = new Set<string>();
  ana.client.status.subscribe((status) => kinds.add(status.kind));
  await world.clock.advance(3_900);
  expect(world.server.connections.size).toBe(0);
  await world.clock.advance(200);
  expect(ana.client.status.get().kind).toBe("live");
  // Agreed, and no failure: nothing is said of it.
  expect([kinds.has("offline"), kinds.has("stopped"), ana.notices]).toEqual([false, false, []]);
});

test("R51 a planned return to a server that is not there says so, and goes on trying", async () => {
  const world = new World();
  const ana = await world.page("ana");
  world.server.sayAll([{ type: "goaway", reconnect_after_ms: 1_000 }]);
  await settle();
  world.server.reachable = false;
  world.server.cut(4410);
  expect(ana.client.status.get().kind).toBe("syncing");
  await world.clock.advance(1_500);
  expect(ana.client.status.get().kind).toBe("offline");
  world.server.reachable = true;
  await world.clock.advance(10_000);
  expect(ana.client.status.get().kind).toBe("live");
});

test("4401 gets another token and comes back", async () => {
  const world = new World();
  const ana = await world.page("ana");
  world.server.tokens.clear();
  world.server.cut(4401);
  await world.clock.advance(1_000);
  expect(ana.client.status.get().kind).toBe("live");
});

test("4401 without a session, and 4403, end in logged out", async () => {
  for (const code of [4401, 4403]) {
    const world = new World();
    const ana = await world.page("ana");
    world.server.cookies.clear();
    world.server.cut(code);
    await world.clock.advance(100_000);
    expect(ana.client.status.get()).toEqual({ kind: "stopped", reason: "logged_out" });
    expect(ana.client.auth.state.get()).toEqual({ kind: "anonymous" });
    expect(world.server.connections.size).toBe(0);
  }
});

test("4409: another connection took over, and nothing happens until asked", async () => {
  const world = new World();
  const ana = await world.page("ana");
  world.server.sayAll([{ type: "superseded" }]);
  await settle();
  world.server.cut(4409);
  await world.clock.advance(200_000);
  expect(ana.client.status.get()).toEqual({ kind: "stopped", reason: "superseded" });
  expect(ana.notices).toContainEqual({ kind: "superseded" });
  ana.client.reconnect();
  await settle();
  expect(ana.client.status.get().kind).toBe("live");
});

test("R54 a server that can read nothing of this client is given up after three tries", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const dialled = () => world.server.heard.filter((message) => message.type === "hello").length;
  const before = dialled();
  world.server.chokes = (message) => (message.type === "ping" ? 1002 : undefined);
  world.server.cut(1002);
  await world.clock.advance(200_000);
  expect(dialled() - before).toBe(2);
  expect(ana.client.status.get()).toEqual({ kind: "stopped", reason: "protocol" });
});

test("the token is refreshed on the live socket before it expires", async () => {
  const world = new World();
  world.server.token_life_ms = 60_000;
  const ana = await world.page("ana");
  const [first] = world.server.connections;
  await world.clock.advance(50_000);
  const refreshes = world.server.heard.filter((message) => message.type === "refresh");
  expect(refreshes).toHaveLength(1);
  expect([...world.server.connections][0]).toBe(first);
  expect(ana.client.status.get().kind).toBe("live");
  await world.clock.advance(100_000);
  expect(world.server.heard.filter((message) => message.type === "refresh").length).toBeGreaterThan(2);
});

test("two tabs of one browser have client ids of their own and do not push each other out", async () => {
  const world = new World();
  const first = await world.page("ana");
  const second = await world.page("ana");
  expect(world.server.connections.size).toBe(2);
  expect(first.client.status.get().kind).toBe("live");
  expect(second.client.status.get().kind).toBe("live");
});
