//! A board folded from what a client is sent: written from the meaning of the protocol alone, so that it checks the server's own
//! fold rather than repeating it. It must never import the server's rules.

mod apply;
mod fields;
mod talk;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{
    ids::{AccountId, BoardId, CategoryId, ColumnId, FieldId, LabelId, OrgId, TaskId, TeamId, ViewId},
    values::{
        BoardRole, Colour, ColumnKind, DependencyKind, Due, FieldKind, FieldOption, FieldValue, Lifecycle, Look,
        Micros, Priority, RepeatRule, Visibility, Workflow,
    },
    view::{BoardPart, SavedView, TaskFace},
};
use serde::Serialize;
pub use talk::Talk;

/// A board as its subscribers see it, with everything in one canonical order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Board {
    pub head: Option<Head>,
    pub members: BTreeMap<AccountId, BoardRole>,
    pub columns: BTreeMap<ColumnId, Column>,
    pub labels: BTreeMap<LabelId, Label>,
    pub categories: BTreeMap<CategoryId, Label>,
    pub fields: BTreeMap<FieldId, Field>,
    pub views: BTreeMap<ViewId, View>,
    /// Active ones: what is archived or deleted is not shown.
    pub tasks: BTreeMap<TaskId, Task>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Head {
    pub board_id: BoardId,
    pub org_id: OrgId,
    pub team_id: Option<TeamId>,
    pub name: String,
    pub key: String,
    pub visibility: Visibility,
    pub lifecycle: Lifecycle,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
    pub rank: String,
    pub colour: Option<Colour>,
    pub archived: bool,
    pub workflow: Workflow,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Label {
    pub name: String,
    pub colour: Colour,
}

/// A custom field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    pub name: String,
    pub kind: FieldKind,
    pub rank: String,
    pub options: Vec<FieldOption>,
}

/// A view that everybody shares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    pub name: String,
    pub rank: String,
    pub look: Look,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    pub number: u32,
    pub column_id: ColumnId,
    pub rank: String,
    pub title: String,
    pub labels: BTreeSet<LabelId>,
    pub assignees: BTreeSet<AccountId>,
    pub priority: Option<Priority>,
    pub start_at: Option<Micros>,
    pub due: Option<Due>,
    /// Done items and all items.
    pub checklist: (u32, u32),
    pub comments: u32,
    pub has_description: bool,
    pub completed_at: Option<Micros>,
    pub parent_id: Option<TaskId>,
    pub dependencies: BTreeSet<(DependencyKind, TaskId)>,
    pub points: Option<u32>,
    pub minutes: Option<u32>,
    pub category_id: Option<CategoryId>,
    pub cover: Option<Colour>,
    pub repeat: Option<RepeatRule>,
    pub fields: BTreeMap<FieldId, FieldValue>,
    /// All time that is noted on it, in seconds.
    pub tracked_s: u64,
    pub working: BTreeSet<AccountId>,
}

impl Board {
    /// Takes a part of a snapshot; the first one begins anew.
    pub fn take(&mut self, part: u32, view: BoardPart) {
        if part == 0 {
            *self = Self::default();
        }
        if let Some(head) = view.board {
            self.members = head.members.into_iter().map(|member| (member.account_id, member.role)).collect();
            self.labels = head
                .labels
                .into_iter()
                .map(|label| (label.label_id, Label { name: label.name, colour: label.colour }))
                .collect();
            self.categories = head
                .categories
                .into_iter()
                .map(|category| (category.category_id, Label { name: category.name, colour: category.colour }))
                .collect();
            let fields = head.fields.into_iter().map(|field| {
                let lockstep_protocol::view::FieldView { field_id, name, kind, rank, options } = field;
                (field_id, Field { name, kind, rank, options })
            });
            self.fields = fields.collect();
            let views = head.views.into_iter();
            self.views =
                views.map(|SavedView { view_id, name, rank, look }| (view_id, View { name, rank, look })).collect();
            self.columns =
                head.columns
                    .into_iter()
                    .map(|column| {
                        let lockstep_protocol::view::ColumnView {
                            column_id,
                            name,
                            kind,
                            rank,
                            colour,
                            archived,
                            workflow,
                        } = column;
                        (column_id, Column { name, kind, rank, colour, archived, workflow })
                    })
                    .collect();
            self.head = Some(Head {
                board_id: head.board_id,
                org_id: head.org_id,
                team_id: head.team_id,
                name: head.name,
                key: head.key,
                visibility: head.visibility,
                lifecycle: head.lifecycle,
            });
        }
        for face in view.tasks {
            self.tasks.insert(face.task_id, face.into());
        }
    }

    /// The same for equal boards, short enough to print.
    pub fn digest(&self) -> String {
        let bytes = serde_json::to_vec(self).expect("maps with ids as keys are JSON");
        blake3::hash(&bytes).to_hex()[..16].to_owned()
    }

    /// Where two boards differ, in words; empty when they are equal.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.head != other.head {
            found.push(format!("head: {:?} | {:?}", self.head, other.head));
        }
        differ("member", &self.members, &other.members, &mut found);
        differ("column", &self.columns, &other.columns, &mut found);
        differ("label", &self.labels, &other.labels, &mut found);
        differ("category", &self.categories, &other.categories, &mut found);
        differ("field", &self.fields, &other.fields, &mut found);
        differ("view", &self.views, &other.views, &mut found);
        differ("task", &self.tasks, &other.tasks, &mut found);
        found
    }
}

fn differ<K: Ord + std::fmt::Display, V: PartialEq + std::fmt::Debug>(
    what: &str,
    one: &BTreeMap<K, V>,
    other: &BTreeMap<K, V>,
    found: &mut Vec<String>,
) {
    let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    for key in keys {
        let (one, other) = (one.get(key), other.get(key));
        if one != other {
            found.push(format!("{what} {key}: {one:?} | {other:?}"));
        }
    }
}

impl From<TaskFace> for Task {
    fn from(face: TaskFace) -> Self {
        Self {
            number: face.number,
            column_id: face.column_id,
            rank: face.rank,
            title: face.title,
            labels: face.labels.into_iter().collect(),
            assignees: face.assignees.into_iter().collect(),
            priority: said(face.priority),
            start_at: face.start_at,
            due: face.due,
            checklist: face.checklist.unwrap_or_default(),
            comments: face.comments,
            has_description: face.has_description,
            completed_at: face.completed_at,
            parent_id: face.parent_id,
            dependencies: face.dependencies.iter().map(|said| (said.kind, said.other_id)).collect(),
            points: face.points,
            minutes: face.minutes,
            category_id: face.category_id,
            cover: face.cover,
            repeat: face.repeat,
            fields: face.fields.into_iter().map(|held| (held.field_id, held.value)).collect(),
            tracked_s: face.tracked_s.unwrap_or(0),
            working: face.working.into_iter().collect(),
        }
    }
}

/// No priority and the priority "none" are the same.
fn said(priority: Option<Priority>) -> Option<Priority> {
    priority.filter(|priority| *priority != Priority::None)
}
