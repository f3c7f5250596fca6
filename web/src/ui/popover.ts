// Where a panel stands: below its anchor, flipped or shifted so that it stays on screen.

const EDGE_PX = 8;
const GAP_PX = 4;

export type Alignment = "start" | "end";

export function place(panel: HTMLElement, anchor: Element, align: Alignment = "start"): void {
  const around = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const left = align === "start" ? around.left : around.right - width;
  const below = around.bottom + GAP_PX;
  const above = around.top - GAP_PX - height;
  const top = below + height > window.innerHeight - EDGE_PX && above >= EDGE_PX ? above : below;
  panel.style.left = `${Math.max(EDGE_PX, Math.min(left, window.innerWidth - width - EDGE_PX))}px`;
  panel.style.top = `${Math.max(EDGE_PX, Math.min(top, window.innerHeight - height - EDGE_PX))}px`;
}
