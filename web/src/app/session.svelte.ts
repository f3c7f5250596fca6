// Who is logged in on this page, what they are called, and their organizations.
import { type AuthState, type Me, type OrganizationView, type OrgEntry, Problem } from "../sdk";
import { client } from "./client";
import { drafts } from "./drafts";
import { live } from "./live.svelte";
import { router, paths } from "./router.svelte";

const LAST_ORG = "lockstep.org";
/** Kept by the sync client. */
const SESSION_HINT = "lockstep.session";
const LAST_ACCOUNT = "lockstep.account";

class Session {
  readonly #auth = live(client.auth.state);
  me: Me | undefined = $state.raw();
  orgs: readonly OrgEntry[] = $state.raw([]);
  /** The first answer about the log-in has come, or the server cannot be reached. */
  asked = $state(false);
  /** The last question about names and organizations got no answer. */
  failed = $state(false);

  get state(): "unknown" | "anonymous" | "authenticated" {
    return this.#auth.value.kind;
  }

  get accountId(): string | undefined {
    const state = this.#auth.value;
    return state.kind === "authenticated" ? state.account_id : undefined;
  }

  /** Where a person lands without an address: the organization they were in last. */
  get homeOrg(): OrgEntry | undefined {
    const last = remembered(LAST_ORG);
    const standing = this.orgs.filter((org) => org.deleted_at === undefined);
    return standing.find((org) => org.org_id === last) ?? standing[0];
  }

  async start(): Promise<void> {
    const follow = (state: AuthState) => {
      if (state.kind === "authenticated") void this.#entered(state.account_id);
      if (state.kind === "anonymous") this.me = undefined;
    };
    client.auth.state.subscribe(follow);
    follow(client.auth.state.get());
    // Opened without a connection: the names come with it.
    client.status.subscribe((status) => {
      if (status.kind === "live" && !this.me && client.auth.state.get().kind === "authenticated") void this.reload();
    });
    // Another tab of this browser logged in.
    window.addEventListener("storage", (event) => {
      if (event.key === SESSION_HINT && event.newValue && client.auth.state.get().kind === "anonymous") void client.auth.restore();
    });
    await client.start();
    this.asked = true;
  }

  async #entered(account: string): Promise<void> {
    const before = remembered(LAST_ACCOUNT);
    if (before && before !== account) drafts.forgetAll();
    remember(LAST_ACCOUNT, account);
    await this.reload();
  }

  async reload(): Promise<void> {
    try {
      this.me = await client.rest.me();
      this.orgs = this.me.orgs;
      this.failed = false;
    } catch (error) {
      // Names come later; boards open from what is kept here.
      if (!(error instanceof Problem)) throw error;
      this.failed = true;
    }
  }

  async rename(name: string): Promise<void> {
    this.me = await client.rest.updateMe({ name });
  }

  /** An organization that is followed says what it is called now, and what this person is there. */
  changed(org: string, view: OrganizationView): void {
    const role = view.members.find((member) => member.account_id === this.accountId)?.role;
    const known = this.orgs.find((each) => each.org_id === org);
    if (!known || !role || (known.name === view.name && known.role === role)) return;
    this.orgs = this.orgs.map((each) => (each.org_id === org ? { ...each, name: view.name, role } : each));
  }

  visited(org: string): void {
    remember(LAST_ORG, org);
  }

  async logout(): Promise<void> {
    try {
      await client.auth.logout();
    } catch (error) {
      // The server may be away: this browser has forgotten the session all the same.
      if (!(error instanceof Problem)) throw error;
    }
    this.#left();
  }

  /** On every device. Rejects when the server could not be told: then nothing has ended. */
  async logoutEverywhere(): Promise<void> {
    await client.auth.logoutAll();
    this.#left();
  }

  /** The account is no more, and its sessions with it. */
  gone(): void {
    client.auth.forget();
    this.#left();
  }

  #left(): void {
    drafts.forgetAll();
    router.go(paths.login(), { replace: true });
  }
}

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Forbidden storage only costs the convenience.
  }
}

export const session = new Session();
