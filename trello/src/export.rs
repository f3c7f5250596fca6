//! A board's export as Trello writes it, read leniently: unknown fields are ignored, missing and null ones are empty. Nothing is
//! interpreted here, and a field that the mapping does not need is not even named.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Exports beyond this are refused before they are decoded.
pub const EXPORT_BYTES_MAX: usize = 200 * 1024 * 1024;

/// Why a file is not an export.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file has {bytes} bytes; an export may have {EXPORT_BYTES_MAX}")]
    TooLarge { bytes: usize },
    #[error("the file is not a Trello export: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("the file is JSON but not a Trello board: it has no {0}")]
    NotBoard(&'static str),
}

/// Reads an export.
pub fn read(bytes: &[u8]) -> Result<Board, ReadError> {
    if bytes.len() > EXPORT_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let board: Board = serde_json::from_slice(bytes)?;
    if board.id.is_empty() {
        return Err(ReadError::NotBoard("id"));
    }
    if board.lists.is_empty() && !board.cards.is_empty() {
        return Err(ReadError::NotBoard("lists"));
    }
    Ok(board)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Board {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(deserialize_with = "or_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_empty")]
    pub desc: String,
    #[serde(deserialize_with = "or_empty")]
    pub closed: bool,
    #[serde(deserialize_with = "or_empty")]
    pub prefs: Prefs,
    #[serde(deserialize_with = "or_empty")]
    pub lists: Vec<List>,
    #[serde(deserialize_with = "or_empty")]
    pub cards: Vec<Card>,
    #[serde(deserialize_with = "or_empty")]
    pub labels: Vec<Label>,
    #[serde(deserialize_with = "or_empty")]
    pub members: Vec<Member>,
    #[serde(deserialize_with = "or_empty")]
    pub memberships: Vec<Membership>,
    #[serde(deserialize_with = "or_empty")]
    pub checklists: Vec<Checklist>,
    /// Newest first, and only the last thousand: how much Trello exports.
    #[serde(deserialize_with = "or_empty")]
    pub actions: Vec<Action>,
    #[serde(deserialize_with = "or_empty")]
    pub custom_fields: Vec<Value>,
    #[serde(deserialize_with = "or_empty")]
    pub plugin_data: Vec<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Prefs {
    #[serde(deserialize_with = "or_empty")]
    pub permission_level: String,
    #[serde(deserialize_with = "or_empty")]
    pub background_image: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct List {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(deserialize_with = "or_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_empty")]
    pub closed: bool,
    #[serde(deserialize_with = "number")]
    pub pos: f64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Card {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(deserialize_with = "or_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_empty")]
    pub desc: String,
    #[serde(deserialize_with = "or_empty")]
    pub closed: bool,
    #[serde(deserialize_with = "number")]
    pub pos: f64,
    #[serde(deserialize_with = "or_empty")]
    pub id_list: String,
    #[serde(deserialize_with = "or_empty")]
    pub id_labels: Vec<String>,
    #[serde(deserialize_with = "or_empty")]
    pub id_members: Vec<String>,
    pub due: Option<String>,
    #[serde(deserialize_with = "or_empty")]
    pub due_complete: bool,
    pub due_reminder: Option<Value>,
    pub start: Option<String>,
    #[serde(deserialize_with = "or_empty")]
    pub attachments: Vec<Attachment>,
    #[serde(deserialize_with = "or_empty")]
    pub id_attachment_cover: String,
    #[serde(deserialize_with = "or_empty")]
    pub cover: Cover,
    #[serde(deserialize_with = "or_empty")]
    pub stickers: Vec<Value>,
    #[serde(deserialize_with = "or_empty")]
    pub custom_field_items: Vec<Value>,
    #[serde(deserialize_with = "or_empty")]
    pub plugin_data: Vec<Value>,
    #[serde(deserialize_with = "or_empty")]
    pub id_members_voted: Vec<String>,
    #[serde(deserialize_with = "or_empty")]
    pub badges: Badges,
    pub coordinates: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Badges {
    #[serde(deserialize_with = "or_empty")]
    pub comments: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Cover {
    #[serde(deserialize_with = "or_empty")]
    pub color: String,
    #[serde(deserialize_with = "or_empty")]
    pub id_attachment: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Attachment {
    #[serde(deserialize_with = "or_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_empty")]
    pub url: String,
    /// A file kept by Trello; otherwise a link to somewhere else.
    #[serde(deserialize_with = "or_empty")]
    pub is_upload: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Label {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(deserialize_with = "or_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_empty")]
    pub color: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Member {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(deserialize_with = "or_empty")]
    pub full_name: String,
    #[serde(deserialize_with = "or_empty")]
    pub username: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Membership {
    #[serde(deserialize_with = "or_empty")]
    pub id_member: String,
    #[serde(deserialize_with = "or_empty")]
    pub member_type: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Checklist {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(deserialize_with = "or_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_empty")]
    pub id_card: String,
    #[serde(deserialize_with = "number")]
    pub pos: f64,
    #[serde(deserialize_with = "or_empty")]
    pub check_items: Vec<CheckItem>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CheckItem {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(deserialize_with = "or_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_empty")]
    pub state: String,
    #[serde(deserialize_with = "number")]
    pub pos: f64,
    pub due: Option<String>,
    pub id_member: Option<String>,
}

impl CheckItem {
    pub fn is_done(&self) -> bool {
        self.state == "complete"
    }
}

/// Something somebody did. What `data` holds depends on the type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Action {
    #[serde(deserialize_with = "or_empty")]
    pub id: String,
    #[serde(rename = "type", deserialize_with = "or_empty")]
    pub kind: String,
    #[serde(deserialize_with = "or_empty")]
    pub date: String,
    #[serde(deserialize_with = "or_empty")]
    pub id_member_creator: String,
    #[serde(deserialize_with = "or_empty")]
    pub member_creator: Member,
    pub data: Value,
    /// Reactions, where the export has them.
    #[serde(deserialize_with = "or_empty")]
    pub reactions: Vec<Value>,
}

impl Action {
    /// The text at a path such as `["card", "id"]`.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path).and_then(Value::as_str)
    }

    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(&self.data, |value, key| value.get(key))
    }

    pub fn card(&self) -> Option<&str> {
        self.text(&["card", "id"])
    }
}

/// Null is the same as absent.
fn or_empty<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A number, also where it was written as text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap_or_default())
}
