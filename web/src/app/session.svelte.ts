// Who is logged in on this page, what they are called, and their organizations.
import { type AuthState, type Me, type OrganizationView, type OrgEntry, type Preferences, Problem, type UpdateMe } from "../sdk";
import { client } from "./client";
import { drafts } from "./drafts";
import { words } from "./i18n/index.svelte";
import { live } from "./live.svelte";
import { router, paths } from "./router.svelte";
import { theme } from "./theme.svelte";
import { toasts } from "./toasts.svelte";

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
  /** Changes of the profile, one after the other: each is made on what the one before left. */
  #changes: Promise<unknown> = Promise.resolve();
  #changed = 0;

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
    theme.onchosen = () => void this.#keepTheme();
    await client.start();
    this.asked = true;
  }

  async #entered(account: string): Promise<void> {
    const before = remembered(LAST_ACCOUNT);
    if (before && before !== account) drafts.forgetAll();
    remember(LAST_ACCOUNT, account);
    await this.reload();
    // What was chosen last counts: here and not yet told, or on another device.
    if (theme.unsaved) await this.#keepTheme();
    else if (this.me?.preferences.theme) theme.adopt(this.me.preferences.theme);
  }

  async reload(): Promise<void> {
    const changed = this.#changed;
    try {
      const me = await client.rest.me();
      // It may have been written before a change that was made meanwhile.
      if (changed !== this.#changed) return await this.reload();
      if (this.accountId !== me.account_id) return;
      this.orgs = me.orgs;
      this.failed = false;
      this.#met(me);
    } catch (error) {
      // Names come later; boards open from what is kept here.
      if (!(error instanceof Problem)) throw error;
      this.failed = true;
    }
  }

  /** Rejects with a `Problem` when it was refused. `fields` is asked for when its turn has come. */
  update(fields: (me: Me) => UpdateMe): Promise<void> {
    const change = this.#changes.then(async () => {
      const me = await client.rest.updateMe(fields(this.me ?? (await client.rest.me())));
      this.#changed += 1;
      if (this.accountId === me.account_id) this.#met(me);
    });
    this.#changes = change.catch(() => undefined);
    return change;
  }

  /** Shown instead of initials, in turn with the other changes of the profile. Rejects with a `Problem` when it was refused. */
  setAvatar(picture: Blob | undefined): Promise<void> {
    const change = this.#changes.then(async () => {
      const kept = picture ? await client.rest.setAvatar(picture) : await client.rest.removeAvatar();
      this.#changed += 1;
      if (!this.me) return;
      const { avatar_id: _before, ...rest } = this.me;
      this.me = kept ? { ...rest, avatar_id: kept.picture_id } : rest;
    });
    this.#changes = change.catch(() => undefined);
    return change;
  }

  prefer(preferences: Preferences): Promise<void> {
    return this.update((me) => ({ preferences: { ...me.preferences, ...preferences } }));
  }

  async #keepTheme(): Promise<void> {
    const { setting } = theme;
    if (client.auth.state.get().kind !== "authenticated") return;
    try {
      await this.prefer({ theme: setting });
      theme.saved(setting);
    } catch (error) {
      // It holds here, and is told with the next visit.
      if (!(error instanceof Problem)) throw error;
    }
  }

  #met(me: Me): void {
    this.me = me;
    words.formats(me.locale);
  }

  /** An organization that is followed says what it is called now, and what this person is there. */
  changed(org: string, view: OrganizationView): void {
    const role = view.members.find((member) => member.account_id === this.accountId)?.role;
    const known = this.orgs.find((each) => each.org_id === org);
    if (!known || !role || (known.name === view.name && known.role === role && known.logo_id === view.logo_id)) return;
    this.orgs = this.orgs.map((each) => {
      if (each.org_id !== org) return each;
      const { logo_id: _before, ...rest } = each;
      return { ...rest, name: view.name, role, ...(view.logo_id !== undefined && { logo_id: view.logo_id }) };
    });
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
    toasts.clear();
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
