// Access tokens: what is asked for, what is wrong with it, and lists whose answers come in any order.
import { expect, test } from "vitest";
import { Listed } from "../../src/app/listed.svelte";
import { checkToken, explainToken, tokenOf, withRead } from "../../src/features/tokens/token";
import { Problem } from "../../src/sdk";

const now = new Date(Date.UTC(2026, 10, 22, 12));

test("who may change may see, and scopes are in the server's order", () => {
  expect(withRead(["admin", "account"])).toEqual(["account", "read", "admin"]);
  expect(withRead(["account"])).toEqual(["account"]);
  expect(withRead(["write", "read"])).toEqual(["read", "write"]);
});

test("a token ends after its days, or when it is revoked", () => {
  expect(tokenOf({ name: " Backup ", scopes: ["read"], days: 7, now, password: "p" })).toEqual({ name: "Backup", scopes: ["read"], expires_at: Date.UTC(2026, 10, 29, 12) * 1000, password: "p" });
  expect(tokenOf({ name: "Backup", scopes: ["read"], days: 0, now })).toEqual({ name: "Backup", scopes: ["read"] });
});

test("what is missing is said at its field, and what the server refuses too", () => {
  expect(Object.keys(checkToken({ name: " ", scopes: [], password: "", needed: true }))).toEqual(["name", "scopes", "password"]);
  expect(checkToken({ name: "Bot", scopes: ["read"], password: "", needed: false })).toEqual({});
  expect(explainToken(new Problem("limit_reached", "", 409, undefined, 20))).toEqual({ form: "There may be 20 tokens. Revoke one first." });
  expect(explainToken(new Problem("field_invalid", "", 422, "password"))).toEqual({ password: "This is not your current password." });
  expect(explainToken(new Problem("fresh_login_required", "", 403))).toHaveProperty("form");
  expect(explainToken(new Problem("field_invalid", "", 422, "name"))).toHaveProperty("name");
});

/** A question whose answers are given by hand. */
function asked<T>() {
  const answers: Array<{ give: (items: readonly T[]) => void; fail: (error: unknown) => void }> = [];
  const list = new Listed<T>(() => new Promise((give, fail) => answers.push({ give, fail })));
  return { list, answers };
}

test("an older answer never replaces a newer one, whichever comes first", async () => {
  const { list, answers } = asked<number>();
  const both = [list.read(), list.read()];
  answers[1]?.give([1, 2]);
  answers[0]?.give([1]);
  await Promise.all(both);
  expect(list.items).toEqual([1, 2]);
  const failing = [list.read(), list.read()];
  answers[3]?.give([3]);
  answers[2]?.fail(new Problem("unavailable", "", 503));
  await Promise.all(failing);
  expect([list.items, list.failed]).toEqual([[3], false]);
});

test("what was taken away does not come back with an answer that was on its way", async () => {
  const { list, answers } = asked<number>();
  const first = list.read();
  answers[0]?.give([1, 2]);
  await first;
  const under_way = list.read();
  list.drop((each) => each === 1);
  answers[1]?.give([1, 2]);
  await under_way;
  expect(list.items).toEqual([2]);
});
