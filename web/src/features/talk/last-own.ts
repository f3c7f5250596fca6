// One's own last message, to be changed.
import { session } from "../../app/session.svelte";
import type { ShownMessage } from "../../sdk";

export const lastOwn = (messages: readonly ShownMessage[]): ShownMessage | undefined =>
  messages.findLast((message) => message.author_id === session.accountId && message.deleted !== true && message.message.seq > 0);
