//! The public words of the sync client: what the app reads, watches and calls. Types only; nothing here runs.

import type {
  AccountId, AccountView, BoardCommand, BoardEvent, BoardId, BoardMemberView, CategoryView, ChannelId, ChecklistView, Code, ColumnId, ColumnView, Command, Escalation, FieldView,
  CommentView, Conflict, ConnectionId, FailedPart, Happened, LabelView, Lifecycle, MessageId, OrgId, OrganizationCommand, OrganizationView, Reminder, SavedView, TaskDetail,
  TaskFace, TaskId, TeamCommand, TeamId, TeamView, TimeEntryView, Topic, Visibility,
} from "../gen/protocol";
import type { Auth } from "./auth";
import type { Cell, Signal } from "./cells";
import type { Environment } from "./environment";
import type { Identity } from "./identity";
import type { Organizations } from "./organizations";
import type { ChangedProfiles } from "./profiles";
import type { Pulsed } from "./pulse";
import type { Backward } from "./relations";
import type { ChannelEntry, Channels } from "./channels";
import type { BoardEntry, Rest } from "./rest";
import type { InboxHandle } from "./inbox";
import type { ChannelHandle } from "./rooms";
import type { Links } from "./links";
import type { Devices } from "./devices";
import type { Tokens } from "./tokens";
import type { Webhooks } from "./webhooks";

/** The four honest states of the connection, and the two ends after which nothing happens by itself. */
export type ConnectionStatus =
  /** Connected and everything sent is confirmed. `rtt_ms` is absent until the first round trip. */
  | { readonly kind: "live"; readonly rtt_ms?: number }
  /** Connecting, resuming, or `changes` commands await their answer. */
  | { readonly kind: "syncing"; readonly changes: number }
  /** No connection; `queued` commands wait in this browser. `retry_at_ms` is when the next try starts (client's clock). */
  | { readonly kind: "offline"; readonly queued: number; readonly retry_at_ms?: number }
  /** Connected, but the server cannot reach its journal: what is shown may be old. */
  | { readonly kind: "stale"; readonly queued: number }
  /** Another connection took over, or the protocol was broken: `reconnect()` starts again. */
  | { readonly kind: "stopped"; readonly reason: "superseded" | "protocol" | "logged_out" | "not_started" };

/** Why a command was refused, in words the app can show. */
export interface Refusal {
  readonly code: Code;
  readonly message: string;
  readonly field?: string;
  readonly limit?: number;
  /** The changes that stand in the way. */
  readonly conflicts?: readonly Conflict[];
}

/** What the author of a command had seen, and whether it is to be refused when what it changes was changed since. */
export interface Saw {
  readonly seq: number | undefined;
  readonly if_changed?: "apply" | "refuse" | undefined;
}

/** How a command ended. `position` is absent when its echo came before its reply. `removed`: taken out of the queue by hand before it was sent. */
export type CommandResult =
  | { readonly kind: "ok"; readonly seq: number; readonly position?: string }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "removed" };

/** A command that was given to the client. */
export interface Sent {
  /** Names the command for ever, with the client's id. */
  readonly client_seq: number;
  /** The commands that undo it, from what was shown before it; empty when it cannot be undone. */
  readonly inverse: readonly BoardCommand[];
  /** Settles once: when it is confirmed, refused or removed. It never rejects. */
  readonly result: Promise<CommandResult>;
}

/** A command that awaits its confirmation, as the queue shows it. */
export interface QueuedCommand {
  readonly client_seq: number;
  readonly topic: Topic;
  readonly command: Command;
  /** `waiting`: not yet sent on this connection · `sent`: awaits its reply · `retrying`: refused for the moment, sent again later ·
   * `acknowledged`: committed, its event is on its way. */
  readonly state: "waiting" | "sent" | "retrying" | "acknowledged";
  /** When it was made, milliseconds of this machine's clock. */
  readonly created_at_ms: number;
  readonly tries: number;
}

/** Things worth telling the person, once. */
export type Notice =
  /** Exactly this command was undone, and why. `changed_by` is who last changed the same thing, when that is known. */
  | { readonly kind: "refused"; readonly topic: Topic; readonly command: Command; readonly refusal: Refusal; readonly changed_by?: AccountId }
  /** After a reconnection: so many changes of others were caught up with (0 is not told). */
  | { readonly kind: "caught_up"; readonly topic: Topic; readonly changes: number }
  /** Somebody changed the same field while mine was under way; mine is applied after it (last writer wins). */
  | { readonly kind: "overlap"; readonly topic: Topic; readonly task_id: TaskId; readonly field: "title" | "description"; readonly by: AccountId; readonly at: number; readonly theirs: string; readonly mine: string }
  /** Of these commands in one some were refused; the others took effect. */
  | { readonly kind: "failed_in"; readonly topic: Topic; readonly command: Command; readonly failed: readonly FailedPart[] }
  /** This command took effect over changes of others that were not seen here when it was made. */
  | { readonly kind: "went_over"; readonly topic: Topic; readonly command: Command; readonly conflicts: readonly Conflict[] }
  /** Access to this topic is gone. */
  | { readonly kind: "revoked"; readonly topic: Topic; readonly code: Code }
  | { readonly kind: "superseded" }
  | { readonly kind: "logged_out" };

/** A task as the board shows it. */
export interface Card extends TaskFace {
  /** Some of what is shown is not confirmed yet. A `number` of 0 means that it has none yet. */
  readonly pending?: true;
}

/** The board's own fields. */
export interface BoardInfo {
  readonly board_id: BoardId;
  readonly org_id: OrgId;
  readonly team_id?: TeamId;
  readonly name: string;
  readonly key: string;
  readonly visibility: Visibility;
  readonly lifecycle: Lifecycle;
  /** Others are made of it; it reminds nobody of anything. */
  readonly template?: boolean;
  /** Who is told of what is overdue for long. */
  readonly escalations?: readonly Escalation[];
}

/** `loading`: nothing to show yet · `cached`: shown from this browser's store, not yet resumed · `ready`: at the server's head as of the
 * last message · `missing`: does not exist or may not be seen · `revoked`: access was lost while it was open. */
export type TopicPhase = "loading" | "cached" | "ready" | "missing" | "revoked";

/** Events that were applied, after what they changed can be read. */
export interface Applied {
  readonly events: readonly Happened<BoardEvent>[];
  /** The echo of this client's own command. */
  readonly own: boolean;
  /** Part of catching up rather than live: do not animate. */
  readonly catching_up: boolean;
}

/** An open board. Cells change only when their value does; a moved card touches its own cell and the two columns' lists. */
export interface BoardHandle {
  readonly board_id: BoardId;
  readonly org_id: OrgId;
  readonly topic: Topic;
  readonly phase: Cell<TopicPhase>;
  /** The server says that what is shown may be old. */
  readonly stale: Cell<boolean>;
  readonly info: Cell<BoardInfo | undefined>;
  readonly members: Cell<readonly BoardMemberView[]>;
  readonly labels: Cell<readonly LabelView[]>;
  readonly categories: Cell<readonly CategoryView[]>;
  /** Custom fields, in their order. */
  readonly fields: Cell<readonly FieldView[]>;
  /** Shared views, in their order. */
  readonly views: Cell<readonly SavedView[]>;
  /** Which cards just changed; undefined: all of them may have. */
  readonly changedCards: Signal<readonly TaskId[] | undefined>;
  /** Active columns in order. */
  readonly columnIds: Cell<readonly ColumnId[]>;
  readonly archivedColumnIds: Cell<readonly ColumnId[]>;
  /** Active tasks on the board, those of archived columns included. */
  readonly taskCount: Cell<number>;
  column(column_id: ColumnId): Cell<ColumnView | undefined>;
  /** Active tasks of a column, in order. */
  tasksOf(column_id: ColumnId): Cell<readonly TaskId[]>;
  card(task_id: TaskId): Cell<Card | undefined>;
  /** Active tasks that are parts of this one. */
  parts(task_id: TaskId): Cell<readonly TaskId[]>;
  /** What other active tasks say that they have to do with this one. */
  backward(task_id: TaskId): Cell<readonly Backward[]>;
  /** All active tasks, for search and the command palette; not observable, in no order. */
  cards(): Iterable<Card>;
  /** What was just applied, for animations and "who did it". */
  readonly applied: Signal<Applied>;
  /** Shows the effect at once, queues, sends. Never throws for want of a connection. `saw`: other than what is confirmed now. `shown`: the
   * commands that it comes to, where the server alone knows. */
  send(command: BoardCommand, saw?: Saw, shown?: readonly BoardCommand[]): Sent;
  /** What would undo the command if it were sent now. */
  inverseOf(command: BoardCommand): readonly BoardCommand[];
  /** Opens a task's detail; close it when the panel closes. */
  detail(task_id: TaskId): DetailHandle;
  readonly presence: PresenceHandle;
  /** The confirmed seq. */
  seq(): number;
  /** Handles are counted: the topic is left when the last one closes. */
  close(): void;
}

export interface DetailView {
  readonly description: string;
  readonly checklists: readonly ChecklistView[];
  readonly comments: readonly DetailComment[];
  readonly watchers: readonly AccountId[];
  readonly reminders: readonly Reminder[];
  /** In the order in which it began. */
  readonly time: readonly TimeEntryView[];
  readonly lifecycle: Lifecycle;
  readonly created_by: AccountId;
  readonly created_at: number;
  readonly face: Card;
  readonly original?: TaskDetail["original"];
}

export interface DetailComment extends CommentView {
  readonly pending?: true;
}

/** An open task: read over REST, then kept up to date by the board's events. */
export interface DetailHandle {
  readonly task_id: TaskId;
  readonly phase: Cell<"loading" | "ready" | "missing" | "failed">;
  readonly view: Cell<DetailView | undefined>;
  /** Reads it again, after `failed`. */
  reload(): void;
  close(): void;
}

/** A person on the board, over all their connections but this one. */
export interface Present {
  readonly account_id: AccountId;
  readonly connections: readonly ConnectionId[];
  readonly task_ids: readonly TaskId[];
  readonly away: boolean;
}

export interface Drag { readonly account_id: AccountId; readonly connection_id: ConnectionId; readonly task_id: TaskId; readonly column_id?: ColumnId }
export interface Pointer { readonly account_id: AccountId; readonly connection_id: ConnectionId; readonly x: number; readonly y: number }

export interface PresenceHandle {
  /** Everyone else on the board, one entry a person, in order of account id. */
  readonly people: Cell<readonly Present[]>;
  /** Connections on the topic as the server counts them, this one included. */
  readonly count: Cell<number>;
  /** Who else has this task open. */
  on(task_id: TaskId): Cell<readonly AccountId[]>;
  /** Who is writing a comment on this task. */
  typing(task_id: TaskId): Cell<readonly AccountId[]>;
  readonly drags: Cell<readonly Drag[]>;
  readonly pointers: Cell<readonly Pointer[]>;
  /** Who is writing in the channel, or in the thread that a message began. */
  writing(thread?: MessageId): Cell<readonly AccountId[]>;
  sendWriting(thread?: MessageId): void;
  /** The task this person has open; undefined for none. Kept and sent again after a reconnection. */
  setOpenTask(task_id: TaskId | undefined): void;
  setAway(away: boolean): void;
  /** Call as often as you like: at most 20 messages a second leave, and only the newest. */
  sendTyping(task_id: TaskId): void;
  sendDragging(task_id: TaskId, column_id?: ColumnId): void;
  /** The card was put down: what waits to be said of it would come after the news of where it is. */
  stopDragging(): void;
  sendPointer(x: number, y: number): void;
}

/** An open organization or team. */
export interface ViewHandle<V, C> {
  readonly topic: Topic;
  readonly phase: Cell<TopicPhase>;
  readonly view: Cell<V | undefined>;
  /** What is not in the view may have changed: lists of boards, teams, invitations. The position to ask for, if it is known. */
  readonly hints: Signal<string | undefined>;
  send(command: C): Sent;
  close(): void;
}
export type OrganizationHandle = ViewHandle<OrganizationView, OrganizationCommand>;
/** One's own account. */
export type AccountHandle = ViewHandle<AccountView, never>;
export type TeamHandle = ViewHandle<TeamView, TeamCommand>;

/** The sync client of one page. */
/** The boards of an organization that this person may see, kept true while it is held. */
export interface BoardListHandle {
  /** Undefined until the first answer. */
  readonly boards: Cell<readonly BoardEntry[] | undefined>;
  /** There is nothing to show because reading failed; it is tried again by itself. */
  readonly failed: Cell<boolean>;
  readonly organization: ViewHandle<OrganizationView, never>;
  /** Reads it again, at least as new as a change of one's own. */
  refresh(min_position?: string): void;
  close(): void;
}

/** The channels that this person is in, kept true while it is held. */
export interface ChannelListHandle {
  /** Undefined until the first answer. */
  readonly items: Cell<readonly ChannelEntry[] | undefined>;
  readonly failed: Cell<boolean>;
  readonly organization: ViewHandle<OrganizationView, never>;
  refresh(min_position?: string): void;
  close(): void;
}

export interface Lockstep {
  readonly auth: Auth;
  readonly rest: Rest;
  readonly identity: Identity;
  readonly organizations: Organizations;
  readonly tokens: Tokens;
  readonly webhooks: Webhooks;
  readonly devices: Devices;
  readonly links: Links;
  readonly channels: Channels;
  readonly status: Cell<ConnectionStatus>;
  readonly notices: Signal<Notice>;
  /** Whose name, picture or job title is to be read again if it is shown. */
  readonly profiles: Signal<ChangedProfiles>;
  /** Every command that is not confirmed, oldest first, over all topics; survives a reload. */
  readonly queue: Cell<readonly QueuedCommand[]>;
  /** Takes a command out of the queue and undoes its effect; false when it may have been sent already. */
  removeQueued(client_seq: number): Promise<boolean>;
  /** Loads what was kept and connects when there is a session. Call once; openers may be called before it ends. */
  start(): Promise<void>;
  /** Connects now: after `stopped`, or when the person does not want to wait. */
  reconnect(): void;
  openBoard(org_id: OrgId, board_id: BoardId): BoardHandle;
  openOrganization(org_id: OrgId): OrganizationHandle;
  openTeam(team_id: TeamId): TeamHandle;
  /** One's own account: others are not there. */
  openAccount(account_id: AccountId): AccountHandle;
  /** Follows the organization, and the list of its boards. */
  openBoardList(org_id: OrgId): BoardListHandle;
  /** How far one has read: of one's own inbox alone. */
  openInbox(account_id: AccountId): InboxHandle;
/** Says when something of a board changed until the answer is called, without holding it, and seen by nobody there. */
  watchBoard(board_id: BoardId, changed: Pulsed): () => void;
  openChannel(org_id: OrgId, channel_id: ChannelId): ChannelHandle;
  /** Follows the organization, and the list of its channels that the person is in. */
  openChannelList(org_id: OrgId): ChannelListHandle;
  /** Closes the socket and stops all timers. */
  stop(): void;
}


export interface ClientOptions {
  /** The server's origin without a slash at its end; the page's own by default. */
  readonly base_url?: string;
  /** Name and version of the program, for the sessions page. */
  readonly client_name?: string;
  /** Time, sockets and storage, for tests; the browser's by default. */
  readonly environment?: Environment;
}

/** `createClient` of `index.ts`. */
export type CreateClient = (options?: ClientOptions) => Lockstep;
