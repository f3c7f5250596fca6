// Word of changed profiles: each change once, and word that nothing was heard for a while.
import { expect, test } from "vitest";
import type { ChangedProfiles } from "../../src/sdk/index";
import { World } from "./support/world";

async function following() {
  const world = new World();
  const ana = await world.page("ana");
  const changes: ChangedProfiles[] = [];
  ana.client.profiles.subscribe((change) => changes.push(change));
  return { world, ana, changes };
}

test("R62 a change that is told on several topics is heard of once, a later one again, and too many are anybody", async () => {
  const { world, changes } = await following();
  const say = (version: number, topic = world.topic) => world.server.sayAll([{ type: "profiles_changed", topic, profiles: [{ account_id: "ben", version }], within_ms: 30 }]);
  say(4);
  say(4, `organization:${world.org_id}`);
  say(3);
  say(5);
  world.server.sayAll([{ type: "profiles_changed", topic: world.topic, within_ms: 700 }]);
  await world.clock.advance(10);
  expect(changes).toEqual([{ accounts: ["ben"], within_ms: 30 }, { accounts: ["ben"], within_ms: 30 }, { within_ms: 700 }]);
});

test("R62 after a join, a lost connection, and a time in which nothing was shown, anybody may have changed", async () => {
  const { world, ana, changes } = await following();
  await world.open(ana);
  await world.clock.advance(2_000);
  const joined = changes.length;
  expect(joined).toBeGreaterThan(0);
  expect(changes.every((change) => change.accounts === undefined)).toBe(true);
  world.server.cut();
  await world.clock.advance(3_000);
  expect(changes.length).toBeGreaterThan(joined);
  const again = changes.length;
  world.server.sayAll([{ type: "stale", topic: world.topic, stale: true }]);
  await world.clock.advance(100);
  expect(changes.length).toBe(again);
  world.server.sayAll([{ type: "stale", topic: world.topic, stale: false }]);
  await world.clock.advance(100);
  expect(changes.length).toBe(again + 1);
});
