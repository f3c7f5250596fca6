//! Ids for what an export holds: the same thing in the same organization always gets the same id, so that an import that runs
//! again finds its own. They are UUIDs of version 7 whose time is when Trello made the thing; the rest is a hash.

use lockstep_protocol::{
    ids::{AccountId, BoardId, ChecklistId, ChecklistItemId, ClientId, ColumnId, CommentId, LabelId, OrgId, TaskId},
    values::Micros,
};
use uuid::{Builder, Uuid};

/// Names everything of one export within one organization.
#[derive(Clone, Debug)]
pub struct Ids {
    org: OrgId,
    board: String,
}

impl Ids {
    pub fn new(org: OrgId, board: &str) -> Self {
        Self { org, board: board.to_owned() }
    }

    pub fn board(&self) -> BoardId {
        BoardId(self.of("board", &self.board))
    }

    pub fn column(&self, list: &str) -> ColumnId {
        ColumnId(self.of("list", list))
    }

    pub fn task(&self, card: &str) -> TaskId {
        TaskId(self.of("card", card))
    }

    pub fn label(&self, label: &str) -> LabelId {
        LabelId(self.of("label", label))
    }

    pub fn checklist(&self, checklist: &str) -> ChecklistId {
        ChecklistId(self.of("checklist", checklist))
    }

    pub fn item(&self, item: &str) -> ChecklistItemId {
        ChecklistItemId(self.of("item", item))
    }

    /// A comment too long for one is kept as several: `part` counts them from 0.
    pub fn comment(&self, action: &str, part: usize) -> CommentId {
        match part {
            0 => CommentId(self.of("comment", action)),
            _ => CommentId(derive(
                &[self.org.0.as_bytes(), self.board.as_bytes(), b"comment", action.as_bytes(), &part.to_be_bytes()],
                action,
            )),
        }
    }

    /// People are the same on every board of an organization.
    pub fn person(&self, member: &str) -> AccountId {
        AccountId(derive(&[self.org.0.as_bytes(), b"member", member.as_bytes()], member))
    }

    /// The client in whose name the commands of these very bytes are sent: a newer export is another client.
    pub fn client(&self, export: &[u8]) -> ClientId {
        let hash = blake3::hash(export);
        ClientId(derive(&[self.org.0.as_bytes(), b"export", hash.as_bytes()], &self.board))
    }

    fn of(&self, kind: &str, id: &str) -> Uuid {
        derive(&[self.org.0.as_bytes(), self.board.as_bytes(), kind.as_bytes(), id.as_bytes()], id)
    }
}

fn derive(parts: &[&[u8]], id: &str) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("lockstep 2026-11-21 trello import ids");
    for part in parts {
        // Each with its length, so that no two lists of parts are the same bytes.
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut rest = [0; 10];
    rest.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
    Builder::from_unix_timestamp_millis(seconds(id).unwrap_or_default() * 1_000, &rest).into_uuid()
}

/// When Trello made the thing with this id, which is MongoDB's ObjectId: its first four bytes are seconds since 1970.
pub fn made_at(id: &str) -> Option<Micros> {
    seconds(id).and_then(|seconds| Micros::try_from(seconds * 1_000_000).ok())
}

fn seconds(id: &str) -> Option<u64> {
    (id.len() == 24).then_some(())?;
    u64::from_str_radix(id.get(..8)?, 16).ok()
}

/// An instant as Trello writes it, such as `2019-06-12T22:19:30.762Z`.
pub fn instant(text: &str) -> Option<Micros> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}
