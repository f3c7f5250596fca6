// Sizes as people read them: "1.5 MB".

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const STEP = 1_000;

export function bytesText(bytes: number, language: string): string {
  let at = 0;
  let value = bytes;
  while (value >= STEP && at < UNITS.length - 1) {
    value /= STEP;
    at += 1;
  }
  return new Intl.NumberFormat(language, { style: "unit", unit: UNITS[at] as string, unitDisplay: at === 0 ? "long" : "short", maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}
