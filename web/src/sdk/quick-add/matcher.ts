// What every kind of phrase is read with: the words of a line, and where a phrase ends. domain/src/quick_add/matcher.rs.
import type { Day } from "./days";
import type { Word } from "./lex";
import type { Rule } from "./rule";
import type { Language } from "./vocabulary";

/** All that a line means depends on. */
export interface Context {
  readonly language: Language;
  /** Where the person is: today, and minutes since midnight. */
  readonly today: Day;
  readonly minute: number;
  /** 0 is Monday. Says which day "next week" begins with. */
  readonly weekStart: number;
  /** Whether 12/24 is a day in December. */
  readonly monthFirst: boolean;
}

export type Priority = "urgent" | "high" | "medium" | "low";

/** One thing that a line may say of a task. Times are minutes since midnight. */
export type Value =
  | { readonly kind: "due"; readonly date: Day; readonly time?: number | undefined }
  | { readonly kind: "time"; readonly time: number }
  | { readonly kind: "repeat"; readonly rule: Rule }
  | { readonly kind: "start"; readonly date: Day }
  | { readonly kind: "priority"; readonly priority: Priority }
  | { readonly kind: "estimate"; readonly minutes: number }
  | { readonly kind: "label" | "person" | "place"; readonly name: string };

/** The last word of a phrase, and whether the dot behind it is part of it ("24.", "dez."). */
export interface At {
  readonly last: number;
  readonly dot: boolean;
}

export type Found<T> = readonly [T, At] | undefined;

export class Matcher {
  constructor(readonly line: string, readonly words: readonly Word[], readonly context: Context) {}

  get language(): Language {
    return this.context.language;
  }
  get english(): boolean {
    return this.context.language === "en";
  }

  text(index: number): string {
    return this.words[index]?.folded ?? "";
  }
  raw(index: number): string {
    const word = this.words[index];
    return word === undefined ? "" : this.line.slice(word.body, word.coreEnd);
  }
  trail(index: number): string {
    const word = this.words[index];
    return word === undefined ? "" : this.line.slice(word.coreEnd, word.end);
  }

  plain(last: number): At {
    return { last, dot: false };
  }
  /** A phrase that ends in this word, and in its dot where it has one. */
  dotted(last: number): At {
    return { last, dot: this.trail(last).startsWith(".") };
  }
  named(last: number, short: boolean): At {
    return short ? this.dotted(last) : this.plain(last);
  }
  end({ last, dot }: At): number {
    return (this.words[last]?.coreEnd ?? 0) + (dot ? 1 : 0);
  }

  /** The word with which a phrase may go on: nothing closes it before. */
  next(at: At): number | undefined {
    return this.trail(at.last) === (at.dot ? "." : "") ? this.#word(at.last + 1) : undefined;
  }
  /** The same after a comma, and whether there is one. */
  nextInList(at: At): readonly [number, boolean] | undefined {
    const comma = this.trail(at.last) === (at.dot ? ".," : ",");
    const next = comma ? this.#word(at.last + 1) : this.next(at);
    return next === undefined ? undefined : [next, comma];
  }
  nextIs(at: At, wanted: readonly string[]): number | undefined {
    const next = this.next(at);
    return next !== undefined && wanted.includes(this.text(next)) ? next : undefined;
  }

  #word(index: number): number | undefined {
    const word = this.words[index];
    return word !== undefined && !word.escaped && word.quoted === undefined ? index : undefined;
  }
}
