// One organization as its administration sees it: who is in it, live, with their names; its teams; and what this person may do there.
import { getContext, setContext } from "svelte";
import { client } from "../../app/client";
import { directory } from "../../app/directory.svelte";
import { Latest } from "../../app/latest";
import { Listed } from "../../app/listed.svelte";
import { live } from "../../app/live.svelte";
import { session } from "../../app/session.svelte";
import { type InvitationEntry, type OrganizationHandle, type OrganizationView, type Permission, Problem, type TeamEntry } from "../../sdk";
import { type CustomRole, type Member, mayGive, mayTouch, type Rules, why } from "./permissions";

/** A member with what they are called. */
export type Person = Member & { readonly name: string; readonly title: string };

/** Hints come often while somebody works through a list. */
const GAP_MS = 1_000;
const NOBODY: Member = { account_id: "", role: "guest" };

export class Org {
  readonly id: string;
  readonly #handle: OrganizationHandle;
  readonly #view;
  readonly #phase;
  readonly #ends: Array<() => void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #asked = { teams: new Latest(), invitations: new Latest() };
  /** Counts what changed in who is here and what they do: lists that the server keeps are asked for again. */
  changes = $state(0);
  teams: readonly TeamEntry[] | undefined = $state.raw();
  teamsFailed = $state(false);
  invitations: readonly InvitationEntry[] | undefined = $state.raw();
  invitationsFailed = $state(false);
  readonly services = new Listed(() => client.tokens.services(this.id));
  readonly letters = new Listed(() => client.organizations.letters.list(this.id));
  readonly webhooks = new Listed(() => client.webhooks.list(this.id));

  constructor(id: string) {
    this.id = id;
    this.#handle = client.openOrganization(id);
    this.#view = live(this.#handle.view);
    this.#phase = live(this.#handle.phase);
    directory.open(id);
    let known = 0;
    this.#ends = [
      this.#handle.hints.subscribe(() => this.#later()),
      this.#handle.view.subscribe((view) => {
        if (view) session.changed(id, view);
        const count = view?.members.length ?? 0;
        if (count !== known && known > 0) this.#later();
        known = count;
      }),
    ];
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
    this.#handle.close();
  }

  get view(): OrganizationView | undefined {
    return this.#view.value;
  }
  get phase() {
    return this.#phase.value;
  }
  get name(): string {
    return this.view?.name ?? session.orgs.find((each) => each.org_id === this.id)?.name ?? "";
  }
  get logo(): string | undefined {
    return this.view ? this.view.logo_id : session.orgs.find((each) => each.org_id === this.id)?.logo_id;
  }
  get rules(): Rules {
    return this.view ?? {};
  }
  get roles(): readonly CustomRole[] {
    return this.view?.roles ?? [];
  }

  readonly me: Member = $derived.by(() => this.view?.members.find((member) => member.account_id === session.accountId) ?? NOBODY);

  readonly #members: ReadonlyMap<string, Member> = $derived(new Map(this.view?.members.map((member) => [member.account_id, member])));

  may(permission: Permission): boolean {
    return why(permission, this.me, this.rules).allowed;
  }
  mayGive(role: Member["role"]): boolean {
    return mayGive(role, this.me, this.rules);
  }
  mayTouch(member: Member): boolean {
    return mayTouch(member, this.me, this.rules);
  }
  role(id: string | undefined): CustomRole | undefined {
    return this.roles.find((role) => role.role_id === id);
  }
  /** A member with what they are called, as soon as it is known. */
  person(id: string | undefined): Person | undefined {
    const member = id === undefined ? undefined : this.#members.get(id);
    return member && { ...member, name: directory.name(member.account_id), title: directory.entry(this.id, member.account_id)?.title ?? "" };
  }
  member(id: string): Member | undefined {
    return this.#members.get(id);
  }

  touch(): void {
    this.changes += 1;
  }

  async readTeams(): Promise<void> {
    const counts = this.#asked.teams.ask();
    try {
      const teams = await client.rest.teams(this.id);
      if (!counts()) return;
      this.teams = teams;
      this.teamsFailed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.teamsFailed = true;
    }
  }

  async readInvitations(): Promise<void> {
    const counts = this.#asked.invitations.ask();
    try {
      const invitations = await client.organizations.invitations(this.id);
      if (!counts()) return;
      this.invitations = invitations;
      this.invitationsFailed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.invitationsFailed = true;
    }
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.touch();
      if (this.teams) void this.readTeams();
      if (this.invitations) void this.readInvitations();
      if (this.services.items) void this.services.read();
    }, GAP_MS);
  }
}

const KEY = {};
export const provideOrg = (org: Org): Org => setContext(KEY, org);
export const useOrg = (): Org => getContext<Org>(KEY);
