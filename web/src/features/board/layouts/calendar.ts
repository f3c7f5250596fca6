// What a calendar's elements do: days take cards, keys carry them to other days.
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { t, words } from "../../../app/i18n/index.svelte";
import type { TaskId } from "../../../sdk";
import type { Board } from "../model.svelte";
import { type Day, dateOf, dueOn, dueOnDay, spanOf, undated } from "./dates";

export const longDay = (day: Day): string => new Intl.DateTimeFormat(words.locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(dateOf(day));

/** Another day, at the same time; undefined: none any more. */
export function put(board: Board, id: TaskId, day: Day | undefined): void {
  const card = board.handle.card(id).get();
  if (!card || !board.canEdit) return;
  if (day === undefined ? !card.due && card.start_at === undefined : card.due && dueOn(card.due) === day) return;
  board.send(day === undefined ? undated(card) : dueOnDay(card, day));
  board.announcer.say(day === undefined ? t("calendar.cleared", { title: card.title }) : t("calendar.moved", { title: card.title, day: longDay(day) }));
}

/** Takes cards that are dragged by the mouse. */
export function dropDay(board: Board, day: Day | undefined, mark: (over: boolean) => void) {
  return (element: HTMLElement) =>
    dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.kind === "card" && board.canEdit,
      onDragEnter: () => mark(true),
      onDragLeave: () => mark(false),
      onDrop: ({ source }) => {
        mark(false);
        const { task } = source.data as { task: TaskId };
        put(board, task, day);
        board.focus(task);
      },
    });
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** With Shift the arrows carry a card to another day. Gives the day that it went to. */
export function carry(event: KeyboardEvent, board: Board, id: TaskId): Day | undefined {
  const by = event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey ? STEPS[event.key] : undefined;
  const card = board.handle.card(id).get();
  const span = card && spanOf(card);
  if (by === undefined || !span || !board.canEdit) return undefined;
  event.preventDefault();
  const day = (card.due ? dueOn(card.due) : span.to) + by;
  put(board, id, day);
  board.focus(id);
  return day;
}
