//! The document is one that tools read, it covers every route, and every name in it leads somewhere.

use super::*;
use crate::http::router::endpoints;

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(target) if name == "$ref" => {
                        found.insert(target.to_owned());
                    }
                    _ => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn a_reader_of_openapi_understands_it() {
    let document = document(&endpoints());
    let read: utoipa::openapi::OpenApi = serde_json::from_value(document).expect("an OpenAPI document");
    assert_eq!(read.paths.paths.len(), endpoints().iter().map(|endpoint| endpoint.path).collect::<BTreeSet<_>>().len());
}

#[test]
fn every_route_is_in_it_once() {
    let document = document(&endpoints());
    let mut ids = BTreeSet::new();
    for endpoint in endpoints() {
        let operation = &document["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{} is missing", endpoint.path));
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
        assert!(operation["responses"].get("500").is_some(), "{id} names no refusal");
    }
    assert_eq!(ids.len(), endpoints().len());
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document(&endpoints());
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 30, "only {} references", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn what_the_path_says_is_not_asked_for_again() {
    let document = document(&endpoints());
    let operation = &document["paths"]["/api/v1/orgs/{org}/boards/{board}/tasks/{task}/move"]["post"];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(schema["required"], json!(["column_id"]));
    assert!(schema["properties"].get("task_id").is_none());
    let operation = &document["paths"]["/api/v1/orgs/{org}/boards/{board}/tasks"]["post"];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(schema["required"], json!(["column_id", "title"]));
    assert!(schema["properties"].get("task_id").is_some());
}

/// The surface, for reviewers: what changed shows as a difference. `INSTA_UPDATE=always` writes it anew.
#[test]
fn the_surface_is_as_it_was_reviewed() {
    let lines: Vec<String> = endpoints()
        .iter()
        .map(|endpoint| {
            let body = endpoint.body.map_or(if endpoint.takes_picture { "a picture" } else { "-" }, |takes| takes.kind);
            let answer = match (endpoint.answer, endpoint.shows_picture, endpoint.shows_table) {
                (Some(kind), ..) => kind,
                (None, true, _) => "a picture",
                (None, _, true) => "a table",
                (None, false, false) => "-",
            };
            let open = if endpoint.open { " open" } else { "" };
            format!("{} {} ({body}) -> {} {answer}{open}", endpoint.method, endpoint.path, endpoint.status)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
