// Numbers of custom fields: kept as a decimal with a point, shown and typed in the way of one's language.

/** With every digit that was kept. */
export function numberText(number: string, locale: string): string {
  const digits = number.split(".")[1]?.length ?? 0;
  // It has no more digits than a number of the browser keeps.
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Number(number));
}

function signs(locale: string): { group: string; point: string } {
  const parts = new Intl.NumberFormat(locale, { useGrouping: true }).formatToParts(1_234_567.8);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return { group: of("group"), point: of("decimal") || "." };
}

/** As it stands in the field where it is changed: without what only helps the eye. */
export const numberField = (number: string, locale: string): string => number.replace(".", signs(locale).point);

/** What somebody typed, as it is kept, or undefined where it is no number: thousands as the language parts them, and one comma or
 * point, whichever, where they are not parted. */
export function numberFrom(typed: string, locale: string): string | undefined {
  const { group, point } = signs(locale);
  const plain = typed.replaceAll(/[\s'’]/g, "").replace("−", "-");
  const [whole = "", ...rest] = plain.split(point);
  const parted = group.trim() === "" ? [whole] : whole.split(group);
  const isParted = parted.length > 1 && rest.length <= 1 && /^-?\d{1,3}$/.test(parted[0] ?? "") && parted.slice(1).every((part) => /^\d{3}$/.test(part));
  const number = isParted ? [parted.join(""), ...rest].join(".") : plain.replace(",", ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(number) ? number : undefined;
}
