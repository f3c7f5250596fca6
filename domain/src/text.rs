//! Text as people type it: trimmed, without control characters, within its limits. Everything that a command brings and an event
//! keeps passes here. Must never change what is between the ends of a text, line endings apart.

use lockstep_protocol::{
    codes::{Code, Failure},
    limits::Limits,
};

/// A name of anything: one line, not empty.
pub fn name(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    required(name_or_empty(text, field, limits)?, field)
}

/// A name that may be empty (a label that is its colour alone).
pub fn name_or_empty(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = line(text, field)?;
    within_chars(text, field, limits.name_chars_max)?;
    within_bytes(text, field, limits.name_bytes_max)?;
    Ok(text.to_owned())
}

/// A task's title.
pub fn title(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = line(text, field)?;
    within_chars(text, field, limits.title_chars_max)?;
    required(text.to_owned(), field)
}

/// A line in a custom field.
pub fn field_text(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = line(text, field)?;
    within_chars(text, field, limits.field_text_chars_max)?;
    required(text.to_owned(), field)
}

/// The text of a checklist item.
pub fn item(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = line(text, field)?;
    within_chars(text, field, limits.checklist_item_chars_max)?;
    required(text.to_owned(), field)
}

/// What is said about a time that was spent; empty means nothing.
pub fn time_note(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = line(text, field)?;
    within_chars(text, field, limits.time_note_chars_max)?;
    Ok(text.to_owned())
}

/// A task's description; empty means none.
pub fn description(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    body(text, field, limits.description_bytes_max)
}

/// A team's description; empty means none.
pub fn team_description(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    body(text, field, limits.team_description_bytes_max)
}

/// A comment.
pub fn comment(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    required(body(text, field, limits.comment_bytes_max)?, field)
}

/// What is said in a channel.
pub fn message(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    required(body(text, field, limits.message_text_bytes_max)?, field)
}

/// What a channel is for; empty means nothing.
pub fn channel_purpose(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = line(text, field)?;
    within_chars(text, field, limits.channel_purpose_chars_max)?;
    Ok(text.to_owned())
}

/// A board's key: a capital letter, then capitals and digits.
pub fn board_key(text: &str, field: &str, limits: &Limits) -> Result<String, Failure> {
    let text = line(text, field)?;
    within_chars(text, field, limits.board_key_chars_max)?;
    let mut chars = text.chars();
    match chars.next() {
        None => Err(Failure::new(Code::FieldRequired).field(field)),
        Some('A'..='Z') if chars.all(|c| matches!(c, 'A'..='Z' | '0'..='9')) => Ok(text.to_owned()),
        Some(_) => Err(Failure::because(Code::FieldInvalid, "A key is a letter A-Z, then A-Z and 0-9.").field(field)),
    }
}

fn line<'a>(text: &'a str, field: &str) -> Result<&'a str, Failure> {
    let text = text.trim();
    if text.chars().any(char::is_control) { Err(control(field)) } else { Ok(text) }
}

fn body(text: &str, field: &str, bytes_max: usize) -> Result<String, Failure> {
    let text = text.trim();
    // Checked before anything is copied.
    within_bytes(text, field, bytes_max)?;
    let text = text.replace("\r\n", "\n");
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') { Err(control(field)) } else { Ok(text) }
}

fn required(text: String, field: &str) -> Result<String, Failure> {
    if text.is_empty() { Err(Failure::new(Code::FieldRequired).field(field)) } else { Ok(text) }
}

fn control(field: &str) -> Failure {
    Failure::because(Code::FieldInvalid, "Control characters are not allowed.").field(field)
}

fn within_chars(text: &str, field: &str, chars_max: usize) -> Result<(), Failure> {
    // No character takes less than a byte, so most texts need no count.
    if text.len() > chars_max && text.chars().count() > chars_max { Err(too_long(field, chars_max)) } else { Ok(()) }
}

fn within_bytes(text: &str, field: &str, bytes_max: usize) -> Result<(), Failure> {
    if text.len() > bytes_max { Err(too_long(field, bytes_max)) } else { Ok(()) }
}

fn too_long(field: &str, limit: usize) -> Failure {
    Failure::new(Code::FieldTooLong).field(field).limit(limit as u64)
}
