//! Reads type declarations of TypeScript, as `ts-rs` writes them, into JSON Schema. Only what it writes is understood: objects,
//! optional members, arrays, tuples, unions, intersections, literals, one level of type parameters. It reads our own sources, never
//! anything a client sends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A name with its arguments.
    Named(String, Vec<Kind>),
    /// A string that is exactly this.
    Literal(String),
    Object(Vec<Field>),
    Tuple(Vec<Kind>),
    AnyOf(Vec<Kind>),
    AllOf(Vec<Kind>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub optional: bool,
    pub says: String,
    pub kind: Kind,
}

impl Kind {
    pub fn named(name: &str) -> Self {
        Self::Named(name.to_owned(), Vec::new())
    }

    /// A type expression of our own; what is not understood becomes a name that no document resolves, which a test sees.
    pub fn parse(text: &str) -> Self {
        Reader { rest: text }.union().unwrap_or_else(|| Self::named(text))
    }
}

struct Declaration {
    parameters: Vec<String>,
    kind: Kind,
}

/// Declarations by name.
pub struct Types(BTreeMap<String, Declaration>);

impl Types {
    pub fn read(sources: &[&str]) -> Self {
        let declarations = sources.iter().flat_map(|source| source.split("type ").skip(1)).filter_map(declaration);
        Self(declarations.collect())
    }

    pub fn find(&self, name: &str) -> Option<&Kind> {
        self.0.get(name).map(|declaration| &declaration.kind)
    }

    /// The schema of a type; `used` gathers the names it refers to.
    pub fn schema(&self, kind: &Kind, used: &mut BTreeSet<String>) -> Value {
        match kind {
            Kind::Named(name, arguments) => self.named(name, arguments, used),
            Kind::Literal(text) => json!({ "type": "string", "const": text }),
            Kind::Tuple(parts) => {
                let parts: Vec<Value> = parts.iter().map(|part| self.schema(part, used)).collect();
                json!({ "type": "array", "prefixItems": parts, "minItems": parts.len(), "maxItems": parts.len() })
            }
            Kind::AllOf(parts) => {
                json!({ "allOf": parts.iter().map(|part| self.schema(part, used)).collect::<Vec<_>>() })
            }
            Kind::AnyOf(parts) => {
                let words: Option<Vec<&String>> = parts
                    .iter()
                    .map(|part| match part {
                        Kind::Literal(word) => Some(word),
                        _ => None,
                    })
                    .collect();
                match words {
                    Some(words) => json!({ "type": "string", "enum": words }),
                    None => json!({ "anyOf": parts.iter().map(|part| self.schema(part, used)).collect::<Vec<_>>() }),
                }
            }
            Kind::Object(fields) => self.object(fields, used),
        }
    }

    fn object(&self, fields: &[Field], used: &mut BTreeSet<String>) -> Value {
        let mut properties = Map::new();
        for field in fields {
            let mut schema = self.schema(&field.kind, used);
            if !field.says.is_empty() {
                schema["description"] = Value::from(field.says.as_str());
            }
            properties.insert(field.name.clone(), schema);
        }
        let required: Vec<&String> = fields.iter().filter(|field| !field.optional).map(|field| &field.name).collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn named(&self, name: &str, arguments: &[Kind], used: &mut BTreeSet<String>) -> Value {
        match (name, arguments) {
            ("string" | "boolean" | "null", []) => json!({ "type": name }),
            ("number", []) => json!({ "type": "number" }),
            ("Array", [item]) => json!({ "type": "array", "items": self.schema(item, used) }),
            // What browsers make and read, whose members are not ours.
            ("Json", []) => json!({ "type": "object" }),
            ("Record", _) => json!({ "type": "object", "maxProperties": 0 }),
            (_, []) => {
                used.insert(name.to_owned());
                json!({ "$ref": format!("#/components/schemas/{name}") })
            }
            // With arguments: the declaration itself, with them in their places.
            _ => match self.0.get(name) {
                Some(declaration) => {
                    let kind = replaced(&declaration.kind, &declaration.parameters, arguments);
                    self.schema(&kind, used)
                }
                None => json!({ "$ref": format!("#/components/schemas/{name}") }),
            },
        }
    }

    /// The schemas of these names and of all that they refer to.
    pub fn components(&self, used: BTreeSet<String>) -> BTreeMap<String, Value> {
        let (mut open, mut done): (Vec<String>, BTreeMap<String, Value>) =
            (used.into_iter().collect(), BTreeMap::new());
        while let Some(name) = open.pop() {
            if done.contains_key(&name) {
                continue;
            }
            let Some(kind) = self.find(&name) else { continue };
            let mut next = BTreeSet::new();
            let mut schema = self.schema(kind, &mut next);
            if name.ends_with("Id") && *kind == Kind::named("string") {
                schema["format"] = json!("uuid");
            }
            done.insert(name, schema);
            open.extend(next);
        }
        done
    }
}

fn replaced(kind: &Kind, parameters: &[String], arguments: &[Kind]) -> Kind {
    let all = |kinds: &[Kind]| kinds.iter().map(|kind| replaced(kind, parameters, arguments)).collect();
    match kind {
        Kind::Named(name, own) => match parameters.iter().position(|parameter| parameter == name) {
            Some(at) => arguments.get(at).cloned().unwrap_or_else(|| kind.clone()),
            None => Kind::Named(name.clone(), all(own)),
        },
        Kind::Literal(_) => kind.clone(),
        Kind::Tuple(kinds) => Kind::Tuple(all(kinds)),
        Kind::AnyOf(kinds) => Kind::AnyOf(all(kinds)),
        Kind::AllOf(kinds) => Kind::AllOf(all(kinds)),
        Kind::Object(fields) => {
            let fields = fields
                .iter()
                .map(|field| Field { kind: replaced(&field.kind, parameters, arguments), ..field.clone() });
            Kind::Object(fields.collect())
        }
    }
}

/// `Name<P> = type;`
fn declaration(text: &str) -> Option<(String, Declaration)> {
    let (head, body) = text.split_once('=')?;
    let (name, parameters) = head.trim().split_once('<').unwrap_or((head.trim(), ""));
    let parameters = parameters.trim_end_matches('>').split(',').map(str::trim).filter(|name| !name.is_empty());
    let kind = Reader { rest: body }.union()?;
    Some((name.to_owned(), Declaration { parameters: parameters.map(str::to_owned).collect(), kind }))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// Skips space and comments; the text of the last comment.
    fn skip(&mut self) -> String {
        let mut said = String::new();
        loop {
            self.rest = self.rest.trim_start();
            let Some((comment, rest)) = self.rest.strip_prefix("/**").and_then(|rest| rest.split_once("*/")) else {
                return said;
            };
            let lines = comment.lines().map(|line| line.trim().trim_start_matches('*').trim());
            said = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            self.rest = rest;
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn union(&mut self) -> Option<Kind> {
        self.take("|");
        let mut parts = vec![self.intersection()?];
        while self.take("|") {
            parts.push(self.intersection()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Kind::AnyOf(parts) })
    }

    fn intersection(&mut self) -> Option<Kind> {
        let mut parts = vec![self.one()?];
        while self.take("&") {
            parts.push(self.one()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Kind::AllOf(parts) })
    }

    fn one(&mut self) -> Option<Kind> {
        self.skip();
        if self.take("(") {
            let kind = self.union()?;
            return self.take(")").then_some(kind);
        }
        if self.take("[") {
            return Some(Kind::Tuple(self.list("]")?));
        }
        if self.take("{") {
            return self.fields();
        }
        if self.rest.starts_with('"') {
            return self.text().map(Kind::Literal);
        }
        let name = self.word()?;
        let arguments = if self.take("<") { self.list(">")? } else { Vec::new() };
        Some(Kind::Named(name, arguments))
    }

    fn list(&mut self, end: &str) -> Option<Vec<Kind>> {
        let mut kinds = Vec::new();
        while !self.take(end) {
            kinds.push(self.union()?);
            self.take(",");
        }
        Some(kinds)
    }

    fn fields(&mut self) -> Option<Kind> {
        let mut fields = Vec::new();
        loop {
            let says = self.skip();
            if self.take("}") {
                return Some(Kind::Object(fields));
            }
            let name = if self.rest.starts_with('"') { self.text()? } else { self.word()? };
            let optional = self.take("?");
            if !self.take(":") {
                return None;
            }
            fields.push(Field { name, optional, says, kind: self.union()? });
            self.take(",");
        }
    }

    fn text(&mut self) -> Option<String> {
        let (text, rest) = self.rest.strip_prefix('"')?.split_once('"')?;
        self.rest = rest;
        Some(text.to_owned())
    }

    fn word(&mut self) -> Option<String> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then(|| word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_become_schemas() {
        let types = Types::read(&["export type AId = string;\n\nexport type Place<Id> = { after?: Id, };\n
            type A = { \n/**\n * Says.\n */\na: AId, b?: Array<[AId, number]>, c: Place<AId>, \"d\": \"x\" | \"y\", } & ({ e: null } | B);\n
            type B = Record<symbol, never>;"]);
        let mut used = BTreeSet::new();
        let schema = types.schema(types.find("A").expect("declared"), &mut used);
        let object = &schema["allOf"][0];
        assert_eq!(object["required"], json!(["a", "c", "d"]));
        assert_eq!(object["properties"]["a"], json!({ "$ref": "#/components/schemas/AId", "description": "Says." }));
        assert_eq!(object["properties"]["b"]["items"]["prefixItems"][1], json!({ "type": "number" }));
        assert_eq!(object["properties"]["c"]["properties"]["after"]["$ref"], "#/components/schemas/AId");
        assert_eq!(object["properties"]["d"], json!({ "type": "string", "enum": ["x", "y"] }));
        assert_eq!(schema["allOf"][1]["anyOf"][1]["$ref"], "#/components/schemas/B");
        let components = types.components(used);
        assert_eq!(components["AId"], json!({ "type": "string", "format": "uuid" }));
        assert_eq!(components.keys().collect::<Vec<_>>(), ["AId", "B"]);
    }
}
