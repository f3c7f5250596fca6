//! The administration of an organization over REST: its people and what they may do, its teams. What is live of it comes with the
//! organization's topic; this is what is asked for and changed.

import type { AccessView, AccountId, Acknowledged, BoardId, MemberStatus, OrgId, OrgRole, Permission, RoleId, TeamId, TeamRole, TeamView } from "../gen/protocol";
import type { Http } from "./http";

/** In the server's order. */
export const PERMISSIONS = [
  "organization.update", "organization.settings", "members.add", "members.invite", "members.edit", "members.roles", "members.remove",
  "members.claim", "roles.manage", "teams.create", "teams.manage", "boards.create", "boards.manage", "usage.read",
] as const satisfies readonly Permission[];

/** What is absent stays; null takes away. */
export interface ChangeMember {
  readonly role?: OrgRole;
  readonly role_id?: RoleId | null;
  readonly manager_id?: AccountId | null;
  readonly status?: MemberStatus;
  /** Job title; empty takes it away. */
  readonly title?: string;
}

const at = (org_id: OrgId): string => `/api/v1/orgs/${org_id}`;

export class Organizations {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  rename(org_id: OrgId, name: string): Promise<unknown> {
    return this.#http.request("PATCH", at(org_id), { body: { name } });
  }

  /** Somebody who has an account. */
  addMember(org_id: OrgId, fields: { email: string; role: OrgRole }): Promise<Acknowledged> {
    return this.#http.request("POST", `${at(org_id)}/members`, { body: fields });
  }
  changeMember(org_id: OrgId, account_id: AccountId, fields: ChangeMember): Promise<Acknowledged> {
    return this.#http.request("PATCH", `${at(org_id)}/members/${account_id}`, { body: fields });
  }
  /** Or leaves. `reassign`: to whom open tasks go: "nobody", "lead" (of the board's team), or a member's id. */
  removeMember(org_id: OrgId, account_id: AccountId, reassign?: string): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${at(org_id)}/members/${account_id}`, { query: { reassign } });
  }
  /** Both lists whole. */
  setPermissions(org_id: OrgId, account_id: AccountId, fields: { granted: readonly Permission[]; revoked: readonly Permission[] }): Promise<Acknowledged> {
    return this.#http.request("PUT", `${at(org_id)}/members/${account_id}/permissions`, { body: fields });
  }

  /** What a member may do, and why: in the organization, and in a team or on a board as well. */
  access(org_id: OrgId, query: { member?: AccountId; team?: TeamId; board?: BoardId }): Promise<AccessView> {
    return this.#http.request("GET", `${at(org_id)}/access`, { query: { ...query } });
  }

  createRole(org_id: OrgId, fields: { role_id: RoleId; name: string; permissions: readonly Permission[] }): Promise<unknown> {
    return this.#http.request("POST", `${at(org_id)}/roles`, { body: fields });
  }
  updateRole(org_id: OrgId, role_id: RoleId, fields: { name?: string; permissions?: readonly Permission[] }): Promise<Acknowledged> {
    return this.#http.request("PATCH", `${at(org_id)}/roles/${role_id}`, { body: fields });
  }
  deleteRole(org_id: OrgId, role_id: RoleId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${at(org_id)}/roles/${role_id}`);
  }

  createTeam(org_id: OrgId, fields: { team_id: TeamId; name: string }): Promise<TeamView> {
    return this.#http.request("POST", `${at(org_id)}/teams`, { body: fields });
  }
  updateTeam(org_id: OrgId, team_id: TeamId, fields: { name?: string }): Promise<Acknowledged> {
    return this.#http.request("PATCH", `${at(org_id)}/teams/${team_id}`, { body: fields });
  }
  deleteTeam(org_id: OrgId, team_id: TeamId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${at(org_id)}/teams/${team_id}`);
  }
  setTeamMember(org_id: OrgId, team_id: TeamId, account_id: AccountId, role: TeamRole): Promise<Acknowledged> {
    return this.#http.request("PUT", `${at(org_id)}/teams/${team_id}/members/${account_id}`, { body: { role } });
  }
  removeTeamMember(org_id: OrgId, team_id: TeamId, account_id: AccountId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${at(org_id)}/teams/${team_id}/members/${account_id}`);
  }
}
