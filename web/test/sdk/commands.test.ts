import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { expect, test, vi } from "vitest";
import { Bucket } from "../../src/sdk/backoff";
import { openStorage } from "../../src/sdk/storage";
import { settle, testId } from "./support/clock";
import { failure } from "./support/fake-board";
import { shown, truth, World } from "./support/world";

const sentCommands = (world: World) => world.server.heard.filter((message) => message.type === "command");

test("a temporary refusal is tried again with the same number, after the time it names", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.failures.push({ ...failure("busy"), retry_after_ms: 700 });
  const sent = board.send({ type: "task.complete", task_id });
  await settle();
  expect(ana.client.queue.get()).toMatchObject([{ state: "retrying", tries: 1 }]);
  expect(ana.client.status.get()).toEqual({ kind: "syncing", changes: 1 });
  await world.clock.advance(699);
  expect(sentCommands(world)).toHaveLength(1);
  await world.clock.advance(2);
  expect(await sent.result).toMatchObject({ kind: "ok" });
  expect(sentCommands(world).map((message) => message.client_seq)).toEqual([sent.client_seq, sent.client_seq]);
});

test("what builds on a command that must be tried again waits for it, and is not refused for want of it", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.failures.push({ ...failure("contended"), retry_after_ms: 300 });
  const task_id = testId(4);
  const results = [
    board.send({ type: "task.create", task_id, column_id: world.todo, title: "New" }),
    board.send({ type: "task.move", task_id, column_id: world.doing }),
    board.send({ type: "task.complete", task_id }),
  ];
  await world.clock.advance(1_000);
  expect(await Promise.all(results.map((sent) => sent.result))).toMatchObject([{ kind: "ok" }, { kind: "ok" }, { kind: "ok" }]);
  expect(ana.notices).toEqual([]);
  expect(board.tasksOf(world.doing).get()).toEqual([task_id]);
});

test("an unknown outcome: the same number goes out again and takes effect once", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const [connection] = world.server.connections;
  if (connection === undefined) return expect.unreachable();
  const say = world.server.say;
  world.server.say = () => undefined;
  const sent = board.send({ type: "comment.add", task_id, comment_id: testId(6), text: "Once" });
  await settle();
  // It took effect, and the answer is lost.
  expect(world.board.tasks.get(task_id)?.comments).toHaveLength(1);
  world.server.say = say;
  world.server.cut();
  await world.clock.advance(1_000);
  expect(await sent.result).toMatchObject({ kind: "ok" });
  expect(world.board.tasks.get(task_id)?.comments).toHaveLength(1);
  expect([...world.server.effects.values()]).toEqual([1]);
  expect(shown(board)).toEqual(truth(world.board));
});

test("a created card whose outcome is unknown does not lose its number when a snapshot already holds it", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const say = world.server.say;
  world.server.say = () => undefined;
  const task_id = testId(4);
  board.send({ type: "task.create", task_id, column_id: world.todo, title: "New" });
  await settle();
  world.server.say = say;
  world.server.ring = 0;
  const numbers: (number | undefined)[] = [];
  board.card(task_id).subscribe((card) => numbers.push(card?.number));
  world.server.cut();
  await world.clock.advance(1_000);
  expect(numbers.every((number) => number === 1)).toBe(true);
  expect(shown(board)).toEqual(truth(world.board));
});

test("offline, changes show, wait in the queue in order, and one can be taken out", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.reachable = false;
  world.server.cut();
  await settle();
  board.send({ type: "task.update", task_id, title: "Offline" });
  const second = board.send({ type: "task.prioritize", task_id, priority: "urgent" });
  board.send({ type: "task.move", task_id, column_id: world.done });
  expect(ana.client.status.get()).toMatchObject({ kind: "offline", queued: 3 });
  expect(board.card(task_id).get()).toMatchObject({ title: "Offline", priority: "urgent", column_id: world.done });
  expect(ana.client.queue.get().map((entry) => entry.command.type)).toEqual(["task.update", "task.prioritize", "task.move"]);
  expect(await ana.client.removeQueued(second.client_seq)).toBe(true);
  expect(await second.result).toEqual({ kind: "removed" });
  expect(board.card(task_id).get()?.priority).toBeUndefined();
  world.server.reachable = true;
  await world.clock.advance(30_000);
  expect(sentCommands(world).map((message) => message.body.type)).toEqual(["task.update", "task.move"]);
  expect(ana.client.queue.get()).toEqual([]);
  expect(shown(board)).toEqual(truth(world.board));
});

test("what may have been sent already cannot be taken out", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.say = () => undefined;
  const sent = board.send({ type: "task.complete", task_id });
  await settle();
  expect(await ana.client.removeQueued(sent.client_seq)).toBe(false);
});

test("a long queue leaves no faster than the server allows", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.reachable = false;
  world.server.cut();
  await settle();
  for (let index = 0; index < 120; index += 1) board.send({ type: "task.update", task_id, title: `Title ${index}` });
  world.server.reachable = true;
  ana.wake();
  await settle();
  expect(sentCommands(world).length).toBeLessThanOrEqual(60);
  await world.clock.advance(1_000);
  expect(sentCommands(world).length).toBeLessThanOrEqual(80);
  await world.clock.advance(5_000);
  expect(ana.client.queue.get()).toEqual([]);
  expect(world.board.faces()[0]?.title).toBe("Title 119");
});

test("a bucket gives its burst at once and then its rate", () => {
  const bucket = new Bucket(2, 10, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 100]);
  expect(bucket.take(100)).toBe(0);
  expect(bucket.take(100_000)).toBe(0);
  expect([bucket.take(100_000), bucket.take(100_000)]).toEqual([0, 100]);
});

test("the queue, the numbers and the last board survive a reload, and the queue is sent again in order", async () => {
  const indexed_db = new IDBFactory();
  const world = new World({ indexed_db });
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = ana.client.openBoard(world.org_id, world.board_id);
  await vi.waitFor(() => expect(board.phase.get()).toBe("ready"));
  const first = board.send({ type: "task.update", task_id, title: "Before" });
  await first.result;
  // The board is kept some seconds after its last change.
  await world.clock.advance(10_000);
  world.server.reachable = false;
  world.server.cut();
  const queued = [board.send({ type: "task.update", task_id, title: "Offline" }), board.send({ type: "task.complete", task_id })];
  const storage = await openStorage(indexed_db);
  await vi.waitFor(async () => {
    const [client] = await storage.clients();
    expect(await storage.commands(client?.client_id ?? "", "ana")).toHaveLength(2);
    expect(await storage.board("ana", world.topic)).toMatchObject({ held: { seq: board.seq(), audience: "member" } });
  });
  ana.client.stop();
  world.crash();
  // Still offline: the page opens from what was kept.
  const again = await world.page("ana");
  expect(again.client.auth.state.get()).toEqual({ kind: "unknown", account_id: "ana" });
  const reopened = again.client.openBoard(world.org_id, world.board_id);
  await vi.waitFor(() => expect(reopened.phase.get()).toBe("cached"));
  expect(reopened.card(task_id).get()).toMatchObject({ title: "Offline", pending: true });
  expect(again.client.queue.get().map((entry) => entry.client_seq)).toEqual(queued.map((sent) => sent.client_seq));
  const later = reopened.send({ type: "task.prioritize", task_id, priority: "low" });
  expect(later.client_seq).toBeGreaterThan(queued[1]?.client_seq ?? 0);
  world.server.reachable = true;
  again.wake();
  await vi.waitFor(() => expect(again.client.queue.get()).toEqual([]));
  expect(sentCommands(world).slice(-3).map((message) => message.body.type)).toEqual(["task.update", "task.complete", "task.prioritize"]);
  expect(shown(reopened)).toEqual(truth(world.board));
  // It resumed from the bookmark it kept, without a snapshot.
  expect(world.server.heard.filter((message) => message.type === "join").at(-1)).toHaveProperty("after");
  await vi.waitFor(async () => {
    const [client] = await storage.clients();
    expect(await storage.commands(client?.client_id ?? "", "ana")).toEqual([]);
  });
  again.client.stop();
  storage.close();
});

test("logging out forgets the queue and the boards of this browser", async () => {
  const indexed_db = new IDBFactory();
  const world = new World({ indexed_db });
  world.task("Secret");
  const ana = await world.page("ana");
  const board = ana.client.openBoard(world.org_id, world.board_id);
  await vi.waitFor(() => expect(board.phase.get()).toBe("ready"));
  await world.clock.advance(10_000);
  const storage = await openStorage(indexed_db);
  await vi.waitFor(async () => expect(await storage.board("ana", world.topic)).toBeDefined());
  await ana.client.auth.logout();
  expect(ana.client.status.get()).toEqual({ kind: "stopped", reason: "logged_out" });
  expect([...board.cards()]).toEqual([]);
  await vi.waitFor(async () => {
    expect(await storage.board("ana", world.topic)).toBeUndefined();
    expect(await storage.lastAccount()).toBeUndefined();
  });
  ana.client.stop();
  storage.close();
});

test("whoever logs in right after another has boards, a queue and a memory of their own", async () => {
  const indexed_db = new IDBFactory();
  const world = new World({ indexed_db });
  const task_id = world.task("Task");
  const page = await world.page("ana");
  const { client } = page;
  const board = client.openBoard(world.org_id, world.board_id);
  await vi.waitFor(() => expect(board.phase.get()).toBe("ready"));
  world.server.failures.push({ ...failure("busy"), retry_after_ms: 60_000 });
  const left = board.send({ type: "task.complete", task_id });
  const out = client.auth.logout();
  await out;
  await client.auth.login({ email: "ben", password: "correct horse battery" });
  expect(await left.result).toEqual({ kind: "removed" });
  await vi.waitFor(() => expect(board.phase.get()).toBe("ready"));
  expect(client.status.get().kind).toBe("live");
  expect(shown(board)).toEqual(truth(world.board));
  await board.send({ type: "task.prioritize", task_id, priority: "low" }).result;
  expect([...world.server.effects.keys()].every((name) => name.startsWith("ben "))).toBe(true);
  const storage = await openStorage(indexed_db);
  await vi.waitFor(async () => expect(await storage.lastAccount()).toBe("ben"));
  client.stop();
  storage.close();
});

test.each([["IndexedDB", true], ["memory", false]])("only the last eight boards are kept (%s)", async (_where, real) => {
  const storage = await openStorage(real ? new IDBFactory() : undefined);
  const world = new World();
  for (let index = 0; index < 11; index += 1) {
    await storage.putBoard({ account_id: "ana", topic: `board:${index}`, org_id: "o", held: { epoch: 1, seq: 1, audience: "member" }, snapshot: { head: world.board.head(), tasks: [] }, saved_at_ms: index });
  }
  expect(await storage.board("ana", "board:2")).toBeUndefined();
  expect(await storage.board("ana", "board:3")).toBeDefined();
  expect(await storage.board("ana", "board:10")).toBeDefined();
  storage.close();
});

test("R54 a command that the server cannot read is given up alone, and what is queued behind it is sent", async () => {
  const world = new World();
  const [first, bad, last] = [world.task("First"), world.task("Bad"), world.task("Last")];
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.chokes = (message) => (message.type === "command" && message.body.type === "task.update" && message.body.task_id === bad ? 1002 : undefined);
  const sent = [first, bad, last].map((task_id) => board.send({ type: "task.update", task_id, title: "Changed" }));
  expect(board.card(bad).get()?.title).toBe("Changed");
  await world.clock.advance(20_000);
  expect(await Promise.all(sent.map(({ result }) => result))).toMatchObject([{ kind: "ok" }, { kind: "refused", refusal: { code: "malformed" } }, { kind: "ok" }]);
  expect([first, bad, last].map((task_id) => board.card(task_id).get()?.title)).toEqual(["Changed", "Bad", "Changed"]);
  expect(ana.notices.filter((notice) => notice.kind === "refused")).toMatchObject([{ command: { task_id: bad }, refusal: { code: "malformed" } }]);
  expect(ana.client.queue.get()).toEqual([]);
  expect(ana.client.status.get().kind).toBe("live");
  expect([...world.server.effects.values()].every((times) => times === 1)).toBe(true);
  expect(shown(board)).toEqual(truth(world.board));
});

test("R54 a command is not given up for one closed connection: only when it alone is at fault, twice", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  let chokes = 1;
  world.server.chokes = (message) => {
    if (message.type !== "command" || chokes === 0) return undefined;
    chokes -= 1;
    return 1009;
  };
  const sent = board.send({ type: "task.complete", task_id });
  await world.clock.advance(5_000);
  expect(await sent.result).toMatchObject({ kind: "ok" });
  expect(ana.notices).toEqual([]);
});

test("R60 a command refused as malformed is undone and told, and the next is sent on the same connection", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const [connection] = world.server.connections;
  world.server.failures.push({ ...failure("malformed"), field: "body" });
  const bad = board.send({ type: "task.update", task_id, title: "Lost" });
  const good = board.send({ type: "task.complete", task_id });
  await settle();
  expect(await bad.result).toMatchObject({ kind: "refused", refusal: { code: "malformed", field: "body" } });
  expect(await good.result).toMatchObject({ kind: "ok" });
  expect(board.card(task_id).get()?.title).toBe("Task");
  expect(ana.notices).toMatchObject([{ kind: "refused", command: { type: "task.update" } }]);
  expect([...world.server.connections]).toEqual([connection]);
});
