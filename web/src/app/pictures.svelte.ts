// Pictures of people and logos, as addresses of this page's own memory: an <img> sends no token, so the sync client asks for the bytes.
// What is on screen is kept, and some of what was; the rest is given back to the browser.
import { SvelteMap } from "svelte/reactivity";
import { type AuthState, Problem } from "../sdk";
import { client } from "./client";

/** Where a picture is asked for: in an organization whose people the person sees; without one, their own. */
export interface Place {
  readonly id: string;
  readonly org?: string | undefined;
}

/** How many are kept that nothing shows any more. */
const UNUSED_MAX = 100;
/** How many are asked for at once. */
const AT_ONCE = 6;

class Pictures {
  readonly #urls = new SvelteMap<string, string>();
  /** What is on screen, and how often. */
  readonly #users = new Map<string, { place: Place; count: number }>();
  /** Not on screen any more, the one left first first. */
  readonly #unused = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #waiting: Place[] = [];
  #asking = 0;

  constructor() {
    let account: string | undefined;
    // Nothing of one person's is left to the next at this browser.
    client.auth.state.subscribe((state: AuthState) => {
      const now = state.kind === "authenticated" ? state.account_id : undefined;
      if (state.kind !== "unknown" && account !== now) this.#forgetAll();
      account = now;
    });
    // What did not come while the server was away.
    client.status.subscribe((status) => {
      if (status.kind !== "live") return;
      for (const { place } of this.#users.values()) this.#want(place);
    });
  }

  /** Its address; undefined as long as it is not here. */
  url(id: string): string | undefined {
    return this.#urls.get(id);
  }

  /** Keeps it for something on screen until the answer is called. */
  use(place: Place): () => void {
    const { id } = place;
    this.#users.set(id, { place, count: (this.#users.get(id)?.count ?? 0) + 1 });
    this.#unused.delete(id);
    this.#want(place);
    return () => {
      const used = this.#users.get(id);
      if (used && used.count > 1) {
        used.count -= 1;
        return;
      }
      this.#users.delete(id);
      this.#unused.add(id);
      for (const oldest of this.#unused) {
        if (this.#unused.size <= UNUSED_MAX) break;
        this.#unused.delete(oldest);
        this.#forget(oldest);
      }
    };
  }

  #want(place: Place): void {
    if (this.#urls.has(place.id) || this.#asked.has(place.id)) return;
    this.#asked.add(place.id);
    this.#waiting.push(place);
    this.#next();
  }

  #next(): void {
    while (this.#asking < AT_ONCE) {
      const place = this.#waiting.shift();
      if (!place) return;
      this.#asking += 1;
      void this.#ask(place).finally(() => {
        this.#asking -= 1;
        this.#next();
      });
    }
  }

  async #ask({ id, org }: Place): Promise<void> {
    const account = this.#account();
    try {
      const bytes = org === undefined ? await client.rest.avatar() : await client.rest.picture(org, id);
      // Somebody else by now, or nobody shows it any more.
      if (account === this.#account() && this.#asked.has(id)) this.#urls.set(id, URL.createObjectURL(bytes));
    } catch (error) {
      // Initials stand for it; it is asked for again with the next connection, or by what shows it next.
      if (!(error instanceof Problem)) throw error;
    } finally {
      this.#asked.delete(id);
    }
  }

  #account(): string | undefined {
    const state = client.auth.state.get();
    return state.kind === "authenticated" ? state.account_id : undefined;
  }

  #forget(id: string): void {
    const url = this.#urls.get(id);
    if (url !== undefined) URL.revokeObjectURL(url);
    this.#urls.delete(id);
    this.#asked.delete(id);
  }

  #forgetAll(): void {
    this.#waiting.length = 0;
    this.#unused.clear();
    this.#asked.clear();
    for (const id of [...this.#urls.keys()]) this.#forget(id);
  }
}

export const pictures = new Pictures();
