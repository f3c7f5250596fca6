// Light or dark: the system's, until someone chooses. `public/theme.js` applies the choice before the first paint.

export type Theme = "light" | "dark";
export type ThemeSetting = Theme | "system";
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

  get setting(): ThemeSetting {
    return this.#chosen ?? "system";
  }

  toggle(): void {
    this.choose(this.now === "dark" ? "light" : "dark");
  }

  choose(setting: ThemeSetting): void {
    this.#chosen = setting === "system" ? null : setting;
    if (this.#chosen) document.documentElement.dataset.theme = this.#chosen;
    else delete document.documentElement.dataset.theme;
    try {
      if (this.#chosen) localStorage.setItem(KEY, this.#chosen);
      else localStorage.removeItem(KEY);
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
