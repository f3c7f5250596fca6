//! What filters mean, as the vectors say that the web client is held to as well: the first line is a world, each other one somebody who
//! looks at it through a filter, and the numbers of the tasks that they see.

mod many;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use lockstep_domain::{
    board::CopyIds,
    filter::{Looker, Shown},
    sort::{SortField, Sorter},
};
use lockstep_protocol::{
    ids::{AccountId, FieldId, TaskId, ViewId},
    values::{Audience, Condition, FieldKind, Lifecycle, Micros, SortKey},
    view::{FieldView, TaskFace},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{World, id};

#[derive(Deserialize)]
struct Looked {
    key: String,
    faces: Vec<TaskFace>,
    blocked: Vec<TaskId>,
    watched: Vec<TaskId>,
    /// Who stand-ins turned out to be.
    claims: BTreeMap<AccountId, AccountId>,
    /// The custom fields that there are.
    fields: Vec<FieldView>,
}

impl Looked {
    fn kind(&self, id: FieldId) -> Option<FieldKind> {
        self.fields.iter().find(|field| field.field_id == id).map(|field| field.kind)
    }

    fn sort_field(&self, id: FieldId) -> Option<SortField> {
        let field = self.fields.iter().find(|field| field.field_id == id)?;
        let options = field.options.iter().map(|option| option.option_id).collect();
        Some(SortField { kind: field.kind, options })
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Who {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    me: Option<AccountId>,
    zone: String,
    now: Micros,
}

#[derive(Deserialize)]
struct Row {
    who: Who,
    filter: Vec<Condition>,
    sees: Vec<u32>,
}

#[test]
fn a_filter_means_what_the_vectors_say() {
    let mut lines = include_str!("../vectors/filter.jsonl").lines();
    let world: Looked = serde_json::from_str(lines.next().unwrap()).unwrap();
    let resolve = |account| world.claims.get(&account).copied().unwrap_or(account);
    let kind = |id| world.kind(id);
    let mut rows = 0;
    for line in lines {
        let Row { who, filter, sees } = serde_json::from_str(line).unwrap();
        let looker = Looker { me: who.me, now: who.now, zone: TimeZone::get(&who.zone).unwrap(), resolve: &resolve };
        let seen = world.faces.iter().filter(|face| {
            let key = format!("{}-{}", world.key, face.number);
            let (blocked, watched) = (world.blocked.contains(&face.task_id), world.watched.contains(&face.task_id));
            looker.sees(&filter, &Shown { face, key: &key, blocked, watched, kind: &kind })
        });
        assert_eq!(seen.map(|face| face.number).collect::<Vec<_>>(), sees, "{line}");
        rows += 1;
    }
    assert!(rows > 50);
}

#[derive(Deserialize)]
struct Sorted {
    who: Who,
    sort: Vec<SortKey>,
    stands: Vec<u32>,
}

/// The world of `sort.jsonl` is its first line; each other one is somebody who sorts it, and the numbers of its tasks in their order.
#[test]
fn tasks_stand_in_the_order_that_the_vectors_say() {
    let mut lines = include_str!("../vectors/sort.jsonl").lines();
    let world: Looked = serde_json::from_str(lines.next().unwrap()).unwrap();
    let resolve = |account| account;
    let mut rows = 0;
    for line in lines {
        let Sorted { who, sort, stands } = serde_json::from_str(line).unwrap();
        let looker = Looker { me: who.me, now: who.now, zone: TimeZone::get(&who.zone).unwrap(), resolve: &resolve };
        let sorter = Sorter::new(&sort, &looker, &|id| world.sort_field(id));
        let mut found: Vec<_> = world.faces.iter().map(|face| (sorter.standing(face), face)).collect();
        found.sort_by(|a, b| sorter.compare((&a.0, a.1), (&b.0, b.1)));
        assert_eq!(found.iter().map(|(_, face)| face.number).collect::<Vec<_>>(), stands, "{line}");
        rows += 1;
    }
    assert!(rows > 30);
}

fn found(world: &World, filter: &str, audience: Audience) -> Vec<TaskId> {
    let filter: Vec<Condition> = serde_json::from_str(filter).unwrap();
    let resolve = |account| world.org.state.resolve(account);
    let me = Some(AccountId(id("member"))).filter(|_| audience != Audience::Public);
    let looker = Looker { me, now: 1_795_219_240_000_000, zone: TimeZone::UTC, resolve: &resolve };
    world.board.state.filtered(&filter, &looker, (audience, Lifecycle::Active)).map(|(id, _)| id).collect()
}

/// What a view asks of custom fields it asks of the copy's, never of those of the board that was copied.
#[test]
fn a_copy_of_a_board_asks_of_its_own_fields() {
    let mut world = World::usual();
    let (size, small) = (id("size"), id("small"));
    let asked = json!({
        "filter": [{ "on": "field", "field_id": size, "test": { "is": "options", "options": [small] } }, { "on": "field", "field_id": size, "test": { "is": "set" } }],
        "lanes": { "by": "field", "field_id": size },
        "sort": [{ "by": { "on": "field", "field_id": size }, "descending": true }, { "by": { "on": "due" } }],
    });
    world.tell(&format!("owner: view.update view_id=v1 look={asked}"));
    let own = |id: Uuid| Uuid::from_u128(!id.as_u128());
    let views: Vec<Value> = world.board.state.shape(&CopyIds(&own)).iter().map(|one| json!(one)).collect();
    let copied = views.iter().find(|command| command["type"] == "view.create").unwrap();
    let text = asked.to_string().replace(&size.to_string(), &own(size).to_string());
    let wanted: Value = serde_json::from_str(&text.replace(&small.to_string(), &own(small).to_string())).unwrap();
    assert_eq!(copied["look"], wanted);
}

/// What asks for a field that is deleted stays as it is saved, and is met by nothing: also that there is no value.
#[test]
fn a_field_that_is_gone_is_met_by_nothing() {
    let mut world = World::usual();
    let unset = format!(r#"[{{"on":"field","field_id":"{}","test":{{"is":"unset"}}}}]"#, id("size"));
    assert!(!found(&world, &unset, Audience::Member).is_empty());
    world.tell(&format!("owner: view.update view_id=v1 look.filter={unset}"));
    world.tell("owner: field.delete field_id=size");
    assert_eq!(found(&world, &unset, Audience::Member), []);
    let kept = &world.board.state.saved_view(ViewId(id("v1"))).unwrap().look.filter;
    assert_eq!(json!(kept).to_string(), json!(serde_json::from_str::<Value>(&unset).unwrap()).to_string());
}

/// Whoever is not shown who is in a field does not find that out by asking for them, nor by sorting.
#[test]
fn the_public_finds_nobody_in_a_field() {
    let mut world = World::usual();
    world.tell("owner: task.field.set task_id=t1 field_id=whom value.kind=person value.account_id=member");
    let of = |test: &str| format!(r#"[{{"on":"field","field_id":"{}","test":{test}}}]"#, id("whom"));
    let who = of(&format!(r#"{{"is":"person","people":["{}"]}}"#, id("member")));
    for asked in [who, of(r#"{"is":"person","me":true}"#), of(r#"{"is":"set"}"#)] {
        assert_eq!(found(&world, &asked, Audience::Member), [TaskId(id("t1"))], "{asked}");
        assert_eq!(found(&world, &asked, Audience::Public), [], "{asked}");
    }
    let nobody = of(r#"{"is":"unset"}"#);
    assert_eq!(found(&world, &nobody, Audience::Public), found(&world, "[]", Audience::Public));
}

/// Whoever is not shown whose a task is does not find that out by asking for theirs.
#[test]
fn the_public_finds_nothing_that_it_is_not_shown() {
    let mut world = World::usual();
    world.tell("owner: task.watch task_id=t2 account_id=member");
    let t1 = TaskId(id("t1"));
    let whose = format!(r#"[{{"on":"assignee","people":["{}"]}}]"#, id("member"));
    assert_eq!(found(&world, &whose, Audience::Member), [t1]);
    assert_eq!(found(&world, r#"[{"on":"assignee","me":true}]"#, Audience::Member), [t1]);
    assert!(found(&world, r#"[{"on":"watched"}]"#, Audience::Member).contains(&TaskId(id("t2"))));
    for hidden in [whose.as_str(), r#"[{"on":"assignee","me":true}]"#, r#"[{"on":"watched"}]"#] {
        assert_eq!(found(&world, hidden, Audience::Public), [], "{hidden}");
    }
    let nobody = r#"[{"on":"assignee","nobody":true}]"#;
    assert_eq!(found(&world, nobody, Audience::Public), found(&world, "[]", Audience::Public));
}

/// One that is done, archived or thrown away blocks nothing.
#[test]
fn what_is_blocked_waits_for_something_that_is_open() {
    let blocked = r#"[{"on":"blocked","is":true}]"#;
    for ends in ["task.complete", "task.archive", "task.delete"] {
        let mut world = World::usual();
        world.tell("owner: task.dependency.add task_id=t1 kind=blocks other_id=t2");
        assert_eq!(found(&world, blocked, Audience::Member), [TaskId(id("t2"))]);
        assert_eq!(found(&world, blocked, Audience::Public), [TaskId(id("t2"))]);
        world.tell(&format!("owner: {ends} task_id=t1"));
        assert_eq!(found(&world, blocked, Audience::Member), [], "{ends}");
    }
}
