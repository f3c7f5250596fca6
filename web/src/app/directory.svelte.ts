// Names of people. Events carry ids only; this is the one place that turns them into names. Whoever is not known yet is asked for
// when their name is first wanted, many in one question: an organization may have thousands of members, a screen shows few.
import { SvelteMap } from "svelte/reactivity";
import { LIMITS, type MemberEntry, Problem } from "../sdk";
import { client } from "./client";
import { t } from "./i18n/index.svelte";
import type { Place } from "./pictures.svelte";
import { session } from "./session.svelte";

/** Names that are wanted within it go into one question. */
const GATHER_MS = 20;
/** Before somebody whom the server did not name is asked for again. */
const AGAIN_MS = 30_000;
/** Before a question that got no answer is put again. */
const RETRY_MS = 5_000;

class Directory {
  #entries = new SvelteMap<string, MemberEntry>();
  #names = new SvelteMap<string, string>();
  /** Where each person's picture can be asked for. */
  readonly #pictures = new SvelteMap<string, Place>();
  /** Who a stand-in turned out to be. */
  readonly #claims = new SvelteMap<string, string>();
  /** Whose people are on the screen: names are wanted by id alone. */
  #org: string | undefined;
  readonly #wanted = new Map<string, Set<string>>();
  readonly #asked = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was learnt in other ways than by a question: an answer that was asked for before knows less. */
  #turn = 0;
  readonly #turns = new Map<string, number>();

  /** Names wanted from now on are of people of this organization. */
  open(org: string): void {
    this.#org = org;
  }

  /** Somebody of it, by their id; undefined while they are asked for, and when the server does not name them. */
  entry(org: string, account: string): MemberEntry | undefined {
    const known = this.#entries.get(`${org}/${account}`);
    if (!known) this.#want(org, account);
    return known;
  }

  /** Everybody of it who is known already; nobody is asked for. */
  among(org: string): MemberEntry[] {
    return [...this.#entries].filter(([key]) => key.startsWith(`${org}/`)).map(([, entry]) => entry);
  }

  name(account: string): string {
    const person = this.#claims.get(account) ?? account;
    const known = this.#names.get(person);
    if (known) return known;
    if (person === session.me?.account_id) return session.me.name;
    if (this.#org) this.#want(this.#org, person);
    return t("people.unknown");
  }

  /** Their picture; undefined where they have none. */
  picture(account: string): Place | undefined {
    const { me } = session;
    // One's own is known first here.
    if (account === me?.account_id) return me.avatar_id === undefined ? undefined : { id: me.avatar_id };
    return this.#pictures.get(this.#claims.get(account) ?? account);
  }

  /** What an answer said of people. */
  learn(org: string, entries: readonly MemberEntry[], asked = this.#turn): void {
    for (const entry of entries) {
      if ((this.#turns.get(entry.account_id) ?? 0) > asked) continue;
      this.#entries.set(`${org}/${entry.account_id}`, entry);
      if (this.#names.get(entry.account_id) !== entry.name) this.#names.set(entry.account_id, entry.name);
      const { account_id, avatar_id: id } = entry;
      if (id === undefined) this.#pictures.delete(account_id);
      else if (this.#pictures.get(account_id)?.id !== id) this.#pictures.set(account_id, { id, org });
    }
  }

  /** The turn of a question, to be said with what it learnt. */
  get turn(): number {
    return this.#turn;
  }

  /** Somebody is called otherwise from now on, wherever they are listed. */
  renamed(account: string, name: string): void {
    this.#newer(account);
    if (this.#names.has(account)) this.#names.set(account, name);
    for (const [key, entry] of this.#entries) if (entry.account_id === account) this.#entries.set(key, { ...entry, name });
  }

  /** Somebody does something else in an organization from now on. */
  entitled(org: string, account: string, title: string): void {
    this.#newer(account);
    const entry = this.#entries.get(`${org}/${account}`);
    if (entry) this.#entries.set(`${org}/${account}`, { ...entry, title });
  }

  /** A stand-in turned out to be somebody: what was theirs shows who it is. */
  claimed(placeholder: string, account: string): void {
    this.#claims.set(placeholder, account);
  }

  #newer(account: string): void {
    this.#turn += 1;
    this.#turns.set(account, this.#turn);
  }

  #want(org: string, account: string): void {
    const key = `${org}/${account}`;
    const asked = this.#asked.get(key);
    if (account === "" || (asked !== undefined && Date.now() - asked < AGAIN_MS)) return;
    this.#asked.set(key, Date.now());
    const wanted = this.#wanted.get(org) ?? new Set();
    this.#wanted.set(org, wanted.add(account));
    this.#timer ??= setTimeout(() => this.#ask(), GATHER_MS);
  }

  #ask(): void {
    this.#timer = undefined;
    for (const [org, wanted] of this.#wanted) {
      const all = [...wanted];
      for (let at = 0; at < all.length; at += LIMITS.members_named_max) void this.#read(org, all.slice(at, at + LIMITS.members_named_max));
    }
    this.#wanted.clear();
  }

  async #read(org: string, accounts: readonly string[]): Promise<void> {
    const turn = this.#turn;
    try {
      const { items } = await client.rest.members(org, { ids: accounts.join(",") });
      this.learn(org, items, turn);
      // Whoever is not named may have been a stand-in: then it is shown as who it is.
      if (items.length < accounts.length) {
        for (const claim of (await client.rest.org(org)).claims ?? []) {
          this.claimed(claim.placeholder_id, claim.account_id);
          if (accounts.includes(claim.placeholder_id) && !this.#names.has(claim.account_id)) this.#want(org, claim.account_id);
        }
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Not gone: only not answered.
      setTimeout(() => {
        for (const account of accounts) {
          this.#asked.delete(`${org}/${account}`);
          this.#want(org, account);
        }
      }, RETRY_MS);
    }
  }
}

export const directory = new Directory();
