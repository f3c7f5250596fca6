// People of an organization, found by the server, a page at a time: what one types waits for a pause, and of several questions under way
// the one asked last counts.
import { type MemberEntry, type MemberPage, type MembersQuery, Problem } from "../sdk";
import { client } from "./client";
import { directory } from "./directory.svelte";
import { Latest } from "./latest";

/** How long somebody types before it is asked. */
const PAUSE_MS = 150;
const PAGE = 100;
/** A page of which little is left over is followed by the next, so many times. */
const PAGES_MAX = 5;
const ENOUGH = 20;

type Filter = Omit<MembersQuery, "ids" | "cursor" | "limit">;

export class PeopleSearch {
  readonly org: string;
  /** In the server's order; undefined until the first answer. */
  items: readonly MemberEntry[] | undefined = $state.raw();
  /** How many there are, shown or not. */
  total = $state(0);
  /** A question is under way, of which the list does not know yet. */
  busy = $state(false);
  /** The last question got no answer. */
  failed = $state(false);
  #next: string | undefined = $state();
  readonly #among: Filter;
  #filter: Filter = {};
  readonly #keep: (person: MemberEntry) => boolean;
  readonly #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** `keep` leaves people out of what was found; `total` counts them all the same. */
  constructor(org: string, among: Filter = {}, keep: (person: MemberEntry) => boolean = () => true) {
    this.org = org;
    this.#among = among;
    this.#keep = keep;
  }

  get more(): boolean {
    return this.#next !== undefined;
  }

  /** Asks for these after a pause; the first question is put at once. */
  find(filter: Filter): void {
    if (JSON.stringify(filter) === JSON.stringify(this.#filter) && this.#latest.asked) return;
    this.#filter = filter;
    clearTimeout(this.#timer);
    if (!this.#latest.asked) {
      void this.#read(undefined);
      return;
    }
    // What is on its way is no answer to this.
    this.#latest.drop();
    this.busy = true;
    this.#timer = setTimeout(() => void this.#read(undefined), PAUSE_MS);
  }

  /** Asks for whoever is called that. */
  type = (text: string): void => this.find({ ...this.#among, ...(text.trim() && { q: text.trim() }) });

  /** The same question again: something changed, or there was no answer. */
  again = (): void => {
    clearTimeout(this.#timer);
    void this.#read(undefined);
  };

  /** What follows. */
  follow = (): void => {
    if (this.#next !== undefined && !this.busy) void this.#read(this.#next);
  };

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#latest.drop();
  }

  async #read(from: string | undefined): Promise<void> {
    const counts = this.#latest.ask();
    const shown = from === undefined ? 0 : (this.items?.length ?? 0);
    // As many as there were: whoever has scrolled down stays where they are.
    const wanted = from === undefined ? Math.max(ENOUGH, Math.min(this.items?.length ?? 0, PAGES_MAX * PAGE)) : ENOUGH;
    const found: MemberEntry[] = [];
    let cursor = from;
    this.busy = true;
    try {
      let page: MemberPage;
      let pages = 0;
      do {
        const turn = directory.turn;
        page = await client.rest.members(this.org, { ...this.#filter, limit: PAGE, ...(cursor !== undefined && { cursor }) });
        if (!counts() || this.#closed) return;
        directory.learn(this.org, page.items, turn);
        found.push(...page.items.filter(this.#keep));
        cursor = page.next_cursor;
        pages += 1;
      } while (cursor !== undefined && found.length < wanted && pages < PAGES_MAX);
      const before = shown > 0 ? (this.items ?? []) : [];
      // Who moved between two pages is there once.
      const known = new Set(before.map((each) => each.account_id));
      this.items = [...before, ...found.filter((each) => !known.has(each.account_id))];
      this.total = page.total;
      this.#next = cursor;
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.failed = true;
    } finally {
      if (counts()) this.busy = false;
    }
  }
}
