// What a member may do in an organization, and why: as the server decides it, so that nothing is offered that would be refused. The
// server decides all the same.
import { type OrgMemberView, type OrgRole, PERMISSIONS, type Permission, type RoleView } from "../../sdk";

export type Member = OrgMemberView;
export type CustomRole = RoleView;

/** Why somebody may or may not: the first reason that decides. */
export type Reason =
  | { readonly allowed: true; readonly by: "owner" | "role" | "custom" | "granted" }
  | { readonly allowed: false; readonly by: "inactive" | "guest" | "revoked" | "nothing" };

const OF_ROLE: Record<OrgRole, readonly Permission[]> = { guest: [], member: ["teams.create", "boards.create"], admin: PERMISSIONS, owner: PERMISSIONS };

export function why(permission: Permission, member: Member, roles: readonly CustomRole[]): Reason {
  if (member.inactive) return { allowed: false, by: "inactive" };
  if (member.role === "owner") return { allowed: true, by: "owner" };
  if (member.role === "guest") return { allowed: false, by: "guest" };
  if (member.revoked?.includes(permission)) return { allowed: false, by: "revoked" };
  if (OF_ROLE[member.role].includes(permission)) return { allowed: true, by: "role" };
  if (roles.find((role) => role.role_id === member.role_id)?.permissions.includes(permission)) return { allowed: true, by: "custom" };
  return member.granted?.includes(permission) ? { allowed: true, by: "granted" } : { allowed: false, by: "nothing" };
}

export const permissionsOf = (member: Member, roles: readonly CustomRole[]): readonly Permission[] =>
  PERMISSIONS.filter((permission) => why(permission, member, roles).allowed);

const RANK: Record<OrgRole, number> = { guest: 0, member: 1, admin: 2, owner: 3 };

/** Nobody gives what they do not have. */
export function mayGive(role: OrgRole, asker: Member, roles: readonly CustomRole[]): boolean {
  if (asker.role === "owner") return !asker.inactive;
  const own = permissionsOf(asker, roles);
  return RANK[role] <= RANK[asker.role] && OF_ROLE[role].every((permission) => own.includes(permission));
}

/** Owners change everybody, others those who have less than they. */
export function mayTouch(other: Member, asker: Member, roles: readonly CustomRole[]): boolean {
  if (asker.role === "owner") return !asker.inactive;
  const own = permissionsOf(asker, roles);
  const theirs = permissionsOf({ ...other, inactive: false }, roles);
  return RANK[other.role] <= RANK[asker.role] && theirs.every((permission) => own.includes(permission)) && theirs.length < own.length;
}
