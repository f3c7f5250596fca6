// Cards that move: where a card was is remembered just before the change, and a copy flies to where it is now.
// The copy flies above all columns, because a column clips what it contains.
import { colourOf } from "../../app/people";

const FLIGHT_MS = 180;
/** A flight that found no landing place within this time is forgotten. */
const WAIT_MS = 120;

type Flight = { from: DOMRect; by: string | undefined; at: number };
const flights = new Map<string, Flight>();
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Call before the change reaches the screen; `by` tints the flight in the mover's colour. */
export function rememberFlight(task: string, by: string | undefined): void {
  if (still.matches) return;
  const card = document.querySelector(`[data-task="${CSS.escape(task)}"]`);
  if (card) flights.set(task, { from: card.getBoundingClientRect(), by, at: performance.now() });
}

/** Call when a card is on screen, or has changed its place in a column. */
export function land(task: string, card: HTMLElement): void {
  const flight = flights.get(task);
  if (!flight) return;
  flights.delete(task);
  if (performance.now() - flight.at > WAIT_MS) return;
  const to = card.getBoundingClientRect();
  const [x, y] = [flight.from.left - to.left, flight.from.top - to.top];
  if (Math.abs(x) < 2 && Math.abs(y) < 2) return;
  fly(card, to, x, y, flight.by);
}

function fly(card: HTMLElement, to: DOMRect, x: number, y: number, by: string | undefined): void {
  const copy = card.cloneNode(true) as HTMLElement;
  copy.removeAttribute("data-task");
  copy.removeAttribute("href");
  copy.setAttribute("aria-hidden", "true");
  copy.inert = true;
  if (by) copy.dataset.colour = colourOf(by);
  Object.assign(copy.style, {
    position: "fixed", zIndex: "40", margin: "0", pointerEvents: "none",
    left: `${to.left}px`, top: `${to.top}px`, width: `${to.width}px`, height: `${to.height}px`,
    boxShadow: by ? "0 0 0 2px var(--dot), var(--shadow-2)" : "var(--shadow-2)",
  });
  document.body.append(copy);
  // Transparent, not hidden: a hidden element cannot take the focus.
  card.style.opacity = "0";
  const animation = copy.animate(
    [{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }],
    { duration: FLIGHT_MS, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" },
  );
  const end = () => {
    copy.remove();
    card.style.opacity = "";
  };
  animation.addEventListener("finish", end);
  animation.addEventListener("cancel", end);
}
