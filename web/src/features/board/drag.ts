// Dragging with the mouse, wired to the elements by attachments, and where a card lands, also for `touch`: computed from its
// neighbours at the moment of the drop.
import { autoScrollForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element";
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { preserveOffsetOnSource } from "@atlaskit/pragmatic-drag-and-drop/utils/preserve-offset-on-source";
import { setCustomNativeDragPreview } from "@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview";
import type { ColumnId, TaskId } from "../../sdk";
import type { Board } from "./model.svelte";
import { placeAt, without } from "./places";
import { laneOf } from "./look.svelte";
import { byFinger, type Drop } from "./touch";

type Cargo = { kind: "card"; task: TaskId } | { kind: "column"; column: ColumnId };
const cargoOf = (data: Record<string | symbol, unknown>): Cargo => data as unknown as Cargo;

/** What is dragged is a copy of the element, as it looks on the board. */
function preview(element: HTMLElement) {
  return ({ nativeSetDragImage, location }: { nativeSetDragImage: ((image: Element, x: number, y: number) => void) | null; location: { current: { input: { clientX: number; clientY: number } } } }) => {
    const input = location.current.input as Parameters<typeof preserveOffsetOnSource>[0]["input"];
    setCustomNativeDragPreview({
      nativeSetDragImage,
      getOffset: preserveOffsetOnSource({ element, input }),
      render: ({ container }) => {
        const copy = element.cloneNode(true) as HTMLElement;
        const { width, height } = element.getBoundingClientRect();
        Object.assign(copy.style, { width: `${width}px`, maxHeight: `${Math.min(height, 420)}px`, overflow: "hidden", transform: "rotate(1.5deg)" });
        copy.classList.add("drag-preview");
        container.append(copy);
      },
    });
  };
}

export function dragCard(board: Board, task: TaskId) {
  return (element: HTMLElement) =>
    draggable({
      element,
      canDrag: () => board.canEdit && !byFinger(),
      getInitialData: () => ({ kind: "card", task }),
      onGenerateDragPreview: preview(element),
      onDragStart: () => {
        board.dragged = task;
        board.focused = task;
        board.lane = laneOf(element);
      },
      onDrag: ({ location }) => {
        const over = location.current.dropTargets[0]?.data.column as ColumnId | undefined;
        board.handle.presence.sendDragging(task, over);
      },
      onDrop: () => {
        board.dragged = undefined;
        board.handle.presence.stopDragging();
      },
    });
}

export interface ColumnDrop {
  board: Board;
  column: ColumnId;
  /** The row; "" where there are none. */
  lane: string;
  /** Where in the column's list a card let go at this height would stand. */
  indexAt: (client_y: number) => number;
  /** Shows the line; undefined takes it away. */
  mark: (index: number | undefined) => void;
}

/** A column's list takes cards, and scrolls when one is held near its ends. */
export function dropCards(to: ColumnDrop) {
  const index = (task: TaskId, client_y: number): number => {
    const ids = to.board.listed(to.lane, to.column);
    const at = to.indexAt(client_y);
    const own = ids.indexOf(task);
    return own >= 0 && own < at ? at - 1 : at;
  };
  const drop: Drop = {
    hover: (_task, client_y) => to.mark(to.indexAt(client_y)),
    leave: () => to.mark(undefined),
    drop: (task, client_y) => dropCard(to, task, index(task, client_y)),
  };
  return (element: HTMLElement) =>
    combine(
      offer(to, drop),
      autoScrollForElements({ element, canScroll: ({ source }) => source.data.kind === "card", getAllowedAxis: () => "vertical" }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.kind === "card",
        getData: () => ({ column: to.column }),
        onDrag: ({ location }) => to.mark(to.indexAt(location.current.input.clientY)),
        onDragLeave: () => drop.leave(),
        onDrop: ({ source, location }) => {
          drop.leave();
          const cargo = cargoOf(source.data);
          if (cargo.kind === "card") drop.drop(cargo.task, location.current.input.clientY);
        },
      }),
    );
}

/** The column is found by whoever drags without the browser's help. */
function offer({ board, column, lane }: ColumnDrop, drop: Drop): () => void {
  const name = dropName(lane, column);
  board.drops.set(name, drop);
  return () => {
    if (board.drops.get(name) === drop) board.drops.delete(name);
  };
}

/** What an element that takes cards is called. */
export const dropName = (lane: string, column: ColumnId): string => (lane ? `${lane}/${column}` : column);

function dropCard({ board, column, lane }: ColumnDrop, task: TaskId, index: number): void {
  const from = board.lane;
  if (from === lane && board.listed(lane, column).indexOf(task) === index) return;
  if (board.settle(task, from, { lane, column, index })) board.focus(task);
}

/** A column is taken by its head and set down beside another column. */
export function dragColumn(board: Board, column: ColumnId, whole: () => HTMLElement | undefined, held: (held: boolean) => void) {
  return (element: HTMLElement) =>
    draggable({
      element,
      canDrag: () => board.canShape,
      getInitialData: () => ({ kind: "column", column }),
      onGenerateDragPreview: (args) => preview(whole() ?? element)(args),
      onDragStart: () => held(true),
      onDrop: () => held(false),
    });
}

export type Side = "before" | "after";

export function dropColumns(board: Board, column: ColumnId, mark: (side: Side | undefined) => void) {
  return (element: HTMLElement) => {
    const side = (client_x: number): Side => {
      const box = element.getBoundingClientRect();
      return client_x < box.left + box.width / 2 ? "before" : "after";
    };
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.kind === "column" && source.data.column !== column,
      onDrag: ({ location }) => mark(side(location.current.input.clientX)),
      onDragLeave: () => mark(undefined),
      onDrop: ({ source, location }) => {
        mark(undefined);
        const cargo = cargoOf(source.data);
        if (cargo.kind !== "column") return;
        const ids = board.handle.columnIds.get();
        const others = without(ids, cargo.column);
        const at = others.indexOf(column) + (side(location.current.input.clientX) === "after" ? 1 : 0);
        if (ids.indexOf(cargo.column) === at) return;
        const place = placeAt(others, at);
        board.send({ type: "column.move", column_id: cargo.column, ...(place ? { place } : {}) });
      },
    });
  };
}

/** The row of columns scrolls sideways when something is held near its ends. */
export function scrollSideways(element: HTMLElement) {
  return autoScrollForElements({ element, getAllowedAxis: () => "horizontal" });
}
