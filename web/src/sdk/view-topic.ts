//! An open organization or team: its view, folded with its events, with own changes shown once they are committed. Small and seldom
//! changed, so nothing is predicted here.

import type { AccountView, Event, Events, OrganizationView, OrgMemberView, RoleView, ServerMessage, TeamMemberView, TeamPermission, TeamView, ViewPart } from "../gen/protocol";
import { Box, Emitter } from "./cells";
import type { Commands } from "./commands";
import type { Consumer } from "./topics";
import type { TopicPhase } from "./types";

export interface Folding<V> {
  /** The view in a snapshot's parts. */
  of(parts: readonly ViewPart[]): V | undefined;
  /** `at`: when it happened. */
  reduce(view: V, event: Event, at: number, seq: number): V;
}

export class ViewTopic<V> implements Consumer {
  readonly presence = false;
  readonly phaseBox = new Box<TopicPhase>("loading");
  readonly view = new Box<V | undefined>(undefined);
  /** Lists of this organization may have changed, as of a position. */
  readonly hints = new Emitter<string | undefined>();
  readonly topic: string;
  #stale = false;
  readonly #folding: Folding<V>;
  readonly #commands: Commands;

  constructor(topic: string, folding: Folding<V>, commands: Commands) {
    this.topic = topic;
    this.#folding = folding;
    this.#commands = commands;
  }

  replace(parts: readonly ViewPart[]): boolean {
    const view = this.#folding.of(parts);
    if (view === undefined) return false;
    this.view.set(view);
    return true;
  }

  apply(message: Events): void {
    let view = this.view.get();
    const own = new Set<number>();
    for (const { event, at, seq, client_id, client_seq } of message.events) {
      if (view !== undefined) view = this.#folding.reduce(view, event, at, seq);
      if (client_seq !== undefined && client_id === this.#commands.client_id) own.add(client_seq);
    }
    this.view.set(view);
    this.#commands.echoed(this.topic, own, { epoch: message.epoch, seq: message.seq });
  }

  phase(phase: TopicPhase): void {
    if (phase === "missing" || phase === "revoked") this.view.set(undefined);
    this.phaseBox.set(phase);
  }

  stale(stale: boolean): void {
    // The connection's state tells it. What was hinted meanwhile went nowhere.
    if (this.#stale && !stale) this.hints.emit(undefined);
    this.#stale = stale;
  }

  caughtUp(): void {
    // Only boards tell.
  }

  moment(message: ServerMessage): void {
    // Presence is of boards.
    if (message.type === "lists_changed") this.hints.emit(message.position);
  }
}

const byId = <T extends { account_id: string }>(list: readonly T[], entry: T): T[] =>
  [...list.filter((one) => one.account_id !== entry.account_id), entry].sort((a, b) => (a.account_id < b.account_id ? -1 : 1));

/** Fields at their default are absent. */
type Change<T> = { [K in keyof T]?: T[K] | undefined };

const changed = <T extends object>(whole: T, change: Change<T>): T =>
  Object.fromEntries(Object.entries({ ...whole, ...change }).filter(([, value]) => value !== undefined)) as T;

const some = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);

const member = (view: OrganizationView, account: string, change: Change<OrgMemberView>): OrganizationView => ({
  ...view,
  members: view.members.map((one) => (one.account_id === account ? changed(one, change) : one)),
});

/** An offer holds as long as both are what they were when it was made. */
const offered = (view: OrganizationView): OrganizationView => {
  const acting = (account: string | undefined): OrgMemberView | undefined =>
    view.members.find((one) => one.account_id === account && one.inactive !== true);
  const from = acting(view.ownership_offer?.from_id);
  const to = acting(view.ownership_offer?.to_id);
  const stands = from?.role === "owner" && (to?.role === "member" || to?.role === "admin");
  return stands ? view : changed(view, { ownership_offer: undefined });
};

/** Whoever is gone manages nobody. */
const without = (view: OrganizationView, account: string): OrganizationView => ({
  ...view,
  members: view.members
    .filter((one) => one.account_id !== account)
    .map((one) => (one.manager_id === account ? changed(one, { manager_id: undefined }) : one)),
});

export const organizationFolding: Folding<OrganizationView> = {
  of(parts) {
    const [part] = parts;
    if (part?.kind !== "organization") return undefined;
    const { kind: _kind, ...view } = part;
    return view;
  },
  reduce(view, event, at) {
    switch (event.type) {
      case "organization.updated":
        return event.name === undefined ? view : { ...view, name: event.name };
      case "organization.logo.changed":
        return changed(view, { logo_id: event.logo_id });
      case "organization.settings.updated":
        return { ...view, settings: event.settings };
      case "organization.ownership.offered":
        return { ...view, ownership_offer: { from_id: event.from_id, to_id: event.to_id, expires_at: event.expires_at ?? 0 } };
      case "organization.ownership.withdrawn":
      case "organization.ownership.declined":
        return changed(view, { ownership_offer: undefined });
      case "organization.owner.changed":
        return offered(member(member(view, event.from_id, { role: "admin" }), event.to_id, { role: "owner" }));
      case "organization.deleted":
        return { ...view, deleted_at: at };
      case "organization.restored":
        return changed(view, { deleted_at: undefined });
      case "member.added": {
        const { account_id, role, placeholder, service } = event;
        const member: OrgMemberView = { account_id, role, ...(placeholder === true && { placeholder }), ...(service === true && { service }) };
        return { ...view, members: byId(view.members, member) };
      }
      case "member.role.changed":
        return offered(member(view, event.account_id, { role: event.role }));
      case "member.removed":
        return offered(without(view, event.account_id));
      case "member.claimed": {
        const { placeholder_id, account_id } = event;
        const claims = [...(view.claims ?? []).filter((claim) => claim.placeholder_id !== placeholder_id), { placeholder_id, account_id }];
        return offered({ ...without(view, placeholder_id), claims });
      }
      case "member.updated":
        return member(view, event.account_id, { manager_id: event.manager_id });
      case "member.status.changed":
        return offered(member(view, event.account_id, { inactive: event.status === "inactive" || undefined }));
      case "member.role.assigned":
        return member(view, event.account_id, { role_id: event.role_id });
      case "member.permissions.changed":
        return member(view, event.account_id, { granted: some(event.granted), revoked: some(event.revoked) });
      case "role.created": {
        const { role_id, name, permissions } = event;
        return { ...view, roles: [...(view.roles ?? []), { role_id, name, permissions }].sort((a, b) => (a.role_id < b.role_id ? -1 : 1)) };
      }
      case "role.updated": {
        const { role_id, name, permissions } = event;
        const changed = (role: RoleView): RoleView => ({ role_id, name: name ?? role.name, permissions: permissions ?? role.permissions });
        return { ...view, roles: (view.roles ?? []).map((role) => (role.role_id === role_id ? changed(role) : role)) };
      }
      case "role.deleted": {
        const members = view.members.map((one) => (one.role_id === event.role_id ? changed(one, { role_id: undefined }) : one));
        return changed(view, { members, roles: some((view.roles ?? []).filter((role) => role.role_id !== event.role_id)) });
      }
      default:
        return view;
    }
  },
};

export const accountFolding: Folding<AccountView> = {
  of(parts) {
    const [part] = parts;
    if (part?.kind !== "account") return undefined;
    const { kind: _kind, ...view } = part;
    return view;
  },
  reduce(view, event, at, seq) {
    switch (event.type) {
      case "user.timer.started": {
        const { entry_id, org_id, board_id, task_id } = event;
        return { ...view, timer: { entry_id, org_id, board_id, task_id, started_at: at } };
      }
      case "user.timer.stopped":
      case "user.timer.discarded": {
        const { timer: _over, ...rest } = view;
        return rest;
      }
      case "user.logged_in":
        return { ...view, sessions: [...view.sessions.filter((one) => one !== event.session_id), event.session_id] };
      case "user.logged_out":
        return { ...view, sessions: view.sessions.filter((one) => one !== event.session_id) };
      case "user.kept.changed":
        return { ...view, kept_seq: seq };
      default:
        return view;
    }
  },
};

/** In the order of the protocol. */
export const TEAM_PERMISSIONS: readonly TeamPermission[] = ["boards.create", "team.update", "team.members"];

export const teamFolding: Folding<TeamView> = {
  of(parts) {
    const [part] = parts;
    if (part?.kind !== "team") return undefined;
    const { kind: _kind, ...view } = part;
    return view;
  },
  reduce(view, event) {
    switch (event.type) {
      case "team.updated":
        return { ...view, ...(event.name !== undefined && { name: event.name }), ...(event.description !== undefined && { description: event.description }) };
      case "team.settings.updated": {
        const { default_board_id: _before, ...rest } = view;
        return { ...rest, assignee_rule: event.assignee_rule, ...(event.default_board_id !== undefined && { default_board_id: event.default_board_id }) };
      }
      case "team.permission.granted":
        return { ...view, permissions: TEAM_PERMISSIONS.filter((one) => one === event.permission || view.permissions.includes(one)) };
      case "team.permission.revoked":
        return { ...view, permissions: view.permissions.filter((one) => one !== event.permission) };
      case "team.lead.changed":
        return { ...view, members: byId(view.members, { account_id: event.account_id, role: event.role }) };
      case "team.deleted":
        return { ...view, deleted: true };
      case "team.member.added": {
        const member: TeamMemberView = { account_id: event.account_id, role: event.role };
        return { ...view, members: byId(view.members, member) };
      }
      case "team.member.removed":
        return { ...view, members: view.members.filter((member) => member.account_id !== event.account_id) };
      default:
        return view;
    }
  },
};
