// The keys of the board. None of them works while somebody types, and none while a dialog is open.
import { paths, router } from "../../app/router.svelte";
import type { TaskId } from "../../sdk";
import type { BoardDialog } from "./dialogs.svelte";
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

export function boardKeys(event: KeyboardEvent, board: Board, show: (dialog: BoardDialog) => void, closeTask?: () => void): void {
  const { key } = event;
  if (event.isComposing || event.defaultPrevented || document.querySelector("dialog:modal, [popover]:popover-open")) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && key.toLowerCase() === "k") {
    event.preventDefault();
    show({ kind: "palette" });
    return;
  }
  if (typing(event.target)) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && key.toLowerCase() === "z") {
    event.preventDefault();
    board.undoLast();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
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
  else if (key === "?") show({ kind: "shortcuts" });
  else if (key === "/") show({ kind: "palette" });
  else if (step && !(key === "l" && onCard && event.shiftKey)) walk(board, step);
  else if (key === "c" && board.canEdit) compose(board);
  else if (!task || !board.handle.card(task).get()) return false;
  else if (key === "e" || (key === "Enter" && onCard)) router.go(paths.board(board.handle.org_id, board.handle.board_id, task));
  else if (!board.canEdit) return false;
  else if (key === " " && onCard) board.grab.take(task);
  else return onTask(key, task, show);
  return true;
}

function onTask(key: string, task: TaskId, show: (dialog: BoardDialog) => void): boolean {
  if (key === "m") show({ kind: "move", task });
  else if (key === "a") show({ kind: "assign", task });
  else if (key === "L" || key === "t") show({ kind: "label", task });
  else if (key === "p") show({ kind: "priority", task });
  else return false;
  return true;
}

function compose(board: Board): void {
  const focused = board.focused ? board.handle.card(board.focused).get() : undefined;
  const column = focused?.column_id ?? board.handle.columnIds.get()[0];
  if (column) board.composing = { column, end: "bottom" };
}

/** Moves the focus to the neighbouring card, keeping the height when it crosses columns. */
function walk(board: Board, [down, right]: Step): void {
  const columns = board.handle.columnIds.get();
  const card = board.focused ? board.handle.card(board.focused).get() : undefined;
  if (!card) {
    const first = columns.map((column) => board.handle.tasksOf(column).get()[0]).find((id) => id !== undefined);
    board.focus(first);
    return;
  }
  const ids = board.handle.tasksOf(card.column_id).get();
  const at = ids.indexOf(card.task_id);
  if (down !== 0) {
    const next = ids[at + down];
    if (next) board.focus(next);
    return;
  }
  for (let column = columns.indexOf(card.column_id) + right; column >= 0 && column < columns.length; column += right) {
    const others = board.handle.tasksOf(columns[column] as string).get();
    const next = others[Math.min(at, others.length - 1)];
    if (next) {
      board.focus(next);
      return;
    }
  }
}
