// What a person is told when the server refused a request or could not be reached.
import type { Problem } from "../sdk";
import { t, tOr } from "./i18n/index.svelte";

const MS_PER_SECOND = 1_000;

export function problemText(problem: Problem): string {
  if (problem.unreachable) return t("auth.unreachable");
  const seconds = Math.max(1, Math.ceil((problem.retry_after_ms ?? 0) / MS_PER_SECOND));
  const text = tOr(`code.${problem.code}`, problem.message, { seconds, limit: problem.limit ?? 0 });
  // Most of these texts also stand inside of a longer sentence.
  return text.charAt(0).toLocaleUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
