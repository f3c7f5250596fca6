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
  /** The names could not be read. */
  failed = $state(false);
  teams: readonly TeamEntry[] | undefined = $state.raw();
  teamsFailed = $state(false);
  invitations: readonly InvitationEntry[] | undefined = $state.raw();
  invitationsFailed = $state(false);
  readonly services = new Listed(() => client.tokens.services(this.id));

  constructor(id: string) {
    this.id = id;
    this.#handle = client.openOrganization(id);
    this.#view = live(this.#handle.view);
    this.#phase = live(this.#handle.phase);
    void this.readNames();
    let known = 0;
    this.#ends = [
      this.#handle.hints.subscribe(() => this.#later()),
      this.#handle.view.subscribe((view) => {
        if (view) session.changed(id, view);
        const count = view?.members.length ?? 0;
        // Somebody came, whose name is not here yet.
        if (count > known && known > 0) this.#later();
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

  /** Everybody, by name. Undefined while they are loading. */
  readonly people: readonly Person[] | undefined = $derived.by(() => {
    const members = this.view?.members;
    const entries = directory.members(this.id);
    if (!members || entries.length === 0) return undefined;
    const named = new Map(entries.map((entry) => [entry.account_id, entry]));
    const people = members.map((member) => ({ ...member, name: named.get(member.account_id)?.name ?? directory.name(member.account_id), title: named.get(member.account_id)?.title ?? "" }));
    const order = new Intl.Collator(undefined, { sensitivity: "base" });
    return people.sort((a, b) => order.compare(a.name, b.name));
  });

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
  person(id: string | undefined): Person | undefined {
    return this.people?.find((each) => each.account_id === id);
  }

  async readNames(): Promise<void> {
    this.failed = !(await directory.read(this.id));
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
      void this.readNames();
      if (this.teams) void this.readTeams();
      if (this.invitations) void this.readInvitations();
      if (this.services.items) void this.services.read();
    }, GAP_MS);
  }
}

const KEY = {};
export const provideOrg = (org: Org): Org => setContext(KEY, org);
export const useOrg = (): Org => getContext<Org>(KEY);
