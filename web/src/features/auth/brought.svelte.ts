// The invitation that somebody registers with, where this browser keeps one: what it is for, and what became of it.
import { client } from "../../app/client";
import { t } from "../../app/i18n/index.svelte";
import { paths, router } from "../../app/router.svelte";
import { session } from "../../app/session.svelte";
import { toasts } from "../../app/toasts.svelte";
import { type InvitationAnswer, type InvitationView, Problem } from "../../sdk";
import { invitation } from "./invitation";

export class Brought {
  code: string | undefined = $state(invitation.read());
  view: InvitationView | undefined = $state.raw();

  async look(): Promise<void> {
    if (!this.code) return;
    try {
      this.view = await client.organizations.invitation(this.code);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 410) this.drop();
    }
  }

  drop(): void {
    invitation.forget();
    this.code = undefined;
    this.view = undefined;
  }
}

/** Says what became of it, and goes where it leads. Without an answer nothing is said, and whoever asks goes on. */
export async function arrive(told: InvitationAnswer | undefined): Promise<boolean> {
  if (!told) return false;
  // One without a place can be tried again later.
  if (told.outcome !== "full") invitation.forget();
  await session.reload();
  const org = session.orgs.find((each) => each.org_id === told.org_id);
  if (told.outcome === "joined" && org) toasts.show(t("invite.accepted", { name: org.name }), { kind: "good" });
  if (told.outcome === "gone") toasts.show(t("invite.gone_meanwhile"), { kind: "bad" });
  if (told.outcome === "full") toasts.show(t("invite.full"), { kind: "bad" });
  if (told.outcome === "other_address") toasts.show(t("invite.other_address", { email: session.me?.email ?? "" }), { kind: "bad" });
  router.go(paths.home(org?.org_id), { replace: true });
  return true;
}

const OUTCOMES = ["joined", "gone", "full", "other_address"] as const;

/** The same out of the address that a provider's log-in comes back to, which anybody can write: only what is known means something. */
export function answerIn(query: URLSearchParams): InvitationAnswer | undefined {
  const outcome = OUTCOMES.find((each) => each === query.get("invitation"));
  const org_id = query.get("org");
  return outcome && { outcome, ...(org_id ? { org_id } : {}) };
}
