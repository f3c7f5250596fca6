//! What is kept in this browser: the queue of commands, the count of client seqs, the last boards. On IndexedDB, or in memory where
//! there is none. It never keeps a token.

import { type DBSchema, type IDBPDatabase, wrap } from "idb";
import type { AccountId, ClientId, Command, Held, OrgId, Topic } from "../gen/protocol";
import type { BoardSnapshot } from "./board";

export interface KeptCommand {
  readonly client_id: ClientId;
  readonly client_seq: number;
  readonly account_id: AccountId;
  readonly topic: Topic;
  readonly command: Command;
  readonly saw?: number;
  readonly if_changed?: "apply" | "refuse";
  readonly created_at_ms: number;
  /** It was sent at least once: only the server knows whether it took effect. */
  readonly sent: boolean;
}

export interface KeptBoard {
  readonly account_id: AccountId;
  readonly topic: Topic;
  readonly org_id: OrgId;
  /** Absent in what an older version of this app kept, which is of no use. */
  readonly held?: Held;
  readonly snapshot: BoardSnapshot;
  readonly saved_at_ms: number;
}

/** A client id of this browser and the first client seq that was never used. */
export interface KeptClient {
  readonly client_id: ClientId;
  readonly next_seq: number;
}

interface Schema extends DBSchema {
  meta: { key: string; value: string };
  clients: { key: ClientId; value: KeptClient };
  queue: { key: [ClientId, number]; value: KeptCommand };
  boards: { key: [AccountId, Topic]; value: KeptBoard };
}

/** So many boards can be opened offline. */
const BOARDS_MAX = 8;

export interface Storage {
  lastAccount(): Promise<AccountId | undefined>;
  setLastAccount(account_id: AccountId): Promise<void>;
  clients(): Promise<readonly KeptClient[]>;
  setClient(client: KeptClient): Promise<void>;
  /** What a client still has to say for an account, oldest first. */
  commands(client_id: ClientId, account_id: AccountId): Promise<readonly KeptCommand[]>;
  /** Client ids that still have something to say. */
  unfinished(): Promise<readonly ClientId[]>;
  putCommand(command: KeptCommand): Promise<void>;
  removeCommand(client_id: ClientId, client_seq: number): Promise<void>;
  board(account_id: AccountId, topic: Topic): Promise<KeptBoard | undefined>;
  putBoard(board: KeptBoard): Promise<void>;
  removeBoard(account_id: AccountId, topic: Topic): Promise<void>;
  /** On logging out: nothing of this account stays, and nobody is remembered. */
  forget(account_id: AccountId): Promise<void>;
  close(): void;
}

export async function openStorage(factory: IDBFactory | undefined): Promise<Storage> {
  if (factory === undefined) return new MemoryStorage();
  try {
    const request = factory.open("lockstep", 1);
    request.onupgradeneeded = () => {
      const fresh = request.result;
      fresh.createObjectStore("meta");
      fresh.createObjectStore("clients", { keyPath: "client_id" });
      fresh.createObjectStore("queue", { keyPath: ["client_id", "client_seq"] });
      fresh.createObjectStore("boards", { keyPath: ["account_id", "topic"] });
    };
    const database = (await wrap(request)) as unknown as IDBPDatabase<Schema>;
    // Another page brings a newer version: give way instead of holding it up.
    database.addEventListener("versionchange", () => database.close());
    return new BrowserStorage(database);
  } catch {
    // Private windows and full disks: work goes on, without memory.
    return new MemoryStorage();
  }
}

class BrowserStorage implements Storage {
  readonly #db: IDBPDatabase<Schema>;
  constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }
  lastAccount(): Promise<AccountId | undefined> {
    return this.#db.get("meta", "last_account");
  }
  async setLastAccount(account_id: AccountId): Promise<void> {
    await this.#db.put("meta", account_id, "last_account");
  }
  clients(): Promise<readonly KeptClient[]> {
    return this.#db.getAll("clients");
  }
  async setClient(client: KeptClient): Promise<void> {
    await this.#db.put("clients", client);
  }
  async commands(client_id: ClientId, account_id: AccountId): Promise<readonly KeptCommand[]> {
    const kept = await this.#db.getAll("queue");
    return kept.filter((command) => command.client_id === client_id && command.account_id === account_id);
  }
  async unfinished(): Promise<readonly ClientId[]> {
    return (await this.#db.getAllKeys("queue")).map(([client_id]) => client_id);
  }
  async putCommand(command: KeptCommand): Promise<void> {
    await this.#db.put("queue", command);
  }
  async removeCommand(client_id: ClientId, client_seq: number): Promise<void> {
    await this.#db.delete("queue", [client_id, client_seq]);
  }
  board(account_id: AccountId, topic: Topic): Promise<KeptBoard | undefined> {
    return this.#db.get("boards", [account_id, topic]);
  }
  async putBoard(board: KeptBoard): Promise<void> {
    const tx = this.#db.transaction("boards", "readwrite");
    await tx.store.put(board);
    const keys = await tx.store.getAllKeys();
    if (keys.length > BOARDS_MAX) {
      const all = await tx.store.getAll();
      all.sort((a, b) => b.saved_at_ms - a.saved_at_ms);
      for (const old of all.slice(BOARDS_MAX)) await tx.store.delete([old.account_id, old.topic]);
    }
    await tx.done;
  }
  async removeBoard(account_id: AccountId, topic: Topic): Promise<void> {
    await this.#db.delete("boards", [account_id, topic]);
  }
  async forget(account_id: AccountId): Promise<void> {
    const tx = this.#db.transaction(["boards", "queue", "meta"], "readwrite");
    for (const [owner, topic] of await tx.objectStore("boards").getAllKeys()) {
      if (owner === account_id) await tx.objectStore("boards").delete([owner, topic]);
    }
    for (const command of await tx.objectStore("queue").getAll()) {
      if (command.account_id === account_id) await tx.objectStore("queue").delete([command.client_id, command.client_seq]);
    }
    await tx.objectStore("meta").delete("last_account");
    await tx.done;
  }
  close(): void {
    this.#db.close();
  }
}

class MemoryStorage implements Storage {
  #last: AccountId | undefined;
  readonly #clients = new Map<ClientId, KeptClient>();
  readonly #queue = new Map<string, KeptCommand>();
  readonly #boards = new Map<string, KeptBoard>();

  async lastAccount(): Promise<AccountId | undefined> {
    return this.#last;
  }
  async setLastAccount(account_id: AccountId): Promise<void> {
    this.#last = account_id;
  }
  async clients(): Promise<readonly KeptClient[]> {
    return [...this.#clients.values()];
  }
  async setClient(client: KeptClient): Promise<void> {
    this.#clients.set(client.client_id, client);
  }
  async commands(client_id: ClientId, account_id: AccountId): Promise<readonly KeptCommand[]> {
    const kept = [...this.#queue.values()].filter((command) => command.client_id === client_id && command.account_id === account_id);
    return kept.sort((a, b) => a.client_seq - b.client_seq);
  }
  async unfinished(): Promise<readonly ClientId[]> {
    return [...this.#queue.values()].map((command) => command.client_id);
  }
  async putCommand(command: KeptCommand): Promise<void> {
    this.#queue.set(`${command.client_id} ${command.client_seq}`, command);
  }
  async removeCommand(client_id: ClientId, client_seq: number): Promise<void> {
    this.#queue.delete(`${client_id} ${client_seq}`);
  }
  async board(account_id: AccountId, topic: Topic): Promise<KeptBoard | undefined> {
    return this.#boards.get(`${account_id} ${topic}`);
  }
  async putBoard(board: KeptBoard): Promise<void> {
    this.#boards.set(`${board.account_id} ${board.topic}`, board);
    const oldest = [...this.#boards].sort(([, a], [, b]) => a.saved_at_ms - b.saved_at_ms)[0];
    if (this.#boards.size > BOARDS_MAX && oldest !== undefined) this.#boards.delete(oldest[0]);
  }
  async removeBoard(account_id: AccountId, topic: Topic): Promise<void> {
    this.#boards.delete(`${account_id} ${topic}`);
  }
  async forget(account_id: AccountId): Promise<void> {
    this.#last = undefined;
    for (const [key, board] of this.#boards) if (board.account_id === account_id) this.#boards.delete(key);
    for (const [key, command] of this.#queue) if (command.account_id === account_id) this.#queue.delete(key);
  }
  close(): void {
    // Nothing is held open.
  }
}
