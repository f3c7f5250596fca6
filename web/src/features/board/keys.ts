// The keys of the board. None of them works while somebody types, and none while a dialog is open.
import { t } from "../../app/i18n/index.svelte";
import { goes, stopGoing } from "../../app/going";
import { router } from "../../app/router.svelte";
import type { TaskId } from "../../sdk";
import { type BoardDialog, dialogs } from "./dialogs.svelte";
import type { Board } from "./model.svelte";

type Step = [down: number, right: number];
const STEPS: Record<string, Step> = {
  ArrowDown: [1, 0], j: [1, 0],
  ArrowUp: [-1, 0], k: [-1, 0],
  ArrowRight: [0, 1], l: [0, 1],
  ArrowLeft: [0, -1], h: [0, -1],
};

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** What keys belong to while it is open; not what the library for dragging lays under the mouse until it moves again. */
const OPEN = "dialog:modal, [popover]:popover-open:not([data-pdnd-honey-pot])";

export function boardKeys(event: KeyboardEvent, board: Board, show: (dialog: BoardDialog) => void, closeTask?: () => void): void {
  const { key } = event;
  // A dialog that was asked for may still be loading: what is typed meanwhile is not for the board.
  if (event.isComposing || event.defaultPrevented || dialogs.open || document.querySelector(OPEN)) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && key.toLowerCase() === "k") {
    event.preventDefault();
    show({ kind: "palette" });
    return;
  }
  if (typing(event.target)) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && /^[zy]$/i.test(key)) {
    event.preventDefault();
    if (event.shiftKey || key.toLowerCase() === "y") board.redoLast();
    else board.undoLast();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (board.grab.held) stopGoing();
  else if (goes(key, board.handle.org_id)) {
    event.preventDefault();
    return;
  }
  const handled = board.grab.held ? whileCarrying(key, board) : plain(event, board, show, closeTask);
  if (handled) event.preventDefault();
}

function whileCarrying(key: string, board: Board): boolean {
  const step = STEPS[key];
  if (step) board.grab.carry(...step);
  else if (key === " " || key === "Enter") board.grab.drop();
  else if (key === "Escape") board.grab.cancel();
  else return key === "Tab";
  return true;
}

function plain(event: KeyboardEvent, board: Board, show: (dialog: BoardDialog) => void, closeTask?: () => void): boolean {
  const { key } = event;
  const onCard = event.target instanceof Element && event.target.closest("[data-task]") !== null;
  // In a panel or on a button, arrows and Space belong to that element.
  const elsewhere = !onCard && event.target instanceof Element && event.target !== document.body && event.target.closest("button, a, aside") !== null;
  const task = board.focused;
  const step = elsewhere && key.startsWith("Arrow") ? undefined : STEPS[key];
  if (key === "Escape" && closeTask) closeTask();
  else if (key === "Escape" && board.selection.tasks.length > 0) board.selection.clear();
  else if (key === "?") show({ kind: "shortcuts" });
  else if (key === "/") show({ kind: "palette" });
  else if (step && !(key === "l" && onCard && event.shiftKey)) walk(board, step);
  else if (key === "f") board.looks.find();
  else if (key === "c" && board.canEdit) compose(board);
  else if (!task || !board.handle.card(task).get() || !board.looks.arrangement.shows(task)) return board.canEdit && onTasks(key, board.selection.tasks, show);
  else if (key === "e" || (key === "Enter" && onCard)) router.go(board.link(task));
  else if (!board.canEdit) return false;
  else if (key === " " && onCard && board.order) select(board, task);
  else if (key === " " && onCard) board.grab.take(task);
  else if (key === "x") select(board, task);
  else return onTasks(key, board.selection.with(task), show);
  return true;
}

const PICKERS = { m: "move", a: "assign", L: "label", t: "label", p: "priority", d: "due" } as const;

function onTasks(key: string, tasks: readonly TaskId[], show: (dialog: BoardDialog) => void): boolean {
  const kind = Object.hasOwn(PICKERS, key) ? PICKERS[key as keyof typeof PICKERS] : undefined;
  if (!kind || tasks.length === 0) return false;
  show({ kind, tasks });
  return true;
}

function select(board: Board, task: TaskId): void {
  const title = board.handle.card(task).get()?.title ?? "";
  board.announcer.say(t(board.selection.toggle(task) ? "selection.added" : "selection.removed", { title, count: board.selection.tasks.length }));
}

function compose(board: Board): void {
  const focused = board.focused ? board.handle.card(board.focused).get() : undefined;
  const column = focused?.column_id ?? board.handle.columnIds.get()[0];
  if (column) board.composing = { column, end: "bottom" };
}

/** In one order of all cards. */
export function along(board: Board, ids: readonly TaskId[], by: number): void {
  const at = board.focused === undefined ? -1 : ids.indexOf(board.focused);
  const next = ids[at < 0 ? 0 : Math.max(0, Math.min(ids.length - 1, at + by))];
  if (next !== undefined) board.focus(next);
}

/** Moves the focus to the neighbouring card, keeping the height when it crosses columns. */
function walk(board: Board, [down, right]: Step): void {
  if (board.order) {
    if (down !== 0) along(board, board.order(), down);
    return;
  }
  const columns = board.handle.columnIds.get();
  const lanes = board.looks.rows;
  const card = board.focused ? board.handle.card(board.focused).get() : undefined;
  if (!card) {
    for (const lane of lanes) {
      const first = columns.map((column) => board.listed(lane, column)[0]).find((id) => id !== undefined);
      if (first) {
        board.focusIn(lane, first);
        return;
      }
    }
    return;
  }
  const { lane } = board;
  const ids = board.listed(lane, card.column_id);
  const at = ids.indexOf(card.task_id);
  if (down !== 0) {
    const next = ids[at + down];
    if (next) {
      board.focus(next);
      return;
    }
    // On to the next row that has a card in this column.
    for (let row = lanes.indexOf(lane) + down; row >= 0 && row < lanes.length; row += down) {
      const others = board.listed(lanes[row] as string, card.column_id);
      const near = down > 0 ? others[0] : others.at(-1);
      if (near) {
        board.focusIn(lanes[row] as string, near);
        return;
      }
    }
    return;
  }
  for (let column = columns.indexOf(card.column_id) + right; column >= 0 && column < columns.length; column += right) {
    const others = board.listed(lane, columns[column] as string);
    const next = others[Math.max(0, Math.min(at, others.length - 1))];
    if (next) {
      board.focus(next);
      return;
    }
  }
}
