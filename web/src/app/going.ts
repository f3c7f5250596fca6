// `g`, and within a moment where to: the same on every page.
import { paths, router } from "./router.svelte";
import { session } from "./session.svelte";

const GO_MS = 1_500;
/** What keys belong to while it is open. */
const OPEN = "dialog:modal, [popover]:popover-open:not([data-pdnd-honey-pot])";
const NO_TEXT = /^(radio|checkbox|button|submit|range)$/;
let went_ms = Number.NEGATIVE_INFINITY;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || (target instanceof HTMLInputElement && !NO_TEXT.test(target.type)));

/** True where the key was one of these two. `org`: where one is. */
export function goes(key: string, org: string | undefined = session.homeOrg?.org_id): boolean {
  const going = performance.now() - went_ms < GO_MS;
  went_ms = key === "g" ? performance.now() : Number.NEGATIVE_INFINITY;
  if (going && key === "b") router.go(org ? paths.home(org) : "/");
  else if (going && key === "a") router.go(paths.account());
  else if (going && key === "c" && org) router.go(paths.talk(org));
  else if (going && key === "i") router.go(paths.inbox());
  else if (going && key === "n") router.go(paths.next());
  else if (going && key === "t") router.go(paths.time());
  else return key === "g";
  return true;
}

export function stopGoing(): void {
  went_ms = Number.NEGATIVE_INFINITY;
}

/** On every page but the boards', which have keys of their own. It comes before the page's own keys: the second one means where to. */
export function goingKeys(event: KeyboardEvent): void {
  const { route } = router;
  if (session.state !== "authenticated" || route.name === "board" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Shift" || typing(event.target) || document.querySelector(OPEN)) return;
  if (!goes(event.key, "org" in route ? route.org : undefined)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
