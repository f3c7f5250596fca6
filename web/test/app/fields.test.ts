// Numbers of custom fields: typed and shown in one's language, kept in one form.
import { expect, test } from "vitest";
import { numberField, numberFrom, numberText } from "../../src/features/board/numbers";

test("a number is typed in the way of one's language", () => {
  const typed: Array<[string, string, string | undefined]> = [
    ["en-GB", "1,250.5", "1250.5"],
    ["en-GB", "1,250", "1250"],
    ["en-GB", "1,5", "1.5"],
    ["en-GB", "-0.25", "-0.25"],
    ["en-GB", ".5", ".5"],
    ["de-DE", "1.250,5", "1250.5"],
    ["de-DE", "1.250", "1250"],
    ["de-DE", "12,5", "12.5"],
    ["de-DE", "12.5", "12.5"],
    ["de-DE", "−3", "-3"],
    ["de-CH", "1’250.5", "1250.5"],
    ["fr-FR", "1 250,5", "1250.5"],
    ["en-GB", "1.2.3", undefined],
    ["en-GB", "1,25,0.5", undefined],
    ["en-GB", "1e5", undefined],
    ["en-GB", "a lot", undefined],
    ["en-GB", "", undefined],
  ];
  for (const [locale, text, kept] of typed) expect(numberFrom(text, locale), `${text} in ${locale}`).toBe(kept);
});

test("what is kept is shown with every digit, and stands in the field as it can be typed again", () => {
  expect(numberText("1250.5", "en-GB")).toBe("1,250.5");
  expect(numberText("999999999999.123", "en-GB")).toBe("999,999,999,999.123");
  expect(numberText("-0.25", "de-DE")).toBe("-0,25");
  for (const locale of ["en-GB", "de-DE", "de-CH", "fr-FR"]) {
    for (const kept of ["0", "7.5", "-1250.25", "999999999999999"]) expect(numberFrom(numberField(kept, locale), locale)).toBe(kept);
  }
});
