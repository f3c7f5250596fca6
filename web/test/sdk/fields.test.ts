//! Custom fields in the client: shown at once, asked for by columns, and taken back where nothing would be lost.

import { expect, test } from "vitest";
import type { BoardCommand } from "../../src/gen/protocol";
import { settle } from "./support/clock";
import { shown, truth, World } from "./support/world";

const [SMALL, LARGE] = [{ option_id: "o1", name: "Small", colour: "red" as const }, { option_id: "o2", name: "Large", colour: "teal" as const }];

async function opened() {
  const world = new World();
  const first = world.task("First");
  world.server.do(world.topic, { type: "field.create", field_id: "f1", name: "Size", kind: "select", options: [SMALL, LARGE], place: {} });
  world.server.do(world.topic, { type: "field.create", field_id: "f2", name: "Cost", kind: "number", place: { before: "f1" } });
  const board = await world.open(await world.page("ana"));
  const back = async (inverse: readonly BoardCommand[]) => {
    for (const command of inverse) board.send(command);
    await settle();
  };
  return { world, first, board, back };
}

test("a value and an order are shown at once, and undone", async () => {
  const { world, first, board, back } = await opened();
  const order = () => board.fields.get().map((field) => field.name);
  expect(order()).toEqual(["Cost", "Size"]);
  const moved = board.send({ type: "field.move", field_id: "f1", place: { before: "f2" } });
  expect(order()).toEqual(["Size", "Cost"]);
  const set = board.send({ type: "task.field.set", task_id: first, field_id: "f2", value: { kind: "number", number: "5" } });
  const again = board.send({ type: "task.field.set", task_id: first, field_id: "f2", value: { kind: "number", number: "6" } });
  expect(board.card(first).get()?.fields).toEqual([{ field_id: "f2", value: { kind: "number", number: "6" } }]);
  await back(again.inverse);
  expect(board.card(first).get()?.fields).toEqual([{ field_id: "f2", value: { kind: "number", number: "5" } }]);
  await back(set.inverse);
  expect(board.card(first).get()).not.toHaveProperty("fields");
  await back(moved.inverse);
  expect(order()).toEqual(["Cost", "Size"]);
  expect(shown(board)).toEqual(truth(world.board));
});

test("an option that a card has is not given back, one that no card has is", async () => {
  const { first, board, back, world } = await opened();
  board.send({ type: "task.field.set", task_id: first, field_id: "f1", value: { kind: "select", option_id: "o1" } });
  const unused = board.send({ type: "field.update", field_id: "f1", options: [SMALL] });
  expect(unused.inverse).toEqual([{ type: "field.update", field_id: "f1", options: [SMALL, LARGE] }]);
  await back(unused.inverse);
  const used = board.send({ type: "field.update", field_id: "f1", options: [LARGE] });
  expect(used.inverse).toEqual([]);
  expect(board.card(first).get()).not.toHaveProperty("fields");
  expect(board.send({ type: "field.delete", field_id: "f2" }).inverse).toEqual([]);
  await settle();
  expect(shown(board)).toEqual(truth(world.board));
});

test("a column that asks for a field is not entered without, and asks no more when the field is gone", async () => {
  const { world, first, board } = await opened();
  world.server.do(world.topic, { type: "column.workflow.set", column_id: world.doing, workflow: { required_fields: ["f2"] } });
  await settle();
  const move: BoardCommand = { type: "task.move", task_id: first, column_id: world.doing };
  const refused = board.send(move);
  expect(board.card(first).get()?.column_id).toBe(world.todo);
  expect((await refused.result).kind).toBe("refused");
  board.send({ type: "field.delete", field_id: "f2" });
  expect(board.column(world.doing).get()).not.toHaveProperty("workflow");
  board.send(move);
  expect(board.card(first).get()?.column_id).toBe(world.doing);
  await settle();
  expect(shown(board)).toEqual(truth(world.board));
});
