import { expect, test } from "vitest";
import { settle, testId } from "./support/clock";
import { failure } from "./support/fake-board";
import { World } from "./support/world";

async function opened() {
  const world = new World();
  const task_id = world.task("Task");
  world.server.do(world.topic, { type: "task.update", task_id, description: "Text" });
  const ana = await world.page("ana");
  const board = await world.open(ana);
  const detail = board.detail(task_id);
  await settle();
  return { world, task_id, ana, board, detail };
}

test("an open task shows its texts, and others' changes as they come", async () => {
  const { world, task_id, detail } = await opened();
  expect(detail.phase.get()).toBe("ready");
  expect(detail.view.get()).toMatchObject({ description: "Text", comments: [], lifecycle: "active" });
  const checklist_id = testId(7);
  const item_id = testId(8);
  world.server.do(world.topic, { type: "comment.add", task_id, comment_id: testId(6), text: "Hello" }, "ben");
  world.server.do(world.topic, { type: "checklist.create", task_id, checklist_id, name: "Steps" });
  world.server.do(world.topic, { type: "checklist.item.add", task_id, checklist_id, item_id, text: "One" });
  world.server.do(world.topic, { type: "checklist.item.update", task_id, item_id, done: true });
  await settle();
  const { face, ...rest } = world.board.detail(task_id);
  const view = detail.view.get();
  expect(view).toMatchObject({ description: rest.description, comments: rest.comments, checklists: rest.checklists });
  expect(view?.face).toEqual(face);
  expect(view?.face.checklist).toEqual([1, 1]);
});

test("own comments and checklist changes show at once, marked as pending, and are confirmed", async () => {
  const { world, task_id, board, detail } = await opened();
  const comment_id = testId(6);
  const [checklist_id, first, second] = [testId(7), testId(8), testId(8)];
  board.send({ type: "comment.add", task_id, comment_id, text: "Mine" });
  board.send({ type: "checklist.create", task_id, checklist_id, name: "Steps" });
  board.send({ type: "checklist.item.add", task_id, checklist_id, item_id: first, text: "One" });
  board.send({ type: "checklist.item.add", task_id, checklist_id, item_id: second, text: "Before", place: { before: first } });
  board.send({ type: "checklist.item.update", task_id, item_id: first, done: true });
  expect(detail.view.get()?.comments).toMatchObject([{ comment_id, text: "Mine", author_id: "ana", pending: true }]);
  expect(detail.view.get()?.checklists[0]?.items.map((item) => item.item_id)).toEqual([second, first]);
  expect(board.card(task_id).get()?.checklist).toEqual([1, 2]);
  await settle();
  expect(detail.view.get()?.comments[0]).not.toHaveProperty("pending");
  board.send({ type: "checklist.item.remove", task_id, item_id: first });
  expect(board.card(task_id).get()?.checklist).toEqual([0, 1]);
  board.send({ type: "comment.edit", task_id, comment_id, text: "Better" });
  board.send({ type: "checklist.rename", task_id, checklist_id, name: "Renamed" });
  await settle();
  const truth = world.board.detail(task_id);
  expect(detail.view.get()).toMatchObject({ comments: truth.comments, checklists: truth.checklists });
  board.send({ type: "checklist.delete", task_id, checklist_id });
  board.send({ type: "comment.delete", task_id, comment_id });
  expect(detail.view.get()).toMatchObject({ comments: [], checklists: [] });
  expect(board.card(task_id).get()?.checklist).toBeUndefined();
  await settle();
  expect(board.card(task_id).get()).toEqual(world.board.faces()[0]);
});

test("a refused comment is taken back alone", async () => {
  const { world, task_id, board, detail } = await opened();
  world.server.failures.push(failure("forbidden"));
  board.send({ type: "comment.add", task_id, comment_id: testId(6), text: "Refused" });
  board.send({ type: "comment.add", task_id, comment_id: testId(6), text: "Kept" });
  expect(detail.view.get()?.comments).toHaveLength(2);
  await settle();
  expect(detail.view.get()?.comments.map((comment) => comment.text)).toEqual(["Kept"]);
});

test("events that the read already answered for are not folded twice", async () => {
  const { world, task_id, detail } = await opened();
  // The read is ahead of the socket.
  const say = world.server.say;
  const later: Parameters<typeof say>[] = [];
  world.server.say = (...call) => {
    later.push(call);
  };
  world.server.do(world.topic, { type: "comment.add", task_id, comment_id: testId(6), text: "Once" });
  detail.reload();
  await settle();
  expect(detail.view.get()?.comments).toHaveLength(1);
  world.server.say = say;
  for (const call of later) world.server.say(...call);
  await settle();
  expect(detail.view.get()?.comments).toHaveLength(1);
});

test("after a snapshot the detail is read anew", async () => {
  const { world, task_id, detail } = await opened();
  world.server.cut();
  world.server.ring = 0;
  world.server.do(world.topic, { type: "task.update", task_id, description: "Newer" });
  await world.clock.advance(2_000);
  expect(detail.view.get()?.description).toBe("Newer");
});

test("a task that is not there is missing; one that cannot be read now is tried again", async () => {
  const { world, board } = await opened();
  const missing = board.detail(testId(4));
  await settle();
  expect(missing.phase.get()).toBe("missing");
  world.server.reachable = false;
  const task_id = world.task("Other");
  const detail = board.detail(task_id);
  await settle();
  expect(detail.phase.get()).toBe("loading");
  world.server.reachable = true;
  await world.clock.advance(2_000);
  expect(detail.phase.get()).toBe("ready");
  detail.close();
});

test("an archived task stays open in its detail and says so", async () => {
  const { world, task_id, board, detail } = await opened();
  world.server.do(world.topic, { type: "task.archive", task_id });
  await settle();
  expect(board.card(task_id).get()).toBeUndefined();
  expect(detail.view.get()).toMatchObject({ lifecycle: "archived", description: "Text" });
  board.send({ type: "task.unarchive", task_id });
  expect(detail.view.get()?.lifecycle).toBe("active");
  expect(board.card(task_id).get()).toMatchObject({ title: "Task" });
});
