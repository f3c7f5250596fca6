// What the sync client has to tell the person, as toasts: who changed what, what was refused and why.
import type { Command, Notice, Refusal } from "../sdk";
import { client } from "./client";
import { drafts } from "./drafts";
import { directory } from "./directory.svelte";
import { t, tOr, words } from "./i18n/index.svelte";
import { toasts } from "./toasts.svelte";

const CAUGHT_UP_MIN = 1;

export function startNotices(describe: (command: Command) => string): void {
  client.notices.subscribe((notice) => tell(notice, describe));
}

function tell(notice: Notice, describe: (command: Command) => string): void {
  switch (notice.kind) {
    case "refused": {
      // Nobody asked for it by name: it is said again with the next message that is read.
      if (notice.command.type === "inbox.open" || notice.command.type === "inbox.mark") return;
      if (notice.refusal.code === "precondition_failed" && keptAsDraft(notice)) return;
      const why = reason(notice.refusal, notice.topic);
      const what = describe(notice.command);
      const by = notice.refusal.conflicts?.[0]?.by ?? notice.changed_by;
      toasts.show(by ? t("notice.refused_by", { what, why, name: directory.name(by) }) : t("notice.refused", { what, why }), { kind: "bad" });
      return;
    }
    case "caught_up":
      if (notice.changes >= CAUGHT_UP_MIN) toasts.show(t("notice.caught_up", { count: notice.changes }), { kind: "good" });
      return;
    case "overlap": {
      const field = t(notice.field === "title" ? "task.title" : "task.description");
      toasts.show(t("notice.overlap", { name: directory.name(notice.by), field }), {
        action: { label: t("notice.take_theirs"), run: () => overlapTaken(notice) },
      });
      return;
    }
    case "failed_in": {
      const [first] = notice.failed;
      if (first) toasts.show(t("notice.failed_in", { what: describe(notice.command), count: notice.failed.length, why: reason(first.failure, notice.topic) }), { kind: "bad" });
      return;
    }
    case "went_over": {
      const [first] = notice.conflicts;
      const fields = [...new Set(notice.conflicts.map(({ field }) => t(`field.${field}`)))];
      if (first) toasts.show(t("notice.went_over", { name: directory.name(first.by), what: describe(notice.command), fields: new Intl.ListFormat(words.locale).format(fields) }));
      return;
    }
    case "superseded":
      toasts.show(t("notice.superseded"), { action: { label: t("pill.retry"), run: () => client.reconnect() } });
      return;
    case "revoked":
      toasts.show(t("board.revoked"), { kind: "bad" });
      return;
    case "logged_out":
      toasts.show(t("notice.logged_out"));
  }
}

/** A text that was written on another one than there is now waits where it was written; false when it was no such text. */
function keptAsDraft({ command, refusal }: Extract<Notice, { kind: "refused" }>): boolean {
  if (command.type !== "task.update" || command.description === undefined) return false;
  drafts.write(`description.${command.task_id}`, command.description);
  const by = refusal.conflicts?.[0]?.by;
  toasts.show(t("notice.kept_as_draft", { name: by ? directory.name(by) : t("common.somebody") }), { kind: "bad" });
  return true;
}

/** Takes the other's text after all: an ordinary change, sent through whichever board shows the task. */
function overlapTaken(notice: Extract<Notice, { kind: "overlap" }>): void {
  takers.get(notice.topic)?.(notice);
}

const takers = new Map<string, (notice: Extract<Notice, { kind: "overlap" }>) => void>();

/** An open board says how it takes the other's text. */
export function takeOverlaps(topic: string, take: (notice: Extract<Notice, { kind: "overlap" }>) => void): () => void {
  takers.set(topic, take);
  return () => {
    if (takers.get(topic) === take) takers.delete(topic);
  };
}

const namers = new Map<string, (field_id: string) => string | undefined>();

/** An open board says what its custom fields are called. */
export function nameFields(topic: string, name: (field_id: string) => string | undefined): () => void {
  namers.set(topic, name);
  return () => {
    if (namers.get(topic) === name) namers.delete(topic);
  };
}

/** By what lacks, where there are words for that. */
export const reason = (refusal: Refusal, topic?: string): string => {
  // A column asks for a custom field: `fields.ID`.
  const lacking = refusal.code === "field_required" && topic !== undefined ? namers.get(topic)?.(refusal.field?.split(".")[1] ?? "") : undefined;
  if (lacking !== undefined) return t("code.field_required.custom", { name: lacking });
  const values = { limit: refusal.limit ?? 0, seconds: 1 };
  return tOr(`code.${refusal.code}.${refusal.field}`, tOr(`code.${refusal.code}`, refusal.message, values), values);
};
