import { expect, test } from "vitest";
import type { ServerMessage } from "../../src/gen/protocol";
import { settle } from "./support/clock";
import { failure } from "./support/fake-board";
import { shown, truth, World } from "./support/world";

const joins = (world: World) => world.server.heard.filter((message) => message.type === "join");

test("after a cut the topic resumes from its bookmark and says how much it caught up", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const before = world.board.seq;
  world.server.cut();
  for (let index = 0; index < 7; index += 1) world.server.do(world.topic, { type: "task.update", task_id, title: `Title ${index}` });
  const catching: boolean[] = [];
  board.applied.subscribe((applied) => catching.push(applied.catching_up));
  await world.clock.advance(1_000);
  expect(joins(world).at(-1)).toMatchObject({ after: { epoch: 1, seq: before, audience: "member" }, presence: true });
  expect(ana.notices).toEqual([{ kind: "caught_up", topic: world.topic, changes: 7 }]);
  expect(catching).toEqual([true]);
  expect(shown(board)).toEqual(truth(world.board));
});

test("one who comes back as another audience begins anew, and resumes as that from then on", async () => {
  const world = new World();
  world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const held = board.seq();
  world.server.audience = "guest";
  world.server.cut();
  await world.clock.advance(1_000);
  expect(joins(world).at(-1)).toMatchObject({ after: { seq: held, audience: "member" } });
  expect(shown(board)).toEqual(truth(world.board));
  world.server.cut();
  await world.clock.advance(2_000);
  expect(joins(world).at(-1)).toMatchObject({ after: { seq: held, audience: "guest" } });
});

test("a snapshot swaps in at once, with its last part, and not before", async () => {
  const world = new World();
  for (let index = 0; index < 12; index += 1) world.task(`Task ${index}`);
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.cut();
  world.server.ring = 0;
  for (let index = 0; index < 8; index += 1) world.task(`Later ${index}`);
  const counts: number[] = [];
  board.taskCount.subscribe((count) => counts.push(count));
  await world.clock.advance(1_000);
  expect(counts).toEqual([20]);
  expect(shown(board)).toEqual(truth(world.board));
});

test("what a snapshot leaves as it was keeps its identity: nobody is told", async () => {
  const world = new World();
  const [kept, changed] = [world.task("Kept"), world.task("Changed")];
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const [card, ids] = [board.card(kept).get(), board.tasksOf(world.todo).get()];
  let told = 0;
  board.card(kept).subscribe(() => {
    told += 1;
  });
  world.server.cut();
  world.server.ring = 0;
  world.server.do(world.topic, { type: "task.update", task_id: changed, title: "Other" });
  await world.clock.advance(1_000);
  expect(board.card(changed).get()?.title).toBe("Other");
  expect(board.card(kept).get()).toBe(card);
  expect(board.tasksOf(world.todo).get()).toBe(ids);
  expect(told).toBe(0);
});

test("an event that is not the next one makes the client join again from its bookmark", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.mangle = () => [];
  world.server.do(world.topic, { type: "task.update", task_id, title: "Lost" });
  world.server.mangle = (message) => [message];
  const held = board.seq();
  world.server.do(world.topic, { type: "task.complete", task_id });
  await settle();
  expect(joins(world).at(-1)).toMatchObject({ after: { seq: held } });
  expect(shown(board)).toEqual(truth(world.board));
});

test("an event that came already changes nothing", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.mangle = (message) => [message, message];
  world.server.do(world.topic, { type: "comment.add", task_id, comment_id: "c1", text: "Once" });
  await settle();
  expect(board.card(task_id).get()?.comments).toBe(1);
  expect(joins(world)).toHaveLength(1);
});

test("an events message without events for this audience still moves the bookmark", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const seq = board.seq();
  const hidden: ServerMessage = { type: "events", topic: world.topic, epoch: 1, after: seq, seq: seq + 3, commit_id: "c", events: [] };
  world.server.sayAll([hidden]);
  await settle();
  expect(board.seq()).toBe(seq + 3);
});

test("resync makes the client join again with what it holds", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.sayAll([{ type: "resync", topic: world.topic }]);
  await settle();
  expect(joins(world)).toHaveLength(2);
  expect(joins(world)[1]).toMatchObject({ after: { seq: board.seq() } });
  expect(board.phase.get()).toBe("ready");
});

test("heads ahead of what is held: the client waits a moment, then joins again", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.mangle = () => [];
  world.server.do(world.topic, { type: "task.update", task_id, title: "Lost" });
  const { epoch, seq } = world.board;
  world.server.sayAll([{ type: "heads", heads: [[world.topic, { epoch, seq }]] }]);
  await world.clock.advance(900);
  expect(joins(world)).toHaveLength(1);
  await world.clock.advance(200);
  expect(shown(board)).toEqual(truth(world.board));
});

test("heads that come more often than that do not put it off", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.mangle = () => [];
  world.server.do(world.topic, { type: "task.update", task_id, title: "Lost" });
  world.server.mangle = (message) => [message];
  const { epoch, seq } = world.board;
  for (let time = 0; time < 4; time += 1) {
    world.server.sayAll([{ type: "heads", heads: [[world.topic, { epoch, seq }]] }]);
    await world.clock.advance(400);
  }
  expect(joins(world)).toHaveLength(2);
  expect(shown(board)).toEqual(truth(world.board));
});

test("another epoch is answered with a snapshot, also while live", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.board.epoch = 2;
  world.server.do(world.topic, { type: "task.update", task_id, title: "After the restore" });
  await settle();
  expect(joins(world)).toHaveLength(2);
  expect(joins(world)[1]).not.toHaveProperty("after");
  expect(shown(board)).toEqual(truth(world.board));
});

test("stale shows on the board and on the pill, and goes away", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.sayAll([{ type: "stale", topic: world.topic, stale: true }]);
  await settle();
  expect(board.stale.get()).toBe(true);
  expect(ana.client.status.get()).toEqual({ kind: "stale", queued: 0 });
  world.server.sayAll([{ type: "stale", topic: world.topic, stale: false }]);
  await settle();
  expect(board.stale.get()).toBe(false);
  expect(ana.client.status.get().kind).toBe("live");
});

test("revoked: the board empties at once, says so, and is not asked for again", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.sayAll([{ type: "revoked", topic: world.topic, code: "not_found" }]);
  await settle();
  expect(board.phase.get()).toBe("revoked");
  expect(board.card(task_id).get()).toBeUndefined();
  expect([board.columnIds.get(), board.info.get(), board.taskCount.get()]).toEqual([[], undefined, 0]);
  expect(ana.notices).toContainEqual({ kind: "revoked", topic: world.topic, code: "not_found" });
  world.server.cut();
  await world.clock.advance(60_000);
  expect(joins(world)).toHaveLength(1);
  expect(ana.client.status.get().kind).toBe("live");
});

test("a topic that may not be seen is missing, and the others go on", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const missing = ana.client.openBoard(world.org_id, "0190aaaa-0000-7000-8000-000000000000");
  const board = await world.open(ana);
  expect(missing.phase.get()).toBe("missing");
  expect(board.phase.get()).toBe("ready");
  expect(ana.client.status.get().kind).toBe("live");
});

test("handles are counted: the topic is left when the last one closes", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const first = await world.open(ana);
  const second = await world.open(ana);
  first.close();
  first.close();
  await settle();
  expect(world.server.heard.filter((message) => message.type === "leave")).toEqual([]);
  world.task("Seen");
  await settle();
  expect(second.taskCount.get()).toBe(1);
  second.close();
  await settle();
  expect(world.server.heard.filter((message) => message.type === "leave")).toHaveLength(1);
});

test("an event of a kind that this client does not know keeps its seq and breaks nothing", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const seq = board.seq();
  const message = { type: "events", topic: world.topic, epoch: 1, after: seq, seq: seq + 1, commit_id: "c", events: [{ seq: seq + 1, at: 0, by: "x", event: { type: "task.sung", task_id: "t" } }] };
  world.server.sayAll([message as unknown as ServerMessage]);
  await settle();
  expect(board.seq()).toBe(seq + 1);
  expect(board.phase.get()).toBe("ready");
});

test("a join that is refused for the moment is tried again, still from the bookmark", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.join_failures.push(...Array.from({ length: 5 }, () => failure("unavailable")));
  world.server.cut();
  await world.clock.advance(1_000);
  expect(board.phase.get()).toBe("cached");
  await world.clock.advance(60_000);
  expect(board.phase.get()).toBe("ready");
  expect(joins(world)).toHaveLength(7);
  expect(joins(world).slice(1).every((join) => join.after?.seq === board.seq())).toBe(true);
});

test("R50 what is done while the server cannot reach its journal is kept, tried again and saved, without a word of failure", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.sayAll([{ type: "stale", topic: world.topic, stale: true }]);
  await settle();
  const unavailable = { ...failure("unavailable"), retry_after_ms: 1_000 };
  world.server.failures.push(unavailable, unavailable, unavailable);
  const sent = board.send({ type: "task.complete", task_id });
  await world.clock.advance(2_500);
  expect([board.stale.get(), ana.client.status.get()]).toEqual([true, { kind: "stale", queued: 1 }]);
  expect(board.card(task_id).get()?.completed_at).toBeDefined();
  world.server.sayAll([{ type: "stale", topic: world.topic, stale: false }]);
  await world.clock.advance(2_000);
  expect(await sent.result).toMatchObject({ kind: "ok" });
  expect([board.stale.get(), ana.client.status.get().kind, ana.notices]).toEqual([false, "live", []]);
});

test("whoever watches a board is told of which tasks something changed, and is seen by nobody", async () => {
  const world = new World();
  const [one, two] = [world.task("One"), world.task("Two")];
  const ana = await world.page("ana");
  const told: Array<ReadonlySet<string> | undefined> = [];
  const end = ana.client.watchBoard(world.board_id, (tasks) => told.push(tasks));
  await settle();
  expect(joins(world).at(-1)).not.toHaveProperty("presence");
  expect(told).toEqual([undefined]);
  world.server.do(world.topic, { type: "task.update", task_id: two, title: "Second" });
  await settle();
  expect(told.at(-1)).toEqual(new Set([two]));
  // What was missed while the connection was away is told, too.
  world.server.cut();
  world.server.do(world.topic, { type: "task.update", task_id: one, title: "First" });
  await world.clock.advance(1_000);
  expect(told.at(-1)).toEqual(new Set([one]));
  end();
  await settle();
  const before = told.length;
  world.server.do(world.topic, { type: "task.update", task_id: one, title: "Nobody is told" });
  await settle();
  expect(told).toHaveLength(before);
  expect(world.server.heard.filter((message) => message.type === "leave")).toHaveLength(1);
});

test("a board that is opened while it is watched is held as any other, and watched again when it is closed", async () => {
  const world = new World();
  const task_id = world.task("One");
  const ana = await world.page("ana");
  const told: Array<ReadonlySet<string> | undefined> = [];
  ana.client.watchBoard(world.board_id, (tasks) => told.push(tasks));
  await settle();
  const board = await world.open(ana);
  world.server.do(world.topic, { type: "task.update", task_id, title: "Changed" });
  await settle();
  expect(joins(world).at(-1)).toMatchObject({ presence: true });
  expect(shown(board)).toEqual(truth(world.board));
  expect(told).toEqual([undefined]);
  board.close();
  await settle();
  // Everything may have changed meanwhile.
  expect(told).toEqual([undefined, undefined]);
  world.server.do(world.topic, { type: "task.update", task_id, title: "Again" });
  await settle();
  expect(told.at(-1)).toEqual(new Set([task_id]));
});
