// What a member may do and why, and how people are found: pure, and the same as the server decides.
import { expect, test } from "vitest";
import { bytesText } from "../../src/features/org/bytes";
import { type CustomRole, type Member, mayGive, mayTouch, permissionsOf, why } from "../../src/features/org/permissions";
import { PERMISSIONS } from "../../src/sdk";

const member = (role: Member["role"], more: Partial<Member> = {}): Member => ({ account_id: role, role, ...more });
const helpers: CustomRole = { role_id: "r1", name: "Helpers", permissions: ["members.invite"] };

test("the reason is the first that decides", () => {
  const reason = (permission: (typeof PERMISSIONS)[number], who: Member) => why(permission, who, { roles: [helpers] });
  expect(reason("usage.read", member("owner", { revoked: ["usage.read"] }))).toEqual({ allowed: true, by: "owner" });
  expect(reason("boards.create", member("guest", { granted: ["boards.create"] }))).toEqual({ allowed: false, by: "guest" });
  expect(reason("boards.create", member("member"))).toEqual({ allowed: true, by: "role" });
  expect(reason("boards.create", member("member", { revoked: ["boards.create"] }))).toEqual({ allowed: false, by: "revoked" });
  expect(reason("members.invite", member("member", { role_id: "r1" }))).toEqual({ allowed: true, by: "custom" });
  expect(reason("members.invite", member("member", { granted: ["members.invite"] }))).toEqual({ allowed: true, by: "granted" });
  expect(reason("members.invite", member("member"))).toEqual({ allowed: false, by: "nothing" });
  expect(reason("members.invite", member("owner", { inactive: true }))).toEqual({ allowed: false, by: "inactive" });
  expect(permissionsOf(member("admin"), {})).toEqual(PERMISSIONS);
  // Some of it the organization decides for itself.
  const settings = { password_chars_min: 12, boards_by: "admin", invitations_by: "member" } as const;
  expect(permissionsOf(member("member"), { settings })).toEqual(["members.invite", "teams.create"]);
  expect(permissionsOf(member("member"), {})).toEqual(["teams.create", "boards.create"]);
});

test("nobody gives what they do not have, and nobody changes one who has as much", () => {
  const helper = member("member", { granted: ["members.roles"] });
  expect(["guest", "member", "admin", "owner"].filter((role) => mayGive(role as Member["role"], helper, {}))).toEqual(["guest", "member"]);
  expect(["guest", "member", "admin", "owner"].filter((role) => mayGive(role as Member["role"], member("admin"), {}))).toEqual(["guest", "member", "admin"]);
  expect(mayTouch(member("member"), helper, {})).toBe(true);
  expect(mayTouch(member("member", { granted: ["members.roles"] }), helper, {})).toBe(false);
  expect(mayTouch(member("admin"), member("admin"), {})).toBe(false);
  expect(mayTouch(member("owner"), member("owner"), {})).toBe(true);
  expect(mayTouch(member("member", { inactive: true, granted: ["members.roles"] }), helper, {})).toBe(false);
});

test("sizes are read as people say them", () => {
  expect([0, 999, 1_500, 12_345_678, 3_000_000_000_000].map((bytes) => bytesText(bytes, "en"))).toEqual(["0 bytes", "999 bytes", "1.5 kB", "12 MB", "3 TB"]);
});
