// Public links: what is asked for, what is wrong with it, and the address that is handed on.
import { expect, test } from "vitest";
import { addressOf, checkLink, endOf, explainLink, linkOf } from "../../src/features/links/link";
import { Problem } from "../../src/sdk";

test("a link ends with the day that was chosen, or when it is revoked", () => {
  expect(linkOf({ name: " Neighbours ", day: "2026-12-31" })).toEqual({ name: "Neighbours", expires_at: new Date(2027, 0, 1).getTime() * 1000 });
  expect(linkOf({ name: " ", day: "" })).toEqual({});
  expect(endOf("not a day")).toBeUndefined();
});

test("a day that is over is said at its field, and what the server refuses too", () => {
  const now = new Date(2026, 10, 22, 12);
  expect(checkLink({ day: "2026-11-21", now })).toHaveProperty("expires_at");
  expect(checkLink({ day: "2026-11-22", now })).toEqual({});
  expect(checkLink({ day: "", now })).toEqual({});
  expect(explainLink(new Problem("limit_reached", "", 409, undefined, 20))).toEqual({ form: "There may be 20 links. Revoke one first." });
  expect(explainLink(new Problem("field_invalid", "", 422, "expires_at"))).toHaveProperty("expires_at");
});

test("what opens the board stands behind the # of the address", () => {
  const url = new URL(addressOf("https://boards.example.org", "lsl_x"));
  expect([url.pathname, url.search, url.hash]).toEqual(["/shared", "", "#lsl_x"]);
});
