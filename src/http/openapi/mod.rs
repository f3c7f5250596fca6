//! The OpenAPI 3.1 document, made of the list of routes and of the types themselves: those of the protocol as the web app has
//! them, ours as they are derived beside their handlers. Nothing is described twice, so nothing can differ.

mod own;
mod typescript;

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::codes::Code;
use serde_json::{Map, Value, json};

use super::surface::{Endpoint, Takes};
use own::own_types;
use typescript::{Kind, Types};

/// The types of the protocol, generated from it; a test of that crate keeps them true.
const PROTOCOL: &str = include_str!("../../../web/src/gen/protocol.ts");

/// The document.
pub fn document(endpoints: &[Endpoint]) -> Value {
    let types = Types::read(&[PROTOCOL, &own_types()]);
    let mut used = BTreeSet::new();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for endpoint in endpoints {
        let operation = operation(endpoint, &types, &mut used);
        paths.entry(endpoint.path).or_default().insert(endpoint.method.as_str().to_lowercase(), operation);
    }
    let problem = types.schema(&Kind::named("Problem"), &mut used);
    let schemas = types.components(used);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Lockstep",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Live task boards. Writes answer where the change stands (epoch, seq, position); give these to \
                reads to see it. Errors are problem details (RFC 9457) with a stable code. \
                In bodies null is as good as absent, and members that are not described are refused.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "Refused. The code says why, its range what to do.",
                "content": { "application/problem+json": { "schema": problem } },
            } },
            "securitySchemes": { "bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "The access token of a log-in; where the operation names a scope, also a token for programs (lsp_…) of it.",
            } },
        },
    })
}

fn operation(endpoint: &Endpoint, types: &Types, used: &mut BTreeSet<String>) -> Value {
    let mut parameters: Vec<Value> = path_parameters(endpoint.path).map(|(name, kind)| {
        json!({ "name": name, "in": "path", "required": true, "schema": types.schema(&Kind::named(kind), used) })
    }).collect();
    for parameter in endpoint.query {
        parameters.push(json!({
            "name": parameter.name, "in": "query", "required": false, "description": parameter.says,
            "schema": types.schema(&Kind::parse(parameter.kind), used),
        }));
    }
    parameters.extend(headers(endpoint));
    let mut answer = json!({ "description": "Done." });
    if let Some(kind) = endpoint.answer {
        answer["content"] = json!({ "application/json": { "schema": types.schema(&Kind::parse(kind), used) } });
    }
    if endpoint.shows_picture {
        answer["content"] = json!({ "image/jpeg": {}, "image/webp": {} });
    }
    if endpoint.shows_table {
        answer["content"] = json!({ "text/csv": {} });
    }
    let mut responses = Map::new();
    responses.insert(endpoint.status.to_string(), answer);
    if let Some((status, kind)) = endpoint.or {
        let schema = types.schema(&Kind::parse(kind), used);
        let other = json!({ "description": "Not done yet.", "content": { "application/json": { "schema": schema } } });
        responses.insert(status.to_string(), other);
    }
    if is_tagged(endpoint) {
        responses.insert("304".to_owned(), json!({ "description": "It stands where the tag says." }));
    }
    for status in refusals(endpoint) {
        responses.insert(status.to_string(), json!({ "$ref": "#/components/responses/Problem" }));
    }
    let security = if endpoint.open { json!([]) } else { json!([{ "bearer": [] }]) };
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [tag(endpoint.path)],
        "parameters": parameters,
        "responses": responses,
        "security": security,
    });
    if let Some(scopes) = endpoint.scopes.filter(|scopes| !scopes.is_empty()) {
        operation["x-token-scopes"] = scopes.iter().map(|scope| scope.word()).collect();
    }
    if let Some(takes) = endpoint.body {
        let schema = body_schema(takes, types, used);
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    if endpoint.takes_picture {
        let content = json!({ "image/png": {}, "image/jpeg": {}, "image/webp": {} });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

/// Headers that change what is answered.
fn headers(endpoint: &Endpoint) -> Vec<Value> {
    let writes = endpoint.method != axum::http::Method::GET;
    let header = |name: &str, says: &str| {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
        json!({ "name": name, "in": "header", "required": false, "description": says, "schema": schema })
    };
    let all = [
        (
            writes && !endpoint.open,
            header("Idempotency-Key", "The same key gets the same answer, however often it is sent."),
        ),
        (
            writes && endpoint.path.contains("{board}"),
            header("If-Match", "Only if the board stands where this entity tag says."),
        ),
        (
            writes && endpoint.path.contains("{board}"),
            header(
                "Lockstep-Saw",
                "The seq that the author saw: the answer tells what others changed since of what this changes.",
            ),
        ),
        (
            writes && endpoint.path.contains("{board}"),
            header("Lockstep-If-Changed", "What is to happen then: `apply` or `refuse` (`precondition_failed`)."),
        ),
        (is_tagged(endpoint), header("If-None-Match", "304 if it stands where this entity tag says.")),
    ];
    all.into_iter().filter(|(fits, _)| *fits).map(|(_, header)| header).collect()
}

/// What is read with the place where it stands carries an entity tag.
fn is_tagged(endpoint: &Endpoint) -> bool {
    let standing = endpoint.answer.is_some_and(|kind| kind.ends_with("& Acknowledged"));
    endpoint.method == axum::http::Method::GET && (standing || endpoint.shows_picture)
}

/// The body's type without what the path says; what the server makes up may be absent.
fn body_schema(takes: Takes, types: &Types, used: &mut BTreeSet<String>) -> Value {
    let kind = Kind::named(takes.kind);
    if takes.in_path.is_empty() && takes.made_up.is_empty() {
        return types.schema(&kind, used);
    }
    let Some(Kind::Object(fields)) = types.find(takes.kind) else { return types.schema(&kind, used) };
    let fields = fields.iter().filter(|field| !takes.in_path.contains(&field.name.as_str())).cloned();
    let fields = fields.map(|mut field| {
        field.optional |= takes.made_up.contains(&field.name.as_str());
        field
    });
    types.schema(&Kind::Object(fields.collect()), used)
}

/// Statuses with which this route may refuse: those of the codes that fit its kind.
fn refusals(endpoint: &Endpoint) -> BTreeSet<u16> {
    let writes = endpoint.method != axum::http::Method::GET;
    let fits = |code: &Code| match code.http_status() {
        401 => !endpoint.open || endpoint.body.is_some(),
        403 => writes || !endpoint.open,
        // What is deleted may not be there.
        404 => {
            // Where a timer begins, its body says; what a query names may not be there either.
            let named = endpoint.path.contains('{') || endpoint.path.starts_with("/api/v1/me/timer");
            let asked = endpoint.query.iter().any(|asked| asked.kind.ends_with("Id"));
            named || asked || endpoint.shows_picture || endpoint.method == axum::http::Method::DELETE
        }
        409 => writes && endpoint.path.starts_with("/api/"),
        410 if ["/api/v1/unsubscribe", "/api/v1/me/phone/confirm"].contains(&endpoint.path) => true,
        410 => endpoint.body.is_some() && (endpoint.open || endpoint.path.starts_with("/api/v1/invitations/")),
        // `If-Match` is read wherever it is known who asks.
        412 => !endpoint.open,
        // A body is looked at where none is described, and refused unless it is empty.
        415 => writes,
        422 => writes || !endpoint.open || !endpoint.query.is_empty(),
        405 | 408 | 507 => false,
        _ => true,
    };
    Code::ALL.iter().filter(|code| fits(code)).map(|code| code.http_status()).collect()
}

/// The names in braces, with their types.
fn path_parameters(path: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| {
        let kind = match name {
            "org" => "OrgId",
            "role" => "RoleId",
            "invitation" => "InvitationId",
            // Any text that is none names nothing.
            "provider" => "string",
            "team" => "TeamId",
            "permission" => "TeamPermission",
            "board" => "BoardId",
            "channel" => "ChannelId",
            "seq" => "number",
            // One emoji.
            "emoji" => "string",
            // Those that there are: any other text names nothing.
            "language" | "letter" => "string",
            "column" => "ColumnId",
            "label" => "LabelId",
            "category" => "CategoryId",
            "field" => "FieldId",
            "view" => "ViewId",
            "link" => "LinkId",
            "comment" => "CommentId",
            "entry" => "TimeEntryId",
            "task" => "TaskId",
            "session" => "SessionId",
            "factor" => "FactorId",
            "device" => "DeviceId",
            "token" => "TokenId",
            "identity" => "IdentityId",
            "picture" => "PictureId",
            _ => "AccountId",
        };
        (name, kind)
    })
}

/// `GET /api/v1/orgs/{org}/boards` is `get_orgs_org_boards`.
fn operation_id(endpoint: &Endpoint) -> String {
    let path = endpoint.path.trim_start_matches("/api/v1").replace(['{', '}', '.'], "").replace(['/', '-'], "_");
    format!("{}{path}", endpoint.method.as_str().to_lowercase())
}

fn tag(path: &str) -> &str {
    let rest = path.strip_prefix("/api/v1/").unwrap_or("server");
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.starts_with('{')).collect();
    match parts.as_slice() {
        ["orgs", "boards", "tasks", ..] => "tasks",
        ["orgs", "boards", ..] => "boards",
        ["orgs", "teams", ..] => "teams",
        [first, ..] => first,
        [] => "server",
    }
}

#[cfg(test)]
mod tests;
