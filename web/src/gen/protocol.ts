// Generated from the Rust crate `protocol`; do not edit. See protocol/tests/typescript.rs.
/* eslint-disable */

export type OrgId = string;

export type RoleId = string;

export type InvitationId = string;

export type TeamId = string;

export type BoardId = string;

export type ColumnId = string;

export type TaskId = string;

export type LabelId = string;

export type CategoryId = string;

export type FieldId = string;

export type OptionId = string;

export type ViewId = string;

export type LinkId = string;

export type CommentId = string;

export type ChannelId = string;

export type MessageId = string;

export type TimeEntryId = string;

export type ChecklistId = string;

export type ChecklistItemId = string;

export type AccountId = string;

export type SessionId = string;

export type FactorId = string;

export type TokenId = string;

export type PictureId = string;

export type ClientId = string;

export type CommitId = string;

export type ConnectionId = string;

export type Kind = "organization" | "team" | "board" | "account" | "channel" | "inbox";

export type Topic = string;

export type Position = string;

export type Bookmark = { epoch: number, seq: number, };

export type Held = { epoch: number, seq: number, 
/**
 * As the `joined` said under which it came.
 */
audience: Audience, };

export type OrgRole = "guest" | "member" | "admin" | "owner";

export type Permission = "organization.update" | "organization.settings" | "members.add" | "members.invite" | "members.edit" | "members.roles" | "members.remove" | "members.claim" | "roles.manage" | "teams.create" | "teams.manage" | "boards.create" | "boards.manage" | "usage.read" | "channels.create" | "channels.manage";

export type MemberStatus = "active" | "inactive";

export type ChannelKind = "open" | "private" | "direct";

export type ChannelRole = "member" | "manager";

export type MessageRef = { message_id: MessageId, seq: number, };

export type Mentions = { 
/**
 * Those of them who may read the channel.
 */
accounts?: Array<AccountId>, 
/**
 * Those of their people who may read the channel.
 */
teams?: Array<TeamId>, 
/**
 * Everybody who is in the channel.
 */
channel?: boolean, };

export type NotifyReason = "assigned" | "mentioned" | "commented" | "replied" | "changed" | "completed" | "due_soon" | "overdue" | "reminder" | "reacted" | "message" | "direct" | "shared" | "role_changed" | "ownership_offered" | "unassigned" | "escalated";

export type Outlet = "email" | "push" | "sms";

export type EmailWhen = "off" | "now" | "digest";

export type ChannelLevel = "all" | "mentions" | "nothing";

export type BoardLevel = "involved" | "nothing";

export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export type Source = { topic: Topic, seq: number, };

export type Subject = { "kind": "task", board_id: BoardId, task_id: TaskId, comment_id?: CommentId, } | { "kind": "message", channel_id: ChannelId, message: MessageRef, 
/**
 * Its number among those that are shown in the channel.
 */
number?: number, 
/**
 * The message that began its thread.
 */
thread?: MessageRef, } | { "kind": "board", board_id: BoardId, } | { "kind": "team", team_id: TeamId, } | { "kind": "channel", channel_id: ChannelId, } | { "kind": "organization", org_id: OrgId, };

export type NewEntry = { reason: NotifyReason, org_id: OrgId, 
/**
 * Who did it.
 */
by: AccountId, source: Source, subject: Subject, };

export type Route = { outlet: Outlet, 
/**
 * Not before: their quiet hours, or when their digest goes. Absent: now.
 */
not_before?: number, 
/**
 * Together with others in one mail.
 */
digest?: boolean, };

export type Seen = { "kind": "task", task_id: TaskId, } | { "kind": "thread", channel_id: ChannelId, seq: number, } | { "kind": "board", board_id: BoardId, } | { "kind": "team", team_id: TeamId, } | { "kind": "channel", channel_id: ChannelId, } | { "kind": "organization", org_id: OrgId, };

export type Delivery = { in_app: boolean, email: EmailWhen, push: boolean, sms: boolean, };

export type QuietHours = { 
/**
 * Minutes since midnight. Where the end is not after the beginning, it is on the next day.
 */
from_minute: number, to_minute: number, 
/**
 * The days on which they begin.
 */
weekdays: Array<Weekday>, 
/**
 * What means them by name, and what is said to them directly, does not wait.
 */
let_through_mentions?: boolean, };

export type Digest = { "every": "day", minute: number, } | { "every": "weekday", minute: number, } | { "every": "week", day: Weekday, minute: number, };

export type PreferenceChange = { "set": "reason", reason: NotifyReason, in_app?: boolean, email?: EmailWhen, push?: boolean, sms?: boolean, } | { "set": "channel", channel_id: ChannelId, level?: ChannelLevel, } | { "set": "board", board_id: BoardId, level?: BoardLevel, } | { "set": "task", task_id: TaskId, muted: boolean, } | { "set": "quiet", hours?: QuietHours, } | { "set": "digest", digest: Digest, };

export type OrgSettings = { 
/**
 * The shortest password that a member may choose; what the server asks for counts as well.
 */
password_chars_min: number, 
/**
 * The weakest role that founds boards: member or admin.
 */
boards_by: OrgRole, 
/**
 * The weakest role that invites: member or admin.
 */
invitations_by: OrgRole, };

export type Plan = { name: string, members_max?: number, boards_max?: number, storage_bytes_max?: number, };

export type BoardRole = "viewer" | "commenter" | "contributor" | "editor" | "owner";

export type TeamRole = "member" | "lead";

export type TeamPermission = "boards.create" | "team.update" | "team.members";

export type AssigneeRule = "nobody" | "creator" | "lead";

export type Visibility = "private" | "team" | "organization" | "public";

export type ColumnKind = "backlog" | "active" | "done";

export type Priority = "none" | "low" | "medium" | "high" | "urgent";

export type Colour = "grey" | "red" | "orange" | "amber" | "green" | "teal" | "blue" | "indigo" | "purple" | "pink";

export type Audience = "public" | "guest" | "member";

export type Lifecycle = "active" | "archived" | "deleted";

export type FactorKind = "totp" | "passkey";

export type Field = "name" | "visibility" | "kind" | "colour" | "place" | "workflow" | "category" | "cover" | "repeat" | "role" | "title" | "description" | "priority" | "estimate" | "parent" | "start_at" | "due" | "done" | "time" | "text" | "look" | "template" | "lifecycle" | "options" | "value" | "escalations";

export type IfChanged = "apply" | "refuse";

export type Conflict = { field: Field, 
/**
 * Who changed it last, and at which seq of the topic.
 */
by: AccountId, seq: number, };

export type Scope = "account" | "read" | "write" | "admin";

export type SecondMethod = "totp" | "passkey" | "recovery";

export type Dependency = { kind: DependencyKind, 
/**
 * The other task.
 */
other_id: TaskId, };

export type Escalation = { 
/**
 * After the due date has passed.
 */
after_minutes: number, to: EscalateTo, };

export type EscalateTo = { "kind": "owners" } | { "kind": "person", account_id: AccountId, };

export type Reminder = { "kind": "before", minutes: number, } | { "kind": "at", at: number, };

export type RepeatOn = "done" | "schedule";

export type RepeatRule = { 
/**
 * As RFC 5545 writes it: `FREQ=WEEKLY;BYDAY=MO,TH`. docs/RECURRENCE.md says what may stand there.
 */
rule: string, 
/**
 * In whose days and hours: a name of the IANA time zone database.
 */
zone: string, on?: RepeatOn, };

export type Repeat = { rule: string, zone: string, 
/**
 * What the rule counts from.
 */
starts: string, 
/**
 * Which one of them this task is, whatever it was put off to.
 */
at: string, on?: RepeatOn, };

export type DependencyKind = "blocks" | "relates" | "duplicates";

export type Due = { at: number, has_time: boolean, };

export type Original = { original_author: AccountId, original_at: number, };

export type Reassign = { "to": "nobody" } | { "to": "lead" } | { "to": "member", account_id: AccountId, };

export type WipMode = "warn" | "refuse";

export type Wip = { limit: number, mode: WipMode, };

export type Requirement = "assignee" | "due" | "description" | "estimate" | "label" | "priority" | "checklists";

export type Entry = { "by": "editors" } | { "by": "owners" } | { "by": "people", people: Array<AccountId>, };

export type Workflow = { wip?: Wip, 
/**
 * The columns that a task may go to from here; absent: any. An empty list: none.
 */
next?: Array<ColumnId>, required?: Array<Requirement>, 
/**
 * Custom fields in which a task has to have something.
 */
required_fields?: Array<FieldId>, enter?: Entry, };

export type FieldKind = "text" | "number" | "date" | "select" | "person" | "checkbox" | "url";

export type FieldOption = { option_id: OptionId, name: string, colour: Colour, };

export type FieldValue = { "kind": "text", text: string, } | { "kind": "number", number: string, } | { "kind": "date", date: Due, } | { "kind": "select", option_id: OptionId, } | { "kind": "person", account_id: AccountId, } | { "kind": "checkbox" } | { "kind": "url", url: string, };

export type TaskField = { field_id: FieldId, value: FieldValue, };

export type DueWhen = { "when": "overdue" } | { "when": "today" } | { "when": "next_days", days: number, } | { "when": "before", day: string, } | { "when": "after", day: string, } | { "when": "never" };

export type DateWhen = { "when": "past" } | { "when": "today" } | { "when": "next_days", days: number, } | { "when": "on", day: string, } | { "when": "before", day: string, } | { "when": "after", day: string, };

export type FieldTest = { "is": "set", } | { "is": "unset", } | { "is": "words", words: string, } | { "is": "number", at_least?: string, at_most?: string, } | { "is": "date", any: Array<DateWhen>, } | { "is": "options", 
/**
 * None is chosen.
 */
none?: boolean, options?: Array<OptionId>, } | { "is": "person", 
/**
 * Whoever looks.
 */
me?: boolean, nobody?: boolean, people?: Array<AccountId>, } | { "is": "checked", checked: boolean, };

export type Condition = { "on": "assignee", 
/**
 * Of whoever looks.
 */
me?: boolean, 
/**
 * Of nobody.
 */
nobody?: boolean, people?: Array<AccountId>, } | { "on": "label", any?: Array<LabelId>, bare?: boolean, all?: Array<LabelId>, none?: Array<LabelId>, } | { "on": "priority", priorities: Array<Priority>, } | { "on": "category", none?: boolean, categories?: Array<CategoryId>, } | { "on": "column", columns: Array<ColumnId>, } | { "on": "parent", none?: boolean, parents?: Array<TaskId>, } | { "on": "due", any: Array<DueWhen>, } | { "on": "completed", is: boolean, } | { "on": "text", words: string, } | { "on": "watched", } | { "on": "blocked", is: boolean, } | { "on": "field", field_id: FieldId, test: FieldTest, };

export type Lanes = { "by": "assignee", } | { "by": "label", } | { "by": "priority", } | { "by": "category", } | { "by": "parent", } | { "by": "due", } | { "by": "field", field_id: FieldId, };

export type Layout = "board" | "table" | "list" | "calendar" | "timeline" | "dashboard";

export type SortBy = { "on": "priority", } | { "on": "due", } | { "on": "start", } | { "on": "created", } | { "on": "title", } | { "on": "estimate", } | { "on": "points", } | { "on": "completed", } | { "on": "field", field_id: FieldId, };

export type SortKey = { by: SortBy, descending?: boolean, };

export type Look = { 
/**
 * All of these are met by what is shown.
 */
filter?: Array<Condition>, 
/**
 * Absent: one row.
 */
lanes?: Lanes, 
/**
 * Absent: as a board. The rows count for boards and lists.
 */
layout?: Layout, 
/**
 * In which order they stand; by their rank where it says nothing.
 */
sort?: Array<SortKey>, };

export type Place<Id> = { after?: Id, before?: Id, };

export type Code = "malformed" | "batch_too_large" | "wrong_topic" | "field_required" | "field_invalid" | "field_too_long" | "limit_reached" | "not_found" | "already_exists" | "wrong_state" | "not_empty" | "last_owner" | "idempotency_mismatch" | "too_old" | "board_full" | "too_many_subscriptions" | "not_joined" | "password_weak" | "too_large" | "registration_refused" | "method_not_allowed" | "unsupported_media_type" | "precondition_failed" | "code_expired" | "picture_unreadable" | "cycle" | "wip_limit" | "transition_refused" | "account_exists" | "last_way_in" | "timer_running" | "unauthenticated" | "token_expired" | "session_revoked" | "second_factor_refused" | "challenge_ended" | "provider_refused" | "forbidden" | "origin_refused" | "registration_closed" | "fresh_login_required" | "email_unverified" | "rate_limited" | "busy" | "contended" | "unavailable" | "behind" | "going_away" | "storage_full" | "timed_out" | "provider_unavailable" | "internal" | "quarantined";

export type Failure = { code: Code, 
/**
 * For people; never parsed.
 */
message: string, 
/**
 * Whether the same request may succeed later, unchanged.
 */
temporary: boolean, 
/**
 * The field that is wrong, as a path such as `title`.
 */
field?: string, 
/**
 * The limit that was passed.
 */
limit?: number, 
/**
 * When to try again, where that is known.
 */
retry_after_ms?: number, 
/**
 * The changes that stand in the way: their results were not seen by whoever asked.
 */
conflicts?: Array<Conflict>, };

export type CreateOrganization = { name: string, };

export type UpdateOrganization = { name?: string, };

export type SetLogo = { logo_id?: PictureId, };

export type UpdateSettings = { password_chars_min?: number, boards_by?: OrgRole, invitations_by?: OrgRole, };

export type ChangePlan = { plan: Plan, };

export type OfferOwnership = { account_id: AccountId, };

export type AcceptOwnership = Record<symbol, never>;

export type DeclineOwnership = Record<symbol, never>;

export type WithdrawOwnership = Record<symbol, never>;

export type DeleteOrganization = Record<symbol, never>;

export type RestoreOrganization = Record<symbol, never>;

export type DropOrganization = Record<symbol, never>;

export type ReserveBoard = { board_id: BoardId, };

export type ReleaseBoard = { board_id: BoardId, };

export type ReserveTeam = { team_id: TeamId, };

export type ReleaseTeam = { team_id: TeamId, };

export type ReserveChannel = { channel_id: ChannelId, };

export type ReleaseChannel = { channel_id: ChannelId, };

export type AddMember = { account_id: AccountId, role: OrgRole, 
/**
 * A stand-in that can be claimed later. Only the server adds these, for an import.
 */
placeholder?: boolean, 
/**
 * A program of the organization. Only the server adds these, for somebody who may give the role.
 */
service?: boolean, };

export type ChangeMemberRole = { account_id: AccountId, role: OrgRole, };

export type RemoveMember = { account_id: AccountId, 
/**
 * To whom their open tasks go.
 */
reassign?: Reassign, };

export type ClaimMember = { placeholder_id: AccountId, account_id: AccountId, };

export type InviteMember = { invitation_id: InvitationId, role: OrgRole, 
/**
 * A custom role as well.
 */
role_id?: RoleId, 
/**
 * For whoever has the link, rather than for one address.
 */
link?: boolean, 
/**
 * How many may accept; one, where it goes to an address.
 */
uses_max: number, expires_at: number, };

export type AcceptInvitation = { invitation_id: InvitationId, };

export type RejectInvitation = { invitation_id: InvitationId, };

export type RevokeInvitation = { invitation_id: InvitationId, };

export type RenewInvitation = { invitation_id: InvitationId, expires_at: number, };

export type UpdateMember = { account_id: AccountId, 
/**
 * A member whom this one reports to.
 */
manager_id?: AccountId, };

export type ChangeMemberStatus = { account_id: AccountId, status: MemberStatus, };

export type AssignRole = { account_id: AccountId, role_id?: RoleId, };

export type SetMemberPermissions = { account_id: AccountId, granted: Array<Permission>, revoked: Array<Permission>, };

export type CreateRole = { role_id: RoleId, name: string, permissions: Array<Permission>, };

export type UpdateRole = { role_id: RoleId, name?: string, 
/**
 * The whole list.
 */
permissions?: Array<Permission>, };

export type DeleteRole = { role_id: RoleId, };

export type CreateTeam = { org_id: OrgId, name: string, };

export type UpdateTeam = { name?: string, 
/**
 * Empty takes it away.
 */
description?: string, };

export type UpdateTeamSettings = { 
/**
 * A board of the team: where its page and its new tasks lead.
 */
default_board_id?: BoardId, assignee_rule: AssigneeRule, };

export type GrantTeamPermission = { permission: TeamPermission, };

export type RevokeTeamPermission = { permission: TeamPermission, };

export type DeleteTeam = Record<symbol, never>;

export type AddTeamMember = { account_id: AccountId, role: TeamRole, };

export type RemoveTeamMember = { account_id: AccountId, };

export type RegisterAccount = { 
/**
 * A stand-in made by an import: it cannot log in.
 */
placeholder?: boolean, };

export type OpenSession = { session_id: SessionId, };

export type CloseSession = { session_id: SessionId, };

export type CloseAllSessions = { except?: SessionId, };

export type UpdateAccount = Record<symbol, never>;

export type VerifyEmail = Record<symbol, never>;

export type ResetPassword = Record<symbol, never>;

export type DeleteAccount = Record<symbol, never>;

export type AddFactor = { factor_id: FactorId, kind: FactorKind, };

export type RemoveFactor = { factor_id: FactorId, };

export type CreateToken = { token_id: TokenId, scopes: Array<Scope>, expires_at?: number, };

export type RevokeToken = { token_id: TokenId, };

export type ChangeKept = Record<symbol, never>;

export type CreateBoard = { org_id: OrgId, team_id?: TeamId, name: string, 
/**
 * Prefix of the tasks' keys: A-Z, then A-Z and 0-9.
 */
key: string, visibility: Visibility, };

export type UpdateBoard = { name?: string, visibility?: Visibility, };

export type SetBoardTemplate = { template: boolean, };

export type SetEscalations = { escalations: Array<Escalation>, };

export type ArchiveBoard = Record<symbol, never>;

export type UnarchiveBoard = Record<symbol, never>;

export type DeleteBoard = Record<symbol, never>;

export type RestoreBoard = Record<symbol, never>;

export type SetBoardMember = { account_id: AccountId, role: BoardRole, };

export type RemoveBoardMember = { account_id: AccountId, };

export type CreateColumn = { column_id: ColumnId, name: string, kind: ColumnKind, place?: Place<ColumnId>, };

export type UpdateColumn = { column_id: ColumnId, name?: string, kind?: ColumnKind, colour?: Colour, 
/**
 * It has no colour any more.
 */
clear_colour?: boolean, };

export type MoveColumn = { column_id: ColumnId, place?: Place<ColumnId>, };

export type SetColumnWorkflow = { column_id: ColumnId, workflow?: Workflow, };

export type ArchiveColumn = { column_id: ColumnId, };

export type UnarchiveColumn = { column_id: ColumnId, };

export type DeleteColumn = { column_id: ColumnId, };

export type CreateLabel = { label_id: LabelId, 
/**
 * May be empty: some boards use colours alone.
 */
name: string, colour: Colour, };

export type UpdateLabel = { label_id: LabelId, name?: string, colour?: Colour, };

export type DeleteLabel = { label_id: LabelId, };

export type CreateCategory = { category_id: CategoryId, name: string, colour: Colour, };

export type UpdateCategory = { category_id: CategoryId, name?: string, colour?: Colour, };

export type DeleteCategory = { category_id: CategoryId, };

export type CategorizeTask = { task_id: TaskId, category_id?: CategoryId, };

export type SetTaskCover = { task_id: TaskId, colour?: Colour, };

export type CreateField = { field_id: FieldId, name: string, kind: FieldKind, 
/**
 * What may be chosen, in its order: of a field of kind `select` alone.
 */
options?: Array<FieldOption>, place?: Place<FieldId>, };

export type UpdateField = { field_id: FieldId, name?: string, 
/**
 * All of them, in their order. An option that is not among them any more leaves the tasks that had it.
 */
options?: Array<FieldOption>, };

export type MoveField = { field_id: FieldId, place?: Place<FieldId>, };

export type DeleteField = { field_id: FieldId, };

export type SetTaskField = { task_id: TaskId, field_id: FieldId, value?: FieldValue, };

export type CreateLink = { link_id: LinkId, 
/**
 * For those who manage the board.
 */
name?: string, expires_at?: number, };

export type RevokeLink = { link_id: LinkId, };

export type CreateView = { view_id: ViewId, name: string, look: Look, place?: Place<ViewId>, };

export type UpdateView = { view_id: ViewId, name?: string, look?: Look, };

export type MoveView = { view_id: ViewId, place?: Place<ViewId>, };

export type DeleteView = { view_id: ViewId, };

export type CreateTask = { task_id: TaskId, column_id: ColumnId, title: string, 
/**
 * Markdown.
 */
description?: string, place?: Place<TaskId>, labels?: Array<LabelId>, assignees?: Array<AccountId>, priority?: Priority, start_at?: number, due?: Due, 
/**
 * The task that it is a part of.
 */
parent_id?: TaskId, 
/**
 * How difficult it is, in whatever points the team counts.
 */
points?: number, 
/**
 * How long it will take, in minutes.
 */
minutes?: number, 
/**
 * It repeats from its due date on; without one, from the first day of the rule.
 */
repeat?: RepeatRule, category_id?: CategoryId, 
/**
 * The colour of its card.
 */
cover?: Colour, 
/**
 * What it has in custom fields.
 */
fields?: Array<TaskField>, 
/**
 * Only for those who may import.
 */
original?: Original, };

export type UpdateTask = { task_id: TaskId, title?: string, 
/**
 * Markdown; empty takes it away.
 */
description?: string, 
/**
 * Who is mentioned in the description, each as `@[account_id]`; they see the board, and follow the task from then on.
 */
mentions?: Array<AccountId>, };

export type MoveTask = { task_id: TaskId, column_id: ColumnId, place?: Place<TaskId>, };

export type AssignTask = { task_id: TaskId, account_id: AccountId, };

export type UnassignTask = { task_id: TaskId, account_id: AccountId, };

export type ReassignTasks = { 
/**
 * Whoever has them now, member or not.
 */
from_id: AccountId, 
/**
 * Whoever is to have them; absent: nobody.
 */
to_id?: AccountId, };

export type LabelTask = { task_id: TaskId, label_id: LabelId, };

export type UnlabelTask = { task_id: TaskId, label_id: LabelId, };

export type PrioritizeTask = { task_id: TaskId, priority: Priority, };

export type ScheduleTask = { task_id: TaskId, start_at?: number, due?: Due, };

export type OnFailure = "none" | "rest";

export type Aspect = "lifecycle" | "title" | "description" | "place" | "done" | "priority" | "labels" | "assignees" | "start_at" | "due" | "estimate" | "category" | "cover" | "repeat" | "parent" | "dependencies" | "checklists" | "comments" | "fields" | "reminders" | "time";

export type Bulk = { commands: Array<BoardCommand>, 
/**
 * What is to happen when one of them is refused.
 */
on_failure?: OnFailure, };

export type UndoChange = { 
/**
 * Of any event that the command made.
 */
seq: number, };

export type RevertTask = { task_id: TaskId, 
/**
 * The board's seq then.
 */
seq: number, };

export type EstimateTask = { task_id: TaskId, 
/**
 * How difficult it is, in whatever points the team counts.
 */
points?: number, 
/**
 * How long it will take, in minutes.
 */
minutes?: number, };

export type SetTaskRepeat = { task_id: TaskId, repeat?: RepeatRule, };

export type SetReminder = { task_id: TaskId, reminder: Reminder, };

export type RemoveReminder = { task_id: TaskId, reminder: Reminder, };

export type AnnounceTask = { task_id: TaskId, };

export type TransferTask = { task_id: TaskId, to_board_id: BoardId, 
/**
 * Of that board.
 */
column_id: ColumnId, place?: Place<TaskId>, };

export type LogTime = { task_id: TaskId, entry_id: TimeEntryId, started_at: number, 
/**
 * How long it took, in seconds.
 */
duration_s: number, note?: string, 
/**
 * Whose time it is, where it is not one's own: for those who manage the board.
 */
account_id?: AccountId, };

export type UpdateTime = { task_id: TaskId, entry_id: TimeEntryId, started_at?: number, duration_s?: number, 
/**
 * Empty: none.
 */
note?: string, };

export type RemoveTime = { task_id: TaskId, entry_id: TimeEntryId, };

export type StartTimer = { 
/**
 * Of the time that will be noted.
 */
entry_id: TimeEntryId, org_id: OrgId, board_id: BoardId, task_id: TaskId, };

export type StopTimer = { entry_id: TimeEntryId, 
/**
 * Where the task is by now; absent where it is nowhere.
 */
board_id?: BoardId, 
/**
 * When it was really over; absent: now.
 */
ended_at?: number, note?: string, };

export type DiscardTimer = { entry_id: TimeEntryId, 
/**
 * Where the task is by now; absent where it is nowhere.
 */
board_id?: BoardId, };

export type SetTaskParent = { task_id: TaskId, parent_id?: TaskId, };

export type AddDependency = { task_id: TaskId, kind: DependencyKind, other_id: TaskId, };

export type RemoveDependency = { task_id: TaskId, kind: DependencyKind, other_id: TaskId, };

export type WatchTask = { task_id: TaskId, account_id: AccountId, };

export type UnwatchTask = { task_id: TaskId, account_id: AccountId, };

export type CompleteTask = { task_id: TaskId, };

export type ReopenTask = { task_id: TaskId, };

export type ArchiveTask = { task_id: TaskId, };

export type UnarchiveTask = { task_id: TaskId, };

export type DeleteTask = { task_id: TaskId, };

export type RestoreTask = { task_id: TaskId, };

export type CreateChecklist = { task_id: TaskId, checklist_id: ChecklistId, name: string, };

export type RenameChecklist = { task_id: TaskId, checklist_id: ChecklistId, name: string, };

export type DeleteChecklist = { task_id: TaskId, checklist_id: ChecklistId, };

export type AddChecklistItem = { task_id: TaskId, checklist_id: ChecklistId, item_id: ChecklistItemId, text: string, done?: boolean, place?: Place<ChecklistItemId>, };

export type UpdateChecklistItem = { task_id: TaskId, item_id: ChecklistItemId, text?: string, done?: boolean, };

export type RemoveChecklistItem = { task_id: TaskId, item_id: ChecklistItemId, };

export type AddComment = { task_id: TaskId, comment_id: CommentId, 
/**
 * Markdown.
 */
text: string, 
/**
 * A comment that this one answers. An answer to an answer belongs to the comment that began it.
 */
reply_to?: CommentId, 
/**
 * Who is mentioned in the text, each as `@[account_id]`; they see the board, and follow the task from then on.
 */
mentions?: Array<AccountId>, 
/**
 * Only for those who may import.
 */
original?: Original, };

export type EditComment = { task_id: TaskId, comment_id: CommentId, text: string, 
/**
 * Who is mentioned in the text as it is then.
 */
mentions?: Array<AccountId>, };

export type DeleteComment = { task_id: TaskId, comment_id: CommentId, };

export type ReactToComment = { task_id: TaskId, comment_id: CommentId, 
/**
 * One emoji.
 */
emoji: string, };

export type UnreactToComment = { task_id: TaskId, comment_id: CommentId, emoji: string, };

export type CreateChannel = { org_id: OrgId, 
/**
 * Of this team; otherwise of the organization.
 */
team_id?: TeamId, kind: ChannelKind, 
/**
 * Empty for a direct one: those who are in it are its name.
 */
name?: string, 
/**
 * Who is in it from the start, besides whoever asks. Of a direct one they are all there ever are, and its id follows from them.
 */
members?: Array<AccountId>, };

export type UpdateChannel = { name?: string, 
/**
 * What it is for. Empty takes it away.
 */
purpose?: string, };

export type ArchiveChannel = Record<symbol, never>;

export type UnarchiveChannel = Record<symbol, never>;

export type DeleteChannel = Record<symbol, never>;

export type AddChannelMember = { account_id: AccountId, 
/**
 * Absent: whoever is in it keeps theirs, and whoever comes is a member.
 */
role?: ChannelRole, };

export type RemoveChannelMember = { account_id: AccountId, };

export type PostMessage = { message_id: MessageId, 
/**
 * Markdown. Who is meant stands in it as `@[account_id]`, `@[team:team_id]` or `@[channel]`.
 */
text: string, 
/**
 * The message whose thread this belongs to: one that begins a thread itself.
 */
thread?: MessageRef, 
/**
 * In a thread: shown in the channel besides.
 */
broadcast?: boolean, };

export type EditMessage = { message: MessageRef, text: string, };

export type DeleteMessage = { message: MessageRef, };

export type ReactToMessage = { message: MessageRef, 
/**
 * One emoji.
 */
emoji: string, };

export type UnreactToMessage = { message: MessageRef, emoji: string, };

export type PinMessage = { message: MessageRef, };

export type UnpinMessage = { message: MessageRef, };

export type OpenInbox = Record<symbol, never>;

export type TellInbox = { position: Position, entry: NewEntry, 
/**
 * The time zone of whoever is told: a name of the IANA time zone database. One that is not known counts as UTC.
 */
zone: string, };

export type ReadEntries = { numbers: Array<number>, };

export type UnreadEntries = { numbers: Array<number>, };

export type ReadAllEntries = { 
/**
 * The last number that was shown: what came after is unread.
 */
through: number, };

export type ArchiveEntries = { numbers: Array<number>, };

export type UnarchiveEntries = { numbers: Array<number>, };

export type DeleteEntries = { numbers: Array<number>, };

export type SnoozeEntries = { numbers: Array<number>, until: number, };

export type WakeEntries = { numbers: Array<number>, };

export type FailEntries = { numbers: Array<number>, outlet: Outlet, };

export type SeeSubject = { what: Seen, through: number, };

export type MarkChannel = { channel_id: ChannelId, 
/**
 * Up to this number, but for those before it that were marked as unread.
 */
read_to: number, 
/**
 * Of those that were marked as unread, these were read.
 */
numbers?: Array<number>, };

export type MarkChannelUnread = { channel_id: ChannelId, number: number, 
/**
 * This message alone; otherwise all from it on.
 */
only?: boolean, };

export type SetPreferences = { changes: Array<PreferenceChange>, };

export type OrganizationCommand = { "type": "organization.create" } & CreateOrganization | { "type": "organization.update" } & UpdateOrganization | { "type": "organization.logo.set" } & SetLogo | { "type": "organization.settings.update" } & UpdateSettings | { "type": "organization.plan.change" } & ChangePlan | { "type": "organization.ownership.offer" } & OfferOwnership | { "type": "organization.ownership.accept" } & AcceptOwnership | { "type": "organization.ownership.decline" } & DeclineOwnership | { "type": "organization.ownership.withdraw" } & WithdrawOwnership | { "type": "organization.delete" } & DeleteOrganization | { "type": "organization.restore" } & RestoreOrganization | { "type": "organization.drop" } & DropOrganization | { "type": "organization.board.reserve" } & ReserveBoard | { "type": "organization.board.release" } & ReleaseBoard | { "type": "organization.team.reserve" } & ReserveTeam | { "type": "organization.team.release" } & ReleaseTeam | { "type": "organization.channel.reserve" } & ReserveChannel | { "type": "organization.channel.release" } & ReleaseChannel | { "type": "member.add" } & AddMember | { "type": "member.role.change" } & ChangeMemberRole | { "type": "member.remove" } & RemoveMember | { "type": "member.claim" } & ClaimMember | { "type": "member.invite" } & InviteMember | { "type": "invitation.accept" } & AcceptInvitation | { "type": "invitation.reject" } & RejectInvitation | { "type": "invitation.revoke" } & RevokeInvitation | { "type": "invitation.renew" } & RenewInvitation | { "type": "member.update" } & UpdateMember | { "type": "member.status.change" } & ChangeMemberStatus | { "type": "member.role.assign" } & AssignRole | { "type": "member.permissions.set" } & SetMemberPermissions | { "type": "role.create" } & CreateRole | { "type": "role.update" } & UpdateRole | { "type": "role.delete" } & DeleteRole;

export type TeamCommand = { "type": "team.create" } & CreateTeam | { "type": "team.update" } & UpdateTeam | { "type": "team.settings.update" } & UpdateTeamSettings | { "type": "team.permission.grant" } & GrantTeamPermission | { "type": "team.permission.revoke" } & RevokeTeamPermission | { "type": "team.delete" } & DeleteTeam | { "type": "team.member.add" } & AddTeamMember | { "type": "team.member.remove" } & RemoveTeamMember;

export type BoardCommand = { "type": "board.create" } & CreateBoard | { "type": "board.update" } & UpdateBoard | { "type": "board.template.set" } & SetBoardTemplate | { "type": "board.escalations.set" } & SetEscalations | { "type": "board.archive" } & ArchiveBoard | { "type": "board.unarchive" } & UnarchiveBoard | { "type": "board.delete" } & DeleteBoard | { "type": "board.restore" } & RestoreBoard | { "type": "board.member.set" } & SetBoardMember | { "type": "board.member.remove" } & RemoveBoardMember | { "type": "board.link.create" } & CreateLink | { "type": "board.link.revoke" } & RevokeLink | { "type": "board.bulk" } & Bulk | { "type": "board.undo" } & UndoChange | { "type": "column.create" } & CreateColumn | { "type": "column.update" } & UpdateColumn | { "type": "column.move" } & MoveColumn | { "type": "column.workflow.set" } & SetColumnWorkflow | { "type": "column.archive" } & ArchiveColumn | { "type": "column.unarchive" } & UnarchiveColumn | { "type": "column.delete" } & DeleteColumn | { "type": "label.create" } & CreateLabel | { "type": "label.update" } & UpdateLabel | { "type": "label.delete" } & DeleteLabel | { "type": "category.create" } & CreateCategory | { "type": "category.update" } & UpdateCategory | { "type": "category.delete" } & DeleteCategory | { "type": "field.create" } & CreateField | { "type": "field.update" } & UpdateField | { "type": "field.move" } & MoveField | { "type": "field.delete" } & DeleteField | { "type": "view.create" } & CreateView | { "type": "view.update" } & UpdateView | { "type": "view.move" } & MoveView | { "type": "view.delete" } & DeleteView | { "type": "task.create" } & CreateTask | { "type": "task.update" } & UpdateTask | { "type": "task.move" } & MoveTask | { "type": "task.transfer" } & TransferTask | { "type": "task.assign" } & AssignTask | { "type": "task.unassign" } & UnassignTask | { "type": "tasks.reassign" } & ReassignTasks | { "type": "task.label" } & LabelTask | { "type": "task.unlabel" } & UnlabelTask | { "type": "task.prioritize" } & PrioritizeTask | { "type": "task.schedule" } & ScheduleTask | { "type": "task.estimate" } & EstimateTask | { "type": "task.categorize" } & CategorizeTask | { "type": "task.cover.set" } & SetTaskCover | { "type": "task.field.set" } & SetTaskField | { "type": "task.repeat.set" } & SetTaskRepeat | { "type": "task.reminder.set" } & SetReminder | { "type": "task.reminder.remove" } & RemoveReminder | { "type": "task.announce" } & AnnounceTask | { "type": "task.parent.set" } & SetTaskParent | { "type": "task.dependency.add" } & AddDependency | { "type": "task.dependency.remove" } & RemoveDependency | { "type": "task.watch" } & WatchTask | { "type": "task.unwatch" } & UnwatchTask | { "type": "task.complete" } & CompleteTask | { "type": "task.reopen" } & ReopenTask | { "type": "task.archive" } & ArchiveTask | { "type": "task.unarchive" } & UnarchiveTask | { "type": "task.delete" } & DeleteTask | { "type": "task.restore" } & RestoreTask | { "type": "task.revert" } & RevertTask | { "type": "checklist.create" } & CreateChecklist | { "type": "checklist.rename" } & RenameChecklist | { "type": "checklist.delete" } & DeleteChecklist | { "type": "checklist.item.add" } & AddChecklistItem | { "type": "checklist.item.update" } & UpdateChecklistItem | { "type": "checklist.item.remove" } & RemoveChecklistItem | { "type": "comment.add" } & AddComment | { "type": "comment.edit" } & EditComment | { "type": "comment.delete" } & DeleteComment | { "type": "comment.react" } & ReactToComment | { "type": "comment.unreact" } & UnreactToComment | { "type": "time.log" } & LogTime | { "type": "time.update" } & UpdateTime | { "type": "time.remove" } & RemoveTime;

export type AccountCommand = { "type": "account.register" } & RegisterAccount | { "type": "session.open" } & OpenSession | { "type": "session.close" } & CloseSession | { "type": "session.close_all" } & CloseAllSessions | { "type": "account.update" } & UpdateAccount | { "type": "account.email.verify" } & VerifyEmail | { "type": "account.password.reset" } & ResetPassword | { "type": "account.delete" } & DeleteAccount | { "type": "factor.add" } & AddFactor | { "type": "factor.remove" } & RemoveFactor | { "type": "token.create" } & CreateToken | { "type": "token.revoke" } & RevokeToken | { "type": "account.kept.change" } & ChangeKept | { "type": "account.timer.start" } & StartTimer | { "type": "account.timer.stop" } & StopTimer | { "type": "account.timer.discard" } & DiscardTimer;

export type ChannelCommand = { "type": "channel.create" } & CreateChannel | { "type": "channel.update" } & UpdateChannel | { "type": "channel.archive" } & ArchiveChannel | { "type": "channel.unarchive" } & UnarchiveChannel | { "type": "channel.delete" } & DeleteChannel | { "type": "channel.member.add" } & AddChannelMember | { "type": "channel.member.remove" } & RemoveChannelMember | { "type": "message.post" } & PostMessage | { "type": "message.edit" } & EditMessage | { "type": "message.delete" } & DeleteMessage | { "type": "message.react" } & ReactToMessage | { "type": "message.unreact" } & UnreactToMessage | { "type": "message.pin" } & PinMessage | { "type": "message.unpin" } & UnpinMessage;

export type InboxCommand = { "type": "inbox.open" } & OpenInbox | { "type": "inbox.tell" } & TellInbox | { "type": "inbox.read" } & ReadEntries | { "type": "inbox.unread" } & UnreadEntries | { "type": "inbox.read_all" } & ReadAllEntries | { "type": "inbox.archive" } & ArchiveEntries | { "type": "inbox.unarchive" } & UnarchiveEntries | { "type": "inbox.delete" } & DeleteEntries | { "type": "inbox.snooze" } & SnoozeEntries | { "type": "inbox.wake" } & WakeEntries | { "type": "inbox.fail" } & FailEntries | { "type": "inbox.seen" } & SeeSubject | { "type": "inbox.mark" } & MarkChannel | { "type": "inbox.mark_unread" } & MarkChannelUnread | { "type": "inbox.preferences.set" } & SetPreferences;

export type Command = OrganizationCommand | TeamCommand | BoardCommand | AccountCommand | ChannelCommand | InboxCommand;

export type OrganizationCreated = { name: string, owner_id: AccountId, };

export type OrganizationUpdated = { name?: string, };

export type OrganizationLogoChanged = { logo_id?: PictureId, };

export type OrganizationSettingsUpdated = { settings: OrgSettings, };

export type OrganizationPlanChanged = { plan: Plan, };

export type OwnershipOffered = { from_id: AccountId, to_id: AccountId, 
/**
 * When the offer ends. Those without, of before offers had an end, have ended.
 */
expires_at?: number, };

export type OwnershipWithdrawn = Record<symbol, never>;

export type OwnershipDeclined = Record<symbol, never>;

export type OrganizationOwnerChanged = { from_id: AccountId, to_id: AccountId, };

export type OrganizationDeleted = Record<symbol, never>;

export type OrganizationRestored = Record<symbol, never>;

export type OrganizationDropped = Record<symbol, never>;

export type BoardReserved = { board_id: BoardId, };

export type BoardReleased = { board_id: BoardId, };

export type TeamReserved = { team_id: TeamId, };

export type TeamReleased = { team_id: TeamId, };

export type ChannelReserved = { channel_id: ChannelId, };

export type ChannelReleased = { channel_id: ChannelId, };

export type MemberAdded = { account_id: AccountId, role: OrgRole, 
/**
 * It stands in for a person who may claim it.
 */
placeholder?: boolean, 
/**
 * It is a program of the organization.
 */
service?: boolean, };

export type MemberRoleChanged = { account_id: AccountId, role: OrgRole, };

export type MemberRemoved = { account_id: AccountId, 
/**
 * To whom their open tasks go.
 */
reassign?: Reassign, };

export type MemberClaimed = { placeholder_id: AccountId, account_id: AccountId, };

export type MemberInvited = { invitation_id: InvitationId, role: OrgRole, role_id?: RoleId, link?: boolean, uses_max: number, expires_at: number, };

export type InvitationAccepted = { invitation_id: InvitationId, account_id: AccountId, };

export type InvitationRejected = { invitation_id: InvitationId, };

export type InvitationRevoked = { invitation_id: InvitationId, };

export type InvitationRenewed = { invitation_id: InvitationId, expires_at: number, };

export type MemberUpdated = { account_id: AccountId, manager_id?: AccountId, };

export type MemberStatusChanged = { account_id: AccountId, status: MemberStatus, };

export type MemberRoleAssigned = { account_id: AccountId, role_id?: RoleId, };

export type MemberPermissionsChanged = { account_id: AccountId, granted: Array<Permission>, revoked: Array<Permission>, };

export type RoleCreated = { role_id: RoleId, name: string, permissions: Array<Permission>, };

export type RoleUpdated = { role_id: RoleId, name?: string, permissions?: Array<Permission>, };

export type RoleDeleted = { role_id: RoleId, };

export type TeamCreated = { org_id: OrgId, name: string, lead_id: AccountId, };

export type TeamUpdated = { name?: string, description?: string, };

export type TeamSettingsUpdated = { default_board_id?: BoardId, assignee_rule: AssigneeRule, };

export type TeamPermissionGranted = { permission: TeamPermission, };

export type TeamPermissionRevoked = { permission: TeamPermission, };

export type TeamLeadChanged = { account_id: AccountId, role: TeamRole, };

export type TeamDeleted = Record<symbol, never>;

export type TeamMemberAdded = { account_id: AccountId, role: TeamRole, };

export type TeamMemberRemoved = { account_id: AccountId, };

export type UserRegistered = { 
/**
 * It is a stand-in and cannot log in.
 */
placeholder?: boolean, };

export type UserLoggedIn = { session_id: SessionId, };

export type UserLoggedOut = { session_id: SessionId, };

export type UserUpdated = Record<symbol, never>;

export type UserEmailVerified = Record<symbol, never>;

export type UserPasswordReset = Record<symbol, never>;

export type UserDeleted = Record<symbol, never>;

export type UserFactorAdded = { factor_id: FactorId, kind: FactorKind, };

export type UserFactorRemoved = { factor_id: FactorId, kind: FactorKind, };

export type UserTokenCreated = { token_id: TokenId, scopes: Array<Scope>, 
/**
 * Absent: it lasts until it is revoked.
 */
expires_at?: number, };

export type UserTokenRevoked = { token_id: TokenId, };

export type UserKeptChanged = Record<symbol, never>;

export type BoardCreated = { org_id: OrgId, team_id?: TeamId, name: string, key: string, visibility: Visibility, owner_id: AccountId, };

export type BoardUpdated = { name?: string, visibility?: Visibility, };

export type BoardTemplateChanged = { template: boolean, };

export type BoardEscalationsChanged = { escalations: Array<Escalation>, };

export type BoardArchived = Record<symbol, never>;

export type BoardUnarchived = Record<symbol, never>;

export type BoardDeleted = Record<symbol, never>;

export type BoardRestored = Record<symbol, never>;

export type BoardMemberAdded = { account_id: AccountId, role: BoardRole, };

export type BoardMemberRoleChanged = { account_id: AccountId, role: BoardRole, };

export type BoardMemberRemoved = { account_id: AccountId, };

export type ChangeUndone = { 
/**
 * Of the first event of the change.
 */
seq: number, 
/**
 * That change was itself a taking back: of the change that began with this seq, which so is done again.
 */
redone?: number, };

export type ColumnCreated = { column_id: ColumnId, name: string, kind: ColumnKind, rank: string, };

export type ColumnUpdated = { column_id: ColumnId, name?: string, kind?: ColumnKind, colour?: Colour, 
/**
 * It has no colour any more.
 */
clear_colour?: boolean, };

export type ColumnMoved = { column_id: ColumnId, rank: string, };

export type ColumnWorkflowChanged = { column_id: ColumnId, workflow?: Workflow, };

export type ColumnArchived = { column_id: ColumnId, };

export type ColumnUnarchived = { column_id: ColumnId, };

export type ColumnDeleted = { column_id: ColumnId, };

export type LabelCreated = { label_id: LabelId, name: string, colour: Colour, };

export type LabelUpdated = { label_id: LabelId, name?: string, colour?: Colour, };

export type LabelDeleted = { label_id: LabelId, };

export type CategoryCreated = { category_id: CategoryId, name: string, colour: Colour, };

export type CategoryUpdated = { category_id: CategoryId, name?: string, colour?: Colour, };

export type CategoryDeleted = { category_id: CategoryId, };

export type BoardLinkCreated = { link_id: LinkId, name?: string, expires_at?: number, };

export type BoardLinkRevoked = { link_id: LinkId, };

export type ViewCreated = { view_id: ViewId, name: string, rank: string, look: Look, };

export type ViewUpdated = { view_id: ViewId, name?: string, look?: Look, };

export type ViewMoved = { view_id: ViewId, rank: string, };

export type ViewDeleted = { view_id: ViewId, };

export type TaskCategorized = { task_id: TaskId, category_id?: CategoryId, };

export type TaskCoverChanged = { task_id: TaskId, colour?: Colour, };

export type FieldCreated = { field_id: FieldId, name: string, kind: FieldKind, options?: Array<FieldOption>, rank: string, };

export type FieldUpdated = { field_id: FieldId, name?: string, options?: Array<FieldOption>, };

export type FieldMoved = { field_id: FieldId, rank: string, };

export type FieldDeleted = { field_id: FieldId, };

export type TaskFieldChanged = { task_id: TaskId, field_id: FieldId, 
/**
 * Of the field, also where the value is none.
 */
kind: FieldKind, value?: FieldValue, };

export type TaskCreated = { task_id: TaskId, number: number, column_id: ColumnId, rank: string, title: string, description?: string, labels?: Array<LabelId>, assignees?: Array<AccountId>, priority?: Priority, start_at?: number, due?: Due, 
/**
 * The task that it is a part of.
 */
parent_id?: TaskId, original?: Original, };

export type TaskUpdated = { task_id: TaskId, title?: string, description?: string, 
/**
 * Who is mentioned in the description as it is now, by id.
 */
mentions?: Array<AccountId>, };

export type TaskMoved = { task_id: TaskId, from_column_id: ColumnId, column_id: ColumnId, rank: string, };

export type TaskTransferred = { task_id: TaskId, 
/**
 * Absent for those who are not told.
 */
to_board_id?: BoardId, 
/**
 * The one that it has there.
 */
to_number?: number, };

export type TaskReceived = { 
/**
 * As it is here, without comments.
 */
face: TaskFace, from_board_id?: BoardId, from_number?: number, 
/**
 * It is in the archive.
 */
archived?: boolean, description?: string, 
/**
 * Whom the description mentions.
 */
mentions?: Array<AccountId>, checklists?: Array<ChecklistView>, watchers?: Array<AccountId>, reminders?: Array<Reminder>, 
/**
 * Time that was spent on it.
 */
time?: Array<TimeEntryView>, 
/**
 * How it repeats, with what only the server needs of that.
 */
repeat?: Repeat, created_by: AccountId, created_at: number, original?: Original, 
/**
 * The names of labels, categories and fields that it had and that this board has not.
 */
left_behind?: Array<string>, };

export type CommentsReceived = { task_id: TaskId, comments: Array<ReceivedComment>, };

export type ReceivedComment = { comment_id: CommentId, author_id: AccountId, text: string, created_at: number, edited_at?: number, reply_to?: CommentId, original?: Original, mentions?: Array<AccountId>, reactions?: Array<ReactionView>, };

export type TasksReranked = { column_id: ColumnId, ranks?: Array<[TaskId, string]>, };

export type TaskAssigned = { task_id: TaskId, account_id: AccountId, };

export type TaskUnassigned = { task_id: TaskId, account_id: AccountId, };

export type TaskReassigned = { task_id: TaskId, from_id: AccountId, to_id: AccountId, };

export type TaskLabelled = { task_id: TaskId, label_id: LabelId, };

export type TaskUnlabelled = { task_id: TaskId, label_id: LabelId, };

export type TaskPriorityChanged = { task_id: TaskId, priority: Priority, };

export type TaskScheduled = { task_id: TaskId, start_at?: number, due?: Due, };

export type TaskEstimated = { task_id: TaskId, points?: number, minutes?: number, };

export type TaskRepeatChanged = { task_id: TaskId, repeat?: Repeat, };

export type TaskRepeated = { task_id: TaskId, 
/**
 * The one before it.
 */
from_id: TaskId, repeat: Repeat, has_description?: boolean, 
/**
 * Items of all its checklists.
 */
items?: number, points?: number, minutes?: number, };

export type TaskReminderSet = { task_id: TaskId, reminder: Reminder, };

export type TaskReminderRemoved = { task_id: TaskId, reminder: Reminder, };

export type TaskReminderDue = { task_id: TaskId, reminder: Reminder, };

export type TaskDueSoon = { task_id: TaskId, due: Due, };

export type TaskOverdue = { task_id: TaskId, due: Due, };

export type TaskEscalated = { task_id: TaskId, due: Due, escalation: Escalation, };

export type TimeLogged = { task_id: TaskId, entry_id: TimeEntryId, 
/**
 * Whose time it is.
 */
account_id: AccountId, started_at: number, 
/**
 * In seconds.
 */
duration_s: number, note?: string, 
/**
 * All that is noted on the task from then on, in seconds.
 */
tracked_s: number, };

export type TimeUpdated = { task_id: TaskId, entry_id: TimeEntryId, started_at?: number, duration_s?: number, note?: string, 
/**
 * All that is noted on the task from then on, in seconds.
 */
tracked_s: number, };

export type TimeRemoved = { task_id: TaskId, entry_id: TimeEntryId, 
/**
 * All that is noted on the task from then on, in seconds.
 */
tracked_s: number, };

export type TimeStarted = { task_id: TaskId, account_id: AccountId, };

export type TimeStopped = { task_id: TaskId, account_id: AccountId, };

export type UserTimerStarted = { entry_id: TimeEntryId, org_id: OrgId, board_id: BoardId, task_id: TaskId, };

export type UserTimerStopped = { entry_id: TimeEntryId, org_id: OrgId, board_id: BoardId, task_id: TaskId, started_at: number, 
/**
 * In seconds.
 */
duration_s: number, 
/**
 * Why it is not noted on the board; absent: it is.
 */
lost?: Code, };

export type UserTimerDiscarded = { entry_id: TimeEntryId, };

export type TaskParentChanged = { task_id: TaskId, parent_id?: TaskId, };

export type TaskDependencyAdded = { task_id: TaskId, kind: DependencyKind, other_id: TaskId, };

export type TaskDependencyRemoved = { task_id: TaskId, kind: DependencyKind, other_id: TaskId, };

export type TaskWatched = { task_id: TaskId, account_id: AccountId, };

export type TaskUnwatched = { task_id: TaskId, account_id: AccountId, };

export type TaskCompleted = { task_id: TaskId, };

export type TaskReopened = { task_id: TaskId, };

export type TaskArchived = { task_id: TaskId, };

export type TaskUnarchived = { task_id: TaskId, face: TaskFace, };

export type TaskDeleted = { task_id: TaskId, };

export type TaskRestored = { task_id: TaskId, face: TaskFace, };

export type ChecklistCreated = { task_id: TaskId, checklist_id: ChecklistId, name: string, };

export type ChecklistRenamed = { task_id: TaskId, checklist_id: ChecklistId, name: string, };

export type ChecklistDeleted = { task_id: TaskId, checklist_id: ChecklistId, 
/**
 * Done items and all items it had: who holds only the face's counts takes these off.
 */
removed: [number, number], };

export type ChecklistItemAdded = { task_id: TaskId, checklist_id: ChecklistId, item_id: ChecklistItemId, text: string, done?: boolean, rank: string, };

export type ChecklistItemUpdated = { task_id: TaskId, item_id: ChecklistItemId, text?: string, done?: boolean, };

export type ChecklistItemRemoved = { task_id: TaskId, item_id: ChecklistItemId, 
/**
 * Whether it was done: who holds only the face's counts takes it off them.
 */
was_done?: boolean, };

export type TaskCommented = { task_id: TaskId, comment_id: CommentId, text: string, reply_to?: CommentId, 
/**
 * Who is mentioned in the text, by id: names change.
 */
mentions?: Array<AccountId>, original?: Original, };

export type CommentEdited = { task_id: TaskId, comment_id: CommentId, text: string, 
/**
 * Who is mentioned in the text as it is now.
 */
mentions?: Array<AccountId>, };

export type CommentDeleted = { task_id: TaskId, comment_id: CommentId, };

export type CommentRestored = { task_id: TaskId, comment: ReceivedComment, 
/**
 * The seqs of the events that hold its texts, ascending, the first included.
 */
text_seqs: Array<number>, 
/**
 * The comment that it stands before; otherwise it is the last.
 */
before?: CommentId, };

export type CommentReacted = { task_id: TaskId, comment_id: CommentId, emoji: string, };

export type CommentUnreacted = { task_id: TaskId, comment_id: CommentId, emoji: string, };

export type ChannelCreated = { org_id: OrgId, team_id?: TeamId, kind: ChannelKind, name?: string, members: Array<AccountId>, };

export type ChannelUpdated = { name?: string, purpose?: string, };

export type ChannelArchived = Record<symbol, never>;

export type ChannelUnarchived = Record<symbol, never>;

export type ChannelDeleted = Record<symbol, never>;

export type ChannelMemberAdded = { account_id: AccountId, role: ChannelRole, };

export type ChannelMemberRoleChanged = { account_id: AccountId, role: ChannelRole, };

export type ChannelMemberRemoved = { account_id: AccountId, };

export type MessagePosted = { message_id: MessageId, 
/**
 * Its number among those that are shown in the channel, from 1, dense; absent for one that is in a thread alone. What is unread is
 * counted by it.
 */
number?: number, text: string, thread?: MessageRef, mentions?: Mentions, };

export type MessageEdited = { message: MessageRef, author_id: AccountId, 
/**
 * The number that it has.
 */
number?: number, text: string, 
/**
 * All whom the text means as it is now.
 */
mentions?: Mentions, };

export type MessageDeleted = { message: MessageRef, author_id: AccountId, 
/**
 * The number that it had: one less is unread for those who had not come to it.
 */
number?: number, 
/**
 * The message that began its thread.
 */
thread?: MessageRef, };

export type MessageReacted = { message: MessageRef, author_id: AccountId, emoji: string, };

export type MessageUnreacted = { message: MessageRef, author_id: AccountId, emoji: string, };

export type MessagePinned = { message: MessageRef, author_id: AccountId, };

export type MessageUnpinned = { message: MessageRef, author_id: AccountId, };

export type InboxOpened = Record<symbol, never>;

export type NotificationSent = { 
/**
 * Of the event that they were told of, in the journal.
 */
position: Position, 
/**
 * Dense from 1; absent where they do not want it in the inbox.
 */
number?: number, entry: NewEntry, routes?: Array<Route>, };

export type NotificationRead = { numbers: Array<number>, };

export type NotificationUnread = { numbers: Array<number>, };

export type NotificationAllRead = { through: number, };

export type NotificationArchived = { numbers: Array<number>, };

export type NotificationUnarchived = { numbers: Array<number>, };

export type NotificationDeleted = { numbers: Array<number>, };

export type NotificationSnoozed = { numbers: Array<number>, until: number, };

export type NotificationWoken = { numbers: Array<number>, };

export type NotificationFailed = { numbers: Array<number>, outlet: Outlet, };

export type NotificationSeen = { what: Seen, through: number, };

export type InboxMarked = { channel_id: ChannelId, 
/**
 * Up to this number.
 */
read_to: number, 
/**
 * But for these, ascending.
 */
unread?: Array<number>, };

export type InboxPreferencesChanged = { changes: Array<PreferenceChange>, };

export type OrganizationEvent = { "type": "organization.created" } & OrganizationCreated | { "type": "organization.updated" } & OrganizationUpdated | { "type": "organization.logo.changed" } & OrganizationLogoChanged | { "type": "organization.settings.updated" } & OrganizationSettingsUpdated | { "type": "organization.plan.changed" } & OrganizationPlanChanged | { "type": "organization.ownership.offered" } & OwnershipOffered | { "type": "organization.ownership.withdrawn" } & OwnershipWithdrawn | { "type": "organization.ownership.declined" } & OwnershipDeclined | { "type": "organization.owner.changed" } & OrganizationOwnerChanged | { "type": "organization.deleted" } & OrganizationDeleted | { "type": "organization.restored" } & OrganizationRestored | { "type": "organization.dropped" } & OrganizationDropped | { "type": "organization.board.reserved" } & BoardReserved | { "type": "organization.board.released" } & BoardReleased | { "type": "organization.team.reserved" } & TeamReserved | { "type": "organization.team.released" } & TeamReleased | { "type": "organization.channel.reserved" } & ChannelReserved | { "type": "organization.channel.released" } & ChannelReleased | { "type": "member.added" } & MemberAdded | { "type": "member.role.changed" } & MemberRoleChanged | { "type": "member.removed" } & MemberRemoved | { "type": "member.claimed" } & MemberClaimed | { "type": "member.invited" } & MemberInvited | { "type": "invitation.accepted" } & InvitationAccepted | { "type": "invitation.rejected" } & InvitationRejected | { "type": "invitation.revoked" } & InvitationRevoked | { "type": "invitation.renewed" } & InvitationRenewed | { "type": "member.updated" } & MemberUpdated | { "type": "member.status.changed" } & MemberStatusChanged | { "type": "member.role.assigned" } & MemberRoleAssigned | { "type": "member.permissions.changed" } & MemberPermissionsChanged | { "type": "role.created" } & RoleCreated | { "type": "role.updated" } & RoleUpdated | { "type": "role.deleted" } & RoleDeleted;

export type TeamEvent = { "type": "team.created" } & TeamCreated | { "type": "team.updated" } & TeamUpdated | { "type": "team.settings.updated" } & TeamSettingsUpdated | { "type": "team.permission.granted" } & TeamPermissionGranted | { "type": "team.permission.revoked" } & TeamPermissionRevoked | { "type": "team.lead.changed" } & TeamLeadChanged | { "type": "team.deleted" } & TeamDeleted | { "type": "team.member.added" } & TeamMemberAdded | { "type": "team.member.removed" } & TeamMemberRemoved;

export type BoardEvent = { "type": "board.created" } & BoardCreated | { "type": "board.updated" } & BoardUpdated | { "type": "board.template.changed" } & BoardTemplateChanged | { "type": "board.escalations.changed" } & BoardEscalationsChanged | { "type": "board.archived" } & BoardArchived | { "type": "board.unarchived" } & BoardUnarchived | { "type": "board.deleted" } & BoardDeleted | { "type": "board.restored" } & BoardRestored | { "type": "board.member.added" } & BoardMemberAdded | { "type": "board.member.role.changed" } & BoardMemberRoleChanged | { "type": "board.member.removed" } & BoardMemberRemoved | { "type": "board.link.created" } & BoardLinkCreated | { "type": "board.link.revoked" } & BoardLinkRevoked | { "type": "change.undone" } & ChangeUndone | { "type": "column.created" } & ColumnCreated | { "type": "column.updated" } & ColumnUpdated | { "type": "column.moved" } & ColumnMoved | { "type": "column.workflow.changed" } & ColumnWorkflowChanged | { "type": "column.archived" } & ColumnArchived | { "type": "column.unarchived" } & ColumnUnarchived | { "type": "column.deleted" } & ColumnDeleted | { "type": "label.created" } & LabelCreated | { "type": "label.updated" } & LabelUpdated | { "type": "label.deleted" } & LabelDeleted | { "type": "category.created" } & CategoryCreated | { "type": "category.updated" } & CategoryUpdated | { "type": "category.deleted" } & CategoryDeleted | { "type": "field.created" } & FieldCreated | { "type": "field.updated" } & FieldUpdated | { "type": "field.moved" } & FieldMoved | { "type": "field.deleted" } & FieldDeleted | { "type": "view.created" } & ViewCreated | { "type": "view.updated" } & ViewUpdated | { "type": "view.moved" } & ViewMoved | { "type": "view.deleted" } & ViewDeleted | { "type": "task.created" } & TaskCreated | { "type": "task.updated" } & TaskUpdated | { "type": "task.moved" } & TaskMoved | { "type": "task.transferred" } & TaskTransferred | { "type": "task.received" } & TaskReceived | { "type": "comments.received" } & CommentsReceived | { "type": "tasks.reranked" } & TasksReranked | { "type": "task.assigned" } & TaskAssigned | { "type": "task.unassigned" } & TaskUnassigned | { "type": "task.reassigned" } & TaskReassigned | { "type": "task.labelled" } & TaskLabelled | { "type": "task.unlabelled" } & TaskUnlabelled | { "type": "task.priority.changed" } & TaskPriorityChanged | { "type": "task.scheduled" } & TaskScheduled | { "type": "task.estimated" } & TaskEstimated | { "type": "task.categorized" } & TaskCategorized | { "type": "task.cover.changed" } & TaskCoverChanged | { "type": "task.field.changed" } & TaskFieldChanged | { "type": "task.repeat.changed" } & TaskRepeatChanged | { "type": "task.repeated" } & TaskRepeated | { "type": "task.reminder.set" } & TaskReminderSet | { "type": "task.reminder.removed" } & TaskReminderRemoved | { "type": "task.reminder.due" } & TaskReminderDue | { "type": "task.due.soon" } & TaskDueSoon | { "type": "task.overdue" } & TaskOverdue | { "type": "task.escalated" } & TaskEscalated | { "type": "task.parent.changed" } & TaskParentChanged | { "type": "task.dependency.added" } & TaskDependencyAdded | { "type": "task.dependency.removed" } & TaskDependencyRemoved | { "type": "task.watched" } & TaskWatched | { "type": "task.unwatched" } & TaskUnwatched | { "type": "task.completed" } & TaskCompleted | { "type": "task.reopened" } & TaskReopened | { "type": "task.archived" } & TaskArchived | { "type": "task.unarchived" } & TaskUnarchived | { "type": "task.deleted" } & TaskDeleted | { "type": "task.restored" } & TaskRestored | { "type": "checklist.created" } & ChecklistCreated | { "type": "checklist.renamed" } & ChecklistRenamed | { "type": "checklist.deleted" } & ChecklistDeleted | { "type": "checklist.item.added" } & ChecklistItemAdded | { "type": "checklist.item.updated" } & ChecklistItemUpdated | { "type": "checklist.item.removed" } & ChecklistItemRemoved | { "type": "task.commented" } & TaskCommented | { "type": "comment.edited" } & CommentEdited | { "type": "comment.deleted" } & CommentDeleted | { "type": "comment.restored" } & CommentRestored | { "type": "comment.reacted" } & CommentReacted | { "type": "comment.unreacted" } & CommentUnreacted | { "type": "time.logged" } & TimeLogged | { "type": "time.updated" } & TimeUpdated | { "type": "time.removed" } & TimeRemoved | { "type": "time.started" } & TimeStarted | { "type": "time.stopped" } & TimeStopped;

export type AccountEvent = { "type": "user.registered" } & UserRegistered | { "type": "user.logged_in" } & UserLoggedIn | { "type": "user.logged_out" } & UserLoggedOut | { "type": "user.updated" } & UserUpdated | { "type": "user.email.verified" } & UserEmailVerified | { "type": "user.password.reset" } & UserPasswordReset | { "type": "user.deleted" } & UserDeleted | { "type": "user.factor.added" } & UserFactorAdded | { "type": "user.factor.removed" } & UserFactorRemoved | { "type": "user.token.created" } & UserTokenCreated | { "type": "user.token.revoked" } & UserTokenRevoked | { "type": "user.kept.changed" } & UserKeptChanged | { "type": "user.timer.started" } & UserTimerStarted | { "type": "user.timer.stopped" } & UserTimerStopped | { "type": "user.timer.discarded" } & UserTimerDiscarded;

export type ChannelEvent = { "type": "channel.created" } & ChannelCreated | { "type": "channel.updated" } & ChannelUpdated | { "type": "channel.archived" } & ChannelArchived | { "type": "channel.unarchived" } & ChannelUnarchived | { "type": "channel.deleted" } & ChannelDeleted | { "type": "channel.member.added" } & ChannelMemberAdded | { "type": "channel.member.role.changed" } & ChannelMemberRoleChanged | { "type": "channel.member.removed" } & ChannelMemberRemoved | { "type": "message.posted" } & MessagePosted | { "type": "message.edited" } & MessageEdited | { "type": "message.deleted" } & MessageDeleted | { "type": "message.reacted" } & MessageReacted | { "type": "message.unreacted" } & MessageUnreacted | { "type": "message.pinned" } & MessagePinned | { "type": "message.unpinned" } & MessageUnpinned;

export type InboxEvent = { "type": "inbox.opened" } & InboxOpened | { "type": "notification.sent" } & NotificationSent | { "type": "notification.read" } & NotificationRead | { "type": "notification.unread" } & NotificationUnread | { "type": "notification.all_read" } & NotificationAllRead | { "type": "notification.archived" } & NotificationArchived | { "type": "notification.unarchived" } & NotificationUnarchived | { "type": "notification.deleted" } & NotificationDeleted | { "type": "notification.snoozed" } & NotificationSnoozed | { "type": "notification.woken" } & NotificationWoken | { "type": "notification.failed" } & NotificationFailed | { "type": "notification.seen" } & NotificationSeen | { "type": "inbox.marked" } & InboxMarked | { "type": "inbox.preferences.changed" } & InboxPreferencesChanged;

export type Event = OrganizationEvent | TeamEvent | BoardEvent | AccountEvent | ChannelEvent | InboxEvent;

export type Happened<E> = { seq: number, 
/**
 * When it was committed; never decreases within a stream.
 */
at: number, 
/**
 * Who did it.
 */
by: AccountId, 
/**
 * Which client's command made it: the echo that confirms an optimistic change.
 */
client_id?: ClientId, client_seq?: number, event: E, };

export type TaskFace = { task_id: TaskId, number: number, column_id: ColumnId, rank: string, title: string, labels?: Array<LabelId>, assignees?: Array<AccountId>, priority?: Priority, start_at?: number, due?: Due, 
/**
 * Done items and all items of its checklists.
 */
checklist?: [number, number], comments?: number, has_description?: boolean, completed_at?: number, 
/**
 * The task that it is a part of.
 */
parent_id?: TaskId, 
/**
 * What it has to do with other tasks, as said on this side.
 */
dependencies?: Array<Dependency>, points?: number, 
/**
 * How long it will take, in minutes.
 */
minutes?: number, category_id?: CategoryId, 
/**
 * The colour of its card.
 */
cover?: Colour, 
/**
 * By what it repeats.
 */
repeat?: RepeatRule, 
/**
 * What it has in the board's custom fields, in the order of their ids. The public is shown none that name people.
 */
fields?: Array<TaskField>, 
/**
 * How much time was spent on it, in seconds; the public is not told.
 */
tracked_s?: number, 
/**
 * Whose timer counts on it, in the order of their ids; nobody, for the public.
 */
working?: Array<AccountId>, };

export type ColumnView = { column_id: ColumnId, name: string, kind: ColumnKind, rank: string, colour?: Colour, archived?: boolean, workflow?: Workflow, };

export type LabelView = { label_id: LabelId, name: string, colour: Colour, };

export type CategoryView = { category_id: CategoryId, name: string, colour: Colour, };

export type FieldView = { field_id: FieldId, name: string, kind: FieldKind, rank: string, 
/**
 * What may be chosen, in its order.
 */
options?: Array<FieldOption>, };

export type SavedView = { view_id: ViewId, name: string, rank: string, look: Look, };

export type BoardMemberView = { account_id: AccountId, role: BoardRole, };

export type BoardHead = { board_id: BoardId, org_id: OrgId, team_id?: TeamId, name: string, key: string, visibility: Visibility, lifecycle: Lifecycle, 
/**
 * Others are made of it; it reminds nobody of anything.
 */
template?: boolean, 
/**
 * Empty for the public.
 */
members: Array<BoardMemberView>, columns: Array<ColumnView>, labels: Array<LabelView>, categories?: Array<CategoryView>, 
/**
 * Custom fields, in their order.
 */
fields?: Array<FieldView>, 
/**
 * Views that everybody shares, in the order of their ids; none for the public.
 */
views?: Array<SavedView>, 
/**
 * Who is told of what is overdue for long; none for the public.
 */
escalations?: Array<Escalation>, 
/**
 * How many active tasks the whole view holds, over all parts.
 */
task_count: number, };

export type BoardPart = { board?: BoardHead, tasks: Array<TaskFace>, };

export type OrgMemberView = { account_id: AccountId, role: OrgRole, placeholder?: boolean, 
/**
 * A program of the organization.
 */
service?: boolean, 
/**
 * Keeps its place, and may do nothing.
 */
inactive?: boolean, 
/**
 * A custom role beside the role.
 */
role_id?: RoleId, manager_id?: AccountId, 
/**
 * What they have beside their roles.
 */
granted?: Array<Permission>, 
/**
 * What they have not in spite of their roles.
 */
revoked?: Array<Permission>, };

export type RoleView = { role_id: RoleId, name: string, permissions: Array<Permission>, };

export type ClaimView = { placeholder_id: AccountId, account_id: AccountId, };

export type OwnershipOffer = { from_id: AccountId, to_id: AccountId, 
/**
 * It can be accepted until then.
 */
expires_at: number, };

export type OrganizationView = { org_id: OrgId, name: string, 
/**
 * Empty for guests.
 */
members: Array<OrgMemberView>, 
/**
 * Placeholders that were claimed; empty for guests.
 */
claims?: Array<ClaimView>, 
/**
 * Custom roles; empty for guests.
 */
roles?: Array<RoleView>, 
/**
 * Absent for guests.
 */
settings?: OrgSettings, 
/**
 * The picture that is its logo.
 */
logo_id?: PictureId, 
/**
 * Who offered the organization to whom.
 */
ownership_offer?: OwnershipOffer, 
/**
 * Deleted then: only owners see it, and they can restore it.
 */
deleted_at?: number, };

export type TeamMemberView = { account_id: AccountId, role: TeamRole, };

export type TeamView = { team_id: TeamId, org_id: OrgId, name: string, 
/**
 * Markdown; empty when there is none.
 */
description: string, default_board_id?: BoardId, assignee_rule: AssigneeRule, 
/**
 * What members may do who do not lead it.
 */
permissions: Array<TeamPermission>, members: Array<TeamMemberView>, deleted: boolean, };

export type AccountView = { account_id: AccountId, sessions: Array<SessionId>, 
/**
 * The seq at which what its owner keeps for themselves changed last.
 */
kept_seq?: number, 
/**
 * The timer that counts.
 */
timer?: TimerView, };

export type ChannelView = { channel_id: ChannelId, org_id: OrgId, team_id?: TeamId, channel_kind: ChannelKind, 
/**
 * Empty for a direct one.
 */
name: string, 
/**
 * Empty when there is none.
 */
purpose: string, archived: boolean, 
/**
 * The number of the newest message that is shown in it; 0: there was none yet.
 */
last_number: number, 
/**
 * What is unread is known exactly from this number on: of those before it, it is not said which were deleted.
 */
known_from: number, 
/**
 * The numbers from there on whose messages were deleted, ascending.
 */
deleted_numbers: Array<number>, 
/**
 * In the order in which they were pinned.
 */
pins: Array<PinView>, };

export type ChannelMemberView = { account_id: AccountId, role: ChannelRole, };

export type PinView = { message: MessageRef, author_id: AccountId, by: AccountId, at: number, };

export type ChannelPart = { "part": "channel" } & ChannelView | { "part": "members", members: Array<ChannelMemberView>, };

export type InboxView = { account_id: AccountId, 
/**
 * Entries that are not read, those that are put off aside.
 */
unread: number, 
/**
 * The number of the newest entry; 0: there was none yet.
 */
last_number: number, 
/**
 * Older ones than this number are in the history alone.
 */
known_from: number, 
/**
 * For every reason.
 */
deliveries: Array<ReasonPreference>, quiet?: QuietHours, digest: Digest, };

export type EntryView = { number: number, at: number, entry: NewEntry, read?: boolean, archived?: boolean, snoozed_until?: number, 
/**
 * When it came back last.
 */
woken_at?: number, 
/**
 * The ways on which it could not be brought to its owner.
 */
failed?: Array<Outlet>, };

export type MarkerView = { channel_id: ChannelId, read_to: number, 
/**
 * Of what is before, these are unread.
 */
unread?: Array<number>, };

export type ReasonPreference = { reason: NotifyReason, delivery: Delivery, };

export type ChannelPreference = { channel_id: ChannelId, level: ChannelLevel, };

export type BoardPreference = { board_id: BoardId, level: BoardLevel, };

export type InboxPart = { "part": "inbox" } & InboxView | { "part": "entries", entries: Array<EntryView>, } | { "part": "markers", markers: Array<MarkerView>, } | { "part": "levels", channels: Array<ChannelPreference>, boards: Array<BoardPreference>, muted_tasks: Array<TaskId>, };

export type ThreadView = { 
/**
 * Those that were not deleted.
 */
count: number, 
/**
 * When somebody last said something in it, whether or not it was deleted since.
 */
last_at: number, 
/**
 * The first who said something in it, each once.
 */
people: Array<AccountId>, };

export type MessageView = { message: MessageRef, 
/**
 * Its number among those that are shown in the channel; absent for one that is in a thread alone.
 */
number?: number, author_id: AccountId, at: number, 
/**
 * Markdown; empty for one that was deleted.
 */
text: string, mentions?: Mentions, edited_at?: number, deleted?: boolean, 
/**
 * The message that began the thread it belongs to.
 */
thread?: MessageRef, 
/**
 * Emoji that it was answered with, in the order in which they were first given.
 */
reactions?: Array<ReactionView>, 
/**
 * The thread that it began.
 */
replies?: ThreadView, };

export type ViewPart = { "kind": "organization" } & OrganizationView | { "kind": "team" } & TeamView | { "kind": "board" } & BoardPart | { "kind": "account" } & AccountView | { "kind": "channel" } & ChannelPart | { "kind": "inbox" } & InboxPart;

export type TaskDetail = { face: TaskFace, lifecycle: Lifecycle, 
/**
 * Markdown; empty when there is none.
 */
description: string, checklists: Array<ChecklistView>, comments: Array<CommentView>, 
/**
 * Who follows what happens to it, in the order of their ids; nobody, for the public.
 */
watchers?: Array<AccountId>, 
/**
 * When they and those who work on it are reminded of it, in their order; none for the public.
 */
reminders?: Array<Reminder>, 
/**
 * Time that was spent on it, in the order in which it began; none for the public.
 */
time?: Array<TimeEntryView>, created_by: AccountId, created_at: number, original?: Original, 
/**
 * The board's seq that this answers for.
 */
seq: number, };

export type TaskDifference = { task_id: TaskId, 
/**
 * As it was; absent where there was none.
 */
before?: TaskFace, 
/**
 * As it is then; absent where there is none any more.
 */
after?: TaskFace, 
/**
 * In what they differ, where both are there.
 */
aspects?: Array<Aspect>, };

export type OwnChange = { 
/**
 * Of its first event.
 */
seq: number, at: number, 
/**
 * The kinds of its events, each once.
 */
events: Array<string>, 
/**
 * The task it is about, where it is about one.
 */
task_id?: TaskId, };

export type OwnChanges = { undo?: OwnChange, redo?: OwnChange, };

export type ChecklistView = { checklist_id: ChecklistId, name: string, items: Array<ChecklistItemView>, };

export type ChecklistItemView = { item_id: ChecklistItemId, text: string, done: boolean, rank: string, };

export type CommentView = { comment_id: CommentId, author_id: AccountId, text: string, created_at: number, edited_at?: number, reply_to?: CommentId, 
/**
 * Emoji that it was answered with, in the order in which they were first given.
 */
reactions?: Array<ReactionView>, original?: Original, };

export type TimeEntryView = { entry_id: TimeEntryId, account_id: AccountId, started_at: number, 
/**
 * In seconds.
 */
duration_s: number, note?: string, };

export type TimerView = { entry_id: TimeEntryId, org_id: OrgId, board_id: BoardId, task_id: TaskId, started_at: number, };

export type ReactionView = { emoji: string, 
/**
 * In the order in which they gave it.
 */
by: Array<AccountId>, };

export type CommentVersion = { 
/**
 * The board's seq at which it got this text.
 */
seq: number, at: number, 
/**
 * Who wrote it.
 */
by: AccountId, text: string, };

export type Reason = { "kind": "role", role: OrgRole, } | { "kind": "custom_role", role_id: RoleId, } | { "kind": "granted" } | { "kind": "revoked" } | { "kind": "inactive" } | { "kind": "permission", permission: Permission, } | { "kind": "lacks", permission: Permission, } | { "kind": "team_role", role: TeamRole, } | { "kind": "board_role", role: BoardRole, } | { "kind": "visibility", visibility: Visibility, role: BoardRole, } | { "kind": "deleted" } | { "kind": "nothing" };

export type Verdict = { 
/**
 * A permission of the organization, or something that is done in a team or on a board.
 */
capability: string, allowed: boolean, because: Array<Reason>, };

export type AccessView = { account_id: AccountId, organization: Array<Verdict>, team?: Array<Verdict>, board?: Array<Verdict>, };

export type ClientMessage = { "type": "hello" } & Hello | { "type": "join" } & Join | { "type": "leave" } & Leave | { "type": "command" } & CommandMessage | { "type": "presence" } & PresenceUpdate | { "type": "ephemeral" } & EphemeralUpdate | { "type": "refresh" } & Refresh | { "type": "ping" } & Ping;

export type ServerMessage = { "type": "welcome" } & Welcome | { "type": "joined" } & Joined | { "type": "snapshot" } & SnapshotPart | { "type": "events" } & Events | { "type": "reply" } & Reply | { "type": "presence_state" } & PresenceState | { "type": "presence_diff" } & PresenceDiff | { "type": "ephemeral" } & EphemeralBroadcast | { "type": "resync" } & TopicNotice | { "type": "stale" } & Stale | { "type": "revoked" } & Revoked | { "type": "heads" } & Heads | { "type": "lists_changed" } & ListsChanged | { "type": "profiles_changed" } & ProfilesChanged | { "type": "goaway" } & Goaway | { "type": "superseded" } & Superseded | { "type": "pong" } & Pong;

export type Hello = { 
/**
 * An access token. Never in a URL.
 */
token: string, client_id: ClientId, protocol_version: number, 
/**
 * Name and version of the program, for the sessions page and logs.
 */
client_name?: string, };

export type Join = { 
/**
 * The client's number for this request: it gets exactly one `joined` or `reply`.
 */
ref: number, topic: Topic, 
/**
 * What the client already holds.
 */
after?: Held, 
/**
 * Whether to be shown to others, and to be told of them.
 */
presence?: boolean, };

export type Leave = { ref: number, topic: Topic, };

export type CommandMessage = { ref: number, topic: Topic, 
/**
 * Counted by the client from 1, over all topics; with the account and the client id it names this command for ever.
 */
client_seq: number, body: Command, 
/**
 * The topic's seq that the author saw when deciding.
 */
saw?: number, 
/**
 * What is to happen when something it changes was changed after `saw` by another client; absent: `apply`.
 */
if_changed?: IfChanged, };

export type PresenceMeta = { 
/**
 * The task they have open.
 */
task_id?: TaskId, 
/**
 * Whether the page is hidden or untouched for some minutes.
 */
away?: boolean, };

export type PresenceUpdate = { topic: Topic, meta: PresenceMeta, };

export type Ephemeral = { "kind": "typing", task_id: TaskId, } | { "kind": "dragging", task_id: TaskId, column_id?: ColumnId, } | { "kind": "writing", thread?: MessageId, } | { "kind": "cursor", x: number, y: number, };

export type EphemeralUpdate = { topic: Topic, body: Ephemeral, };

export type Refresh = { ref: number, token: string, };

export type Ping = { ref: number, };

export type Welcome = { connection_id: ConnectionId, account_id: AccountId, 
/**
 * The log-in; of a token for programs its id.
 */
session_id: SessionId, server_version: string, protocol_version: number, 
/**
 * The server pings after this much silence; a client that hears nothing for twice this should connect again.
 */
heartbeat_interval_ms: number, 
/**
 * When the access token stops to count; refresh before. Microseconds, UTC.
 */
token_expires_at: number, 
/**
 * The server's clock, microseconds, UTC.
 */
now: number, };

export type ResumedFrom = "current" | "ring" | "journal" | "snapshot";

export type Joined = { ref: number, topic: Topic, resumed_from: ResumedFrom, head: Bookmark, 
/**
 * For whose eyes what follows is made; to be said with what is held of it at the next join.
 */
audience: Audience, };

export type SnapshotPart = { topic: Topic, bookmark: Bookmark, part: number, parts: number, view: ViewPart, };

export type Events = { topic: Topic, epoch: number, after: number, seq: number, 
/**
 * Shared by the parts of one commit in several topics.
 */
commit_id: CommitId, events: Array<Happened<Event>>, };

export type Reply = { ref: number, } & ({ "ok": Acknowledged } | { "error": Failure });

export type Outcome = { "ok": Acknowledged } | { "error": Failure };

export type FailedPart = { 
/**
 * Its place among the commands, from 0.
 */
index: number, failure: Failure, };

export type Acknowledged = { epoch: number, seq: number, 
/**
 * Give it to a read as `min_position` to see this change in lists. Absent when nothing was committed.
 */
position?: Position, 
/**
 * Changes that this one went over and whose results its author had not seen. Not told again when the same command is retried.
 */
conflicts?: Array<Conflict>, 
/**
 * Of a `board.bulk`: those of its commands that were refused, while the others took effect. Not told again either.
 */
failed?: Array<FailedPart>, };

export type PresenceEntry = { connection_id: ConnectionId, account_id: AccountId, task_id?: TaskId, away?: boolean, };

export type PresenceMetaView = { task_id?: TaskId, away?: boolean, };

export type PresenceState = { topic: Topic, entries: Array<PresenceEntry>, count: number, };

export type PresenceDiff = { topic: Topic, joined?: Array<PresenceEntry>, left?: Array<ConnectionId>, count: number, };

export type EphemeralBroadcast = { topic: Topic, connection_id: ConnectionId, account_id: AccountId, body: Ephemeral, };

export type TopicNotice = { topic: Topic, };

export type Stale = { topic: Topic, stale: boolean, };

export type Revoked = { topic: Topic, code: Code, };

export type Heads = { heads: Array<[Topic, Bookmark]>, };

export type Goaway = { reconnect_after_ms: number, };

export type Superseded = Record<symbol, never>;

export type ListsChanged = { 
/**
 * The organization.
 */
topic: Topic, 
/**
 * Give it to the read as `min_position`. Absent when the server does not know: hints were lost.
 */
position?: Position, };

export type ChangedProfile = { account_id: AccountId, version: number, };

export type ProfilesChanged = { topic: Topic, 
/**
 * Absent when there are too many to name: anybody.
 */
profiles?: Array<ChangedProfile>, 
/**
 * Read at a moment of one's own within this time, so that not all who follow the topic read at once.
 */
within_ms: number, };

export type Pong = { ref: number, 
/**
 * The server's clock, microseconds, UTC.
 */
now: number, };

export const SUBPROTOCOL_JSON = "lockstep.v1.json";
export const PROTOCOL_VERSION = 2;

/** Error codes: number, whether the same request may succeed later. */
export const CODES: Record<Code, { number: number; temporary: boolean; message: string }> = {
  malformed: { number: 100, temporary: false, message: "The bytes are not a message of this protocol." },
  batch_too_large: { number: 101, temporary: false, message: "More messages in a frame than allowed." },
  wrong_topic: { number: 102, temporary: false, message: "The command does not belong to this kind of topic." },
  field_required: { number: 103, temporary: false, message: "A field is missing." },
  field_invalid: { number: 104, temporary: false, message: "A field's value is not allowed." },
  field_too_long: { number: 105, temporary: false, message: "A field is longer than its limit." },
  limit_reached: { number: 106, temporary: false, message: "A limit on how many there may be is reached." },
  not_found: { number: 107, temporary: false, message: "There is no such thing, or you may not know of it." },
  already_exists: { number: 108, temporary: false, message: "The id is already in use." },
  wrong_state: { number: 109, temporary: false, message: "The thing is not in a state in which this can be done." },
  not_empty: { number: 110, temporary: false, message: "It still contains something." },
  last_owner: { number: 111, temporary: false, message: "The last owner cannot leave or be lowered." },
  idempotency_mismatch: { number: 112, temporary: false, message: "The same idempotency key was used with another body." },
  too_old: { number: 113, temporary: false, message: "The command is too old to tell whether it took effect; read the state instead." },
  board_full: { number: 114, temporary: false, message: "The board is as large as a board can be." },
  too_many_subscriptions: { number: 115, temporary: false, message: "More topics joined than a connection may have." },
  not_joined: { number: 116, temporary: false, message: "The topic is not joined on this connection." },
  password_weak: { number: 117, temporary: false, message: "The password is too common or too easy to guess." },
  too_large: { number: 118, temporary: false, message: "The request is larger than allowed." },
  registration_refused: { number: 119, temporary: false, message: "This address cannot be used to register." },
  method_not_allowed: { number: 120, temporary: false, message: "This method is not allowed here." },
  unsupported_media_type: { number: 121, temporary: false, message: "The request's media type is not supported." },
  precondition_failed: { number: 122, temporary: false, message: "The precondition (If-Match, or the seq the author saw) does not hold." },
  code_expired: { number: 123, temporary: false, message: "The link or code was used, is too old, or was never given out." },
  picture_unreadable: { number: 124, temporary: false, message: "This is no PNG, JPEG or WebP that can be read, or it is too large to be a picture of somebody." },
  cycle: { number: 125, temporary: false, message: "It would depend on itself, by way of others." },
  wip_limit: { number: 127, temporary: false, message: "The column holds as many tasks as it may." },
  transition_refused: { number: 128, temporary: false, message: "Tasks do not go from the one column to the other." },
  account_exists: { number: 130, temporary: false, message: "There is an account with this address: log in to it, and connect the provider there." },
  last_way_in: { number: 131, temporary: false, message: "It is the last way to log in: set a password or connect another provider first." },
  timer_running: { number: 132, temporary: false, message: "A timer counts already: stop it first." },
  unauthenticated: { number: 200, temporary: false, message: "No valid credentials." },
  token_expired: { number: 201, temporary: false, message: "The access token has expired; refresh it." },
  session_revoked: { number: 202, temporary: false, message: "The session was revoked; log in again." },
  second_factor_refused: { number: 203, temporary: false, message: "The second factor does not fit, or was used before." },
  challenge_ended: { number: 204, temporary: false, message: "The log-in took too long, was tried too often or came from elsewhere; begin again with the password." },
  provider_refused: { number: 210, temporary: false, message: "The provider did not confirm who this is, or the log-in there was broken off." },
  forbidden: { number: 300, temporary: false, message: "You may see this but not do that." },
  origin_refused: { number: 301, temporary: false, message: "The request did not come from an allowed origin." },
  registration_closed: { number: 303, temporary: false, message: "Accounts are not made by registering here: ask for an invitation." },
  fresh_login_required: { number: 302, temporary: false, message: "This needs a log-in of the last minutes; log in again." },
  email_unverified: { number: 310, temporary: false, message: "The provider does not confirm that the e-mail address is this person's." },
  rate_limited: { number: 400, temporary: true, message: "Too many requests." },
  busy: { number: 401, temporary: true, message: "The aggregate's mailbox is full." },
  contended: { number: 402, temporary: true, message: "Others changed the same thing too often; try again." },
  unavailable: { number: 403, temporary: true, message: "The journal cannot be reached." },
  behind: { number: 404, temporary: true, message: "The server's view is older than asked for." },
  going_away: { number: 405, temporary: true, message: "This node is going away; connect again." },
  storage_full: { number: 406, temporary: true, message: "The storage is full." },
  timed_out: { number: 407, temporary: true, message: "The request took too long." },
  provider_unavailable: { number: 410, temporary: true, message: "The provider to log in with cannot be reached, or does not answer as it should." },
  internal: { number: 500, temporary: false, message: "The server failed; the request had no effect." },
  quarantined: { number: 501, temporary: false, message: "This stream is damaged and read only until an operator mends it." },
};

/** WebSocket close codes: whether to connect again by oneself. */
export const CLOSE_CODES: Record<number, { name: string; reconnect: boolean }> = {
  1000: { name: "Normal", reconnect: false },
  1001: { name: "GoingAway", reconnect: true },
  1002: { name: "Protocol", reconnect: false },
  1003: { name: "Unsupported", reconnect: false },
  1007: { name: "InvalidText", reconnect: false },
  1009: { name: "TooBig", reconnect: false },
  1011: { name: "Internal", reconnect: true },
  4401: { name: "Unauthenticated", reconnect: false },
  4403: { name: "Revoked", reconnect: false },
  4408: { name: "Slow", reconnect: true },
  4409: { name: "Superseded", reconnect: false },
  4410: { name: "Drain", reconnect: true },
  4429: { name: "RateLimited", reconnect: true },
};

/** The limits by default, for forms. */
export const LIMITS = {
  /** A message from a client, whole; over it the socket is closed with 1009. (bytes) */
  message_bytes_max: 262144,
  /** Messages in one frame from a client; over it `batch_too_large`. (messages) */
  batch_messages_max: 50,
  /** Nesting of anything decoded; over it `malformed`. (levels) */
  decode_depth_max: 32,
  /** Time from upgrade to `hello`; over it the socket is closed with 4401. (ms) */
  hello_timeout_ms: 10000,
  /** Bytes of the first frame. (bytes) */
  hello_bytes_max: 8192,
  /** Sockets that have not said hello, on this node; over it 503. (connections) */
  unauthenticated_connections_max: 1000,
  /** Live connections on this node; over it 503. (connections) */
  connections_max: 10000,
  /** Live connections of one account; the oldest gets 4409. (connections) */
  connections_per_account_max: 20,
  /** Live connections by one public link on one node; further ones are told to come back later. (connections) */
  connections_per_link_max: 1000,
  /** Live connections by one public link from one network address on one node. (connections) */
  connections_per_link_and_address_max: 50,
  /** Topics joined by one connection; over it `too_many_subscriptions`. (topics) */
  subscriptions_max: 256,
  /** Commands of one connection a second, steady. (per second) */
  commands_per_second_max: 20,
  /** Commands of one connection at once, before the steady rate counts. (commands) */
  commands_burst_max: 60,
  /** Requests of one account over HTTP a second, steady, on one node; over it `rate_limited`. (per second) */
  requests_per_second_max: 100,
  /** Requests of one account over HTTP at once, before the steady rate counts. (requests) */
  requests_burst_max: 400,
  /** Accounts whose requests a node counts at the same time; beyond it those that come new are not braked. (accounts) */
  paced_accounts_max: 10000,
  /** Commands of one connection that await their reply; over it the socket is not read. (commands) */
  commands_in_flight_max: 32,
  /** Ephemeral messages of one connection a second; over it dropped. (per second) */
  ephemeral_per_second_max: 20,
  /** What waits to be written to one connection. (bytes) */
  outbox_bytes_max: 1048576,
  /** Frames waiting to be written to one connection. (messages) */
  outbox_messages_max: 1024,
  /** A client that reads nothing for this long after a `resync` is closed with 4408. (ms) */
  slow_timeout_ms: 10000,
  /** The server pings a silent connection after this. (ms) */
  heartbeat_interval_ms: 15000,
  /** A connection silent for this long is closed. (ms) */
  heartbeat_timeout_ms: 35000,
  /** Time between two `heads` of a connection. (ms) */
  heads_interval_ms: 30000,
  /** Time between two `lists_changed` of an organization on one node; what changes meanwhile is told with the next. (ms) */
  lists_changed_interval_ms: 1000,
  /** Time between two `profiles_changed` of a topic on one node; who changes meanwhile is told with the next. (ms) */
  profiles_changed_interval_ms: 1000,
  /** People whom one `profiles_changed` names. (people) */
  profiles_named_max: 100,
  /** How many of those who are told of a changed profile are asked to read it per second: `within_ms` is made of it. (reads/s) */
  profile_reads_per_second: 1000,
  /** A client that goes on being refused with `rate_limited` for this long is closed with 4429. (ms) */
  abuse_timeout_ms: 10000,
  /** Refusals of one connection that are logged at once, and connections of one node that were refused at their hello. (lines) */
  refusals_logged_burst_max: 20,
  /** The same, steadily; how many were left out is said with the next. (lines/s) */
  refusals_logged_per_second_max: 1,
  /** Time for commands on their way when a node drains. (ms) */
  drain_timeout_ms: 10000,
  /** The longest delay that a `goaway` asks for; each connection gets its own. (ms) */
  goaway_delay_max_ms: 5000,
  /** Commands that may wait in one aggregate; over it `busy`. (commands) */
  mailbox_permits_max: 256,
  /** Commands decided in one batch (one append). (commands) */
  append_commands_max: 128,
  /** Commands in one `board.bulk`. (commands) */
  bulk_commands_max: 200,
  /** For how long a change can be taken back. (ms) */
  undo_ms: 2592000000,
  /** Values that are had back in one taking back. (values) */
  undo_steps_max: 1000,
  /** Conflicts in a row before a command is answered `contended`. (conflicts) */
  conflicts_max: 8,
  /** Commands a client may still repeat by the window in memory; older ones are looked up in the journal. (commands) */
  idempotency_window_max: 1024,
  /** Clients whose windows one aggregate keeps in memory. (clients) */
  idempotency_clients_max: 1024,
  /** Recent events an aggregate keeps for resuming clients. (events) */
  ring_events_max: 500,
  /** Bytes of those events. (bytes) */
  ring_bytes_max: 262144,
  /** Events a resuming client may be behind and still get events rather than a snapshot. (events) */
  resume_events_max: 5000,
  /** Uncompressed size of one part of a snapshot. (bytes) */
  snapshot_part_bytes_max: 262144,
  /** Bodies at or above this are compressed inside the frame. (bytes) */
  compress_bytes_min: 4096,
  /** Events between two stored snapshots of an aggregate; of a large one, once more for each MiB that it takes. (events) */
  snapshot_events_max: 300,
  /** Bytes of events between two stored snapshots; of a large one likewise. (bytes) */
  snapshot_tail_bytes_max: 262144,
  /** Live state that aggregates may hold on one node before the least recently used are passivated. (bytes) */
  live_bytes_max: 536870912,
  /** An aggregate without work or subscribers is passivated after this. (ms) */
  passivate_idle_ms: 300000,
  /** Aggregates that load at the same time. (loads) */
  loads_max: 32,
  /** Presence entries sent for one topic; beyond it only the count. (entries) */
  presence_entries_max: 200,
  /** JSON body of an HTTP request; over it 413. (bytes) */
  http_body_bytes_max: 262144,
  /** A picture of a person or a logo, as it is sent; over it 413. (bytes) */
  picture_bytes_max: 1048576,
  /** Its width and its height; over it `picture_unreadable`, before anything is decoded. (pixels) */
  picture_pixels_max: 4096,
  /** What its pixels take up while it is read; over it `picture_unreadable`. (bytes) */
  picture_memory_bytes_max: 67108864,
  /** The side of the square that is kept of it. (pixels) */
  picture_side: 256,
  /** Pictures that may wait to be read; over it `busy`. (pictures) */
  pictures_waiting_max: 16,
  /** Time to send an HTTP request's headers. (ms) */
  http_header_timeout_ms: 10000,
  /** Time to answer an HTTP request. (ms) */
  http_request_timeout_ms: 30000,
  /** A node on PostgreSQL that has not seen its journal for this long takes and shows nothing. (ms) */
  stale_after_ms: 5000,
  /** Time a read waits to reach `min_seq` or `min_position` before it answers 503 `behind`. (ms) */
  behind_timeout_ms: 500,
  /** Rows in a page of a list. (rows) */
  page_rows_max: 500,
  /** Events in one answer of a history read. (events) */
  history_events_max: 500,
  /** An access token. (bytes) */
  token_bytes_max: 4096,
  /** Life of an access token. (ms) */
  access_token_ms: 600000,
  /** Life of a refresh token that is not used. (ms) */
  refresh_idle_ms: 1209600000,
  /** Life of a session, however much it is used. (ms) */
  refresh_absolute_ms: 7776000000,
  /** How long a rotated refresh token still gets the same successor (its answer was lost). (ms) */
  refresh_grace_ms: 10000,
  /** Sessions of one account; the oldest is revoked. (sessions) */
  sessions_per_account_max: 50,
  /** Failed log-ins of one account from one network in 15 minutes before they are delayed. (tries) */
  login_attempts_max: 10,
  /** How exactly a session's last use is known: once noted, it is noted anew after this time or from another address. (ms) */
  session_seen_every_ms: 10000,
  /** How long a session's last use is remembered beside the database; after it the time of the last refresh is shown. (ms) */
  session_seen_ms: 86400000,
  /** Sessions whose last use a node remembers; of more the time of the last refresh is shown. (sessions) */
  sessions_seen_max: 100000,
  /** One thing that is kept for minutes outside the database (a log-in that awaits its second step); what is larger lies in the database. (bytes) */
  kept_value_bytes_max: 32768,
  /** All that a node keeps of them in memory; beyond it they lie in the database. (bytes) */
  kept_bytes_max: 33554432,
  /** Time for the second step of a log-in. (ms) */
  challenge_ms: 300000,
  /** Tries of the second step of one log-in; over it the log-in begins again. (tries) */
  challenge_tries_max: 5,
  /** Wrong codes of one account's authenticator app in 15 minutes, from anywhere and after the right password, before they are delayed. (tries) */
  totp_failures_max: 50,
  /** Time to confirm an authenticator app that is being set up. (ms) */
  factor_setup_ms: 600000,
  /** How young a log-in is that may change factors where the account has no password. (ms) */
  fresh_login_ms: 600000,
  /** Access tokens that one account made for programs. (tokens) */
  tokens_per_account_max: 20,
  /** How far off the end of an access token for programs may be; one without an end lasts until it is revoked. (ms) */
  api_token_life_ms_max: 31622400000,
  /** Service accounts of one organization, beside being members. (accounts) */
  service_accounts_per_org_max: 50,
  /** Time for a person to come back from the provider that they log in with. (ms) */
  identity_ms: 900000,
  /** Time for what is asked of a provider while a person waits. (ms) */
  identity_provider_ms: 15000,
  /** How long what a provider says of itself is believed before it is asked again. (ms) */
  identity_discovery_ms: 3600000,
  /** How a provider calls a person (`sub`). (bytes) */
  identity_subject_bytes_max: 255,
  /** Identities at providers that one account may be connected to. (identities) */
  identities_per_account_max: 20,
  /** Browsers and apps that notifications of one account are pushed to. (devices) */
  devices_per_account_max: 20,
  /** The address or token that a push service gave a device. (bytes) */
  device_address_bytes_max: 1024,
  /** What a device is called, or what its browser called itself. (characters) */
  device_name_chars_max: 200,
  /** The answer to a request that this server sends. (bytes) */
  egress_answer_bytes_max: 65536,
  /** Time for a request that this server sends, from looking the name up to the end of the answer. (ms) */
  egress_timeout_ms: 10000,
  /** Requests that this server has under way at once; further ones wait within their time. (requests) */
  egress_requests_max: 32,
  /** Webhooks of one organization. (webhooks) */
  webhooks_per_org_max: 20,
  /** Where a webhook is. (bytes) */
  webhook_url_bytes_max: 2000,
  /** Kinds of events, and groups of them, that a webhook names. (kinds) */
  webhook_events_max: 100,
  /** What is asked to be sent once more to one webhook, and waits. (messages) */
  webhook_asked_max: 100,
  /** Passkeys of one account. (passkeys) */
  passkeys_per_account_max: 20,
  /** Recovery codes that are made at once. (codes) */
  recovery_codes: 10,
  /** A password, shortest. (characters) */
  password_chars_min: 12,
  /** A password, longest. (characters) */
  password_chars_max: 256,
  /** An e-mail address. (bytes) */
  email_bytes_max: 254,
  /** Name of an organization, team, board, column, label, custom field or checklist, and of a person. (characters) */
  name_chars_max: 120,
  /** The same in UTF-8. (bytes) */
  name_bytes_max: 480,
  /** A board's key, such as OPS. (characters) */
  board_key_chars_max: 10,
  /** A line of quick add: a title and what else it says. (characters) */
  quick_add_chars_max: 1000,
  /** A task's title. (characters) */
  title_chars_max: 500,
  /** A team's description. (bytes) */
  team_description_bytes_max: 8192,
  /** A task's description. (bytes) */
  description_bytes_max: 65536,
  /** A comment. (bytes) */
  comment_bytes_max: 16384,
  /** The text of a checklist item. (characters) */
  checklist_item_chars_max: 500,
  /** Checklists of one task. (checklists) */
  checklists_per_task_max: 20,
  /** Items over all checklists of one task. (items) */
  checklist_items_per_task_max: 200,
  /** Comments on one task. (comments) */
  comments_per_task_max: 5000,
  /** Texts that one comment has had, the first aside: all of them are in its history. (edits) */
  comment_edits_max: 500,
  /** One emoji. (bytes) */
  emoji_bytes_max: 64,
  /** Different emoji that one comment is answered with. (emoji) */
  reaction_kinds_per_comment_max: 20,
  /** All emoji that one comment is answered with, each of each person. (reactions) */
  reactions_per_comment_max: 1000,
  /** People whom one text mentions. (people) */
  mentions_per_text_max: 50,
  /** Assignees of one task. (people) */
  assignees_per_task_max: 20,
  /** Tasks that one `tasks.reassign` gives to somebody else. (tasks) */
  reassigned_tasks_max: 200,
  /** Tasks that go to another board in one command: one, and its parts. (tasks) */
  transfer_tasks_max: 200,
  /** Of their descriptions and comments together. (bytes) */
  transfer_bytes_max: 8388608,
  /** Labels of one board. (labels) */
  labels_per_board_max: 100,
  /** Labels of one task. (labels) */
  labels_per_task_max: 20,
  /** Categories of one board. (categories) */
  categories_per_board_max: 50,
  /** Custom fields of one board. (fields) */
  fields_per_board_max: 50,
  /** Options of one custom field. (options) */
  options_per_field_max: 100,
  /** Options of all custom fields of one board. (options) */
  options_per_board_max: 1000,
  /** A line in a custom field. (characters) */
  field_text_chars_max: 500,
  /** Digits of a number in a custom field: as many as every program keeps. (digits) */
  field_number_digits_max: 15,
  /** An address in a custom field. (bytes) */
  field_url_bytes_max: 2048,
  /** All that was typed into the custom fields of one task. (bytes) */
  task_fields_bytes_max: 8192,
  /** Public links of one board that are not revoked. (links) */
  links_per_board_max: 20,
  /** Public links that one board has ever had; what was revoked is remembered, so that it never opens anything again. (links) */
  links_ever_per_board_max: 5000,
  /** How far off the end of a public link may be; one without an end lasts until it is revoked. (ms) */
  link_life_ms_max: 315360000000,
  /** Views of one board that everybody shares. (views) */
  views_per_board_max: 50,
  /** Views that somebody keeps for themselves of one board. (views) */
  own_views_per_board_max: 50,
  /** Views that somebody keeps for themselves, of all boards. (views) */
  own_views_per_account_max: 200,
  /** Boards that somebody stars. (boards) */
  stars_per_account_max: 200,
  /** Tasks in an answer to what somebody should do next, where they ask for no other number. (tasks) */
  next_tasks_default: 20,
  /** Tasks in an answer to what somebody should do next. (tasks) */
  next_tasks_max: 100,
  /** Boards that are asked what somebody should do next: the newest on which they have open tasks. (boards) */
  next_boards_max: 100,
  /** Boards that are loaded at once, for one answer over all boards of somebody. (boards) */
  own_boards_at_once_max: 4,
  /** Boards that are asked what somebody has worked: the newest on which they may have time within the ends of the question. (boards) */
  own_time_boards_max: 200,
  /** Conditions of one view or filter. (conditions) */
  filter_conditions_max: 20,
  /** What one condition names. (values) */
  filter_values_max: 50,
  /** The words that a filter looks for in titles. (characters) */
  filter_text_chars_max: 200,
  /** Days that a filter looks ahead. (days) */
  filter_days_max: 366,
  /** By how many keys the tasks of one view are sorted. (keys) */
  sort_keys_max: 3,
  /** Tasks that one task is said to have to do with. (tasks) */
  dependencies_per_task_max: 50,
  /** Tasks that are parts of one task. (tasks) */
  subtasks_per_task_max: 500,
  /** Tasks above one another, each a part of the next. (tasks) */
  task_depth_max: 5,
  /** People who follow one task. (members) */
  watchers_per_task_max: 200,
  /** Points of one task. (points) */
  task_points_max: 1000,
  /** The longest estimate of one task: a year of work. (minutes) */
  task_estimate_minutes_max: 120000,
  /** Times that are noted on one task. (entries) */
  time_entries_per_task_max: 500,
  /** The longest time that is noted in one; a timer that runs on counts for as long. (s) */
  time_entry_s_max: 86400,
  /** What is said about a time that was spent. (characters) */
  time_note_chars_max: 500,
  /** How far a time may end ahead of the server's clock: clocks differ. (ms) */
  time_ahead_ms_max: 60000,
  /** The text of the rule by which a task repeats. (characters) */
  repeat_rule_chars_max: 500,
  /** Days, weeks, months or years from one to the next. (periods) */
  repeat_interval_max: 3000,
  /** How many a rule may count. (tasks) */
  repeat_count_max: 1000,
  /** Reminders of one task. (reminders) */
  reminders_per_task_max: 5,
  /** How long before it is due a task can be reminded of. (minutes) */
  reminder_minutes_max: 40320,
  /** Rules of one board about who is told of what is overdue for long. (rules) */
  escalations_per_board_max: 5,
  /** How long something is overdue at most before somebody is told. (minutes) */
  escalation_minutes_max: 129600,
  /** Columns of one board. (columns) */
  columns_per_board_max: 50,
  /** The largest limit that a column can have on its tasks. (tasks) */
  wip_limit_max: 10000,
  /** People who are named as those who may bring tasks into one column. (people) */
  column_people_max: 50,
  /** Active tasks of one board. (tasks) */
  tasks_per_board_max: 10000,
  /** Tasks of one board that are archived or in the trash. (tasks) */
  tasks_inactive_per_board_max: 50000,
  /** Members of one board. (members) */
  members_per_board_max: 500,
  /** Members of one team. (members) */
  members_per_team_max: 1000,
  /** Members whom one question asks for by their ids. (members) */
  members_named_max: 100,
  /** Text that members are searched by. (characters) */
  search_chars_max: 200,
  /** How long a node finds people by the names they had, where another node or organization changed them. What is shown is read anew. (ms) */
  names_kept_ms: 5000,
  /** Names that a node keeps to find people by. (names) */
  names_kept_max: 200000,
  /** Members of one organization. (members) */
  members_per_org_max: 5000,
  /** Invitations of one organization that nobody has answered yet. (invitations) */
  invitations_pending_max: 500,
  /** Invitations that one organization sends in a day (UTC). (invitations) */
  invitations_per_day_max: 200,
  /** How many may accept one link. (uses) */
  invitation_uses_max: 1000,
  /** Life of an invitation where nothing else was said. (ms) */
  invitation_ms: 604800000,
  /** The longest life of an invitation. (ms) */
  invitation_ms_max: 2592000000,
  /** How long a deleted organization can be restored. (ms) */
  organization_restore_ms: 2592000000,
  /** Life of an offer to hand an organization over. (ms) */
  ownership_offer_ms: 604800000,
  /** Custom roles of one organization. (roles) */
  roles_per_org_max: 50,
  /** Organizations of one account. (organizations) */
  orgs_per_account_max: 50,
  /** Boards of one organization. (boards) */
  boards_per_org_max: 2000,
  /** Teams of one organization. (teams) */
  teams_per_org_max: 200,
  /** A rank (order key) before its neighbourhood is spread anew. (bytes) */
  rank_bytes_max: 48,
  /** Entries of an inbox that one command names. (entries) */
  inbox_numbers_max: 200,
  /** How far off the time may be to which something is put off. (ms) */
  inbox_snooze_ms_max: 31622400000,
  /** Messages of one channel that somebody marked as unread, of those before the one that they have read up to. (messages) */
  inbox_unread_per_channel_max: 100,
  /** Preferences that are changed at once. (changes) */
  inbox_preference_changes_max: 100,
  /** Channels of which somebody wants to be told otherwise than of any. (channels) */
  inbox_channel_levels_max: 2000,
  /** Boards of which somebody wants to be told otherwise than of any. (boards) */
  inbox_board_levels_max: 2000,
  /** Tasks that somebody muted. (tasks) */
  inbox_muted_tasks_max: 2000,
  /** How long the code that proves a telephone number holds. (ms) */
  phone_code_ms: 600000,
  /** Tries of one such code. (tries) */
  phone_code_tries_max: 5,
  /** Text messages to one account a day (UTC), codes among them: they cost the operator money. (text messages) */
  texts_per_day_max: 50,
  /** The longest text message; what is longer is cut, but for its link. (characters) */
  text_chars_max: 300,
  /** The subject of a letter, or a line of news, in an organization's own words. (characters) */
  letter_subject_chars_max: 200,
  /** A paragraph of a letter in an organization's own words. (characters) */
  letter_line_chars_max: 2000,
  /** Paragraphs of such a letter. (paragraphs) */
  letter_lines_max: 20,
  /** Channels on one page of a list. (channels) */
  page_channels_max: 200,
  /** Messages on one page of a channel's history. (messages) */
  page_messages_max: 200,
  /** Messages on one page of those that are found. (messages) */
  page_found_max: 50,
  /** What is looked for at once. (characters) */
  search_query_chars_max: 200,
  /** Words that are looked for at once, each phrase as one. (words) */
  search_terms_max: 16,
  /** What is said in a channel at once. (bytes) */
  message_text_bytes_max: 16384,
  /** What a channel is for. (characters) */
  channel_purpose_chars_max: 250,
  /** Members of one channel. (members) */
  members_per_channel_max: 2500,
  /** Messages that are pinned in one channel. (messages) */
  pins_per_channel_max: 100,
  /** Texts that one message has had, the first aside. (edits) */
  message_edits_max: 500,
  /** Different emoji that one message is answered with. (emoji) */
  reaction_kinds_per_message_max: 20,
  /** All emoji that one message is answered with, each of each person. (reactions) */
  reactions_per_message_max: 500,
  /** Emoji that were ever given to one message, those that were taken back included. (reactions) */
  reactions_ever_per_message_max: 2000,
  /** Channels of one organization, direct ones aside. (channels) */
  channels_per_org_max: 2000,
  /** People of one direct talk. (people) */
  people_per_direct_max: 9,
} as const;
