// Dragging a card with a finger: a long press takes it, anything quicker scrolls. The browser's own drag and drop is left to the
// mouse, because a finger's long press means something else on every system. Where it lands is the columns' business.
import type { TaskId } from "../../sdk";
import { laneOf } from "./look.svelte";
import type { Board } from "./model.svelte";

/** Held so long without moving further than the slop, the card is taken. */
const PRESS_MS = 280;
const SLOP_PX = 9;
/** Near an edge the list, or the row of columns, goes on by itself; faster the nearer. */
const EDGE_PX = 56;
const STEP_PX = 14;

/** A column's list, as one who drags sees it. */
export interface Drop {
  hover(task: TaskId, client_y: number): void;
  leave(): void;
  drop(task: TaskId, client_y: number): void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

let touched_ms = Number.NEGATIVE_INFINITY;
/** Whether a finger was on a card a moment ago: then the browser's own drag is not wanted. */
export const byFinger = (): boolean => performance.now() - touched_ms < 2_000;

const at = (touch: Touch): Point => ({ x: touch.clientX, y: touch.clientY });

/** A card in the hand: its copy follows the finger, the columns below are told. */
class Hold {
  readonly #board: Board;
  readonly #task: TaskId;
  readonly #copy: HTMLElement;
  readonly #grip: Point;
  #point: Point;
  #over: { drop: string; column: string; element: HTMLElement } | undefined;
  #frame = 0;

  constructor(board: Board, task: TaskId, card: HTMLElement, point: Point) {
    this.#board = board;
    this.#task = task;
    this.#point = point;
    const box = card.getBoundingClientRect();
    this.#grip = { x: point.x - box.left, y: point.y - box.top };
    this.#copy = card.cloneNode(true) as HTMLElement;
    for (const name of ["data-task", "href", "tabindex", "aria-describedby"]) this.#copy.removeAttribute(name);
    this.#copy.setAttribute("aria-hidden", "true");
    this.#copy.classList.add("drag-preview", "in-hand");
    Object.assign(this.#copy.style, {
      position: "fixed", left: "0", top: "0", zIndex: "60", margin: "0", pointerEvents: "none", overflow: "hidden",
      width: `${box.width}px`, maxHeight: `${Math.min(box.height, 420)}px`,
    });
    document.body.append(this.#copy);
    board.dragged = task;
    board.focused = task;
    board.lane = laneOf(card);
    navigator.vibrate?.(12);
    this.#follow();
    this.#frame = requestAnimationFrame(() => this.#tick());
  }

  move(point: Point): void {
    this.#point = point;
    this.#follow();
  }

  end(dropped: boolean): void {
    cancelAnimationFrame(this.#frame);
    this.#copy.remove();
    this.#board.dragged = undefined;
    this.#board.handle.presence.stopDragging();
    const drop = this.#over && this.#board.drops.get(this.#over.drop);
    drop?.leave();
    if (dropped) drop?.drop(this.#task, this.#point.y);
  }

  #follow(): void {
    const { x, y } = this.#point;
    this.#copy.style.transform = `translate(${x - this.#grip.x}px, ${y - this.#grip.y}px) rotate(1.5deg)`;
    const element = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-drop]") ?? undefined;
    const { drop, column } = element?.dataset ?? {};
    if (drop !== this.#over?.drop) this.#board.drops.get(this.#over?.drop ?? "")?.leave();
    this.#over = element && drop && column ? { drop, column, element } : undefined;
    if (drop) this.#board.drops.get(drop)?.hover(this.#task, y);
    this.#board.handle.presence.sendDragging(this.#task, column);
  }

  /** Scrolls what the finger is at the edge of. */
  #tick(): void {
    const list = this.#over?.element.querySelector<HTMLElement>(".scroller") ?? this.#over?.element.closest<HTMLElement>(".rows");
    if (list) {
      const box = list.getBoundingClientRect();
      const by = push(this.#point.y, Math.max(0, box.top), Math.min(window.innerHeight, box.bottom));
      if (by !== 0) list.scrollTop += by;
    }
    const row = document.querySelector<HTMLElement>(".columns, .rows");
    if (row) row.scrollLeft += push(this.#point.x, 0, window.innerWidth);
    this.#follow();
    this.#frame = requestAnimationFrame(() => this.#tick());
  }
}

/** How far to go on in a frame at this place between two edges. */
function push(place: number, first: number, last: number): number {
  const edge = Math.min(EDGE_PX, (last - first) / 4);
  if (place < first + edge) return -Math.ceil(STEP_PX * Math.min(1, (first + edge - place) / edge));
  if (place > last - edge) return Math.ceil(STEP_PX * Math.min(1, (place - last + edge) / edge));
  return 0;
}

export function touchCard(board: Board, task: TaskId) {
  return (card: HTMLElement) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let began: Point | undefined;
    let hold: Hold | undefined;

    function give_up(): void {
      clearTimeout(timer);
      began = undefined;
    }
    function end(dropped: boolean): void {
      give_up();
      hold?.end(dropped);
      hold = undefined;
    }
    function start(event: TouchEvent): void {
      touched_ms = performance.now();
      end(false);
      const [touch] = event.touches;
      if (event.touches.length !== 1 || touch === undefined || !board.canEdit) return;
      const point = at(touch);
      began = point;
      timer = setTimeout(() => {
        began = undefined;
        hold = new Hold(board, task, card, point);
      }, PRESS_MS);
    }
    function move(event: TouchEvent): void {
      const [touch] = event.touches;
      if (touch === undefined) return;
      if (hold !== undefined) {
        // The page must not scroll under a card that is carried.
        event.preventDefault();
        hold.move(at(touch));
      } else if (began !== undefined && Math.hypot(touch.clientX - began.x, touch.clientY - began.y) > SLOP_PX) give_up();
    }
    function finish(event: TouchEvent): void {
      touched_ms = performance.now();
      // Otherwise the browser makes a click of it, which opens the card.
      if (hold !== undefined) event.preventDefault();
      end(true);
    }
    const cancel = (): void => end(false);
    const menu = (event: Event): void => {
      if (hold !== undefined || byFinger()) event.preventDefault();
    };

    card.addEventListener("touchstart", start, { passive: true });
    // Not passive from the beginning: one that is added later may come too late to stop the scrolling.
    card.addEventListener("touchmove", move, { passive: false });
    card.addEventListener("touchend", finish);
    card.addEventListener("touchcancel", cancel);
    card.addEventListener("contextmenu", menu);
    return () => {
      end(false);
      card.removeEventListener("touchstart", start);
      card.removeEventListener("touchmove", move);
      card.removeEventListener("touchend", finish);
      card.removeEventListener("touchcancel", cancel);
      card.removeEventListener("contextmenu", menu);
    };
  };
}
