// The words of both languages, as numbers: domain/src/quick_add/vocabulary.rs. What is spelt in two ways is here twice.

export type Language = "en" | "de";
export type Unit = "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year";

/** Words by what they mean, the first meaning `from`. */
function table(from: number, ...rows: string[]): ReadonlyMap<string, number> {
  return new Map(rows.flatMap((row, index) => row.split(" ").map((word) => [word, index + from] as const)));
}

const WEEKDAYS = {
  en: table(0, "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
  de: table(0, "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag sonnabend", "sonntag"),
};
const SHORT_WEEKDAYS = {
  en: table(0, "mon", "tue tues", "wed", "thu thur thurs", "fri", "sat", "sun"),
  de: table(0, "mo", "di", "mi", "do", "fr", "sa", "so"),
};
const MONTHS = {
  en: table(1, "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
  de: table(1, "januar jänner", "februar feber", "märz maerz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"),
};
const SHORT_MONTHS = {
  en: new Map([...table(1, "jan", "feb", "mar", "apr"), ...table(6, "jun", "jul", "aug", "sep sept", "oct", "nov", "dec")]),
  de: new Map([...table(1, "jan jän", "feb", "mär mrz", "apr"), ...table(6, "jun", "jul", "aug", "sep sept", "okt", "nov", "dez")]),
};
const COUNTS = {
  en: table(1, "a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
  de: table(1, "ein eine einem einer einen", "zwei", "drei", "vier", "fünf fuenf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf zwoelf"),
};
const ORDINALS = {
  en: new Map([...table(1, "first", "second", "third", "fourth"), ["last", -1] as const]),
  de: new Map([...table(1, "erste", "zweite", "dritte", "vierte"), ["letzte", -1] as const]),
};
const UNITS: readonly Unit[] = ["minute", "hour", "day", "week", "month", "quarter", "year"];
const UNIT_WORDS = {
  en: table(0, "minute minutes min mins", "hour hours hr hrs", "day days", "week weeks", "month months", "quarter quarters", "year years"),
  de: table(0, "minute minuten min", "stunde stunden std", "tag tage tagen", "woche wochen", "monat monate monaten", "quartal quartale quartalen", "jahr jahre jahren"),
};
/** So much like another word that they need a word before them that says a date follows. */
const UNSURE = { en: ["wed", "sat", "sun"], de: ["mo", "di", "mi", "do", "fr", "sa", "so"] };

export interface Named {
  readonly day: number;
  readonly unsure: boolean;
  readonly short: boolean;
}

export function weekday(language: Language, word: string): Named | undefined {
  const full = WEEKDAYS[language].get(word);
  if (full !== undefined) return { day: full, unsure: false, short: false };
  const short = SHORT_WEEKDAYS[language].get(word);
  return short === undefined ? undefined : { day: short, unsure: UNSURE[language].includes(word), short: true };
}

/** "mondays", "montags": each of them. */
export const weekdays = (language: Language, word: string): number | undefined => (word.endsWith("s") ? WEEKDAYS[language].get(word.slice(0, -1)) : undefined);

/** From 1, and whether it is shortened. */
export function month(language: Language, word: string): readonly [number, boolean] | undefined {
  const full = MONTHS[language].get(word);
  if (full !== undefined) return [full, false];
  const short = SHORT_MONTHS[language].get(word);
  return short === undefined ? undefined : [short, true];
}

export function unit(language: Language, word: string): Unit | undefined {
  const index = UNIT_WORDS[language].get(word);
  return index === undefined ? undefined : UNITS[index];
}

export function count(language: Language, word: string): number | undefined {
  const number = digits(word, 3);
  if (number !== undefined) return number > 0 ? number : undefined;
  return COUNTS[language].get(word);
}

export const ordinal = (language: Language, word: string): number | undefined => ORDINALS[language].get(language === "de" ? word.replace(/[nsr]$/, "") : word);

/** "1st", "22nd", "24th". */
export function englishDay(word: string): number | undefined {
  return /(st|nd|rd|th)$/.test(word) ? dayNumber(word.slice(0, -2)) : undefined;
}

export function dayNumber(word: string): number | undefined {
  const number = digits(word, 2);
  return number !== undefined && number >= 1 && number <= 31 ? number : undefined;
}

/** All of it digits, at most so many. */
export function digits(word: string, most: number): number | undefined {
  return word.length <= most && /^[0-9]+$/.test(word) ? Number(word) : undefined;
}
