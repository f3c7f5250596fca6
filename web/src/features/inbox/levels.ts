// How much somebody wants to be told of one board, channel or card: entries of their menus. It holds on all devices at once.
import { inbox } from "../../app/inbox.svelte";
import { t } from "../../app/i18n/index.svelte";
import { toasts } from "../../app/toasts.svelte";
import type { ChannelLevel, PreferenceChange } from "../../sdk";
import type { MenuItem } from "../../ui/menu";

/** What holds where nothing was chosen. */
const USUAL: ChannelLevel = "mentions";
const CHANNEL_LEVELS: readonly ChannelLevel[] = ["all", USUAL, "nothing"];
const DIRECT_LEVELS: readonly ChannelLevel[] = [USUAL, "nothing"];

const set = (change: PreferenceChange, said: string) => {
  void inbox.send({ type: "inbox.preferences.set", changes: [change] });
  toasts.show(said);
};

/** Whoever is not logged in has no inbox, and nothing to choose. */
export function boardLevel(board_id: string): MenuItem[] {
  if (!inbox.view) return [];
  const off = inbox.view.boards.get(board_id) === "nothing";
  return [
    {
      label: t(off ? "tell.board_on" : "tell.board_off"),
      icon: off ? "bell" : "bell_off",
      run: () => set({ set: "board", board_id, ...(off ? {} : { level: "nothing" as const }) }, t(off ? "tell.board_is_on" : "tell.board_is_off")),
    },
  ];
}

export function taskLevel(task_id: string): MenuItem[] {
  if (!inbox.view) return [];
  const off = inbox.view.muted.has(task_id);
  return [
    {
      label: t(off ? "tell.task_on" : "tell.task_off"),
      icon: off ? "bell" : "bell_off",
      run: () => set({ set: "task", task_id, muted: !off }, t(off ? "tell.task_is_on" : "tell.task_is_off")),
    },
  ];
}

/** Of direct talks every message is told from the beginning: there is only whether. */
export function channelLevels(channel_id: string, direct: boolean): MenuItem[] {
  if (!inbox.view) return [];
  const chosen = inbox.view.channels.get(channel_id) ?? USUAL;
  return (direct ? DIRECT_LEVELS : CHANNEL_LEVELS).map((level) => {
    const words = direct && level === USUAL ? "all" : level;
    return {
      label: t(`tell.channel.${words}`),
      checked: level === chosen,
      run: () => set({ set: "channel", channel_id, level }, t(`tell.channel_is.${words}`)),
    };
  });
}
