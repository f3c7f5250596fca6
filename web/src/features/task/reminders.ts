// When a task reminds, in words. It touches neither the DOM nor the server.
import { t } from "../../app/i18n/index.svelte";
import { dueText } from "../../app/time";
import type { Reminder } from "../../sdk";

/** What the form offers, in minutes before the due date. */
export const LEADS = [0, 10, 30, 60, 120, 1_440, 2_880, 10_080];

/** In the largest unit that says it exactly. */
export function beforeText(minutes: number): string {
  if (minutes === 0) return t("reminder.when_due");
  if (minutes % 10_080 === 0) return t("reminder.weeks", { count: minutes / 10_080 });
  if (minutes % 1_440 === 0) return t("reminder.days", { count: minutes / 1_440 });
  if (minutes % 60 === 0) return t("reminder.hours", { count: minutes / 60 });
  return t("reminder.minutes", { count: minutes });
}

export const reminderText = (reminder: Reminder, locale: string, now: Date): string => (reminder.kind === "before" ? beforeText(reminder.minutes) : dueText({ at: reminder.at, has_time: true }, locale, now));

export const remindersText = (reminders: readonly Reminder[], locale: string, now: Date): string => reminders.map((reminder) => reminderText(reminder, locale, now)).join(" · ");
