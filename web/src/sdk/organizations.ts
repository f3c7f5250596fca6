//! The administration of an organization over REST: its people and what they may do, its teams. What is live of it comes with the
//! organization's topic; this is what is asked for and changed.

import type { AccessView, AccountId, Acknowledged, BoardId, InvitationId, MemberStatus, OrgId, OrgRole, Permission, PictureId, Plan, RoleId, TeamId, TeamPermission, TeamRole, TeamView, UpdateSettings, UpdateTeamSettings } from "../gen/protocol";
import type { Http } from "./http";
import { Letters } from "./letters";

/** In the server's order. */
export const PERMISSIONS = [
  "organization.update", "organization.settings", "members.add", "members.invite", "members.edit", "members.roles", "members.remove",
  "members.claim", "roles.manage", "teams.create", "teams.manage", "boards.create", "boards.manage", "usage.read", "channels.create",
  "channels.manage",
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

/** What an organization takes up, against what it may. */
export interface Usage {
  readonly plan: Plan;
  readonly members: number;
  readonly members_max: number;
  readonly boards: number;
  readonly boards_max: number;
  readonly teams: number;
  readonly teams_max: number;
  readonly storage_bytes: number;
  readonly storage_bytes_max?: number;
}

/** To an address, or a link where none is given. */
export interface NewInvitation {
  readonly invitation_id: InvitationId;
  readonly email?: string;
  readonly role: OrgRole;
  readonly role_id?: RoleId;
  /** How many may accept a link. */
  readonly uses_max?: number;
  readonly expires_in_ms?: number;
}
/** One that nobody has answered yet. */
export interface InvitationEntry {
  readonly invitation_id: InvitationId;
  readonly email?: string;
  readonly role: OrgRole;
  readonly role_id?: RoleId;
  readonly uses_left: number;
  readonly uses_max: number;
  readonly invited_by: AccountId;
  readonly created_at: number;
  readonly expires_at: number;
}
/** What an invitation is for; with `code` it went to the caller's own address. */
export interface InvitationView {
  readonly org_id: OrgId;
  readonly organization: string;
  readonly role: OrgRole;
  readonly invited_by: string;
  readonly expires_at: number;
  readonly code?: string;
}

const at = (org_id: OrgId): string => `/api/v1/orgs/${org_id}`;

export class Organizations {
  readonly letters: Letters;
  readonly #http: Http;
  constructor(http: Http) {
    this.letters = new Letters(http);
    this.#http = http;
  }

  rename(org_id: OrgId, name: string): Promise<unknown> {
    return this.#http.request("PATCH", at(org_id), { body: { name } });
  }

  /** A PNG, JPEG or WebP; a small square of it is kept. */
  setLogo(org_id: OrgId, picture: Blob): Promise<{ readonly picture_id: PictureId }> {
    return this.#http.request("PUT", `${at(org_id)}/logo`, { picture });
  }
  removeLogo(org_id: OrgId): Promise<void> {
    return this.#http.request("DELETE", `${at(org_id)}/logo`);
  }
  updateSettings(org_id: OrgId, settings: UpdateSettings): Promise<Acknowledged> {
    return this.#http.request("PATCH", `${at(org_id)}/settings`, { body: settings });
  }
  usage(org_id: OrgId): Promise<Usage> {
    return this.#http.request("GET", `${at(org_id)}/usage`);
  }
  /** It is theirs once they accept. */
  offerOwnership(org_id: OrgId, account_id: AccountId): Promise<Acknowledged> {
    return this.#http.request("POST", `${at(org_id)}/ownership`, { body: { account_id } });
  }
  withdrawOwnership(org_id: OrgId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${at(org_id)}/ownership`);
  }
  answerOwnership(org_id: OrgId, answer: "accept" | "decline"): Promise<Acknowledged> {
    return this.#http.request("POST", `${at(org_id)}/ownership/${answer}`, { body: {} });
  }
  /** Its owners can restore it for 30 days. */
  remove(org_id: OrgId): Promise<Acknowledged> {
    return this.#http.request("DELETE", at(org_id));
  }
  restore(org_id: OrgId): Promise<Acknowledged> {
    return this.#http.request("POST", `${at(org_id)}/restore`, { body: {} });
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
  updateTeam(org_id: OrgId, team_id: TeamId, fields: { name?: string; description?: string }): Promise<Acknowledged> {
    return this.#http.request("PATCH", `${at(org_id)}/teams/${team_id}`, { body: fields });
  }
  /** Both are whole: without a default board there is none. */
  updateTeamSettings(org_id: OrgId, team_id: TeamId, settings: UpdateTeamSettings): Promise<Acknowledged> {
    return this.#http.request("PATCH", `${at(org_id)}/teams/${team_id}/settings`, { body: settings });
  }
  /** What members of the team may do who do not lead it. */
  setTeamPermission(org_id: OrgId, team_id: TeamId, permission: TeamPermission, granted: boolean): Promise<Acknowledged> {
    const path = `${at(org_id)}/teams/${team_id}/permissions/${permission}`;
    return granted ? this.#http.request("PUT", path, { body: {} }) : this.#http.request("DELETE", path);
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

  async invitations(org_id: OrgId): Promise<readonly InvitationEntry[]> {
    return (await this.#http.request<{ items: readonly InvitationEntry[] }>("GET", `${at(org_id)}/invitations`)).items;
  }
  /** `link`: told this once. */
  invite(org_id: OrgId, invitation: NewInvitation): Promise<{ readonly link?: string }> {
    return this.#http.request("POST", `${at(org_id)}/invitations`, { body: invitation });
  }
  revokeInvitation(org_id: OrgId, invitation_id: InvitationId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${at(org_id)}/invitations/${invitation_id}`);
  }
  resendInvitation(org_id: OrgId, invitation_id: InvitationId): Promise<Acknowledged> {
    return this.#http.request("POST", `${at(org_id)}/invitations/${invitation_id}/resend`, { body: {} });
  }
  /** For whoever has the code, which is in no address: those are in the logs of proxies. */
  invitation(code: string): Promise<InvitationView> {
    return this.#http.request("POST", "/api/v1/invitations/look", { body: { code }, anonymous: true });
  }
  acceptInvitation(code: string): Promise<{ readonly org_id: OrgId }> {
    return this.#http.request("POST", "/api/v1/invitations/accept", { body: { code } });
  }
  rejectInvitation(code: string): Promise<void> {
    return this.#http.request("POST", "/api/v1/invitations/reject", { body: { code } });
  }
  /** Those that went to the caller's address. */
  async myInvitations(): Promise<readonly InvitationView[]> {
    return (await this.#http.request<{ items: readonly InvitationView[] }>("GET", "/api/v1/me/invitations")).items;
  }
}
