// The time of day for everything on screen that says "5 minutes ago" or "overdue": one timer for all.

const TICK_MS = 30_000;

class Clock {
  now: Date = $state.raw(new Date());

  constructor() {
    setInterval(() => {
      if (document.visibilityState === "visible") this.now = new Date();
    }, TICK_MS);
    document.addEventListener("visibilitychange", () => {
      this.now = new Date();
    });
  }
}

export const clock = new Clock();
