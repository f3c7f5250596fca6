//! Handles: what the app holds of an open thing. Thin, one for each opener; closing one twice does nothing.

import type { BoardId, Command, TaskId } from "../gen/protocol";
import type { BoardTopic } from "./board-topic";
import type { BoardHandle, DetailHandle, PresenceHandle, Sent, ViewHandle } from "./types";
import type { ViewTopic } from "./view-topic";

function once(fn: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    fn();
  };
}

interface BoardParts {
  readonly presence: PresenceHandle;
  seq(): number;
  detail(task_id: TaskId): DetailHandle;
  close(): void;
}

export function boardHandle(board: BoardTopic, board_id: BoardId, parts: BoardParts): BoardHandle {
  const { store } = board;
  return {
    board_id,
    org_id: board.org_id,
    topic: board.topic,
    phase: board.phaseBox,
    stale: board.staleBox,
    info: store.info,
    members: store.members,
    labels: store.labels,
    categories: store.categories,
    fields: store.fields,
    views: store.views,
    changedCards: store.changedCards,
    columnIds: store.columnIds,
    archivedColumnIds: store.archivedColumnIds,
    taskCount: store.taskCount,
    column: (column_id) => store.column(column_id),
    tasksOf: (column_id) => store.tasksOf(column_id),
    card: (task_id) => store.card(task_id),
    parts: (task_id) => store.relations.parts(task_id),
    backward: (task_id) => store.relations.backward(task_id),
    cards: () => store.cards(),
    applied: board.applied,
    send: (command, saw, shown) => board.send(command, saw, shown),
    inverseOf: (command) => board.inverseOf(command),
    detail: parts.detail,
    presence: parts.presence,
    seq: parts.seq,
    close: once(parts.close),
  };
}

export function detailHandle(board: BoardTopic, task_id: TaskId): DetailHandle {
  const detail = board.openDetail(task_id);
  return {
    task_id,
    phase: detail.phase,
    view: detail.view,
    reload: () => detail.reload(),
    close: once(() => board.closeDetail(task_id)),
  };
}

export function viewHandle<V, C extends Command>(view: ViewTopic<V>, send: (command: C) => Sent, close: () => void): ViewHandle<V, C> {
  return { topic: view.topic, phase: view.phaseBox, view: view.view, hints: view.hints, send, close: once(close) };
}
