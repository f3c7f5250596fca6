//! The administration of an organization over REST: its people and what they may do, its teams. What is live of it comes with the
//! organization's topic; this is what is asked for and changed.

import type { AccountId, Acknowledged, OrgId, OrgRole, TeamId, TeamRole, TeamView } from "../gen/protocol";
import type { Http } from "./http";

export type RoleId = string;
export type MemberStatus = "active" | "inactive";
export const PERMISSIONS = [
  "organization.update", "organization.settings", "members.add", "members.invite", "members.edit", "members.roles", "members.remove",
  "members.claim", "roles.manage", "teams.create", "teams.manage", "boards.create", "boards.manage", "usage.read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

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
  removeMember(org_id: OrgId, account_id: AccountId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${at(org_id)}/members/${account_id}`);
  }
  /** Both lists whole. */
  setPermissions(org_id: OrgId, account_id: AccountId, fields: { granted: readonly Permission[]; revoked: readonly Permission[] }): Promise<Acknowledged> {
    return this.#http.request("PUT", `${at(org_id)}/members/${account_id}/permissions`, { body: fields });
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
