import { expect, test } from "vitest";
import { settle } from "./support/clock";
import { World } from "./support/world";

async function two() {
  const world = new World();
  const task_id = world.task("Task");
  const [ana, ben] = [await world.page("ana"), await world.page("ben")];
  const [of_ana, of_ben] = [await world.open(ana), await world.open(ben)];
  return { world, task_id, ana, ben, of_ana: of_ana.presence, of_ben: of_ben.presence };
}

test("everyone else on the board shows, with what they have open, and goes when they go", async () => {
  const { world, task_id, ben, of_ana, of_ben } = await two();
  expect(of_ana.people.get()).toMatchObject([{ account_id: "ben", task_ids: [], away: false }]);
  expect(of_ana.count.get()).toBe(2);
  const seen: (readonly string[])[] = [];
  of_ana.on(task_id).subscribe((people) => seen.push(people));
  of_ben.setOpenTask(task_id);
  await world.clock.advance(100);
  expect(of_ana.on(task_id).get()).toEqual(["ben"]);
  of_ben.setAway(true);
  await world.clock.advance(100);
  expect(of_ana.people.get()).toMatchObject([{ account_id: "ben", task_ids: [task_id], away: true }]);
  ben.client.stop();
  await settle();
  expect(of_ana.people.get()).toEqual([]);
  expect(seen).toEqual([["ben"], []]);
});

test("what I have open is said again after a reconnection", async () => {
  const { world, task_id, of_ana, of_ben } = await two();
  of_ben.setOpenTask(task_id);
  await world.clock.advance(100);
  world.server.cut();
  expect(of_ana.people.get()).toEqual([]);
  await world.clock.advance(3_000);
  expect(of_ana.on(task_id).get()).toEqual(["ben"]);
});

test("typing and dragging show for a moment and pass by themselves", async () => {
  const { world, task_id, of_ana, of_ben } = await two();
  of_ben.sendTyping(task_id);
  await world.clock.advance(60);
  of_ben.sendDragging(task_id, world.doing);
  await world.clock.advance(60);
  expect(of_ana.typing(task_id).get()).toEqual(["ben"]);
  expect(of_ana.drags.get()).toMatchObject([{ account_id: "ben", task_id, column_id: world.doing }]);
  expect(of_ben.typing(task_id).get()).toEqual([]);
  await world.clock.advance(4_000);
  expect(of_ana.typing(task_id).get()).toEqual([]);
  expect(of_ana.drags.get()).toEqual([]);
});

test("after a card was put down nothing more is said of its being carried", async () => {
  const { world, task_id, of_ana, of_ben } = await two();
  of_ben.sendDragging(task_id, world.todo);
  await world.clock.advance(10);
  // Waits for its turn.
  of_ben.sendDragging(task_id, world.doing);
  world.server.do(world.topic, { type: "task.move", task_id, column_id: world.doing }, "ben");
  of_ben.stopDragging();
  await world.clock.advance(200);
  expect(of_ana.drags.get()).toEqual([]);
  of_ben.sendDragging(task_id, world.todo);
  await world.clock.advance(200);
  expect(of_ana.drags.get()).toHaveLength(1);
});

test("at most twenty messages a second leave, and the newest is among them", async () => {
  const { world, of_ana, of_ben } = await two();
  for (let index = 0; index <= 1_000; index += 1) {
    of_ben.sendPointer(index, 1_000 - index);
    await world.clock.advance(1);
  }
  await world.clock.advance(100);
  const sent = world.server.heard.filter((message) => message.type === "ephemeral");
  expect(sent.length).toBeLessThanOrEqual(22);
  expect(sent.length).toBeGreaterThan(15);
  expect(of_ana.pointers.get()).toMatchObject([{ account_id: "ben", x: 1_000, y: 0 }]);
});

test("a card that was put down is dragged no more, at once", async () => {
  const { world, task_id, of_ana, of_ben } = await two();
  of_ben.sendDragging(task_id, world.doing);
  await world.clock.advance(60);
  expect(of_ana.drags.get()).toHaveLength(1);
  world.server.do(world.topic, { type: "task.move", task_id, column_id: world.doing }, "somebody else");
  await settle();
  expect(of_ana.drags.get()).toHaveLength(1);
  world.server.do(world.topic, { type: "task.move", task_id, column_id: world.todo }, "ben");
  await settle();
  expect(of_ana.drags.get()).toEqual([]);
});
