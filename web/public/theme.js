// Runs before the first paint: a remembered theme or language must not flash. A file of its own, for the policy forbids inline scripts.
(() => {
  try {
    const theme = localStorage.getItem("lockstep.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    const language = localStorage.getItem("lockstep.language");
    if (language) document.documentElement.lang = language;
  } catch {
    // Storage is forbidden: the system's theme it is.
  }
})();
