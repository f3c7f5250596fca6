// A readable name out of what a program calls itself (the User-Agent header). Only for people: nothing may be decided by it.
import type { SessionEntry } from "../../sdk";

export type DeviceKind = "computer" | "phone" | "tablet" | "program";
export type Device = { kind: DeviceKind; browser?: string; system?: string };

/** The first that is found counts: most browsers also name those that they wish to be taken for. */
const BROWSERS: Array<[RegExp, string]> = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|OPT|OPX|Opera)\b/, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bYaBrowser\//, "Yandex"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bDuckDuckGo\//, "DuckDuckGo"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\bChromium\//, "Chromium"],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];

const SYSTEMS: Array<[RegExp, string, DeviceKind]> = [
  [/\biPhone\b|\biPod\b/, "iPhone", "phone"],
  [/\biPad\b/, "iPad", "tablet"],
  [/\bAndroid\b(?!.*\bMobile\b)/, "Android", "tablet"],
  [/\bAndroid\b/, "Android", "phone"],
  [/\bWindows\b/, "Windows", "computer"],
  [/\bCrOS\b/, "ChromeOS", "computer"],
  // Newer iPads say this too, on purpose.
  [/\bMac OS X\b|\bMacintosh\b/, "macOS", "computer"],
  [/\bLinux\b|\bX11\b/, "Linux", "computer"],
];

const PROGRAM_CHARS_MAX = 40;

export function deviceOf(user_agent: string): Device {
  const browser = BROWSERS.find(([pattern]) => pattern.test(user_agent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(user_agent));
  if (system) return { kind: system[2], system: system[1], ...(browser ? { browser } : {}) };
  if (browser) return { kind: "computer", browser };
  // "curl/8.5.0" or "backup script": its own word for itself, without a version.
  const program = (/^\s*([^/;()]+)/.exec(user_agent)?.[1] ?? "").trim();
  return program ? { kind: "program", browser: [...program].slice(0, PROGRAM_CHARS_MAX).join("") } : { kind: "program" };
}

/**
 * This device first, then the one that was seen last. What is on screen already stays where it is: a list that is
 * read again must not move under a finger or a focus.
 */
export function inOrder(sessions: readonly SessionEntry[], shown: readonly SessionEntry[] = []): SessionEntry[] {
  const place = new Map(shown.map((each, index) => [each.session_id, index]));
  const of = (each: SessionEntry) => place.get(each.session_id) ?? place.size;
  return [...sessions].sort((a, b) => Number(b.current) - Number(a.current) || of(a) - of(b) || b.last_seen_at - a.last_seen_at);
}
