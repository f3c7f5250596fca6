import { expect, test } from "vitest";
import { settle } from "./support/clock";
import { shown, truth, World } from "./support/world";

async function opened() {
  const world = new World();
  const [first, second] = [world.task("First"), world.task("Second")];
  const board = await world.open(await world.page("ana"));
  return { world, first, second, board };
}

test("a move that a rule surely refuses is not shown, and one that it allows is", async () => {
  const { world, first, second, board } = await opened();
  world.server.do(world.topic, { type: "column.workflow.set", column_id: world.doing, workflow: { wip: { limit: 1, mode: "refuse" } } });
  await settle();
  board.send({ type: "task.move", task_id: first, column_id: world.doing });
  expect(board.card(first).get()?.column_id).toBe(world.doing);
  const late = board.send({ type: "task.move", task_id: second, column_id: world.doing });
  expect(board.card(second).get()?.column_id).toBe(world.todo);
  expect((await late.result).kind).toBe("refused");
  // One goes out and the other in, both at once.
  board.send({ type: "task.move", task_id: first, column_id: world.todo });
  board.send({ type: "task.move", task_id: second, column_id: world.doing });
  expect(board.card(second).get()?.column_id).toBe(world.doing);
  await settle();
  expect(shown(board)).toEqual(truth(world.board));
});

test("a limit that only warns, and what goes on within a column, are shown at once", async () => {
  const { world, first, second, board } = await opened();
  world.server.do(world.topic, { type: "column.workflow.set", column_id: world.todo, workflow: { wip: { limit: 1, mode: "refuse" }, next: [], required: ["due"] } });
  world.server.do(world.topic, { type: "column.workflow.set", column_id: world.doing, workflow: { wip: { limit: 1, mode: "warn" } } });
  await settle();
  board.send({ type: "task.move", task_id: second, column_id: world.todo, place: { before: first } });
  expect(board.tasksOf(world.todo).get()).toEqual([second, first]);
  world.server.do(world.topic, { type: "column.workflow.set", column_id: world.todo });
  await settle();
  board.send({ type: "task.move", task_id: first, column_id: world.doing });
  board.send({ type: "task.move", task_id: second, column_id: world.doing });
  expect(board.tasksOf(world.doing).get()).toEqual([first, second]);
});

test("what a column asks for, and where its cards may go, is heeded before anything is shown", async () => {
  const { world, first, board } = await opened();
  world.server.do(world.topic, { type: "column.workflow.set", column_id: world.todo, workflow: { next: [world.doing] } });
  world.server.do(world.topic, { type: "column.workflow.set", column_id: world.doing, workflow: { required: ["assignee", "due"] } });
  await settle();
  const inside = (): string | undefined => board.card(first).get()?.column_id;
  board.send({ type: "task.move", task_id: first, column_id: world.done });
  expect(inside()).toBe(world.todo);
  board.send({ type: "task.assign", task_id: first, account_id: "ana" });
  board.send({ type: "task.move", task_id: first, column_id: world.doing });
  expect(inside()).toBe(world.todo);
  await settle();
  board.send({ type: "task.schedule", task_id: first, due: { at: 1, has_time: true } });
  board.send({ type: "task.move", task_id: first, column_id: world.doing });
  expect(inside()).toBe(world.doing);
});

test("undo brings back the rules of a column, and those of one that was deleted with its place in others'", async () => {
  const { world, board } = await opened();
  const rules = { wip: { limit: 2, mode: "refuse" as const }, enter: { by: "owners" as const } };
  board.send({ type: "column.workflow.set", column_id: world.doing, workflow: rules });
  board.send({ type: "column.workflow.set", column_id: world.todo, workflow: { next: [world.doing, world.done] } });
  await settle();
  const changed = board.send({ type: "column.workflow.set", column_id: world.doing });
  await settle();
  expect(board.column(world.doing).get()?.workflow).toBeUndefined();
  for (const back of changed.inverse) board.send(back);
  await settle();
  expect(board.column(world.doing).get()?.workflow).toEqual(rules);
  const deleted = board.send({ type: "column.delete", column_id: world.doing });
  expect(board.column(world.todo).get()?.workflow).toEqual({ next: [world.done] });
  await settle();
  expect(shown(board)).toEqual(truth(world.board));
  for (const back of deleted.inverse) board.send(back);
  await settle();
  expect(board.column(world.doing).get()?.workflow).toEqual(rules);
  expect(board.column(world.todo).get()?.workflow).toEqual({ next: [world.doing, world.done] });
});
