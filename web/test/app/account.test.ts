// The account page's own small functions: devices in words, and which password is wrong and why.
import { expect, test } from "vitest";
import { problemText } from "../../src/app/problem-text";
import { deviceOf, inOrder } from "../../src/features/account/device";
import { deviceName } from "../../src/features/account/device-name";
import { checkPasswords, explainPasswords } from "../../src/features/account/password";
import { Problem, type SessionEntry } from "../../src/sdk";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";
const DEVICES: Array<[user_agent: string, name: string, kind: string]> = [
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows", "computer"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari on macOS", "computer"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`, "Chrome on Linux", "computer"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/142.0.0.0 Safari/537.36`, "Chrome on Linux", "computer"],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`, "Chrome on ChromeOS", "computer"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`, "Edge on Windows", "computer"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36 OPR/126.0.0.0`, "Opera on Windows", "computer"],
  [`Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36`, "Chrome on Android", "phone"],
  [`Mozilla/5.0 (Linux; Android 14; SM-X710) ${WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Safari/537.36`, "Samsung Internet on Android", "tablet"],
  ["Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android", "phone"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iPhone", "phone"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone", "phone"],
  ["Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPad", "tablet"],
  ["Mozilla/5.0 (Windows NT 10.0)", "Windows", "computer"],
  ["curl/8.5.0", "curl", "program"],
  ["Backup script (nightly)", "Backup script", "program"],
  [`${"x".repeat(60)}/1`, "x".repeat(40), "program"],
  ["", "Unknown device", "program"],
  ["/ (;)", "Unknown device", "program"],
];

test.each(DEVICES)("%s", (user_agent, name, kind) => {
  expect(deviceName(user_agent)).toBe(name);
  expect(deviceOf(user_agent).kind).toBe(kind);
});

test("this device stands first, then the one seen last", () => {
  const entry = (session_id: string, last_seen_at: number, current = false): SessionEntry => ({ session_id, device: "", address: "", created_at: 0, last_seen_at, current });
  const given = [entry("old", 1), entry("here", 2, true), entry("new", 3)];
  expect(inOrder(given).map((each) => each.session_id)).toEqual(["here", "new", "old"]);
  expect(given[0]?.session_id).toBe("old");
  // What is shown already stays where it is, whoever was seen since.
  const shown = [entry("here", 0, true), entry("old", 0), entry("new", 0)];
  expect(inOrder([entry("fresh", 9), ...given], shown).map((each) => each.session_id)).toEqual(["here", "old", "new", "fresh"]);
});

test("passwords are checked before the server is asked; a character counts once, whatever its bytes", () => {
  expect(checkPasswords("", "short")).toEqual({ current: "Enter your current password.", next: "Use 12 to 256 characters." });
  expect(checkPasswords("old", "🔑".repeat(11))).toHaveProperty("next");
  expect(checkPasswords("old", "🔑".repeat(12))).toEqual({});
  expect(checkPasswords("old", "x".repeat(257))).toHaveProperty("next");
  expect(checkPasswords("the very same words", "the very same words")).toEqual({ next: "This is the password that you have already." });
});

test("what the server refuses is said at the field it is about", () => {
  const problem = (code: Problem["code"], field?: string, retry_after_ms?: number) => new Problem(code, "As the server says.", 422, field, undefined, retry_after_ms);
  expect(explainPasswords(problem("field_invalid", "current_password"))).toEqual({ current: "This is not your current password." });
  expect(explainPasswords(problem("password_weak", "new_password"))).toEqual({ next: "This password is too easy to guess." });
  expect(explainPasswords(problem("field_too_long", "new_password"))).toEqual({ next: "Use 12 to 256 characters." });
  expect(explainPasswords(problem("rate_limited", undefined, 4_200))).toEqual({ form: "Too many tries. Wait 5 seconds." });
});

test("a refusal that is told alone is a sentence, and no answer is told as such", () => {
  expect(problemText(new Problem("forbidden", "No.", 403))).toBe("You may not do that here.");
  expect(problemText(new Problem("contended", "Others changed it too often.", 409))).toBe("Others changed it too often.");
  expect(problemText(new Problem("unavailable", "fetch failed", 0))).toMatch(/cannot be reached/);
});
