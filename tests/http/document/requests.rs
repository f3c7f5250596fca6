//! Requests for an operation of the document: such as it describes, and such as it does not.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    scene::fresh_id,
    values::{Maker, without_nulls},
};

/// One method of one path.
pub struct Operation<'a> {
    pub method: Method,
    pub path: &'a str,
    pub is: &'a Value,
}

impl<'a> Operation<'a> {
    pub fn all(document: &'a Value) -> Vec<Self> {
        let paths = document["paths"].as_object().expect("paths");
        let all = paths.iter().flat_map(|(path, operations)| {
            operations.as_object().expect("operations").iter().map(move |(method, is)| {
                let method = method.to_uppercase().parse().expect("a method");
                Self { method, path, is }
            })
        });
        all.collect()
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn is_open(&self) -> bool {
        self.is["security"] == json!([])
    }

    pub fn body(&self) -> Option<&'a Value> {
        self.is.pointer("/requestBody/content/application~1json/schema")
    }

    /// The body is a picture.
    fn takes_picture(&self) -> bool {
        self.is.pointer("/requestBody/content/image~1png").is_some()
    }

    fn parameters(&self, place: &str) -> Vec<&'a Value> {
        let all = self.is["parameters"].as_array().expect("parameters");
        all.iter().filter(|parameter| parameter["in"] == place).collect()
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    Owner,
    Member,
    Stranger,
    Nobody,
    Garbage,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub who: As,
    /// With the query.
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Vec<u8>>,
    /// The document allows the body, or there is none to allow.
    pub fits: bool,
}

impl<'a> Maker<'a> {
    /// As the document describes it.
    pub fn described(&mut self, operation: &Operation<'a>) -> Request {
        let mut target = String::new();
        let parameters = operation.parameters("path");
        for part in operation.path.split('/').skip(1) {
            target.push('/');
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            let parameter = name.map(|name| parameters.iter().find(|one| one["name"] == name).expect("described"));
            match parameter {
                Some(parameter) => target.push_str(&self.path_value(parameter)),
                None => target.push_str(part),
            }
        }
        let mut query = Vec::new();
        for parameter in operation.parameters("query") {
            if self.draws.one_in(3) {
                let name = parameter["name"].as_str().expect("a name");
                let schema = &parameter["schema"];
                // Moments and seqs are small ones: everything was there before.
                let value = match schema["type"].as_str() {
                    Some("number" | "integer") if name != "limit" => json!(self.draws.below(3)),
                    _ => self.fitting(schema, name, 0),
                };
                query.push(format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
            }
        }
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        let body = operation.body().map(|schema| self.fitting(schema, "", 0));
        let mut headers: Vec<_> = body.iter().map(|_| ("content-type", "application/json".to_owned())).collect();
        if operation.is_open() {
            // A browser's cookie counts only with this.
            headers.push(("x-lockstep", "1".to_owned()));
        }
        let mut body = body.map(|body| body.to_string().into_bytes());
        if operation.takes_picture() {
            headers.push(("content-type", "image/png".to_owned()));
            body = Some(super::super::pictures::small());
        }
        Request { who: As::Owner, target, headers, body, fits: true }
    }

    /// Of this scene: like `id`, without what is foreign.
    fn path_value(&mut self, parameter: &Value) -> String {
        let reference = parameter["schema"]["$ref"].as_str().and_then(|target| target.rsplit('/').next());
        let kind = reference.or_else(|| parameter["name"].as_str()).unwrap_or_default();
        match (self.scene.ids(kind), parameter["name"].as_str()) {
            ([], Some("emoji")) => "%F0%9F%91%8D".to_owned(),
            ([], Some("language")) => "en".to_owned(),
            ([], Some("letter")) => "news.assigned".to_owned(),
            ([], _) => fresh_id(),
            (known, _) => self.draws.pick(known).clone(),
        }
    }

    /// Not as the document describes it, in one respect or several.
    pub fn broken(&mut self, operation: &Operation<'a>) -> Request {
        let mut request = self.described(operation);
        match self.draws.below(8) {
            0 => request.who = *self.draws.pick(&[As::Nobody, As::Garbage, As::Stranger, As::Member]),
            1 => self.break_path(operation, &mut request),
            2 => self.break_query(operation, &mut request),
            3 => self.break_headers(&mut request),
            _ if operation.method == Method::GET => self.break_path(operation, &mut request),
            4 => self.break_bytes(operation, &mut request),
            _ => self.break_body(operation, &mut request),
        }
        if self.draws.one_in(6) {
            request.who = *self.draws.pick(&[As::Member, As::Stranger]);
        }
        request
    }

    fn break_path(&mut self, operation: &Operation<'a>, request: &mut Request) {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        let named = operation.path.split('/').enumerate().filter(|(_, part)| part.starts_with('{'));
        let named: Vec<usize> = named.map(|(at, _)| at).collect();
        let long = "a".repeat(5_000);
        if named.is_empty() {
            let (path, query) = (path.to_owned(), self.draws.draw("[a-z]{1,9}"));
            request.target = if self.draws.one_in(2) { format!("{path}?{long}") } else { format!("{path}?{query}=1") };
            return;
        }
        let at = *self.draws.pick(&named);
        let kind = operation.path.split('/').nth(at).unwrap_or_default().trim_matches(['{', '}']).to_owned();
        let kind = match kind.as_str() {
            "org" => "OrgId",
            "board" => "BoardId",
            "task" => "TaskId",
            _ => "AccountId",
        };
        let foreign = self.scene.foreign(kind).unwrap_or_default().to_owned();
        let strange = [
            "x",
            "0",
            "%00",
            "%ff",
            "%0d%0a",
            "null",
            "-1",
            "%F0%9F%A6%80",
            "..%2f..%2fetc",
            "a%20b",
            &foreign,
            &long,
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            &fresh_id(),
        ]
        .map(str::to_owned);
        parts[at].clone_from(self.draws.pick(&strange));
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        request.target = format!("{}{query}", parts.join("/"));
    }

    fn break_query(&mut self, operation: &Operation<'a>, request: &mut Request) {
        let mut names: Vec<String> =
            operation.parameters("query").iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect();
        names.extend(["no_such_parameter".to_owned(), "access_token".to_owned(), "%00".to_owned()]);
        let values = [
            "",
            "x",
            "-1",
            "0",
            "1e9",
            "99999999999999999999",
            "%00",
            "%ff",
            "null",
            "1&limit=2&limit=3",
            "%F0%9F%A6%80",
            "9007199254740993",
        ];
        let (name, value) = (self.draws.pick(&names).clone(), *self.draws.pick(&values));
        let sign = if request.target.contains('?') { '&' } else { '?' };
        request.target = format!("{}{sign}{name}={value}", request.target);
    }

    fn break_headers(&mut self, request: &mut Request) {
        let strange =
            ["", "x", "*", "\"", "W/\"1\"", "\"18446744073709551616\"", "\"-1\"", "a, b", &"k".repeat(300), "\"0\""]
                .map(str::to_owned);
        let value = self.draws.pick(&strange).clone();
        let names = [
            "idempotency-key",
            "if-match",
            "if-none-match",
            "accept",
            "cookie",
            "origin",
            "content-type",
            "accept-encoding",
            "range",
        ];
        let name = *self.draws.pick(&names);
        if name == "content-type" {
            request.fits = request.body.is_none();
            request.headers.retain(|(name, _)| *name != "content-type");
        }
        // Answers that are compressed are not read here.
        if name != "accept-encoding" || value != "*" {
            request.headers.push((name, value));
        }
    }

    /// JSON that the schema may refuse.
    fn break_body(&mut self, operation: &Operation<'a>, request: &mut Request) {
        let given = request.body.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok());
        let given = given.unwrap_or_else(|| json!({}));
        let mut value = self.spoiled(given);
        if self.draws.one_in(6) {
            value = self.spoiled(value);
        }
        request.fits = match operation.body() {
            Some(schema) => self.judge.check(schema, &without_nulls(&value), "").is_ok(),
            None => value == json!({}),
        };
        put(request, value.to_string().into_bytes());
    }

    /// What is no JSON, or not as JSON is sent.
    fn break_bytes(&mut self, operation: &Operation<'a>, request: &mut Request) {
        let whole = request.body.clone().unwrap_or_else(|| b"{}".to_vec());
        let cut = self.draws.below(whole.len().max(2));
        let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        let others = [
            whole[..cut].to_vec(),
            [&whole[..], b"{}"].concat(),
            vec![0xff, 0xfe, 0],
            deep.into_bytes(),
            b"{\"name\":\"\\ud800\"}".to_vec(),
            vec![b' '; 300_000],
            b"[]".to_vec(),
            b"null".to_vec(),
            b"\"x\"".to_vec(),
            b"1".to_vec(),
            b"\xef\xbb\xbf{}".to_vec(),
        ];
        match self.draws.below(4) {
            0 => {
                let media = [
                    "text/plain",
                    "application/x-www-form-urlencoded",
                    "application/xml",
                    "multipart/form-data",
                    "*/*",
                    "application/json5",
                ];
                let media = self.draws.pick(&media).to_string();
                put(request, whole);
                request.headers.retain(|(name, _)| *name != "content-type");
                request.headers.push(("content-type", media));
            }
            1 => {
                request.body = None;
                if self.draws.one_in(2) {
                    request.headers.retain(|(name, _)| *name != "content-type");
                }
            }
            _ => {
                let bytes = self.draws.pick(&others).clone();
                put(request, bytes);
            }
        }
        // Without a body the members that may be absent are.
        let empty = operation.body().is_none_or(|schema| self.judge.check(schema, &json!({}), "").is_ok());
        request.fits = request.body.is_none() && empty;
    }
}

fn put(request: &mut Request, bytes: Vec<u8>) {
    request.body = Some(bytes);
    request.headers.retain(|(name, _)| *name != "content-type");
    request.headers.push(("content-type", "application/json".to_owned()));
}

/// What must have happened before for this to succeed: done to the same path, with the same body.
pub fn before(operation: &Operation<'_>) -> Option<(Method, &'static str, &'static str)> {
    let steps = [
        ("/unarchive", Method::POST, "/archive"),
        ("/restore", Method::DELETE, ""),
        ("/reopen", Method::POST, "/complete"),
        ("/unassign", Method::POST, "/assign"),
        ("/unlabel", Method::POST, "/label"),
    ];
    let (ending, method, other) = steps.into_iter().find(|(ending, ..)| operation.path.ends_with(ending))?;
    Some((method, ending, other))
}
