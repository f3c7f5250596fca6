// How an entry reads, and where it leads.
import { t } from "../../app/i18n/index.svelte";
import { paths } from "../../app/router.svelte";
import type { InboxItem, NotifyReason } from "../../sdk";
import type { IconName } from "../../ui/icons";

export const ICONS: Record<NotifyReason, IconName> = {
  assigned: "person",
  mentioned: "comment",
  commented: "comment",
  replied: "comment",
  changed: "edit",
  completed: "done",
  due_soon: "clock",
  overdue: "alert",
  reminder: "bell",
  reacted: "smile",
  message: "comment",
  direct: "comment",
  shared: "plus",
  role_changed: "key",
  ownership_offered: "key",
  unassigned: "person",
  escalated: "alert",
};

/** What happened, in a few words; the name of who did it stands before it. */
export const said = (reason: NotifyReason): string => t(`inbox.said.${reason}`);

/** What comes due nobody did. */
export const byItself = (reason: NotifyReason): boolean => reason === "due_soon" || reason === "overdue" || reason === "reminder" || reason === "escalated";

export function href({ entry: { org_id: org, subject } }: InboxItem): string {
  switch (subject.kind) {
    case "task":
      return paths.board(org, subject.board_id, subject.task_id);
    case "message": {
      const message = subject.number ?? subject.message.seq;
      return paths.talk(org, subject.channel_id, { message, ...(subject.thread && { thread: subject.thread.seq }) });
    }
    case "board":
      return paths.board(org, subject.board_id);
    case "channel":
      return paths.talk(org, subject.channel_id);
    case "team":
      return `${paths.organization(org, "teams")}?team=${subject.team_id}`;
    case "organization":
      return paths.home(org);
  }
}

/** Entries about the same: opened one is opened all. */
export function about({ entry: { subject } }: Pick<InboxItem, "entry">): string {
  switch (subject.kind) {
    case "task":
      return subject.task_id;
    case "message":
      return `${subject.channel_id}/${subject.thread?.seq ?? subject.message.seq}`;
    case "board":
      return subject.board_id;
    case "channel":
      return subject.channel_id;
    case "team":
      return subject.team_id;
    case "organization":
      return subject.org_id;
  }
}

/** The day on which something happened, for its heading: today, yesterday, or its date. */
export function day(at: Date, now: Date, locale: string): string {
  const start = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((start(now) - start(at)) / 86_400_000);
  if (days === 0) return t("inbox.today");
  if (days === 1) return t("inbox.yesterday");
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" }).format(at);
}

/** Until when something can be put off with one touch. */
export function later(now: Date): Array<{ label: string; until: Date }> {
  const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const monday = ((8 - now.getDay()) % 7) || 7;
  const evening = now.getHours() < 17 ? [{ label: t("inbox.this_evening"), until: at(0, 18) }] : [];
  return [
    { label: t("inbox.in_an_hour"), until: new Date(now.getTime() + 3_600_000) },
    ...evening,
    { label: t("inbox.tomorrow"), until: at(1, 9) },
    { label: t("inbox.next_week"), until: at(monday, 9) },
  ];
}
