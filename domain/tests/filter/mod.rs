//! What filters mean, as the vectors say that the web client is held to as well: the first line is a world, each other one somebody who
//! looks at it through a filter, and the numbers of the tasks that they see.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use lockstep_domain::filter::{Looker, Shown};
use lockstep_protocol::{
    ids::{AccountId, TaskId},
    values::{Audience, Condition, Lifecycle, Micros},
    view::TaskFace,
};
use serde::Deserialize;

use crate::support::{World, id};

#[derive(Deserialize)]
struct Looked {
    key: String,
    faces: Vec<TaskFace>,
    blocked: Vec<TaskId>,
    watched: Vec<TaskId>,
    /// Who stand-ins turned out to be.
    claims: BTreeMap<AccountId, AccountId>,
}

#[derive(Deserialize)]
struct Who {
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
    let mut rows = 0;
    for line in lines {
        let Row { who, filter, sees } = serde_json::from_str(line).unwrap();
        let looker = Looker { me: who.me, now: who.now, zone: TimeZone::get(&who.zone).unwrap(), resolve: &resolve };
        let seen = world.faces.iter().filter(|face| {
            let key = format!("{}-{}", world.key, face.number);
            let (blocked, watched) = (world.blocked.contains(&face.task_id), world.watched.contains(&face.task_id));
            looker.sees(&filter, &Shown { face, key: &key, blocked, watched })
        });
        assert_eq!(seen.map(|face| face.number).collect::<Vec<_>>(), sees, "{line}");
        rows += 1;
    }
    assert!(rows > 50);
}

fn found(world: &World, filter: &str, audience: Audience) -> Vec<TaskId> {
    let filter: Vec<Condition> = serde_json::from_str(filter).unwrap();
    let resolve = |account| world.org.state.resolve(account);
    let me = Some(AccountId(id("member"))).filter(|_| audience != Audience::Public);
    let looker = Looker { me, now: 1_795_219_240_000_000, zone: TimeZone::UTC, resolve: &resolve };
    world.board.state.filtered(&filter, &looker, (audience, Lifecycle::Active)).map(|(id, _)| id).collect()
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
