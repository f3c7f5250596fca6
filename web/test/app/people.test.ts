// Names by ids in few questions, and people found by the server: of several answers the newest question's counts.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { client } from "../../src/app/client";
import { directory } from "../../src/app/directory.svelte";
import { PeopleSearch } from "../../src/app/people-search.svelte";
import { type MemberEntry, type MemberPage, type MembersQuery, Problem } from "../../src/sdk";

// Both need a page.
const told = vi.hoisted(() => ({ listeners: [] as Array<(change: { accounts?: readonly string[]; within_ms: number }) => void> }));
vi.mock("../../src/app/client", () => ({
  client: {
    rest: { members: () => undefined, org: () => undefined },
    profiles: { subscribe: (fn: (typeof told.listeners)[number]) => told.listeners.push(fn) },
  },
}));
vi.mock("../../src/app/session.svelte", () => ({ session: { me: undefined } }));

const ORG = "org";
const person = (name: string, more: Partial<MemberEntry> = {}): MemberEntry => ({ account_id: name.toLowerCase(), name, role: "member", placeholder: false, service: false, status: "active", team_ids: [], open_tasks: 0, ...more });
const page = (items: readonly MemberEntry[], more: Partial<MemberPage> = {}): MemberPage => ({ items, total: items.length, ...more });
const refused = () => new Problem("unavailable", "Not now.", 503);

/** Questions that were put, with what answers them. */
let asked: Array<{ query: MembersQuery; answer: (page: MemberPage) => void; fail: () => void }>;

/** Stand-ins, and who they turned out to be. */
let claims: Array<{ placeholder_id: string; account_id: string }>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  claims = [];
  vi.spyOn(client.rest, "org").mockImplementation(async () => ({ claims }) as unknown as Awaited<ReturnType<typeof client.rest.org>>);
  vi.spyOn(client.rest, "members").mockImplementation((_, query = {}) => new Promise((resolve, reject) => asked.push({ query, answer: resolve, fail: () => reject(refused()) })));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const settle = () => vi.advanceTimersByTimeAsync(0);

test("names that are wanted together are asked for together, and each once", async () => {
  directory.open(ORG);
  for (let turn = 0; turn < 3; turn += 1) for (const id of ["ann", "bob"]) expect(directory.name(id)).not.toBe("Ann");
  const many = Array.from({ length: 150 }, (_, at) => `many${at}`);
  for (const id of many) directory.name(id);
  await vi.advanceTimersByTimeAsync(20);
  expect(asked.map((each) => each.query.ids?.split(",").length)).toEqual([100, 52]);
  asked[0]?.answer(page([person("Ann"), person("Bob")]));
  asked[1]?.answer(page([]));
  await settle();
  expect([directory.name("ann"), directory.name("bob")]).toEqual(["Ann", "Bob"]);
  for (const id of [...many, "ann"]) directory.name(id);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.length).toBe(2);
  expect(directory.entry(ORG, "ann")?.name).toBe("Ann");
});

test("whoever may be called otherwise is asked for again when shown, at a moment of one's own, and what was asked before counts no more", async () => {
  const say = (change: { accounts?: readonly string[]; within_ms: number }) => told.listeners.forEach((fn) => fn(change));
  directory.open(ORG);
  directory.name("eva");
  await vi.advanceTimersByTimeAsync(20);
  asked[0]?.answer(page([person("Eva", { avatar_id: "one" })]));
  await settle();
  expect([directory.name("eva"), directory.picture("eva")?.id]).toEqual(["Eva", "one"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.length).toBe(1);
  say({ accounts: ["eva", "nobody shows them"], within_ms: 400 });
  directory.name("eva");
  await vi.advanceTimersByTimeAsync(400);
  // What is shown meanwhile is what was known.
  expect(directory.name("eva")).toBe("Eva");
  await vi.advanceTimersByTimeAsync(20);
  expect(asked.map((each) => each.query.ids)).toEqual(["eva", "eva"]);
  // Changed once more before the answer: it may know less.
  say({ accounts: ["eva"], within_ms: 0 });
  await settle();
  asked[1]?.answer(page([person("Eva", { name: "Eva B" })]));
  await settle();
  expect(directory.name("eva")).toBe("Eva");
  await vi.advanceTimersByTimeAsync(20);
  asked[2]?.answer(page([person("Eva", { name: "Eva C" })]));
  await settle();
  expect([directory.name("eva"), directory.entry(ORG, "eva")?.name, directory.picture("eva")]).toEqual(["Eva C", "Eva C", undefined]);
  // After a connection was lost anybody may be; however often it is said, it is asked once.
  for (let times = 0; times < 5; times += 1) say({ within_ms: 250 });
  await vi.advanceTimersByTimeAsync(250);
  directory.name("eva");
  await vi.advanceTimersByTimeAsync(20);
  expect(asked.length).toBe(4);
  // Whom the server does not name any more is forgotten.
  asked[3]?.answer(page([]));
  await settle();
  expect([directory.name("eva"), directory.entry(ORG, "eva")]).toEqual([expect.not.stringContaining("Eva"), undefined]);
});

test("what was a stand-in's is called as who it turned out to be", async () => {
  directory.open(ORG);
  claims = [{ placeholder_id: "imported", account_id: "dora" }];
  directory.name("imported");
  await vi.advanceTimersByTimeAsync(20);
  asked[0]?.answer(page([]));
  await vi.advanceTimersByTimeAsync(20);
  expect(asked.map((each) => each.query.ids)).toEqual(["imported", "dora"]);
  asked[1]?.answer(page([person("Dora")]));
  await settle();
  expect(directory.name("imported")).toBe("Dora");
  directory.learn(ORG, [person("Card writer")]);
  directory.claimed("card writer", "dora");
  expect(directory.name("card writer")).toBe("Dora");
});

test("a question without an answer is put again, and a name that changed meanwhile stays", async () => {
  directory.open(ORG);
  directory.name("cid");
  await vi.advanceTimersByTimeAsync(20);
  asked[0]?.fail();
  await vi.advanceTimersByTimeAsync(5_100);
  expect(asked.map((each) => each.query.ids)).toEqual(["cid", "cid"]);
  directory.learn(ORG, [person("Cid", { name: "Older" })]);
  directory.renamed("cid", "Newer");
  asked[1]?.answer(page([person("Cid", { name: "Older" })]));
  await settle();
  expect(directory.name("cid")).toBe("Newer");
});

test("what is typed waits for a pause, and an older answer never shows", async () => {
  const search = new PeopleSearch(ORG, { status: "active" });
  search.type("");
  search.type("a");
  search.type("an");
  expect(asked.length).toBe(1);
  expect(search.busy).toBe(true);
  await vi.advanceTimersByTimeAsync(150);
  expect(asked.map((each) => each.query.q)).toEqual([undefined, "an"]);
  expect(asked[1]?.query.status).toBe("active");
  asked[1]?.answer(page([person("Ann")]));
  await settle();
  asked[0]?.answer(page([person("Everybody")]));
  await settle();
  expect(search.items?.map((each) => each.name)).toEqual(["Ann"]);
  expect(search.busy).toBe(false);
  search.type("an ");
  await vi.advanceTimersByTimeAsync(500);
  expect(asked.length).toBe(2);
});

test("pages follow, nobody is there twice, and whoever is left out makes room for the next page", async () => {
  const search = new PeopleSearch(ORG, {}, (each) => each.role !== "guest");
  search.type("");
  asked[0]?.answer(page([person("Ann"), person("Gus", { role: "guest" })], { total: 4, next_cursor: "two" }));
  await settle();
  expect(asked[1]?.query.cursor).toBe("two");
  asked[1]?.answer(page(Array.from({ length: 20 }, (_, at) => person(`B${at}`)), { total: 30, next_cursor: "three" }));
  await settle();
  expect(search.items?.length).toBe(21);
  expect(search.more).toBe(true);
  search.follow();
  search.follow();
  expect(asked.length).toBe(3);
  asked[2]?.answer(page([person("Ann"), person("Zoe")], { total: 30 }));
  await settle();
  expect(search.items?.filter((each) => each.name === "Ann").length).toBe(1);
  expect([search.items?.at(-1)?.name, search.more, search.total]).toEqual(["Zoe", false, 30]);
  search.follow();
  expect(asked.length).toBe(3);
});

test("a search that failed says so, keeps what was there and is put again", async () => {
  const search = new PeopleSearch(ORG);
  search.type("");
  asked[0]?.fail();
  await settle();
  expect([search.failed, search.busy, search.items]).toEqual([true, false, undefined]);
  search.again();
  asked[1]?.answer(page([person("Ann")]));
  await settle();
  expect([search.failed, search.items?.length]).toEqual([false, 1]);
  search.close();
  search.again();
  asked[2]?.answer(page([]));
  await settle();
  expect(search.items?.length).toBe(1);
});
