//! A server and browsers around it, for tests: everything is in memory and moves with one clock.

import { gunzipSync } from "node:zlib";
import { type BoardHandle, createClient, type Environment, type Lockstep, type Notice } from "../../../src/sdk/index";
import { Clock, seeded, settle, testId } from "./clock";
import { FakeBoard } from "./fake-board";
import { evolve } from "./fake-fold";
import { FakeServer } from "./fake-server";

export interface Browser {
  readonly name: string;
  readonly client: Lockstep;
  readonly notices: Notice[];
  wake(): void;
  /** The browser says that there is no network. */
  offline(): void;
}

export interface WorldOptions {
  readonly seed?: number;
  readonly indexed_db?: IDBFactory;
}

export class World {
  readonly clock = new Clock();
  readonly server = new FakeServer(this.clock);
  readonly org_id = testId(1);
  readonly board_id = testId(2);
  readonly topic = `board:${this.board_id}`;
  readonly todo = testId(3);
  readonly doing = testId(3);
  readonly done = testId(3);
  readonly random: () => number;
  readonly #indexed_db: IDBFactory | undefined;
  /** Browsers in which somebody was logged in. */
  readonly hints = new Set<string>();
  readonly #claims = new Set<string>();

  constructor(options: WorldOptions = {}) {
    this.random = seeded(options.seed ?? 1);
    this.#indexed_db = options.indexed_db;
    const board = new FakeBoard(this.board_id, this.org_id);
    this.server.boards.set(this.topic, board);
    const at = this.clock.now_ms * 1000;
    evolve(board, { seq: 1, at, by: "ana", event: { type: "board.created", org_id: this.org_id, name: "Board", key: "OPS", visibility: "organization", owner_id: "ana" } });
    const columns = [[this.todo, "To do", "backlog"], [this.doing, "Doing", "active"], [this.done, "Done", "done"]] as const;
    for (const [column_id, name, kind] of columns) this.server.do(this.topic, { type: "column.create", column_id, name, kind });
  }

  get board(): FakeBoard {
    return this.server.board(this.topic);
  }

  /** A task made by somebody else. */
  task(title: string, column_id = this.todo): string {
    const task_id = testId(4);
    this.server.do(this.topic, { type: "task.create", task_id, column_id, title });
    return task_id;
  }

  environment(name: string, wakers: Set<() => void> = new Set(), offliners: Set<() => void> = new Set()): Environment {
    const { clock, server, random } = this;
    return {
      base_url: "http://server",
      now_ms: () => clock.now_ms,
      random,
      bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)),
      setTimer: clock.setTimer,
      clearTimer: clock.clearTimer,
      fetch: server.fetch(name),
      openSocket: server.openSocket,
      gunzip: async (bytes) => gunzipSync(new Uint8Array(bytes)).toString("utf8"),
      indexed_db: this.#indexed_db,
      session_hint: {
        get: () => this.hints.has(name),
        set: (somebody) => {
          if (somebody) this.hints.add(name);
          else this.hints.delete(name);
        },
      },
      exclusive: (_name, task) => task(),
      claim: async (wanted) => {
        if (this.#claims.has(wanted)) return false;
        this.#claims.add(wanted);
        return true;
      },
      onWake: (fn) => {
        wakers.add(fn);
        return () => wakers.delete(fn);
      },
      onOffline: (fn) => {
        offliners.add(fn);
        return () => offliners.delete(fn);
      },
    };
  }

  /** A page of a person who is logged in. */
  async page(name: string, start = true): Promise<Browser> {
    this.server.cookies.set(name, name);
    this.hints.add(name);
    return this.visit(name, start);
  }

  /** A page as the browser finds it. */
  async visit(name: string, start = true): Promise<Browser> {
    const [wakers, offliners] = [new Set<() => void>(), new Set<() => void>()];
    const client = createClient({ environment: this.environment(name, wakers, offliners) });
    const notices: Notice[] = [];
    client.notices.subscribe((notice) => notices.push(notice));
    if (start) {
      await client.start();
      await settle();
    }
    return { name, client, notices, wake: () => { for (const fn of wakers) fn(); }, offline: () => { for (const fn of offliners) fn(); } };
  }

  /** The page is gone, as by a crash: its claims are free again. */
  crash(): void {
    this.#claims.clear();
    this.server.cut();
  }

  async open(browser: Browser): Promise<BoardHandle> {
    const handle = browser.client.openBoard(this.org_id, this.board_id);
    await settle();
    return handle;
  }
}

/** All that a board handle shows, in a form that can be compared with the server's. */
export function shown(handle: BoardHandle) {
  const columns = [...handle.columnIds.get(), ...handle.archivedColumnIds.get()];
  return {
    name: handle.info.get()?.name,
    lifecycle: handle.info.get()?.lifecycle,
    columns: columns.map((id) => handle.column(id).get()),
    labels: handle.labels.get(),
    members: handle.members.get(),
    orders: Object.fromEntries(columns.map((id) => [id, handle.tasksOf(id).get()])),
    cards: Object.fromEntries([...handle.cards()].sort((a, b) => (a.task_id < b.task_id ? -1 : 1)).map((card) => [card.task_id, card])),
  };
}

/** What the server holds, in the same form. */
export function truth(board: FakeBoard): ReturnType<typeof shown> {
  const head = board.head();
  const columns = [...head.columns.filter((column) => column.archived !== true), ...head.columns.filter((column) => column.archived === true)];
  const faces = board.faces().sort((a, b) => (a.task_id < b.task_id ? -1 : 1));
  return {
    name: head.name,
    lifecycle: head.lifecycle,
    columns,
    labels: head.labels.sort((a, b) => (a.label_id < b.label_id ? -1 : 1)),
    members: head.members.sort((a, b) => (a.account_id < b.account_id ? -1 : 1)),
    orders: Object.fromEntries(columns.map((column) => [column.column_id, board.order(column.column_id).map((task) => task.face.task_id)])),
    cards: Object.fromEntries(faces.map((face) => [face.task_id, face])),
  };
}
