// What can be done with a message, in its menu and by keys.
import { t } from "../../app/i18n/index.svelte";
import { router } from "../../app/router.svelte";
import type { ShownMessage } from "../../sdk";
import type { MenuItem } from "../../ui/menu";
import type { TalkDialogs } from "./dialogs.svelte";
import type { Room } from "./room.svelte";

export function messageItems(room: Room, message: ShownMessage, dialogs: TalkDialogs): MenuItem[] {
  const may = room.may(message);
  return [
    ...(may.edit ? [{ label: t("talk.edit"), icon: "edit" as const, shortcut: "e", run: () => (room.editing = message.message.message_id) }] : []),
    ...(room.talks ? [{ label: t(room.pinned(message) ? "talk.unpin" : "talk.pin"), icon: "pin" as const, shortcut: "p", run: () => room.pin(message) }] : []),
    { label: t("talk.to_task"), icon: "board", shortcut: "t", run: () => dialogs.show({ kind: "task", message }) },
    { label: t("talk.copy_link"), icon: "link", shortcut: "l", run: () => void room.copyLink(message) },
    ...(room.joined && message.number !== undefined ? [{ label: t("talk.mark_unread"), icon: "mail" as const, shortcut: "u", run: () => room.unreadFrom(message) }] : []),
    ...(may.remove ? ["line" as const, { label: t("talk.delete"), icon: "trash" as const, danger: true, run: () => dialogs.show({ kind: "delete", message }) }] : []),
  ];
}

/** One key on a message; whether it meant something. */
export function messageKey(event: KeyboardEvent, room: Room, message: ShownMessage, dialogs: TalkDialogs): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || message.deleted === true || message.message.seq === 0) return false;
  const may = room.may(message);
  if (event.key === "e" && may.edit) room.editing = message.message.message_id;
  else if (event.key === "p" && room.talks) room.pin(message);
  else if (event.key === "t") dialogs.show({ kind: "task", message });
  else if (event.key === "l") void room.copyLink(message);
  else if (event.key === "u") room.unreadFrom(message);
  else if (event.key === "r" || event.key === "Enter") router.go(room.thread(message));
  else if (event.key === "Delete" && may.remove) dialogs.show({ kind: "delete", message });
  else return false;
  return true;
}
