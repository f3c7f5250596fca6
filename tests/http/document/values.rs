//! Values that fit a schema of the document, made of what there is in the scene; and the many ways to spoil one.

use serde_json::{Map, Value, json};

use super::{
    super::PASSWORD,
    draws::Draws,
    scene::{Scene, fresh_id},
    schema::Judge,
};

/// Deeper than any type of ours.
const DEPTH_MAX: usize = 8;
/// A moment of 2027, in microseconds.
const SOON: i64 = 1_800_000_000_000_000;

pub struct Maker<'a> {
    pub judge: &'a Judge<'a>,
    pub scene: &'a Scene<'a>,
    pub draws: &'a mut Draws,
}

impl<'a> Maker<'a> {
    /// What the schema allows. `name`: of the member it is for.
    pub fn fitting(&mut self, schema: &'a Value, name: &str, depth: usize) -> Value {
        let kind = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next());
        match kind {
            Some("Position") => return json!(self.scene.position),
            Some(kind) if kind.ends_with("Id") => return json!(self.id(kind)),
            _ => {}
        }
        let schema = self.judge.resolve(schema);
        if let Some(parts) = schema["allOf"].as_array() {
            let made: Vec<Value> = parts.iter().map(|part| self.fitting(part, name, depth)).collect();
            let members = made.into_iter().filter_map(|part| part.as_object().cloned()).flatten();
            return Value::Object(members.collect());
        }
        if let Some(parts) = schema["anyOf"].as_array() {
            let part = &parts[self.draws.below(parts.len())];
            return self.fitting(part, name, depth);
        }
        if let Some(words) = schema["enum"].as_array() {
            return self.draws.pick(words).clone();
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema, depth),
            Some("array") => {
                if let Some(parts) = schema["prefixItems"].as_array() {
                    return parts.iter().map(|part| self.fitting(part, name, depth + 1)).collect();
                }
                let count = if depth > DEPTH_MAX { 0 } else { self.draws.below(3) };
                (0..count).map(|_| self.fitting(&schema["items"], name, depth + 1)).collect()
            }
            Some("number") => self.number(name),
            Some("boolean") => json!(self.draws.one_in(2)),
            Some("null") => Value::Null,
            _ => json!(self.text(name)),
        }
    }

    fn object(&mut self, schema: &'a Value, depth: usize) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut made = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let needed = required.iter().any(|one| one == name);
            if needed || (depth <= DEPTH_MAX && self.draws.one_in(3)) {
                made.insert(name.clone(), self.fitting(property, name, depth + 1));
            }
        }
        Value::Object(made)
    }

    /// Mostly of something that is there.
    pub fn id(&mut self, kind: &str) -> String {
        match self.scene.ids(kind) {
            [] => fresh_id(),
            known if self.draws.one_in(8) => self.scene.foreign(kind).unwrap_or(&known[0]).to_owned(),
            known => self.draws.pick(known).clone(),
        }
    }

    fn text(&mut self, name: &str) -> String {
        match name {
            "email" if self.draws.one_in(2) => self.scene.known_email.clone(),
            "email" => format!("p{}@example.org", fresh_id()),
            "password" | "current_password" | "new_password" => PASSWORD.to_owned(),
            "refresh_token" => self.scene.refresh_token.clone(),
            "code" => self.scene.invitation_code.clone(),
            "ids" => self.id("AccountId"),
            "locale" => "de".to_owned(),
            "zone" | "time_zone" => "Europe/Berlin".to_owned(),
            "reassign" if self.draws.one_in(2) => self.id("AccountId"),
            "reassign" => "lead".to_owned(),
            "key" => self.draws.draw("[A-Z]{2,4}"),
            _ => self.draws.draw("[A-Za-zÄß0-9 .]{0,20}[a-z]"),
        }
    }

    fn number(&mut self, name: &str) -> Value {
        match name {
            "limit" => json!(1 + self.draws.below(500)),
            "password_chars_min" => json!(12 + self.draws.below(8)),
            "expires_in_ms" => json!(3_600_000),
            "days" => json!(1 + self.draws.below(7)),
            "from" => json!(480),
            "to" => json!(1020),
            "client_seq" => json!(1 + self.draws.below(1_000_000)),
            _ if name == "at" || name.ends_with("_at") => json!(SOON),
            _ => json!(1 + self.draws.below(3)),
        }
    }

    /// Spoils one place of a value.
    pub fn spoiled(&mut self, mut value: Value) -> Value {
        let mut places = Vec::new();
        gather(&value, String::new(), &mut places);
        let place = self.draws.pick(&places).clone();
        let Some(target) = value.pointer_mut(&place) else { return value };
        let strange = self.strange();
        match (self.draws.below(4), &mut *target) {
            (0, Value::Object(members)) => {
                members.insert("no_such_member".to_owned(), strange);
            }
            (1, Value::Object(members)) if !members.is_empty() => {
                let name = self.draws.pick(&members.keys().cloned().collect::<Vec<_>>()).clone();
                members.remove(&name);
            }
            (2, Value::Object(members)) if !members.is_empty() => {
                let name = self.draws.pick(&members.keys().cloned().collect::<Vec<_>>()).clone();
                members.insert(name, strange);
            }
            (_, target) => *target = strange,
        }
        value
    }

    /// Something that no member expects.
    pub fn strange(&mut self) -> Value {
        let texts = [
            "",
            " ",
            "\u{0}",
            "a\u{7}\r\nb",
            "\u{202e}\u{feff}",
            "\u{10ffff}",
            "../../etc/passwd",
            "' or 1=1 --",
            "%s{}",
        ];
        match self.draws.below(14) {
            0 => Value::Null,
            1 => json!("x".repeat(70_000)),
            2 => json!("é".repeat(600)),
            3 => json!(-1),
            4 => json!(1e308),
            5 => json!(i64::MIN),
            6 => json!(u64::MAX),
            7 => json!(0.5),
            // An empty list is read as a record of which nothing is said.
            8 => json!([[], []]),
            9 => json!({}),
            10 => json!(true),
            11 => json!(vec![0; 3_000]),
            _ => json!(self.draws.pick(&texts)),
        }
    }
}

fn gather(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| gather(member, format!("{at}/{name}"), places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| gather(item, format!("{at}/{index}"), places));
        }
        _ => {}
    }
    places.push(at);
}

/// Null is as good as absent, in every object.
pub fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            Value::Object(kept.map(|(name, member)| (name.clone(), without_nulls(member))).collect())
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}
