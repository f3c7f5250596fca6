//! The web app's types are these types. `UPDATE_GENERATED=1 cargo nextest run -p lockstep-protocol` writes them anew; without it,
//! a difference fails. `schema.lock` pins the hash of the whole language to a version, so that no change goes unnoticed.

use std::{fmt::Write, fs, path::Path};

use lockstep_protocol::{
    codes::{CloseCode, Code, Failure},
    command::{self, *},
    event::{self, *},
    frame::*,
    ids::*,
    limits::Limits,
    position::{Bookmark, Held, Position},
    topic::{Kind, Topic},
    values::*,
    view::*,
};
use ts_rs::{Config, TS};

macro_rules! declare {
    ($out:ident, $config:ident, $($type:ty),* $(,)?) => {$(
        writeln!($out, "export {}\n", <$type>::decl(&$config)).unwrap();
    )*};
}

fn types() -> String {
    let config = Config::default();
    let mut out = String::from(
        "// Generated from the Rust crate `protocol`; do not edit. See protocol/tests/typescript.rs.\n/* eslint-disable */\n\n",
    );
    declare!(
        out,
        config,
        OrgId,
        TeamId,
        BoardId,
        ColumnId,
        TaskId,
        LabelId,
        CommentId,
        ChecklistId,
        ChecklistItemId,
        AccountId,
        SessionId,
        FactorId,
        ClientId,
        CommitId,
        ConnectionId,
        Kind,
        Topic,
        Position,
        Bookmark,
        Held,
        OrgRole,
        BoardRole,
        TeamRole,
        Visibility,
        ColumnKind,
        Priority,
        Colour,
        Audience,
        Lifecycle,
        FactorKind,
        SecondMethod,
        Due,
        Original,
        Place<TaskId>,
        Code,
        Failure,
    );
    declare!(
        out,
        config,
        command::organization::CreateOrganization,
        command::organization::UpdateOrganization,
        command::organization::AddMember,
        command::organization::ChangeMemberRole,
        command::organization::RemoveMember,
        command::organization::ClaimMember,
        command::team::CreateTeam,
        command::team::UpdateTeam,
        command::team::DeleteTeam,
        command::team::AddTeamMember,
        command::team::RemoveTeamMember,
        command::account::RegisterAccount,
        command::account::OpenSession,
        command::account::CloseSession,
        command::account::CloseAllSessions,
        command::account::UpdateAccount,
        command::account::VerifyEmail,
        command::account::ResetPassword,
        command::account::DeleteAccount,
        command::account::AddFactor,
        command::account::RemoveFactor,
    );
    declare!(
        out,
        config,
        command::board::CreateBoard,
        command::board::UpdateBoard,
        command::board::ArchiveBoard,
        command::board::UnarchiveBoard,
        command::board::DeleteBoard,
        command::board::RestoreBoard,
        command::board::SetBoardMember,
        command::board::RemoveBoardMember,
        command::board::CreateColumn,
        command::board::UpdateColumn,
        command::board::MoveColumn,
        command::board::ArchiveColumn,
        command::board::UnarchiveColumn,
        command::board::DeleteColumn,
        command::board::CreateLabel,
        command::board::UpdateLabel,
        command::board::DeleteLabel,
    );
    declare!(
        out,
        config,
        command::task::CreateTask,
        command::task::UpdateTask,
        command::task::MoveTask,
        command::task::AssignTask,
        command::task::UnassignTask,
        command::task::ReassignTasks,
        command::task::LabelTask,
        command::task::UnlabelTask,
        command::task::PrioritizeTask,
        command::task::ScheduleTask,
        command::task::CompleteTask,
        command::task::ReopenTask,
        command::task::ArchiveTask,
        command::task::UnarchiveTask,
        command::task::DeleteTask,
        command::task::RestoreTask,
        command::task::CreateChecklist,
        command::task::RenameChecklist,
        command::task::DeleteChecklist,
        command::task::AddChecklistItem,
        command::task::UpdateChecklistItem,
        command::task::RemoveChecklistItem,
        command::task::AddComment,
        command::task::EditComment,
        command::task::DeleteComment,
        OrganizationCommand,
        TeamCommand,
        BoardCommand,
        AccountCommand,
        Command,
    );
    declare!(
        out,
        config,
        event::organization::OrganizationCreated,
        event::organization::OrganizationUpdated,
        event::organization::MemberAdded,
        event::organization::MemberRoleChanged,
        event::organization::MemberRemoved,
        event::organization::MemberClaimed,
        event::team::TeamCreated,
        event::team::TeamUpdated,
        event::team::TeamDeleted,
        event::team::TeamMemberAdded,
        event::team::TeamMemberRemoved,
        event::account::UserRegistered,
        event::account::UserLoggedIn,
        event::account::UserLoggedOut,
        event::account::UserUpdated,
        event::account::UserEmailVerified,
        event::account::UserPasswordReset,
        event::account::UserDeleted,
        event::account::UserFactorAdded,
        event::account::UserFactorRemoved,
    );
    declare!(
        out,
        config,
        event::board::BoardCreated,
        event::board::BoardUpdated,
        event::board::BoardArchived,
        event::board::BoardUnarchived,
        event::board::BoardDeleted,
        event::board::BoardRestored,
        event::board::BoardMemberAdded,
        event::board::BoardMemberRoleChanged,
        event::board::BoardMemberRemoved,
        event::board::ColumnCreated,
        event::board::ColumnUpdated,
        event::board::ColumnMoved,
        event::board::ColumnArchived,
        event::board::ColumnUnarchived,
        event::board::ColumnDeleted,
        event::board::LabelCreated,
        event::board::LabelUpdated,
        event::board::LabelDeleted,
    );
    declare!(
        out,
        config,
        event::task::TaskCreated,
        event::task::TaskUpdated,
        event::task::TaskMoved,
        event::task::TasksReranked,
        event::task::TaskAssigned,
        event::task::TaskUnassigned,
        event::task::TaskReassigned,
        event::task::TaskLabelled,
        event::task::TaskUnlabelled,
        event::task::TaskPriorityChanged,
        event::task::TaskScheduled,
        event::task::TaskCompleted,
        event::task::TaskReopened,
        event::task::TaskArchived,
        event::task::TaskUnarchived,
        event::task::TaskDeleted,
        event::task::TaskRestored,
        event::task::ChecklistCreated,
        event::task::ChecklistRenamed,
        event::task::ChecklistDeleted,
        event::task::ChecklistItemAdded,
        event::task::ChecklistItemUpdated,
        event::task::ChecklistItemRemoved,
        event::task::TaskCommented,
        event::task::CommentEdited,
        event::task::CommentDeleted,
        OrganizationEvent,
        TeamEvent,
        BoardEvent,
        AccountEvent,
        Event,
        Happened<Event>,
    );
    declare!(
        out,
        config,
        TaskFace,
        ColumnView,
        LabelView,
        BoardMemberView,
        BoardHead,
        BoardPart,
        OrgMemberView,
        ClaimView,
        OrganizationView,
        TeamMemberView,
        TeamView,
        AccountView,
        ViewPart,
        TaskDetail,
        ChecklistView,
        ChecklistItemView,
        CommentView,
    );
    declare!(
        out,
        config,
        ClientMessage,
        ServerMessage,
        Hello,
        Join,
        Leave,
        CommandMessage,
        PresenceMeta,
        PresenceUpdate,
        Ephemeral,
        EphemeralUpdate,
        Refresh,
        Ping,
        Welcome,
        ResumedFrom,
        Joined,
        SnapshotPart,
        Events,
        Reply,
        Outcome,
        Acknowledged,
        PresenceEntry,
        PresenceMetaView,
        PresenceState,
        PresenceDiff,
        EphemeralBroadcast,
        TopicNotice,
        Stale,
        Revoked,
        Heads,
        Goaway,
        Superseded,
        ListsChanged,
        Pong,
    );
    out
}

fn constants() -> String {
    let mut out = String::new();
    writeln!(out, "export const SUBPROTOCOL_JSON = {SUBPROTOCOL_JSON:?};").unwrap();
    writeln!(out, "export const PROTOCOL_VERSION = {PROTOCOL_VERSION};\n").unwrap();
    writeln!(out, "/** Error codes: number, whether the same request may succeed later. */").unwrap();
    writeln!(out, "export const CODES: Record<Code, {{ number: number; temporary: boolean; message: string }}> = {{")
        .unwrap();
    for code in Code::ALL {
        writeln!(
            out,
            "  {}: {{ number: {}, temporary: {}, message: {:?} }},",
            code.word(),
            code.number(),
            code.temporary(),
            code.meaning().trim()
        )
        .unwrap();
    }
    writeln!(out, "}};\n\n/** WebSocket close codes: whether to connect again by oneself. */").unwrap();
    writeln!(out, "export const CLOSE_CODES: Record<number, {{ name: string; reconnect: boolean }}> = {{").unwrap();
    for code in CloseCode::ALL {
        writeln!(out, "  {}: {{ name: {:?}, reconnect: {} }},", code.number(), format!("{code:?}"), code.reconnect())
            .unwrap();
    }
    writeln!(out, "}};\n\n/** The limits by default, for forms. */\nexport const LIMITS = {{").unwrap();
    for row in Limits::default().rows() {
        writeln!(out, "  /** {} ({}) */\n  {}: {},", row.doc, row.unit, row.name, row.value).unwrap();
    }
    writeln!(out, "}} as const;").unwrap();
    out
}

fn check(path: &Path, expected: &str) {
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, expected).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "{} is out of date: run the test with UPDATE_GENERATED=1", path.display());
}

#[test]
fn the_web_apps_types_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    check(&root.join("../web/src/gen/protocol.ts"), &format!("{}{}", types(), constants()));
}

#[test]
fn a_change_of_the_language_is_a_line_in_the_lock_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.lock");
    let hash = blake3::hash(types().as_bytes()).to_hex();
    let line = format!("{PROTOCOL_VERSION} {}", &hash.as_str()[..32]);
    let lock = fs::read_to_string(&path).unwrap_or_default();
    let last = lock.lines().rfind(|line| !line.starts_with('#')).unwrap_or_default().to_owned();
    if std::env::var_os("UPDATE_GENERATED").is_some() && last != line {
        fs::write(&path, format!("{lock}{line}\n")).unwrap();
        return;
    }
    assert_eq!(
        last, line,
        "the language changed: if old clients or old journals would misread it raise PROTOCOL_VERSION or add an upcast, then \
         append this line with UPDATE_GENERATED=1"
    );
}
