//! Identifiers. Every id is a UUID of version 7 (RFC 9562), made by whoever creates the thing, clients included.
//! On the wire an id is its hyphenated text in JSON and its 16 bytes in MessagePack. Ids never carry meaning; lookups
//! always take the whole path (organization, board, task).

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl $name {
            /// The nil id: it never names anything that exists.
            pub const NIL: Self = Self(Uuid::nil());
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{}", self.0) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }
    )*};
}

ids! {
    /// An organization; the tenant.
    OrgId,
    /// A custom role of an organization.
    RoleId,
    /// An invitation to an organization.
    InvitationId,
    /// A team of an organization.
    TeamId,
    /// A board ("project" elsewhere).
    BoardId,
    /// A column of a board.
    ColumnId,
    /// A task ("card" on screen).
    TaskId,
    /// A label of a board.
    LabelId,
    /// A category of a board.
    CategoryId,
    /// A custom field of a board.
    FieldId,
    /// What may be chosen in a custom field.
    OptionId,
    /// A saved view of a board.
    ViewId,
    /// A public link of a board.
    LinkId,
    /// A comment on a task.
    CommentId,
    /// A channel: a room in which people talk. That of a direct one follows from the people.
    ChannelId,
    /// What somebody said in a channel.
    MessageId,
    /// Time that somebody spent on a task.
    TimeEntryId,
    /// An item of a task's checklist.
    ChecklistItemId,
    /// A checklist of a task.
    ChecklistId,
    /// A person or a placeholder for one. Names and addresses live in the profile table, never in events.
    AccountId,
    /// One log-in of an account: a family of refresh tokens.
    SessionId,
    /// One access token that somebody made for a program.
    TokenId,
    /// Where somebody has notifications pushed to: a browser, or an app on a phone.
    DeviceId,
    /// One thing that somebody proves who they are with, beside the password.
    FactorId,
    /// An account's identity at a provider.
    IdentityId,
    /// A picture: of a person, or the logo of an organization. Another picture has another id.
    PictureId,
    /// One running client (a browser profile, a phone, a program). Chosen at random by the client and kept by it.
    ClientId,
    /// One append to the journal, perhaps over several streams.
    CommitId,
    /// One live connection, as presence sees it.
    ConnectionId,
}
