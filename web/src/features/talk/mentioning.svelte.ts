// A field in which people are named by `@`: what it shows, what is kept of it, and the list of whom a name that is being typed may mean.
import { tick } from "svelte";
import { directory } from "../../app/directory.svelte";
import { PeopleSearch } from "../../app/people-search.svelte";
import type { MemberEntry } from "../../sdk";
import { type Named, picked, shown, typed, written } from "./mentions";

const SHOWN_MAX = 6;

/** Whom one can mean: a person, a team, everybody here. */
export interface Mentionable extends Named {
  readonly person?: MemberEntry;
  readonly hint?: string;
}

interface Parts {
  readonly org: string;
  /** Who of the organization may read it. */
  readonly sees: (person: MemberEntry) => boolean;
  /** Teams, and everybody, where one can mean them. */
  readonly wide?: () => readonly Mentionable[];
}

const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether each word that is typed begins a word of the name or the job title: what was found for fewer letters may not fit any more. */
function fits(person: MemberEntry, query: string): boolean {
  const own = folded(`${person.name} ${person.title ?? ""}`).split(/[\s-]+/);
  return folded(query).split(/\s+/).every((word) => own.some((each) => each.startsWith(word)));
}

export class Mentioning {
  readonly #parts: Parts;
  #search: PeopleSearch | undefined = $state.raw();
  text = $state("");
  #people: readonly Named[] = $state.raw([]);
  /** The name that is being typed, until it is left. */
  #naming: { at: number; query: string } | undefined = $state.raw();
  chosen = $state(0);
  field: HTMLTextAreaElement | undefined;

  constructor(parts: Parts, plain: string) {
    this.#parts = parts;
    this.show(plain);
  }

  /** What is kept. */
  get plain(): string {
    return written(this.text, [...this.#people, ...this.#wide.filter((each) => !this.#people.some((known) => known.name === each.name))]);
  }

  get bytes(): number {
    return new TextEncoder().encode(this.plain).length;
  }

  show(plain: string): void {
    const wide = this.#wide;
    const begun = shown(plain, (id) => wide.find((each) => each.id === id)?.name ?? (id.includes(":") || id === "channel" ? undefined : directory.entry(this.#parts.org, id)?.name));
    this.text = begun.text;
    this.#people = begun.people;
  }

  get found(): readonly Mentionable[] {
    const naming = this.#naming;
    if (!naming) return [];
    const query = naming.query.toLowerCase();
    const wide = this.#wide.filter((each) => each.name.toLowerCase().startsWith(query));
    // Two people of one name could not be told apart in the field: whoever is in it already keeps it.
    const taken = (person: MemberEntry) => this.#people.some((each) => each.name === person.name && each.id !== person.account_id);
    const people = (this.#search?.items ?? []).filter((person) => !taken(person) && fits(person, query)).map((person): Mentionable => ({ id: person.account_id, name: person.name, person, ...(person.title && { hint: person.title }) }));
    return [...people, ...wide].slice(0, SHOWN_MAX);
  }

  get open(): boolean {
    return this.found.length > 0;
  }

  get at(): number {
    return Math.min(this.chosen, this.found.length - 1);
  }

  /** The text or the caret changed. */
  look = (): void => {
    const { field } = this;
    const now = field && field.selectionStart === field.selectionEnd ? typed(field.value, field.selectionStart) : undefined;
    if (now && (now.at !== this.#naming?.at || now.query !== this.#naming.query)) {
      this.#search ??= new PeopleSearch(this.#parts.org, { status: "active" }, (person) => this.#parts.sees(person));
      this.#search.type(now.query);
      this.chosen = 0;
    }
    this.#naming = now;
  };

  leave = (): void => {
    this.#naming = undefined;
  };

  pick = async (one: Mentionable): Promise<void> => {
    const { field } = this;
    if (!field || !this.#naming) return;
    const next = picked(this.text, field.selectionStart, this.#naming.at, one.name);
    this.#people = [...this.#people.filter((each) => each.id !== one.id), { id: one.id, name: one.name }];
    this.text = next.text;
    this.#naming = undefined;
    await tick();
    field.focus();
    field.setSelectionRange(next.caret, next.caret);
  };

  /** The keys of the list while it is open; whether this was one. */
  choose(event: KeyboardEvent): boolean {
    const { found } = this;
    const current = found[this.at];
    if (!current || event.ctrlKey || event.metaKey || event.isComposing) return false;
    if (event.key === "ArrowDown") this.chosen = (this.at + 1) % found.length;
    else if (event.key === "ArrowUp") this.chosen = (this.at + found.length - 1) % found.length;
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") void this.pick(current);
    else if (event.key === "Escape") this.leave();
    else return false;
    event.preventDefault();
    // The panel would close on Escape.
    event.stopPropagation();
    return true;
  }

  close(): void {
    this.#search?.close();
  }

  get #wide(): readonly Mentionable[] {
    return this.#parts.wide?.() ?? [];
  }
}
