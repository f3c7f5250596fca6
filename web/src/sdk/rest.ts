//! The REST surface, one method a route. Lists, heads and details are read here; changes of an open board go over the socket.

import type {
  AccountId, Acknowledged, BoardHead, BoardId, BoardPart, BoardRole, Code, Command, CommentId, CommentVersion, Condition, Due, EntryView, Event, Happened, Lifecycle, Look, MemberStatus, OrgId,
  OrganizationView, OrgRole, OwnChanges, PictureId, Priority, SessionId, TaskDetail, TaskDifference, TaskFace, TaskId, TeamId, TeamView, TimeEntryId, TimerView, ViewId, Visibility,
} from "../gen/protocol";
import type { Http } from "./http";

export interface OrgEntry {
  readonly org_id: OrgId;
  readonly name: string;
  readonly logo_id?: PictureId;
  readonly role: OrgRole;
  /** Deleted then, and to be restored by the caller. */
  readonly deleted_at?: number;
}
/** What the time of a board is asked for: all that began within these ends. */
export interface TimeQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly account?: AccountId | undefined;
  readonly group?: "task" | "member" | "day" | undefined;
  readonly zone?: string | undefined;
}
export interface TimeSum {
  readonly account_id?: AccountId;
  readonly day?: string;
  readonly task_id?: TaskId;
  readonly number?: number;
  readonly title?: string;
  readonly estimate_minutes?: number;
  /** All that was ever spent on the task. */
  readonly tracked_s?: number;
  readonly total_s: number;
  readonly entries: number;
}
export interface TimeReport {
  readonly seq: number;
  readonly total_s: number;
  readonly entries: number;
  readonly groups: readonly TimeSum[];
  readonly next_cursor?: string;
}
/** Within these moments: `from` counts, `to` does not any more. */
export interface OwnTimeQuery {
  readonly from?: number;
  readonly to?: number;
}
/** A time of the caller's, and on what. */
export interface OwnTimeRow {
  readonly org_id: OrgId;
  readonly board_id: BoardId;
  readonly board_name: string;
  readonly task_id: TaskId;
  readonly key: string;
  readonly title: string;
  readonly entry_id: TimeEntryId;
  readonly started_at: number;
  readonly duration_s: number;
  readonly note?: string;
}
export interface OwnTime {
  readonly total_s: number;
  readonly entries: number;
  readonly items: readonly OwnTimeRow[];
  /** Boards that were not asked, since there are too many. */
  readonly boards_left_out: number;
  readonly next_cursor?: string;
}
export interface OwnTimer {
  readonly timer?: TimerView;
  readonly now: number;
}
/** How a timer ends. */
export interface StopsTimer {
  readonly entry_id: TimeEntryId;
  /** When it was really over; absent: now. */
  readonly ended_at?: number;
  readonly note?: string;
}

export interface TimerStopped {
  readonly entry_id: TimeEntryId;
  readonly task_id: TaskId;
  readonly duration_s: number;
  /** Why the time is not noted on the task. */
  readonly lost?: Code;
  /** Lists that were given it hold the time. */
  readonly position?: string;
}
export type NextBecause = "blocked" | "overdue" | "due_today" | "due_in" | "work_left" | "priority" | "blocks" | "active" | "started" | "last_parts" | "waiting" | "starts_in";
export interface NextNamed { readonly task_id: TaskId; readonly key: string }
/** What puts a task up, or down. What is there beside the points depends on what it is. */
export interface NextReason {
  readonly because: NextBecause;
  readonly points: number;
  readonly days?: number;
  readonly minutes_left?: number;
  readonly priority?: Priority;
  readonly tasks?: readonly NextNamed[];
  readonly count?: number;
  readonly urgent?: number;
  readonly due?: number;
  readonly of?: number;
}
export interface NextTask {
  readonly org_id: OrgId;
  readonly board_id: BoardId;
  readonly board_name: string;
  readonly task_id: TaskId;
  readonly key: string;
  readonly title: string;
  readonly priority: Priority;
  readonly due?: Due;
  readonly score: number;
  /** Weightiest first. */
  readonly reasons: readonly NextReason[];
}
/** What an entry of the inbox says, as it may be read now. `place` is empty for a direct talk. */
export interface Shown { readonly place: string; readonly title?: string; readonly key?: string; readonly excerpt?: string; readonly trashed?: boolean }
export type InboxFolder = "inbox" | "unread" | "snoozed" | "archived";
/** Without `shown`: it is gone, or one may not see it any more. */
export type InboxItem = EntryView & { readonly shown?: Shown };
export interface InboxPage { readonly items: readonly InboxItem[]; readonly unread: number; readonly more: boolean; readonly seq: number }
export interface NextList { readonly items: readonly NextTask[]; readonly total: number; readonly boards_left_out: number }
/** What is absent was not chosen. */
export interface Preferences {
  readonly theme?: "system" | "light" | "dark" | undefined;
  readonly week_start?: "monday" | "saturday" | "sunday" | undefined;
  readonly working_hours?: WorkingHours | undefined;
  /** Organizations whose set-up guide was put away. */
  readonly guides_closed?: readonly OrgId[] | undefined;
}
/** Days from 1 (Monday) to 7, minutes after midnight; in their own time zone. */
export interface WorkingHours { readonly days: readonly number[]; readonly from: number; readonly to: number }
/** What is absent stays; preferences are given whole. */
export interface UpdateMe { readonly name?: string; readonly locale?: string; readonly time_zone?: string; readonly preferences?: Preferences }
export interface Me {
  readonly account_id: AccountId;
  readonly name: string;
  readonly avatar_id?: PictureId;
  readonly email: string;
  readonly email_verified: boolean;
  /** Asked for, and not confirmed yet. */
  readonly pending_email?: string;
  readonly has_password: boolean;
  /** `de-CH`; empty: not chosen. */
  readonly locale: string;
  /** `Europe/Zurich`; empty: not chosen. */
  readonly time_zone: string;
  readonly preferences: Preferences;
  readonly created_at: number;
  readonly orgs: readonly OrgEntry[];
}
/** `moved`: it is not on the board that was asked. */
export interface Whereabouts { readonly board_id: BoardId; readonly task_id: TaskId; readonly key: string; readonly moved: boolean }
export interface ChangePassword { readonly current_password: string; readonly new_password: string }
export interface SessionEntry { readonly session_id: SessionId; readonly device: string; readonly address: string; readonly created_at: number; readonly last_seen_at: number; readonly current: boolean }
export interface MemberEntry {
  readonly account_id: AccountId;
  readonly name: string;
  readonly avatar_id?: PictureId;
  readonly role: OrgRole;
  /** A stand-in that an import made. */
  readonly placeholder: boolean;
  /** A program. */
  readonly service: boolean;
  readonly status: MemberStatus;
  readonly title?: string;
  readonly team_ids: readonly TeamId[];
  /** On boards that the caller sees. */
  readonly open_tasks: number;
}
export interface MemberPage { readonly items: readonly MemberEntry[]; readonly total: number; readonly next_cursor?: string }
export interface MembersQuery {
  /** Words that begin words of the name or the job title. */
  readonly q?: string;
  /** These alone, parted by commas. */
  readonly ids?: string;
  readonly role?: OrgRole;
  readonly status?: MemberStatus;
  readonly team?: TeamId;
  readonly kind?: "person" | "service" | "placeholder";
  readonly sort?: "name" | "role";
  readonly cursor?: string;
  readonly limit?: number;
}
export interface BoardEntry { readonly board_id: BoardId; readonly name: string; readonly key: string; readonly team_id?: TeamId; readonly visibility: Visibility; readonly lifecycle: Lifecycle; readonly template?: boolean; readonly created_at: number }
/** A view of a board that somebody keeps for themselves. */
export interface OwnView { readonly view_id: ViewId; readonly name: string; readonly look: Look }
export interface Star { readonly org_id: OrgId; readonly board_id: BoardId }
export interface TeamEntry { readonly team_id: TeamId; readonly name: string; readonly member_count: number }
export type Template = "blank" | "kanban" | "scrum" | "bug_tracker" | "onboarding" | "content_calendar";
/** `from_board_id`: instead of a template that is built in; `with_tasks`: its active tasks too; `as_template`: others are to be made of it. */
export interface NewBoard { readonly board_id?: BoardId; readonly name: string; readonly key?: string; readonly team_id?: TeamId; readonly visibility?: Visibility; readonly template?: Template; readonly language?: "en" | "de"; readonly from_board_id?: BoardId; readonly with_tasks?: boolean; readonly as_template?: boolean }
export interface BoardThen { readonly seq: number; readonly at: number; readonly view: BoardPart }
export interface Page<T> { readonly items: readonly T[]; readonly next_cursor?: string }
export interface HistoryPage { readonly events: readonly Happened<Event>[]; readonly head: number }
export interface CommandDoor { readonly body: Command; readonly client_id: string; readonly client_seq: number; readonly saw?: number }

const V1 = "/api/v1";
const org = (org_id: OrgId): string => `${V1}/orgs/${org_id}`;
const board = (org_id: OrgId, board_id: BoardId): string => `${org(org_id)}/boards/${board_id}`;

/** What is said of a query, as an address has it. */
const said = (query: Readonly<Record<string, string | number | undefined>>): URLSearchParams =>
  new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));

export class Rest {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  me(): Promise<Me> {
    return this.#http.request("GET", `${V1}/me`);
  }
  updateMe(fields: UpdateMe): Promise<Me> {
    return this.#http.request("PATCH", `${V1}/me`, { body: fields });
  }
  /** A PNG, JPEG or WebP; a small square of it is kept. */
  setAvatar(picture: Blob): Promise<{ readonly picture_id: PictureId }> {
    return this.#http.request("PUT", `${V1}/me/avatar`, { picture });
  }
  removeAvatar(): Promise<void> {
    return this.#http.request("DELETE", `${V1}/me/avatar`);
  }
  /** The caller's own picture. */
  avatar(): Promise<Blob> {
    return this.#http.bytes(`${V1}/me/avatar`);
  }
  /** The organization's logo, or the picture of somebody in it. */
  picture(org_id: OrgId, picture_id: PictureId): Promise<Blob> {
    return this.#http.bytes(`${org(org_id)}/pictures/${picture_id}`);
  }
  /** The board as CSV, not older than this seq. */
  boardTable(org_id: OrgId, board_id: BoardId, min_seq: number): Promise<Blob> {
    return this.#http.bytes(`${org(org_id)}/boards/${board_id}/export.csv?min_seq=${min_seq}`, "text/csv");
  }
  timeReport(org_id: OrgId, board_id: BoardId, query: TimeQuery & { readonly cursor?: string; readonly min_seq?: number }): Promise<TimeReport> {
    return this.#http.request("GET", `${board(org_id, board_id)}/time`, { query: { ...query } });
  }
  timeTable(org_id: OrgId, board_id: BoardId, query: TimeQuery): Promise<Blob> {
    return this.#http.bytes(`${board(org_id, board_id)}/time.csv?${said({ ...query })}`, "text/csv");
  }
  /** What the caller has worked, over all boards, in the order in which it began. */
  ownTime(query: OwnTimeQuery & { readonly cursor?: string; readonly min_position?: string }): Promise<OwnTime> {
    return this.#http.request("GET", `${V1}/me/time`, { query: { ...query } });
  }
  ownTimeTable(query: OwnTimeQuery): Promise<Blob> {
    return this.#http.bytes(`${V1}/me/time.csv?${said({ ...query })}`, "text/csv");
  }
  /** What the caller was told of, newest first. */
  inbox(query: { readonly folder?: InboxFolder; readonly before?: number; readonly limit?: number; readonly min_seq?: number } = {}): Promise<InboxPage> {
    return this.#http.request("GET", `${V1}/me/inbox`, { query: { ...query } });
  }
  /** What the caller should do next, over all boards, and why. */
  next(query: { readonly limit?: number; readonly org_id?: OrgId; readonly board_id?: BoardId } = {}): Promise<NextList> {
    return this.#http.request("GET", `${V1}/me/next`, { query: { ...query } });
  }
  timer(): Promise<OwnTimer> {
    return this.#http.request("GET", `${V1}/me/timer`);
  }
  startTimer(fields: { readonly entry_id: TimeEntryId; readonly org_id: OrgId; readonly board_id: BoardId; readonly task_id: TaskId }): Promise<OwnTimer> {
    return this.#http.request("POST", `${V1}/me/timer`, { body: fields });
  }
  stopTimer(stops: StopsTimer): Promise<TimerStopped> {
    return this.#http.request("POST", `${V1}/me/timer/stop`, { body: stops });
  }
  discardTimer(): Promise<void> {
    return this.#http.request("DELETE", `${V1}/me/timer`);
  }
  /** Ends every other session. */
  changePassword(fields: ChangePassword): Promise<void> {
    return this.#http.request("POST", `${V1}/me/password`, { body: fields });
  }
  sessions(): Promise<readonly SessionEntry[]> {
    return this.#http.request("GET", `${V1}/me/sessions`);
  }
  endSession(session_id: SessionId): Promise<void> {
    return this.#http.request("DELETE", `${V1}/me/sessions/${session_id}`);
  }

  async orgs(): Promise<readonly OrgEntry[]> {
    return (await this.#http.request<Page<OrgEntry>>("GET", `${V1}/orgs`)).items;
  }
  createOrg(fields: { org_id?: OrgId; name: string }): Promise<OrganizationView> {
    return this.#http.request("POST", `${V1}/orgs`, { body: fields });
  }
  org(org_id: OrgId): Promise<OrganizationView> {
    return this.#http.request("GET", org(org_id));
  }
  /** The only place where people's names are. */
  members(org_id: OrgId, query: MembersQuery = {}): Promise<MemberPage> {
    return this.#http.request("GET", `${org(org_id)}/members`, { query: { ...query } });
  }
  claimMember(org_id: OrgId, placeholder_id: AccountId, account_id: AccountId): Promise<Acknowledged> {
    return this.#http.request("POST", `${org(org_id)}/members/${placeholder_id}/claim`, { body: { account_id } });
  }

  async teams(org_id: OrgId): Promise<readonly TeamEntry[]> {
    return (await this.#http.request<Page<TeamEntry>>("GET", `${org(org_id)}/teams`)).items;
  }
  team(org_id: OrgId, team_id: TeamId): Promise<TeamView> {
    return this.#http.request("GET", `${org(org_id)}/teams/${team_id}`);
  }

  async boards(org_id: OrgId, min_position?: string): Promise<readonly BoardEntry[]> {
    return (await this.#http.request<Page<BoardEntry>>("GET", `${org(org_id)}/boards`, { query: { min_position } })).items;
  }
  createBoard(org_id: OrgId, fields: NewBoard): Promise<BoardHead & { position?: string }> {
    return this.#http.request("POST", `${org(org_id)}/boards`, { body: fields });
  }
  board(org_id: OrgId, board_id: BoardId, min_seq?: number): Promise<BoardHead & { seq: number }> {
    return this.#http.request("GET", board(org_id, board_id), { query: { min_seq } });
  }
  updateBoard(org_id: OrgId, board_id: BoardId, fields: { name?: string; visibility?: Visibility }): Promise<Acknowledged> {
    return this.#http.request("PATCH", board(org_id, board_id), { body: fields });
  }
  /** To the trash. */
  deleteBoard(org_id: OrgId, board_id: BoardId): Promise<Acknowledged> {
    return this.#http.request("DELETE", board(org_id, board_id));
  }
  changeBoard(org_id: OrgId, board_id: BoardId, verb: "archive" | "unarchive" | "restore"): Promise<Acknowledged> {
    return this.#http.request("POST", `${board(org_id, board_id)}/${verb}`, { body: {} });
  }
  setBoardMember(org_id: OrgId, board_id: BoardId, account_id: AccountId, role: BoardRole): Promise<Acknowledged> {
    return this.#http.request("PUT", `${board(org_id, board_id)}/members/${account_id}`, { body: { role } });
  }
  removeBoardMember(org_id: OrgId, board_id: BoardId, account_id: AccountId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${board(org_id, board_id)}/members/${account_id}`);
  }

  /** What would be taken back next, and what done again, whichever device it was done on. */
  ownChanges(org_id: OrgId, board_id: BoardId, min_seq?: number): Promise<OwnChanges> {
    return this.#http.request("GET", `${board(org_id, board_id)}/undo`, { query: { min_seq } });
  }
  /** The board as it was: at a seq, or at a time in microseconds. */
  boardThen(org_id: OrgId, board_id: BoardId, moment: { seq?: number; at?: number }): Promise<BoardThen> {
    return this.#http.request("GET", `${board(org_id, board_id)}/then`, { query: moment });
  }
  /** The tasks that are not as they were at that seq. */
  differences(org_id: OrgId, board_id: BoardId, from: number): Promise<{ items: readonly TaskDifference[] }> {
    return this.#http.request("GET", `${board(org_id, board_id)}/differences`, { query: { from } });
  }

  /** Active, archived or deleted tasks, a page at a time. */
  tasks(org_id: OrgId, board_id: BoardId, query: { lifecycle?: Lifecycle; cursor?: string; limit?: number } = {}, filter?: readonly Condition[]): Promise<Page<TaskFace>> {
    return this.#http.request("GET", `${board(org_id, board_id)}/tasks`, { query: { ...query, ...(filter && { filter: JSON.stringify(filter) }) } });
  }
  /** The views of a board that the caller keeps for themselves. */
  async ownViews(org_id: OrgId, board_id: BoardId): Promise<readonly OwnView[]> {
    return (await this.#http.request<Page<OwnView>>("GET", `${board(org_id, board_id)}/own-views`)).items;
  }
  keepView(org_id: OrgId, board_id: BoardId, { view_id, name, look }: OwnView): Promise<OwnView> {
    return this.#http.request("PUT", `${board(org_id, board_id)}/own-views/${view_id}`, { body: { name, look } });
  }
  forgetView(org_id: OrgId, board_id: BoardId, view_id: ViewId): Promise<void> {
    return this.#http.request("DELETE", `${board(org_id, board_id)}/own-views/${view_id}`);
  }
  async stars(): Promise<readonly Star[]> {
    return (await this.#http.request<Page<Star>>("GET", `${V1}/me/stars`)).items;
  }
  star(org_id: OrgId, board_id: BoardId, starred: boolean): Promise<void> {
    return this.#http.request(starred ? "PUT" : "DELETE", `${board(org_id, board_id)}/star`);
  }
  task(org_id: OrgId, board_id: BoardId, task_id: TaskId, min_seq?: number, signal?: AbortSignal): Promise<TaskDetail> {
    const path = `${board(org_id, board_id)}/tasks/${task_id}`;
    return this.#http.request("GET", path, signal === undefined ? { query: { min_seq } } : { query: { min_seq }, signal });
  }
  /** Makes a task like this one, right after it. */
  duplicateTask(org_id: OrgId, board_id: BoardId, task_id: TaskId, copy: TaskId): Promise<{ task_id: TaskId }> {
    return this.#http.request("POST", `${board(org_id, board_id)}/tasks/${task_id}/duplicate`, { body: { task_id: copy } });
  }
  /** Where a task is that may have gone to another board. */
  whereabouts(org_id: OrgId, board_id: BoardId, task_id: TaskId): Promise<Whereabouts> {
    return this.#http.request("GET", `${board(org_id, board_id)}/tasks/${task_id}/whereabouts`);
  }
  /** The texts that a comment has had, oldest first. */
  commentHistory(org_id: OrgId, board_id: BoardId, task_id: TaskId, comment_id: CommentId, query: { cursor?: string; min_seq?: number } = {}): Promise<Page<CommentVersion>> {
    return this.#http.request("GET", `${board(org_id, board_id)}/tasks/${task_id}/comments/${comment_id}/history`, { query });
  }
  history(org_id: OrgId, board_id: BoardId, after?: number, limit?: number): Promise<HistoryPage> {
    return this.#http.request("GET", `${board(org_id, board_id)}/history`, { query: { after, limit } });
  }
  /** The generic door: any command, idempotent by its client id and client seq. */
  command(org_id: OrgId, kind: "boards" | "teams", id: string, command: CommandDoor): Promise<Acknowledged> {
    return this.#http.request("POST", `${org(org_id)}/${kind}/${id}/commands`, { body: command });
  }
}
