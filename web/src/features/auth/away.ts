// Whoever logs in by way of a provider leaves this page. Where they wanted to go is kept for this tab; how it went is in the address
// that they come back to, which anybody can write: only words that are known mean something.
import { codeText } from "../../app/problem-text";
import { t } from "../../app/i18n/index.svelte";

const KEY = "lockstep.next";
/** What is said of times here is about a way that anybody may begin again. */
const VALUES = { seconds: 60, limit: 20 };

export const away = {
  keep(next: string | null): void {
    try {
      sessionStorage.setItem(KEY, next ?? "/");
    } catch {
      // Forbidden storage: it leads to the start.
    }
  },

  next(): string | null {
    try {
      return sessionStorage.getItem(KEY);
    } catch {
      return null;
    }
  },

  isBack(query: URLSearchParams): boolean {
    return query.has("identity") || query.has("problem");
  },
};

/** Why it did not work, by the code in the address. */
export function whyNot(code: string): string {
  if (code === "already_exists") return t("identity.taken");
  if (code === "challenge_ended") return t("identity.ended");
  return codeText(code, t("identity.failed"), VALUES);
}
