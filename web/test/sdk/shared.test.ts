//! A board by a public link: found, followed without being seen, and gone when the link has ended.

import { expect, test } from "vitest";
import { openShared, type SharedBoard } from "../../src/sdk";
import { settle } from "./support/clock";
import { World } from "./support/world";

const LINK = "lsl_of-this-board";

/** A page that was opened by a link; `asked`: how the server answers where the board is. */
async function visit(world: World, asked: () => number = () => (world.server.tokens.has(LINK) ? 200 : 401)): Promise<SharedBoard> {
  const env = world.environment("visitor");
  const rest = env.fetch;
  const fetch: typeof env.fetch = async (input, init) => {
    const { pathname } = new URL(input);
    if (new Headers(init.headers).get("authorization") !== `Bearer ${LINK}`) throw new Error("the link goes along as a token");
    if (pathname !== "/api/v1/shared") return rest(input.replace("/api/v1/shared/", `/api/v1/orgs/${world.org_id}/boards/${world.board_id}/`), init);
    const status = asked();
    if (status === 0) throw new TypeError("fetch failed");
    const body = status === 200 ? { org_id: world.org_id, board_id: world.board_id, board: world.board.head() } : { code: "unauthenticated", temporary: false, message: "", status };
    return new Response(JSON.stringify(body), { status });
  };
  const shared = openShared(LINK, { ...env, fetch });
  shared.start();
  await settle();
  return shared;
}

test("a visitor follows the board live, is present nowhere, and reads a task", async () => {
  const world = new World();
  world.server.tokens.set(LINK, "nobody");
  const task = world.task("Before");
  const shared = await visit(world);
  const state = shared.state.get();
  if (state.kind !== "open") return expect.unreachable(state.kind);
  expect(state.board.card(task).get()?.title).toBe("Before");
  world.server.do(world.topic, { type: "task.update", task_id: task, title: "After" });
  await settle();
  expect(state.board.card(task).get()?.title).toBe("After");
  expect(world.server.heard.filter((message) => message.type === "join")).toEqual([expect.not.objectContaining({ presence: true })]);
  const detail = state.board.detail(task);
  await settle();
  expect(detail.view.get()?.face.title).toBe("After");
  detail.close();
  shared.close();
});

test("who is put out has nothing of the board any more, and does not come back by itself", async () => {
  for (const end of [4403, 4401]) {
    const world = new World();
    world.server.tokens.set(LINK, "nobody");
    const shared = await visit(world);
    expect(shared.state.get().kind).toBe("open");
    world.server.tokens.delete(LINK);
    world.server.cut(end);
    await settle();
    expect(shared.state.get()).toEqual({ kind: "over", before: true });
    const { dialled } = world.server;
    const before = dialled.length;
    shared.reconnect();
    await settle();
    expect(dialled.length).toBe(before);
  }
});

test("a connection that is lost is made again, and a link that opens nothing says so", async () => {
  const world = new World();
  const none = await visit(world);
  expect(none.state.get()).toEqual({ kind: "over", before: false });
  world.server.tokens.set(LINK, "nobody");
  const shared = await visit(world);
  world.server.cut();
  await settle();
  expect(shared.status.get().kind).toBe("offline");
  await world.clock.advance(60_000);
  await settle();
  expect(shared.status.get().kind).toBe("live");
  // A server that cannot be reached is asked again, and nobody is told that the link is over.
  let status = 0;
  const late = await visit(world, () => status);
  expect(late.state.get().kind).toBe("lost");
  status = 200;
  await world.clock.advance(60_000);
  await settle();
  expect(late.state.get().kind).toBe("open");
  shared.close();
  late.close();
});
