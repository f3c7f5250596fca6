import { expect, test } from "vitest";
import { shown, truth, World } from "./support/world";
import { settle, testId } from "./support/clock";

test("a joined board shows what the server holds, over several parts", async () => {
  const world = new World();
  for (let index = 0; index < 23; index += 1) world.task(`Task ${index}`);
  const ana = await world.page("ana");
  const board = await world.open(ana);
  expect(board.phase.get()).toBe("ready");
  expect(shown(board)).toEqual(truth(world.board));
  expect(ana.client.status.get()).toEqual({ kind: "live", rtt_ms: 0 });
});

test("another person's change arrives and touches only what changed", async () => {
  const world = new World();
  const [first, second] = [world.task("First"), world.task("Second")];
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const told: string[] = [];
  board.card(first).subscribe((card) => told.push(`first in ${card?.column_id === world.doing ? "doing" : "elsewhere"}`));
  board.card(second).subscribe(() => told.push("second"));
  board.tasksOf(world.todo).subscribe((ids) => told.push(`todo ${ids.length}`));
  board.tasksOf(world.doing).subscribe((ids) => told.push(`doing ${ids.length}`));
  board.tasksOf(world.done).subscribe(() => told.push("done"));
  board.columnIds.subscribe(() => told.push("columns"));
  world.server.do(world.topic, { type: "task.move", task_id: first, column_id: world.doing });
  await settle();
  expect(told.sort()).toEqual(["doing 1", "first in doing", "todo 1"]);
});

test("a command shows at once, is confirmed by its echo, and leaves nothing behind", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const sent = board.send({ type: "task.move", task_id, column_id: world.done });
  expect(board.card(task_id).get()).toMatchObject({ column_id: world.done, pending: true });
  expect(board.card(task_id).get()?.completed_at).toBeDefined();
  expect(ana.client.queue.get()).toHaveLength(1);
  await settle();
  expect(await sent.result).toMatchObject({ kind: "ok", seq: world.board.seq });
  expect(ana.client.queue.get()).toEqual([]);
  expect(shown(board)).toEqual(truth(world.board));
});

test("a new card shows without a number until the server gives it one", async () => {
  const world = new World();
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const task_id = testId(4);
  board.send({ type: "task.create", task_id, column_id: world.todo, title: "New", labels: [], description: "Text" });
  expect(board.card(task_id).get()).toMatchObject({ number: 0, title: "New", pending: true, has_description: true });
  expect(board.tasksOf(world.todo).get()).toEqual([task_id]);
  await settle();
  expect(board.card(task_id).get()).toEqual(world.board.faces()[0]);
});

test("a refusal takes back exactly that change and says why and who changed it", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.auto = false;
  board.send({ type: "task.prioritize", task_id, priority: "high" });
  const moved = board.send({ type: "task.update", task_id, title: "Mine" });
  // Ben deletes it before it arrives: both are refused.
  world.server.do(world.topic, { type: "task.archive", task_id }, "ben");
  await settle();
  expect(board.card(task_id).get()).toBeUndefined();
  expect(await moved.result).toMatchObject({ kind: "refused", refusal: { code: "wrong_state", field: "task_id" } });
  const notices = ana.notices.filter((notice) => notice.kind === "refused");
  expect(notices).toHaveLength(2);
  expect(notices[1]).toMatchObject({ changed_by: "ben", command: { type: "task.update" } });
  expect(ana.client.queue.get()).toEqual([]);
  expect(shown(board)).toEqual(truth(world.board));
});

test("own pending changes stay on top of what others change meanwhile", async () => {
  const world = new World();
  const task_id = world.task("Task");
  const ana = await world.page("ana");
  const board = await world.open(ana);
  world.server.failures.push({ code: "busy", message: "", temporary: true });
  board.send({ type: "task.update", task_id, title: "Mine" });
  await settle();
  world.server.commit(world.topic, [{ type: "task.updated", task_id, title: "Theirs" }, { type: "task.priority.changed", task_id, priority: "low" }], "ben");
  await settle();
  expect(board.card(task_id).get()).toMatchObject({ title: "Mine", priority: "low", pending: true });
  expect(ana.notices).toContainEqual(expect.objectContaining({ kind: "overlap", by: "ben", theirs: "Theirs", mine: "Mine", field: "title" }));
  await world.clock.advance(1_000);
  expect(shown(board)).toEqual(truth(world.board));
  expect(world.board.faces()[0]?.title).toBe("Mine");
});

test("a label that is deleted leaves every card", async () => {
  const world = new World();
  const [first, second] = [world.task("First"), world.task("Second")];
  const label_id = testId(5);
  world.server.do(world.topic, { type: "label.create", label_id, name: "Bug", colour: "red" });
  const ana = await world.page("ana");
  const board = await world.open(ana);
  for (const task_id of [first, second]) board.send({ type: "task.label", task_id, label_id });
  await settle();
  expect(board.card(second).get()?.labels).toEqual([label_id]);
  board.send({ type: "label.delete", label_id });
  expect(board.card(first).get()?.labels).toBeUndefined();
  await settle();
  expect(shown(board)).toEqual(truth(world.board));
});

test("undo gives the commands that bring back what was shown before", async () => {
  const world = new World();
  const [first, second, third] = [world.task("First"), world.task("Second"), world.task("Third")];
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const before = shown(board);
  const commands = [
    { type: "task.move", task_id: second, column_id: world.doing },
    { type: "task.update", task_id: first, title: "Other" },
    { type: "task.repeat.set", task_id: first, repeat: { rule: "FREQ=DAILY", zone: "UTC" } },
    { type: "task.schedule", task_id: first, due: { at: 1, has_time: true } },
    { type: "task.assign", task_id: third, account_id: "ana" },
    { type: "task.complete", task_id: third },
    { type: "task.archive", task_id: third },
    { type: "column.update", column_id: world.todo, name: "Later" },
    { type: "board.update", name: "Renamed" },
  ] as const;
  for (const command of commands) {
    const { inverse } = board.send(command);
    await settle();
    expect(shown(board)).not.toEqual(before);
    for (const back of inverse) board.send(back);
    await settle();
    expect(shown(board), command.type).toMatchObject({ orders: before.orders, name: before.name });
    const { rank: _rank, ...restored } = shown(board).cards[second] ?? { rank: "" };
    expect(before.cards[second]).toMatchObject(restored);
  }
  expect(shown(board).cards[first]).toEqual(before.cards[first]);
});
