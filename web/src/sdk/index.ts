//! The sync client's door: everything the app may import. The rest of this folder is private to it.

export { Auth, type AuthState, type InvitationAnswer, type Json, type NewAccount, type PasskeyAsked, type SecondFactorAsked } from "./auth";
export { type Cell, type Signal, type Unsubscribe, Box, Emitter } from "./cells";
export { Arrangement } from "./arrange";
export { compareDecimals, decimal } from "./field-values";
export { daysAfter, LAYOUTS, type Looker, understands } from "./filter";
export { fitsField } from "./filter-field";
export { CHECKED_LANE, DUE_LANES, LANE_KINDS, NO_LANE, PRIORITY_LANES, toLane } from "./lanes";
export { createClient } from "./client";
export { browserEnvironment, type Environment, type SocketLike } from "./environment";
export type { FactorEntry, FactorList, Identity, IdentityEntry, MailEntry, Provider, Registration, ServerInfo, TotpSecret } from "./identity";
export { newId, boardTopic, channelTopic, organizationTopic, teamTopic } from "./ids";
export { PERMISSIONS, type ChangeMember, type InvitationEntry, type InvitationView, type NewInvitation, type Organizations, type Usage } from "./organizations";
export { valueIn } from "./fields";
export { MENTION, WIDE_MENTION, mentioning, mentionsIn } from "./mentions";
export type { ChannelSaid, FailedPost, PostCommand } from "./channel-topic";
export type { ChannelEntry, FoundMessage, ChannelRead, Channels, ChannelStanding, NewChannel } from "./channels";
export type { Feed, FeedPhase, ShownMessage } from "./message-feed";
export { type Inbox, type InboxHandle, isAbout, isUnread } from "./inbox";
export type { ChannelHandle } from "./rooms";
export { firstUnread, type Unread, unread } from "./unread";
export { Problem, rangeOf, type Range } from "./problem";
export type { ChangedProfiles } from "./profiles";
export {
  Rest, type OwnView, type Star, type BoardEntry, type BoardThen, type ChangePassword, type HistoryPage, type Me, type MemberEntry, type MemberPage, type MembersQuery, type NewBoard, type OrgEntry, type Page, type Template, type Whereabouts,
  type InboxFolder, type InboxItem, type InboxPage, type NextList, type NextReason, type NextTask, type OwnTime, type OwnTimeRow, type OwnTimer, type Preferences, type SessionEntry, type TeamEntry, type TimeQuery, type TimeReport, type TimerStopped, type TimeSum, type UpdateMe, type WorkingHours,
} from "./rest";
export { TEAM_PERMISSIONS } from "./view-topic";
export type { LetterEntry, LetterPreview, LetterWords } from "./letters";
export type { DeviceEntry, Devices, NewDevice, PhoneEntry, PushKey } from "./devices";
export type { LinkEntry, LinkMade, Links, NewLink } from "./links";
export { openShared, type SharedBoard, type SharedState } from "./shared";
export { SCOPES, type NewToken, type ServiceAccountEntry, type TokenEntry, type TokenMade, type Tokens } from "./tokens";
export type { ChangeWebhook, DeliveryEntry, DeliveryState, NewWebhook, WebhookAttempt, WebhookEntry, WebhookKind, WebhookMade, Webhooks } from "./webhooks";
export type * from "./types";
export type * from "../gen/protocol";
export { CODES, LIMITS } from "../gen/protocol";
