import { expect, test } from "vitest";
import type { BoardCommand, BoardHandle, ServerMessage } from "../../src/sdk/index";
import type { CommandResult } from "../../src/sdk/types";
import { seeded, settle, testId } from "./support/clock";
import { failure } from "./support/fake-board";
import { type Browser, shown, truth, World } from "./support/world";

interface Peer {
  readonly browser: Browser;
  readonly board: BoardHandle;
  readonly results: Promise<CommandResult>[];
}

/** Some command about what this peer sees, sometimes about what is no longer there. */
function someCommand(world: World, peer: Peer, known: string[], labels: string[], random: () => number): BoardCommand {
  const pick = <T>(list: readonly T[], otherwise: T): T => list[Math.floor(random() * list.length)] ?? otherwise;
  const columns = peer.board.columnIds.get();
  const column_id = pick(columns, world.todo);
  const task_id = pick(known, testId(4));
  const neighbours = peer.board.tasksOf(column_id).get();
  const place = random() < 0.6 ? { ...(random() < 0.7 && { after: pick(neighbours, task_id) }), ...(random() < 0.7 && { before: pick(neighbours, task_id) }) } : {};
  const account_id = pick(["ana", "ben", "cleo"], "ana");
  const roll = random();
  if (roll < 0.2) {
    const fresh = testId(4);
    known.push(fresh);
    return { type: "task.create", task_id: fresh, column_id, title: `Task ${known.length}`, place };
  }
  if (roll < 0.5) return { type: "task.move", task_id, column_id, place };
  if (roll < 0.54) {
    const label_id = testId(5);
    labels.push(label_id);
    return { type: "label.create", label_id, name: "Label", colour: "blue" };
  }
  if (roll < 0.6) return { type: "column.move", column_id, place: { before: pick(columns, column_id) } };
  const label_id = pick(labels, testId(5));
  const others: BoardCommand[] = [
    { type: "task.update", task_id, title: `Title ${Math.floor(random() * 99)}` },
    { type: "task.update", task_id, description: random() < 0.5 ? "" : "Text" },
    { type: "task.assign", task_id, account_id },
    { type: "task.unassign", task_id, account_id },
    { type: "task.label", task_id, label_id },
    { type: "task.unlabel", task_id, label_id },
    { type: "label.delete", label_id },
    { type: "task.prioritize", task_id, priority: pick(["none", "low", "urgent"] as const, "none") },
    { type: "task.schedule", task_id, due: { at: Math.floor(random() * 1000), has_time: false } },
    { type: "task.estimate", task_id, ...(random() < 0.5 && { points: Math.floor(random() * 9) }), ...(random() < 0.5 && { minutes: Math.floor(random() * 99) }) },
    { type: "task.repeat.set", task_id, ...(random() < 0.8 && { repeat: { rule: "FREQ=DAILY", zone: "UTC" } }) },
    { type: "task.parent.set", task_id, ...(random() < 0.7 && { parent_id: pick(known, task_id) }) },
    { type: "task.dependency.add", task_id, kind: pick(["blocks", "relates", "duplicates"] as const, "blocks"), other_id: pick(known, task_id) },
    { type: "task.dependency.remove", task_id, kind: pick(["blocks", "relates", "duplicates"] as const, "blocks"), other_id: pick(known, task_id) },
    { type: "task.reminder.set", task_id, reminder: { kind: "before", minutes: Math.floor(random() * 3) } },
    { type: "task.reminder.set", task_id, reminder: { kind: "at", at: Math.floor(random() * 3) } },
    { type: "task.reminder.remove", task_id, reminder: { kind: "before", minutes: Math.floor(random() * 3) } },
    { type: "time.log", task_id, entry_id: pick(labels, testId(5)), started_at: Math.floor(random() * 3), duration_s: 1 + Math.floor(random() * 9), ...(random() < 0.5 && { note: "Note" }) },
    { type: "time.log", task_id, entry_id: pick(labels, testId(5)), started_at: Math.floor(random() * 3), duration_s: 1 + Math.floor(random() * 9) },
    { type: "time.update", task_id, entry_id: label_id, duration_s: 1 + Math.floor(random() * 9), ...(random() < 0.5 && { note: random() < 0.5 ? "" : "Other" }) },
    { type: "time.remove", task_id, entry_id: label_id },
    { type: "task.watch", task_id, account_id },
    { type: "task.unwatch", task_id, account_id },
    { type: "task.complete", task_id },
    { type: "task.reopen", task_id },
    { type: "task.archive", task_id },
    { type: "task.unarchive", task_id },
    { type: "task.delete", task_id },
    { type: "task.restore", task_id },
    { type: "comment.add", task_id, comment_id: testId(6), text: "Hello" },
    { type: "comment.react", task_id, comment_id: testId(6), emoji: pick(["👍", "🎉"], "👍") },
    { type: "category.create", category_id: pick(labels, testId(5)), name: "Category", colour: "teal" },
    { type: "category.delete", category_id: label_id },
    { type: "view.create", view_id: pick(labels, testId(5)), name: "View", look: {} },
    { type: "view.update", view_id: label_id, look: { lanes: { by: pick(["due", "label"] as const, "due") } } },
    { type: "view.move", view_id: label_id },
    { type: "view.delete", view_id: label_id },
    { type: "task.categorize", task_id, ...(random() < 0.8 && { category_id: label_id }) },
    { type: "field.create", field_id: pick(labels, testId(5)), name: "Field", kind: random() < 0.5 ? "number" : "select", place: {} },
    { type: "field.delete", field_id: label_id },
    { type: "field.move", field_id: label_id, place: { before: pick(labels, label_id) } },
    { type: "field.update", field_id: label_id, options: random() < 0.5 ? [] : [{ option_id: label_id, name: "One", colour: "red" }] },
    { type: "task.field.set", task_id, field_id: label_id, ...(random() < 0.8 && { value: random() < 0.5 ? { kind: "number", number: "1" } : { kind: "select", option_id: label_id } }) },
    { type: "column.workflow.set", column_id, workflow: { required_fields: [label_id] } },
    { type: "task.cover.set", task_id, ...(random() < 0.8 && { colour: pick(["red", "teal"] as const, "red") }) },
    updateOf(column_id, Math.floor(random() * 9)),
    { type: "column.workflow.set", column_id, workflow: { wip: { limit: 1 + Math.floor(random() * 3), mode: random() < 0.5 ? "refuse" : "warn" } } },
    { type: "column.workflow.set", column_id, workflow: { next: columns.filter(() => random() < 0.7) } },
    { type: "column.workflow.set", column_id },
    { type: "column.archive", column_id: world.doing },
    { type: "column.unarchive", column_id: world.doing },
    { type: "board.update", name: `Board ${Math.floor(random() * 9)}` },
  ];
  return pick(others, { type: "board.update", name: "Board" });
}

/** A name, a colour or none. */
function updateOf(column_id: string, at: number): BoardCommand {
  if (at < 6) return { type: "column.update", column_id, name: `Column ${at}` };
  return { type: "column.update", column_id, ...(at < 8 ? { colour: at === 6 ? "red" : "teal" } : { clear_colour: true }) };
}

async function run(seed: number): Promise<void> {
  const world = new World({ seed });
  const random = seeded(seed * 7919);
  const { server, clock } = world;
  const known = [world.task("One"), world.task("Two"), world.task("Three")];
  const labels: string[] = [];
  const peers: Peer[] = [];
  for (const name of ["ana", "ben", "cleo", "dan"].slice(0, 2 + (seed % 3))) {
    const browser = await world.page(name);
    peers.push({ browser, board: await world.open(browser), results: [] });
  }
  server.compress = seed % 2 === 0;
  // A server that breaks its promise now and then: the client must see gaps and repetitions by itself.
  const sent: ServerMessage[] = [];
  server.mangle = (message) => {
    sent.push(message);
    const earlier = sent[Math.floor(random() * sent.length)] ?? message;
    const fate = random();
    return fate < 0.03 ? [] : fate < 0.1 ? [earlier, message] : fate < 0.13 ? [message, message] : [message];
  };
  // From here the wires move only when told to; those that are open are cut, so that all are of that kind.
  server.auto = false;
  server.cut();
  for (let turn = 0; turn < 250; turn += 1) {
    const peer = peers[Math.floor(random() * peers.length)];
    const connection = [...server.connections][Math.floor(random() * server.connections.size)];
    const roll = random();
    if (roll < 0.25 && peer !== undefined) peer.results.push(peer.board.send(someCommand(world, peer, known, labels, random)).result);
    else if (roll < 0.85) for (let step = 0; step < 4; step += 1) connection?.wire.step(random() < 0.5);
    else if (roll < 0.88) connection?.wire.close(random() < 0.5 ? 1006 : 4408);
    else if (roll < 0.9) server.failures.push({ ...failure(random() < 0.5 ? "busy" : "rate_limited"), retry_after_ms: 200 });
    else if (roll < 0.92) server.ring = Math.floor(random() * 30);
    else if (roll < 0.925) world.board.epoch += 1;
    else if (roll < 0.94) server.sayAll([{ type: "resync", topic: world.topic }]);
    else if (roll < 0.95) server.reachable = !server.reachable;
    else if (roll < 0.97) server.sayAll([{ type: "heads", heads: [[world.topic, { epoch: world.board.epoch, seq: world.board.seq }]] }]);
    else await clock.advance(Math.floor(random() * 3_000));
    await settle();
  }
  server.reachable = true;
  server.failures.length = 0;
  server.mangle = (message) => [message];
  // All wires deliver what they hold until nothing is under way and nobody waits for a timer that matters.
  for (let round = 0; round < 400; round += 1) {
    let moved = false;
    for (const connection of [...server.connections]) {
      while (connection.wire.pending > 0) {
        connection.wire.step(random() < 0.5);
        moved = true;
      }
    }
    await settle();
    const quiet = peers.every(({ browser, board }) => browser.client.status.get().kind === "live" && board.phase.get() === "ready" && board.seq() === world.board.seq);
    // Everybody has heard of the head at least once: an epoch that was raised shows in nothing else.
    if (quiet && !moved && round > 0) break;
    server.sayAll([{ type: "heads", heads: [[world.topic, { epoch: world.board.epoch, seq: world.board.seq }]] }]);
    await clock.advance(500);
  }
  for (const { browser, board, results } of peers) {
    expect(browser.client.queue.get(), browser.name).toEqual([]);
    expect(shown(board), browser.name).toEqual(truth(world.board));
    const settled = await Promise.all(results);
    expect(settled.length).toBe(results.length);
    expect(settled.every((result) => result.kind === "ok" || result.kind === "refused")).toBe(true);
  }
  expect(server.effects.size, "commands took effect").toBeGreaterThan(5);
  expect([...server.effects.values()].every((times) => times === 1)).toBe(true);
}

/** More of them when asked: SDK_FUZZ_SEEDS=500 npx vitest run test/sdk/fuzz.test.ts */
const seeds = Number(process.env.SDK_FUZZ_SEEDS ?? 24);

test.for(Array.from({ length: seeds }, (_, index) => index + 1))("all clients converge to the server's fold over lossy wires, and nothing optimistic is left (seed %i)", async (seed) => {
  await run(seed);
});
