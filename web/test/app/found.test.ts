import { expect, test } from "vitest";
import { pieces, wordsOf } from "../../src/features/talk/found";

const marked = (text: string, question: string) => pieces(text, question).map(({ text, hit }) => (hit ? `[${text}]` : text)).join("");

test("words that were looked for are marked, whatever their marks and case", () => {
  expect(wordsOf('Grü "red Wine"')).toEqual(["gru", "red", "wine"]);
  expect(marked("Grüße aus der Straße", "GRU strasse")).toBe("[Grüße] aus der [Straße]");
  expect(marked("Rewind the wine", "win")).toBe("Rewind the [wine]");
  expect(marked("nothing of it", "wine")).toBe("nothing of it");
});

test("of a long text the part around the first hit is shown, in one line", () => {
  const long = `${"before ".repeat(30)}\nwine\n\n${"after ".repeat(60)}`;
  const shown = marked(long, "wine");
  expect(shown.startsWith("… before")).toBe(true);
  expect(shown.endsWith(" …")).toBe(true);
  expect(shown).toContain("before [wine] after");
  expect(shown.length).toBeLessThan(260);
});
