// Pictures as addresses of the page's own memory: asked for once, kept while something shows them, given back afterwards.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pictures } from "../../src/app/pictures.svelte";

type Listener<T> = (value: T) => void;
const world = vi.hoisted(() => ({
  asked: [] as string[],
  fails: false,
  auth: { kind: "unknown" } as { kind: string; account_id?: string },
  onAuth: undefined as Listener<unknown> | undefined,
  onStatus: undefined as Listener<{ kind: string }> | undefined,
}));

vi.mock("../../src/app/client", async () => {
  const { Problem } = await import("../../src/sdk");
  const answer = (what: string) => {
    world.asked.push(what);
    return world.fails ? Promise.reject(new Problem("unavailable", "away", 0)) : Promise.resolve(new Blob([what]));
  };
  return {
    client: {
      auth: { state: { get: () => world.auth, subscribe: (fn: Listener<unknown>) => (world.onAuth = fn) } },
      status: { subscribe: (fn: Listener<{ kind: string }>) => (world.onStatus = fn) },
      rest: { avatar: () => answer("own"), picture: (org: string, id: string) => answer(`${org}/${id}`) },
    },
  };
});

let live: Set<string>;
let people = 0;
const ends: Array<() => void> = [];
/** Shows it until the test is over. */
const show = (place: { id: string; org?: string }) => {
  ends.push(pictures.use(place));
};
const enter = (auth: { kind: string; account_id?: string }) => {
  world.auth = auth;
  world.onAuth?.(auth);
};
beforeEach(() => {
  people += 1;
  enter({ kind: "authenticated", account_id: `person ${people}` });
  Object.assign(world, { asked: [], fails: false });
  live = new Set();
  let next = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => {
    const url = `blob:${next++}`;
    live.add(url);
    return url;
  });
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void live.delete(url));
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.restoreAllMocks();
});

const settled = () => vi.waitFor(() => expect(world.asked.length).toBeGreaterThan(0));

test("a picture is asked for once, however often it is shown, where its person is seen", async () => {
  for (let at = 0; at < 5; at += 1) show({ id: "face", org: "demo" });
  show({ id: "mine" });
  await vi.waitFor(() => expect([pictures.url("face"), pictures.url("mine")].filter(Boolean)).toHaveLength(2));
  expect(world.asked).toEqual(["demo/face", "own"]);
});

test("what is shown stays; of what is not, the last hundred", async () => {
  show({ id: "stays", org: "o" });
  const shown = Array.from({ length: 150 }, (_, at) => pictures.use({ id: `p${at}`, org: "o" }));
  await vi.waitFor(() => expect(live.size).toBe(151));
  for (const end of shown) end();
  expect(live.size).toBe(101);
  expect(pictures.url("p0")).toBeUndefined();
  expect(pictures.url("p149")).toBeDefined();
  expect(pictures.url("stays")).toBeDefined();
});

test("nothing is left to the next person at this browser", async () => {
  show({ id: "face", org: "o" });
  await vi.waitFor(() => expect(pictures.url("face")).toBeDefined());
  enter({ kind: "anonymous" });
  expect(pictures.url("face")).toBeUndefined();
  expect(live.size).toBe(0);
});

test("an answer that comes after its person is gone is not kept", async () => {
  show({ id: "face", org: "o" });
  enter({ kind: "anonymous" });
  await settled();
  await new Promise((done) => setTimeout(done, 0));
  expect(live.size).toBe(0);
});

test("what did not come is asked for again with the next connection", async () => {
  world.fails = true;
  show({ id: "face", org: "o" });
  await settled();
  await new Promise((done) => setTimeout(done, 0));
  expect(pictures.url("face")).toBeUndefined();
  world.fails = false;
  world.onStatus?.({ kind: "live" });
  await vi.waitFor(() => expect(pictures.url("face")).toBeDefined());
});
