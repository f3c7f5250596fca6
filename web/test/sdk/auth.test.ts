import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { expect, test } from "vitest";
import { Auth } from "../../src/sdk/auth";
import type { Environment } from "../../src/sdk/environment";
import { Http } from "../../src/sdk/http";
import { Problem, rangeOf } from "../../src/sdk/problem";
import { Rest } from "../../src/sdk/rest";
import { openStorage } from "../../src/sdk/storage";
import { settle } from "./support/clock";
import { World } from "./support/world";

function browser(world: World, changes: Partial<Environment> = {}) {
  const environment = { ...world.environment("ana"), ...changes };
  const http = new Http(environment);
  return { auth: new Auth(environment, http), rest: new Rest(http) };
}

const refreshes = (world: World): number => world.server.requests.filter((request) => request.endsWith("/auth/refresh")).length;

test("logging in gives a token that requests carry; it is in memory only", async () => {
  const world = new World();
  const { auth, rest } = browser(world);
  expect(auth.state.get()).toEqual({ kind: "unknown" });
  await auth.login({ email: "ana", password: "correct horse battery" });
  expect(auth.state.get()).toMatchObject({ kind: "authenticated", account_id: "ana" });
  expect(await rest.me()).toMatchObject({ account_id: "ana" });
  expect(refreshes(world)).toBe(0);
});

test("without a session the state is anonymous; without an answer it stays unknown", async () => {
  const world = new World();
  const { auth } = browser(world);
  world.server.reachable = false;
  expect(await auth.restore()).toEqual({ kind: "unknown" });
  world.server.reachable = true;
  expect(await auth.restore()).toEqual({ kind: "anonymous" });
});

test("on 401 the token is refreshed once, however many ask, and the requests are made again", async () => {
  const world = new World();
  const { auth, rest } = browser(world);
  await auth.login({ email: "ana", password: "correct horse battery" });
  world.server.tokens.clear();
  const answers = await Promise.all([rest.me(), rest.me(), rest.me(), rest.me()]);
  expect(answers.map((me) => me.account_id)).toEqual(["ana", "ana", "ana", "ana"]);
  expect(refreshes(world)).toBe(1);
});

test("when the session is over a request fails as unauthenticated and the state says so", async () => {
  const world = new World();
  const { auth, rest } = browser(world);
  await auth.login({ email: "ana", password: "correct horse battery" });
  world.server.tokens.clear();
  world.server.cookies.clear();
  await expect(rest.me()).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
  expect(auth.state.get()).toEqual({ kind: "anonymous" });
});

test("refreshing holds the lock that all tabs share", async () => {
  const world = new World();
  world.server.cookies.set("ana", "ana");
  const held: string[] = [];
  const { auth } = browser(world, {
    exclusive: async (name, task) => {
      held.push(name);
      const result = await task();
      held.push("free");
      return result;
    },
  });
  await auth.restore();
  await settle();
  expect(held).toEqual(["lockstep-refresh", "free"]);
});

test("problems are typed: code, field, limit, when to try again; a proxy's page is told by its status", async () => {
  const world = new World();
  const body = { type: "about:blank", title: "Too many", status: 429, detail: "Too many requests.", code: "rate_limited", retry_after_ms: 1200, request_id: "r1" };
  const limited = browser(world, { fetch: async () => new Response(JSON.stringify(body), { status: 429 }) });
  const problem = await limited.rest.orgs().catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ code: "rate_limited", temporary: true, retry_after_ms: 1200, request_id: "r1", message: "Too many requests." });
  const proxy = browser(world, { fetch: async () => new Response("<html>Bad gateway</html>", { status: 502 }) });
  expect(await proxy.rest.orgs().catch((error: unknown) => error)).toMatchObject({ code: "unavailable", temporary: true, unreachable: false });
  const none = browser(world, { fetch: () => Promise.reject(new TypeError("fetch failed")) });
  expect(await none.rest.orgs().catch((error: unknown) => error)).toMatchObject({ unreachable: true, temporary: true });
});

test("codes are acted on by their range", () => {
  expect([rangeOf("field_invalid"), rangeOf("token_expired"), rangeOf("forbidden"), rangeOf("busy"), rangeOf("internal")]).toEqual(["mend", "authenticate", "ask_access", "retry", "server_fault"]);
});

test("a first visit asks the server nothing; one after a log-in asks, and one after logging out does not", async () => {
  const world = new World();
  const first = await world.visit("ana");
  expect(first.client.auth.state.get()).toEqual({ kind: "anonymous" });
  expect(first.client.status.get()).toEqual({ kind: "stopped", reason: "logged_out" });
  expect(world.server.requests).toEqual([]);
  await first.client.auth.login({ email: "ana", password: "correct horse battery" });
  await settle();
  expect(first.client.status.get().kind).toBe("live");
  world.crash();
  const second = await world.visit("ana");
  expect(refreshes(world)).toBe(1);
  expect(second.client.auth.state.get()).toMatchObject({ kind: "authenticated" });
  await second.client.auth.logout();
  await settle();
  world.crash();
  const third = await world.visit("ana");
  expect(third.client.auth.state.get()).toEqual({ kind: "anonymous" });
  expect(refreshes(world)).toBe(1);
});

test("who logged out is not asked about again, also when what was kept of them was still going", async () => {
  const indexed_db = new IDBFactory();
  const world = new World({ indexed_db });
  const storage = await openStorage(indexed_db);
  await storage.setLastAccount("ana");
  const next = await world.visit("ana");
  expect(next.client.auth.state.get()).toEqual({ kind: "anonymous" });
  expect(world.server.requests).toEqual([]);
  expect(await storage.lastAccount()).toBeUndefined();
});

test("logging out everywhere ends this session too, unless the server could not be told: then nothing has ended", async () => {
  const world = new World();
  const { auth } = browser(world);
  await auth.login({ email: "ana", password: "correct horse battery" });
  world.server.reachable = false;
  await expect(auth.logoutAll()).rejects.toMatchObject({ unreachable: true });
  expect(auth.state.get()).toMatchObject({ kind: "authenticated" });
  world.server.reachable = true;
  await auth.logoutAll();
  expect(auth.state.get()).toEqual({ kind: "anonymous" });
  expect(world.server.requests.at(-1)).toMatch(/\/auth\/logout_all$/);
});
