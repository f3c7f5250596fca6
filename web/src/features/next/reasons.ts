// Why a card stands where it does, in words: one short chip each. The server decides what the reasons are and what they weigh.
import { type Key, t } from "../../app/i18n/index.svelte";
import { durationText } from "../../app/time";
import type { NextReason } from "../../sdk";
import type { IconName } from "../../ui/icons";

export interface Chip {
  readonly text: string;
  readonly icon: IconName;
  readonly tone: "bad" | "warn" | "good" | "plain";
}

/** A due date that is far off is said by its date alone. */
const NEAR_DAYS = 7;
/** Up to so many days something is due soon. */
const SOON_DAYS = 2;

const parted = (parts: readonly (string | false)[]): string => parts.filter(Boolean).join(" · ");

function blocked({ tasks = [], count = 0 }: NextReason): string {
  const keys = tasks.map((task) => task.key).join(", ");
  const more = count - tasks.length;
  return more > 0 ? t("next.blocked_more", { keys, more }) : t("next.blocked", { keys });
}

function blocks({ count = 0, urgent = 0, due = 0 }: NextReason): string {
  return parted([t("next.blocks", { count }), urgent > 0 && t("next.blocks_urgent", { count: urgent }), due > 0 && t("next.blocks_due", { count: due })]);
}

/** The chip of a reason; none where there is nothing to say, or where this app does not know it yet. */
export function chip(reason: NextReason): Chip | undefined {
  const { days = 0 } = reason;
  switch (reason.because) {
    case "blocked":
      return { text: blocked(reason), icon: "lock", tone: "plain" };
    case "overdue":
      return { text: days === 0 ? t("next.overdue_today") : t("next.overdue", { count: days }), icon: "alert", tone: "bad" };
    case "due_today":
      return { text: t("next.due_today"), icon: "calendar", tone: "warn" };
    case "due_in":
      return days <= NEAR_DAYS ? { text: t("next.due_in", { count: days }), icon: "calendar", tone: days <= SOON_DAYS ? "warn" : "plain" } : undefined;
    case "work_left":
      return { text: t("next.work_left", { time: durationText((reason.minutes_left ?? 0) * 60) }), icon: "clock", tone: "warn" };
    case "priority":
      return { text: t(`next.priority_${reason.priority ?? "none"}` as Key), icon: "priority", tone: reason.priority === "urgent" ? "bad" : reason.priority === "high" ? "warn" : "plain" };
    case "blocks":
      return { text: blocks(reason), icon: "people", tone: (reason.urgent ?? 0) + (reason.due ?? 0) > 0 ? "warn" : "plain" };
    case "active":
      return { text: t("next.active"), icon: "board", tone: "good" };
    case "started":
      return { text: t("next.started"), icon: "play", tone: "good" };
    case "last_parts":
      return { text: t("next.last_parts", { count: reason.count ?? 0, key: reason.tasks?.[0]?.key ?? "" }), icon: "checklist", tone: "good" };
    case "waiting":
      return { text: t("next.waiting", { count: days }), icon: "clock", tone: "plain" };
    case "starts_in":
      return { text: t("next.starts_in", { count: days }), icon: "calendar", tone: "plain" };
    default:
      return undefined;
  }
}
