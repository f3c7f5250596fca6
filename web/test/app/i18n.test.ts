// The two languages must have the same keys, the same values in braces, and all plural forms.
import { expect, test } from "vitest";
import de from "../../src/app/i18n/de.json";
import en from "../../src/app/i18n/en.json";

const languages: Record<string, Record<string, string>> = { en, de };
const braces = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test("no language misses a key", () => {
  const all = new Set(Object.values(languages).flatMap((texts) => Object.keys(texts)));
  for (const [name, texts] of Object.entries(languages)) {
    const missing = [...all].filter((key) => !texts[key]);
    expect(missing, `missing in ${name}`).toEqual([]);
  }
});

test("each text takes the same values in every language", () => {
  const differing = Object.entries(en).filter(([key, text]) => {
    const other = (de as Record<string, string>)[key] ?? "";
    return braces(text).join() !== braces(other).join();
  });
  expect(differing.map(([key]) => key)).toEqual([]);
});

test("a plural has both forms", () => {
  const keys = Object.keys(en);
  const alone = keys.filter((key) => key.endsWith("_one") && !keys.includes(key.replace(/_one$/, "_other")));
  expect(alone).toEqual([]);
});
