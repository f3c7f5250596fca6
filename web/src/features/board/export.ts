// The board as a table, saved on this computer.
import { client } from "../../app/client";
import { download } from "../../app/download";
import { t } from "../../app/i18n/index.svelte";
import { problemText } from "../../app/problem-text";
import { toasts } from "../../app/toasts.svelte";
import { Problem } from "../../sdk";
import type { Board } from "./model.svelte";

export async function saveTable(board: Board): Promise<void> {
  const info = board.info.value;
  if (info === undefined) return;
  try {
    download(await client.rest.boardTable(info.org_id, info.board_id, board.handle.seq()), `${info.key}.csv`);
    toasts.show(t("export.done", { name: `${info.key}.csv` }), { kind: "good" });
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    toasts.show(problemText(problem), { kind: "bad" });
  }
}
