// Names of people, per organization. Events carry ids only; this is the one place that turns them into names.
import { SvelteMap } from "svelte/reactivity";
import { type MemberEntry, Problem } from "../sdk";
import { client } from "./client";
import { t } from "./i18n/index.svelte";
import { Latest } from "./latest";
import type { Place } from "./pictures.svelte";
import { session } from "./session.svelte";

const AGAIN_MS = 5_000;

class Directory {
  #members = new SvelteMap<string, readonly MemberEntry[]>();
  #names = new SvelteMap<string, string>();
  /** Where each person's picture can be asked for. */
  #pictures = new SvelteMap<string, Place>();
  #asked = new Map<string, number>();
  #latest = new Map<string, Latest>();

  /** Loads the organization's people; once, unless `again`. */
  async load(org: string, again = false): Promise<void> {
    const last = this.#asked.get(org);
    if (last !== undefined && (!again || Date.now() - last < AGAIN_MS)) return;
    await this.read(org);
  }

  /** Asks now, whenever it was asked last. False when there was no answer. */
  async read(org: string): Promise<boolean> {
    this.#asked.set(org, Date.now());
    const latest = this.#latest.get(org) ?? new Latest();
    this.#latest.set(org, latest);
    const counts = latest.ask();
    try {
      const [members, { claims }] = await Promise.all([client.rest.members(org), client.rest.org(org)]);
      // What is known is newer than this answer, or will be.
      if (!counts()) return this.#members.has(org) || (await this.read(org));
      for (const { account_id, name, avatar_id: id } of members) {
        this.#names.set(account_id, name);
        if (id === undefined) this.#pictures.delete(account_id);
        else if (this.#pictures.get(account_id)?.id !== id) this.#pictures.set(account_id, { id, org });
      }
      // What was a stand-in's is shown as that of who it is.
      for (const claim of claims ?? []) this.#names.set(claim.placeholder_id, this.#names.get(claim.account_id) ?? t("people.unknown"));
      this.#members.set(org, members);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!counts()) return true;
      this.#asked.delete(org);
      return false;
    }
  }

  /** Somebody is called otherwise from now on, wherever they are listed. */
  renamed(account: string, name: string): void {
    for (const latest of this.#latest.values()) latest.drop();
    if (this.#names.has(account)) this.#names.set(account, name);
    for (const [org, members] of this.#members) {
      this.#members.set(org, members.map((member) => (member.account_id === account ? { ...member, name } : member)));
    }
  }

  /** Somebody does something else in an organization from now on. */
  entitled(org: string, account: string, title: string): void {
    this.#latest.get(org)?.drop();
    const members = this.#members.get(org);
    if (members) this.#members.set(org, members.map((member) => (member.account_id === account ? { ...member, title } : member)));
  }

  members(org: string): readonly MemberEntry[] {
    return this.#members.get(org) ?? [];
  }

  name(account: string): string {
    const known = this.#names.get(account);
    if (known) return known;
    if (account === session.me?.account_id) return session.me.name;
    return t("people.unknown");
  }

  /** Their picture; undefined where they have none. */
  picture(account: string): Place | undefined {
    const { me } = session;
    // One's own is known first here.
    if (account === me?.account_id) return me.avatar_id === undefined ? undefined : { id: me.avatar_id };
    return this.#pictures.get(account);
  }

  knows(account: string): boolean {
    return this.#names.has(account);
  }
}

export const directory = new Directory();
