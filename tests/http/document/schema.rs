//! A judge of JSON against the schemas of our own OpenAPI document: as JSON Schema has it, and beyond that no member may be there
//! that no schema speaks of. It must not be lenient about a keyword: one that it does not know is a failure of the document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Keywords that say nothing about a value.
const SILENT: [&str; 2] = ["description", "$ref"];

/// Which members of an object a schema speaks of.
enum Known {
    Any,
    These(BTreeSet<String>),
}

impl Known {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::These(mut mine), Self::These(theirs)) => {
                mine.extend(theirs);
                Self::These(mine)
            }
            _ => Self::Any,
        }
    }
}

pub struct Judge<'a>(pub &'a Value);

impl<'a> Judge<'a> {
    /// What a reference leads to, or the schema itself.
    pub fn resolve(&self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(target) => {
                let found = self.0.pointer(target.trim_start_matches('#'));
                self.resolve(found.unwrap_or_else(|| panic!("{target} leads nowhere")))
            }
            None => schema,
        }
    }

    /// Why the value is not what the schema says.
    pub fn check(&self, schema: &'a Value, value: &Value, at: &str) -> Result<(), String> {
        let known = self.evaluate(schema, value, at)?;
        if let (Known::These(names), Some(members)) = (known, value.as_object())
            && let Some(name) = members.keys().find(|name| !names.contains(*name))
        {
            return Err(format!("{at}/{name} is not in the document"));
        }
        Ok(())
    }

    fn evaluate(&self, schema: &'a Value, value: &Value, at: &str) -> Result<Known, String> {
        let schema = self.resolve(schema);
        let rules = schema.as_object().unwrap_or_else(|| panic!("{at}: {schema} is no schema"));
        if let Some(parts) = rules.get("allOf").and_then(Value::as_array) {
            let none = Ok(Known::These(BTreeSet::new()));
            return parts.iter().fold(none, |known, part| Ok(known?.join(self.evaluate(part, value, at)?)));
        }
        if let Some(parts) = rules.get("anyOf").and_then(Value::as_array) {
            return self.any_of(parts, value, at);
        }
        let kind = rules.get("type").and_then(Value::as_str).unwrap_or_else(|| panic!("{at}: {schema} has no type"));
        let is = match kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("{at}: the type {other}"),
        };
        if !is {
            return Err(format!("{at} is no {kind}: {}", short(value)));
        }
        match value {
            Value::Object(members) => self.object(rules, members, at),
            Value::Array(items) => self.array(rules, items, at).map(|()| Known::Any),
            _ => scalar(rules, value, at).map(|()| Known::Any),
        }
    }

    fn any_of(&self, parts: &'a [Value], value: &Value, at: &str) -> Result<Known, String> {
        let tried: Vec<_> = parts.iter().map(|part| self.evaluate(part, value, at)).collect();
        let why = tried.iter().filter_map(|one| one.as_ref().err()).cloned().collect::<Vec<_>>();
        let fitting = tried.into_iter().filter_map(Result::ok).reduce(Known::join);
        fitting.ok_or_else(|| format!("{at} is none of {}: {:.300}", parts.len(), why.join("; ")))
    }

    fn object(&self, rules: &'a Map<String, Value>, members: &Map<String, Value>, at: &str) -> Result<Known, String> {
        expect_keywords(rules, &["type", "properties", "required", "maxProperties"], at);
        let required = rules.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                return Err(format!("{at}/{name} is missing"));
            }
        }
        if rules.get("maxProperties").is_some_and(|most| most.as_u64() < Some(members.len() as u64)) {
            return Err(format!("{at} has members"));
        }
        let Some(properties) = rules.get("properties").and_then(Value::as_object) else { return Ok(Known::Any) };
        for (name, property) in properties {
            if let Some(member) = members.get(name) {
                self.check(property, member, &format!("{at}/{name}"))?;
            }
        }
        Ok(Known::These(properties.keys().cloned().collect()))
    }

    fn array(&self, rules: &'a Map<String, Value>, items: &[Value], at: &str) -> Result<(), String> {
        expect_keywords(rules, &["type", "items", "prefixItems", "minItems", "maxItems"], at);
        let first = rules.get("prefixItems").and_then(Value::as_array);
        let bound = |name: &str| rules.get(name).and_then(Value::as_u64).map(|count| count as usize);
        if bound("minItems").is_some_and(|least| items.len() < least)
            || bound("maxItems").is_some_and(|most| items.len() > most)
        {
            return Err(format!("{at} has {} items", items.len()));
        }
        for (index, item) in items.iter().enumerate() {
            let schema = first.and_then(|first| first.get(index)).or_else(|| rules.get("items"));
            if let Some(schema) = schema {
                self.check(schema, item, &format!("{at}/{index}"))?;
            }
        }
        Ok(())
    }
}

fn scalar(rules: &Map<String, Value>, value: &Value, at: &str) -> Result<(), String> {
    expect_keywords(rules, &["type", "const", "enum", "format", "minLength", "maxLength"], at);
    if rules.get("const").is_some_and(|only| only != value) {
        return Err(format!("{at} is not {}: {}", rules["const"], short(value)));
    }
    if rules.get("enum").and_then(Value::as_array).is_some_and(|words| !words.contains(value)) {
        return Err(format!("{at} is none of the words: {}", short(value)));
    }
    let text = value.as_str().unwrap_or_default();
    match rules.get("format").and_then(Value::as_str) {
        None => Ok(()),
        Some("uuid") if text.len() == 36 && uuid::Uuid::parse_str(text).is_ok() => Ok(()),
        Some("uuid") => Err(format!("{at} is no id: {}", short(value))),
        Some(other) => panic!("{at}: the format {other}"),
    }
}

/// Enough of a value to know it by.
fn short(value: &Value) -> String {
    format!("{:.80}", value.to_string())
}

fn expect_keywords(rules: &Map<String, Value>, known: &[&str], at: &str) {
    let strange = rules.keys().find(|name| !known.contains(&name.as_str()) && !SILENT.contains(&name.as_str()));
    assert!(strange.is_none(), "{at}: the keyword {strange:?}");
}

#[test]
fn a_judge_finds_what_is_wrong_and_nothing_else() {
    let document = serde_json::json!({ "components": {
        "A": { "type": "object", "properties": { "a": { "type": "string", "enum": ["x"] } }, "required": ["a"] },
        "B": { "type": "object", "properties": { "b": { "type": "array", "items": { "type": "number" } } } },
        "Both": { "allOf": [{ "$ref": "#/components/A" }, { "$ref": "#/components/B" }] },
        "Either": { "anyOf": [{ "$ref": "#/components/Both" }, { "type": "null" }] },
    } });
    let judge = Judge(&document);
    let whether = |text: &str| {
        let value = serde_json::from_str(text).expect("JSON");
        judge.check(&document["components"]["Either"], &value, "").is_ok()
    };
    for good in [r#"{"a":"x"}"#, r#"{"a":"x","b":[1,2.5]}"#, "null"] {
        assert!(whether(good), "{good}");
    }
    for bad in [r#"{"a":"y"}"#, r#"{"b":[]}"#, r#"{"a":"x","b":["1"]}"#, r#"{"a":"x","c":1}"#, "[]", "1"] {
        assert!(!whether(bad), "{bad}");
    }
}
