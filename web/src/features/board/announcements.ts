// What cards say by themselves when their time comes, in words. It touches neither the DOM nor the server.
import { t } from "../../app/i18n/index.svelte";
import type { BoardEvent, TaskId } from "../../sdk";

const SAID = { "task.reminder.due": "announce.reminder", "task.due.soon": "announce.soon", "task.overdue": "announce.overdue", "task.escalated": "announce.escalated" } as const;
type Kind = keyof typeof SAID;
/** Named one by one up to here, counted beyond. */
const NAMED_MAX = 2;

export const isAnnouncement = (event: BoardEvent): event is Extract<BoardEvent, { type: Kind }> => event.type in SAID;

export interface Announcement {
  readonly text: string;
  /** The card that it is about, when it is about one. */
  readonly task_id?: TaskId;
}

/** What to say of the events that came at once; cards that are not shown are not spoken of. */
export function announcements(events: readonly BoardEvent[], titleOf: (task_id: TaskId) => string | undefined): Announcement[] {
  const shown = events.filter(isAnnouncement).flatMap((event) => {
    const title = titleOf(event.task_id);
    return title === undefined ? [] : [{ type: event.type, task_id: event.task_id, title }];
  });
  return (Object.keys(SAID) as Kind[]).flatMap((kind): Announcement[] => {
    const own = shown.filter((one) => one.type === kind);
    if (own.length > NAMED_MAX) return [{ text: t(`${SAID[kind]}_many`, { count: own.length }) }];
    return own.map(({ task_id, title }) => ({ task_id, text: t(SAID[kind], { title }) }));
  });
}
