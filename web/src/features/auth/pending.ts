// A registration that waits for the link in a mail: what this browser was given to prove that it was the one, so that nobody is asked
// for the password twice. Useless without the link.

export type Pending = { email: string; token: string };

const KEY = "lockstep.pending";

export const pending = {
  read(): Pending | undefined {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Pending> | null;
      return typeof kept?.email === "string" && typeof kept.token === "string" ? { email: kept.email, token: kept.token } : undefined;
    } catch {
      return undefined;
    }
  },

  keep(registration: Pending): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(registration));
    } catch {
      // Forbidden storage: the link asks for the password.
    }
  },

  forget(): void {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Nothing could be kept.
    }
  },
};
