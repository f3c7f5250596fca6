// What a person is told when the server refused a request or could not be reached.
import type { Problem } from "../sdk";
import { t, tOr, type Values } from "./i18n/index.svelte";

const MS_PER_SECOND = 1_000;

export function problemText(problem: Problem): string {
  if (problem.unreachable) return t("auth.unreachable");
  const seconds = Math.max(1, Math.ceil((problem.retry_after_ms ?? 0) / MS_PER_SECOND));
  return codeText(problem.code, problem.message, { seconds, limit: problem.limit ?? 0 });
}

/** The words of a code, or others where there are none. */
export function codeText(code: string, other: string, values?: Values): string {
  const text = tOr(`code.${code}`, other, values);
  // Most of these texts also stand inside of a longer sentence.
  return text.charAt(0).toLocaleUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
