import { expect, test } from "vitest";
import type { TaskFace } from "../../src/sdk/index";
import { Relations } from "../../src/sdk/relations";
import { seeded } from "./support/clock";

const IDS = ["a", "b", "c", "d", "e", "f"];
const KINDS = ["blocks", "relates", "duplicates"] as const;

function anyFace(task_id: string, random: () => number): TaskFace {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const face: TaskFace = { task_id, number: 1, column_id: "c1", rank: "a", title: task_id };
  if (random() < 0.5) face.parent_id = pick(IDS);
  const dependencies = IDS.filter(() => random() < 0.3).map((other_id) => ({ kind: pick(KINDS), other_id }));
  if (dependencies.length > 0) face.dependencies = dependencies;
  return face;
}

test("what is found from the other side is what the cards say, after any changes", () => {
  const random = seeded(7);
  const relations = new Relations();
  const cards = new Map<string, TaskFace>();
  for (let step = 0; step < 2_000; step += 1) {
    const id = IDS[Math.floor(random() * IDS.length)] as string;
    const before = cards.get(id);
    const after = random() < 0.2 ? undefined : anyFace(id, random);
    if (after === undefined) cards.delete(id);
    else cards.set(id, after);
    relations.change(id, before, after);
    for (const other of IDS) {
      const parts = [...cards.values()].filter((card) => card.parent_id === other).map((card) => card.task_id);
      expect(relations.parts(other).get()).toEqual(parts.sort());
      const backward = [...cards.values()].flatMap((card) => (card.dependencies ?? []).filter((said) => said.other_id === other).map(({ kind }) => `${kind} ${card.task_id}`));
      expect(relations.backward(other).get().map((said) => `${said.kind} ${said.task_id}`).sort()).toEqual(backward.sort());
    }
  }
});

test("whoever watches is told once after a change, and not of what others say", () => {
  const relations = new Relations();
  const heard: (readonly string[])[] = [];
  relations.parts("a").subscribe((parts) => heard.push(parts));
  const face: TaskFace = { task_id: "b", number: 1, column_id: "c1", rank: "a", title: "b", parent_id: "a" };
  relations.change("b", undefined, face);
  relations.change("c", undefined, { ...face, task_id: "c", parent_id: "d" });
  expect(heard).toEqual([]);
  relations.flush();
  relations.flush();
  expect(heard).toEqual([["b"]]);
});
