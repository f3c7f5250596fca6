// The words on screen, in the language chosen. Texts live in en.json and de.json; a test checks that neither misses a key.
import en from "./en.json";

type Texts = typeof en;
type Plain<K> = K extends `${infer Base}_one` | `${infer Base}_other` ? Base : K;
export type Key = Plain<keyof Texts>;
export type Language = "en" | "de";
export type Values = Record<string, string | number>;

export const LANGUAGES: Array<{ code: Language; name: string }> = [
  { code: "en", name: "English" },
  { code: "de", name: "Deutsch" },
];

const STORED = "lockstep.language";

function firstLanguage(): Language {
  const wanted = typeof localStorage === "undefined" ? null : localStorage.getItem(STORED);
  const found = [wanted, ...(globalThis.navigator?.languages ?? [])].map((code) => code?.slice(0, 2));
  return (found.find((code) => code === "en" || code === "de") as Language | undefined) ?? "en";
}

/** `de-CH` is of CH; what names no region gives none. */
function regionOf(tag: string | undefined): string | undefined {
  try {
    return tag ? new Intl.Locale(tag).region : undefined;
  } catch {
    return undefined;
  }
}

const HERE = regionOf(globalThis.navigator?.language);

class Words {
  language: Language = $state("en");
  #region: string | undefined = $state(HERE);
  #texts: Record<string, string> = $state.raw(en);
  #plural = $derived(new Intl.PluralRules(this.language));

  /** The words of the language, dates and numbers as the person's region writes them. */
  get locale(): string {
    return this.#with(this.#region);
  }
  /** The same for a region that is not chosen yet. */
  localeOf(locale: string): string {
    return this.#with(regionOf(locale) ?? HERE);
  }
  #with(region: string | undefined): string {
    return region ? `${this.language}-${region}` : this.language;
  }

  /** What the account says; where it says nothing of a region, the browser's counts. */
  formats(locale: string): void {
    this.#region = regionOf(locale) ?? HERE;
  }

  /** Loads the language to begin with; English is always there. */
  async start(): Promise<void> {
    const language = firstLanguage();
    if (language !== "en") await this.choose(language, false);
    document.documentElement.lang = this.language;
  }

  async choose(language: Language, remember = true): Promise<void> {
    this.#texts = language === "de" ? (await import("./de.json")).default : en;
    this.language = language;
    document.documentElement.lang = language;
    if (remember) localStorage.setItem(STORED, language);
  }

  /** The text of a key. `{name}` takes a value; a `count` chooses between `_one` and `_other`. */
  text(key: string, values?: Values): string {
    let found = this.#texts[key];
    if (found === undefined && typeof values?.count === "number") {
      found = this.#texts[`${key}_${this.#plural.select(values.count) === "one" ? "one" : "other"}`];
    }
    if (found === undefined) return key;
    return fill(found, values);
  }
}

export function fill(text: string, values?: Values): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

export const words = new Words();
export const t = (key: Key, values?: Values): string => words.text(key, values);
/** For keys built from a word of the protocol, such as a code; falls back to the text given. */
export const tOr = (key: string, fallback: string, values?: Values): string => {
  const found = words.text(key, values);
  return found === key ? fallback : found;
};
