import { expect, test } from "vitest";
import type { BoardEntry } from "../../src/sdk/index";
import { settle } from "./support/clock";
import { World } from "./support/world";

const entry = (name: string): BoardEntry => ({ board_id: name, name, key: "B", visibility: "organization", lifecycle: "active", created_at: 0 });

async function following() {
  const world = new World();
  const topic = `organization:${world.org_id}`;
  world.server.organizations.set(topic, { org_id: world.org_id, name: "Acme", members: [{ account_id: "ana", role: "member" }] });
  world.server.list = [entry("One")];
  const ana = await world.page("ana");
  const list = ana.client.openBoardList(world.org_id);
  await world.clock.advance(2_000);
  const reads = () => world.server.requests.filter((request) => request.includes("/boards"));
  const names = () => list.boards.get()?.map((board) => board.name);
  return { world, topic, ana, list, reads, names };
}

test("R59 a hint has the list read again, at its position", async () => {
  const { world, topic, list, reads, names } = await following();
  expect(names()).toEqual(["One"]);
  const before = reads().length;
  world.server.list = [entry("One"), entry("Two")];
  world.server.sayAll([{ type: "lists_changed", topic, position: "1.2.3.4" }]);
  await world.clock.advance(200);
  expect(reads().slice(before)).toEqual([expect.stringMatching(/boards\?min_position=1\.2\.3\.4$/)]);
  expect(names()).toEqual(["One", "Two"]);
  list.close();
  world.server.sayAll([{ type: "lists_changed", topic }]);
  await world.clock.advance(5_000);
  expect(reads()).toHaveLength(before + 1);
});

test("R59 however many hints come, the list is read once in a second, and once after the last", async () => {
  const { world, topic, reads, names } = await following();
  const before = reads().length;
  for (let index = 0; index < 100; index += 1) {
    world.server.list = [entry(`Name ${index}`)];
    world.server.sayAll([{ type: "lists_changed", topic, position: `1.${index}.0.0` }]);
    await world.clock.advance(50);
  }
  await world.clock.advance(2_000);
  expect(reads().length - before).toBeLessThanOrEqual(7);
  expect(names()).toEqual(["Name 99"]);
  expect(reads().at(-1)).toContain("min_position=1.99.0.0");
});

test("R59 a hint that was lost is made good after a reconnection, after waking, and in time", async () => {
  const { world, topic, ana, names } = await following();
  world.server.list = [entry("While away")];
  world.server.cut();
  await world.clock.advance(3_000);
  expect(names()).toEqual(["While away"]);
  world.server.list = [entry("While asleep")];
  ana.wake();
  await world.clock.advance(1_500);
  expect(names()).toEqual(["While asleep"]);
  world.server.sayAll([{ type: "stale", topic, stale: true }]);
  world.server.list = [entry("While stale")];
  world.server.sayAll([{ type: "stale", topic, stale: false }]);
  await world.clock.advance(1_500);
  expect(names()).toEqual(["While stale"]);
  world.server.list = [entry("Nobody said")];
  await world.clock.advance(400_000);
  expect(names()).toEqual(["Nobody said"]);
});

test("a list that cannot be read yet is asked for again, and what is shown stays", async () => {
  const { world, topic, list, names } = await following();
  world.server.list_failures.push("behind", "unavailable");
  world.server.list = [entry("Two")];
  world.server.sayAll([{ type: "lists_changed", topic, position: "1.9.0.0" }]);
  await world.clock.advance(300);
  expect([names(), list.failed.get()]).toEqual([["One"], false]);
  await world.clock.advance(3_000);
  expect(names()).toEqual(["Two"]);
  expect(world.server.requests.at(-1)).toContain("min_position=1.9.0.0");
});

test("a first read that fails is told, and ends when it succeeds", async () => {
  const world = new World();
  world.server.list_failures.push("unavailable");
  const ana = await world.page("ana");
  const list = ana.client.openBoardList(world.org_id);
  await world.clock.advance(1);
  expect([list.boards.get(), list.failed.get()]).toEqual([undefined, true]);
  await world.clock.advance(2_000);
  await settle();
  expect([list.boards.get(), list.failed.get()]).toEqual([[], false]);
});
