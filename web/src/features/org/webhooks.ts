// What is said of webhooks, and what the form offers. It touches neither the DOM nor the server.
import { t } from "../../app/i18n/index.svelte";
import type { WebhookEntry } from "../../sdk";

/** Groups of events, as an administrator thinks of them. */
export const GROUPS = ["task", "comment", "checklist", "time", "column", "label", "category", "field", "view", "board", "channel", "message", "team", "member", "role", "invitation", "organization"] as const;
export type Group = (typeof GROUPS)[number];

export const patternOf = (group: Group): string => `${group}.*`;
/** Those that the form does not name: they stay as a program set them. */
export const others = (events: readonly string[]): string[] => events.filter((event) => !GROUPS.some((group) => patternOf(group) === event));

/** A few words about what it is sent. */
export function eventsText(events: readonly string[]): string {
  if (events.length === 0) return t("webhook.all");
  const named = events.map((event) => {
    const group = GROUPS.find((each) => patternOf(each) === event);
    return group ? t(`webhook.group.${group}`) : event;
  });
  return named.length > 3 ? t("webhook.kinds", { count: named.length }) : named.join(", ");
}

export type Health = { readonly word: string; readonly colour: "green" | "amber" | "red" | "grey" };
export function healthOf(webhook: WebhookEntry): Health {
  if (webhook.status === "paused") return { word: t("webhook.paused"), colour: "grey" };
  if (webhook.status === "disabled") return { word: t("webhook.disabled"), colour: "red" };
  return webhook.failed > 0 ? { word: t("webhook.failing"), colour: "amber" } : { word: t("webhook.active"), colour: "green" };
}

const WHY = { failing: "webhook.why.failing", gone: "webhook.why.gone", maker_may_not: "webhook.why.maker_may_not" } as const;
/** Why the server ended it. */
export const whyText = (note: string | undefined): string => (note !== undefined && note in WHY ? t(WHY[note as keyof typeof WHY]) : "");
