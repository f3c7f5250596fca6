// What a member may do in an organization, and why: as the server decides it, so that nothing is offered that would be refused. The
// server decides all the same.
import { type OrganizationView, type OrgMemberView, type OrgRole, PERMISSIONS, type Permission, type RoleView } from "../../sdk";

export type Member = OrgMemberView;
export type CustomRole = RoleView;
/** What the organization decided for itself. */
export type Rules = Pick<OrganizationView, "roles" | "settings">;

/** Why somebody may or may not: the first reason that decides. */
export type Reason =
  | { readonly allowed: true; readonly by: "owner" | "role" | "custom" | "granted" }
  | { readonly allowed: false; readonly by: "inactive" | "guest" | "revoked" | "nothing" };

function ofRole(role: OrgRole, { settings }: Rules): readonly Permission[] {
  if (role === "guest") return [];
  if (role !== "member") return PERMISSIONS;
  return ["teams.create", ...((settings?.boards_by ?? "member") === "member" ? ["boards.create" as const] : []), ...(settings?.invitations_by === "member" ? ["members.invite" as const] : [])];
}

export function why(permission: Permission, member: Member, rules: Rules): Reason {
  if (member.inactive) return { allowed: false, by: "inactive" };
  if (member.role === "owner") return { allowed: true, by: "owner" };
  if (member.role === "guest") return { allowed: false, by: "guest" };
  if (member.revoked?.includes(permission)) return { allowed: false, by: "revoked" };
  if (ofRole(member.role, rules).includes(permission)) return { allowed: true, by: "role" };
  if (rules.roles?.find((role) => role.role_id === member.role_id)?.permissions.includes(permission)) return { allowed: true, by: "custom" };
  return member.granted?.includes(permission) ? { allowed: true, by: "granted" } : { allowed: false, by: "nothing" };
}

export const permissionsOf = (member: Member, rules: Rules): readonly Permission[] =>
  PERMISSIONS.filter((permission) => why(permission, member, rules).allowed);

const RANK: Record<OrgRole, number> = { guest: 0, member: 1, admin: 2, owner: 3 };

/** Nobody gives what they do not have. */
export function mayGive(role: OrgRole, asker: Member, rules: Rules): boolean {
  if (asker.role === "owner") return !asker.inactive;
  const own = permissionsOf(asker, rules);
  return RANK[role] <= RANK[asker.role] && ofRole(role, rules).every((permission) => own.includes(permission));
}

/** Owners change everybody, others those who have less than they. */
export function mayTouch(other: Member, asker: Member, rules: Rules): boolean {
  if (asker.role === "owner") return !asker.inactive;
  const own = permissionsOf(asker, rules);
  const theirs = permissionsOf({ ...other, inactive: false }, rules);
  return RANK[other.role] <= RANK[asker.role] && theirs.every((permission) => own.includes(permission)) && theirs.length < own.length;
}
