// Names of people. Events carry ids only; this is the one place that turns them into names. Whoever is not known yet is asked for
// when their name is first wanted, many in one question: an organization may have thousands of members, a screen shows few. When the
// server says that somebody may be called otherwise by now, they are asked for again if a screen shows them, and else when one does.
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
/** Without any word: guests are not told of everybody. */
const RENEW_MS = 300_000;

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
  readonly #asked = new Map<string, { readonly at: number; readonly turn: number }>();
  /** The turn of the question that each is known from. */
  readonly #learnt = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was learnt in other ways than by a question: an answer that was asked for before knows less. */
  #turn = 0;
  readonly #turns = new SvelteMap<string, number>();
  /** Whoever is known from before this turn may be called otherwise by now. */
  #floor = $state(0);
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    client.profiles.subscribe(({ accounts, within_ms }) => {
      const delay_ms = Math.random() * within_ms;
      if (accounts === undefined) this.#renewal ??= setTimeout(() => this.#renew(), delay_ms);
      else setTimeout(() => this.#changed(accounts), delay_ms);
    });
    const again = () => setTimeout(() => {
      this.#renew();
      again();
    }, RENEW_MS * (0.75 + Math.random() / 2));
    again();
  }

  /** Names wanted from now on are of people of this organization. */
  open(org: string): void {
    this.#org = org;
  }

  /** Somebody of it, by their id; undefined while they are asked for, and when the server does not name them. */
  entry(org: string, account: string): MemberEntry | undefined {
    const known = this.#entries.get(`${org}/${account}`);
    this.#look(org, account, known !== undefined);
    return known;
  }

  /** Everybody of it who is known already; nobody is asked for. */
  among(org: string): MemberEntry[] {
    return [...this.#entries].filter(([key]) => key.startsWith(`${org}/`)).map(([, entry]) => entry);
  }

  /** Who somebody is now who was a stand-in once. */
  person(account: string): string {
    return this.#claims.get(account) ?? account;
  }

  name(account: string): string {
    const person = this.person(account);
    const known = this.#names.get(person);
    if (!known && person === session.me?.account_id) return session.me.name;
    if (this.#org) this.#look(this.#org, person, known !== undefined);
    return known || t("people.unknown");
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
      this.#learnt.set(`${org}/${entry.account_id}`, asked);
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
    for (const [key, entry] of this.#entries) {
      if (entry.account_id !== account) continue;
      this.#entries.set(key, { ...entry, name });
      this.#learnt.set(key, this.#turn);
    }
  }

  /** Somebody does something else in an organization from now on. */
  entitled(org: string, account: string, title: string): void {
    this.#newer(account);
    const key = `${org}/${account}`;
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.set(key, { ...entry, title });
    this.#learnt.set(key, this.#turn);
  }

  /** A stand-in turned out to be somebody: what was theirs shows who it is. */
  claimed(placeholder: string, account: string): void {
    this.#claims.set(placeholder, account);
  }

  #newer(account: string): void {
    this.#turn += 1;
    this.#turns.set(account, this.#turn);
  }

  /** These may be called otherwise by now. */
  #changed(accounts: readonly string[]): void {
    for (const account of accounts) this.#newer(account);
    const { me } = session;
    // Changed at another device.
    if (me && accounts.includes(me.account_id)) void session.reload();
  }

  /** Anybody may. */
  #renew(): void {
    clearTimeout(this.#renewal);
    this.#renewal = undefined;
    this.#turn += 1;
    this.#floor = this.#turn;
  }

  /** Asks for whoever is not known, or was before what changed since. What reads this is told when that happens. */
  #look(org: string, account: string, known: boolean): void {
    const turn = Math.max(this.#turns.get(account) ?? 0, this.#floor);
    if (!known || (this.#learnt.get(`${org}/${account}`) ?? -1) < turn) this.#want(org, account, turn);
  }

  #want(org: string, account: string, turn = 0): void {
    const key = `${org}/${account}`;
    const asked = this.#asked.get(key);
    if (account === "" || (asked !== undefined && asked.turn >= turn && Date.now() - asked.at < AGAIN_MS)) return;
    this.#asked.set(key, { at: Date.now(), turn: this.#turn });
    const wanted = this.#wanted.get(org) ?? new Set();
    this.#wanted.set(org, wanted.add(account));
    this.#timer ??= setTimeout(() => this.#ask(), GATHER_MS);
  }

  /** The server does not name them there any more. */
  #forget(org: string, account: string): void {
    const key = `${org}/${account}`;
    this.#learnt.delete(key);
    if (!this.#entries.delete(key) || [...this.#entries.values()].some((entry) => entry.account_id === account)) return;
    this.#names.delete(account);
    this.#pictures.delete(account);
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
      const named = new Set(items.map((entry) => entry.account_id));
      for (const account of accounts) if (!named.has(account)) this.#forget(org, account);
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
