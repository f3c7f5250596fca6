// Light or dark: the system's, until someone chooses. `public/theme.js` applies the choice before the first paint.

export type Theme = "light" | "dark";
const KEY = "lockstep.theme";

class ThemeChoice {
  #system = window.matchMedia("(prefers-color-scheme: dark)");
  #dark = $state(this.#system.matches);
  #chosen: Theme | null = $state(stored());

  constructor() {
    this.#system.addEventListener("change", (event) => {
      this.#dark = event.matches;
    });
  }

  get now(): Theme {
    return this.#chosen ?? (this.#dark ? "dark" : "light");
  }

  toggle(): void {
    this.#chosen = this.now === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = this.#chosen;
    try {
      localStorage.setItem(KEY, this.#chosen);
    } catch {
      // Storage is full or forbidden: the choice lasts as long as the page.
    }
  }
}

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

export const theme = new ThemeChoice();
