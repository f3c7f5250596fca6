//! Looks made by chance of all that the vectors ask for: what each shows, and in which order. `views_many.jsonl` holds the web client to
//! the same answers. `UPDATE_GENERATED=1` writes the file anew; without it, a difference fails.

#![allow(clippy::disallowed_methods, reason = "a generated file is written when an environment variable asks")]

use std::{fs, path::Path};

use jiff::tz::TimeZone;
use lockstep_domain::{
    filter::{Looker, Shown},
    sort::Sorter,
};
use lockstep_protocol::values::{Condition, Look, SortKey};
use serde::{Deserialize, Serialize};

use super::{Looked, Row, Sorted, Who};

const LOOKS: usize = 400;

#[derive(Serialize, Deserialize)]
struct Seen {
    who: Who,
    look: Look,
    stands: Vec<u32>,
}

/// The same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn some<T: Clone>(&mut self, pool: &[T], most: usize) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| pool[self.below(pool.len())].clone()).collect()
    }
}

fn stands(world: &Looked, who: &Who, look: &Look) -> Vec<u32> {
    let resolve = |account| world.claims.get(&account).copied().unwrap_or(account);
    let kind = |id| world.kind(id);
    let looker = Looker { me: who.me, now: who.now, zone: TimeZone::get(&who.zone).unwrap(), resolve: &resolve };
    let sorter = Sorter::new(&look.sort, &looker, &|id| world.sort_field(id));
    let shown = world.faces.iter().filter(|face| {
        let key = format!("{}-{}", world.key, face.number);
        let (blocked, watched) = (world.blocked.contains(&face.task_id), world.watched.contains(&face.task_id));
        looker.sees(&look.filter, &Shown { face, key: &key, blocked, watched, kind: &kind })
    });
    let mut found: Vec<_> = shown.map(|face| (sorter.standing(face), face)).collect();
    found.sort_by(|a, b| sorter.compare((&a.0, a.1), (&b.0, b.1)));
    found.iter().map(|(_, face)| face.number).collect()
}

#[test]
fn looks_made_by_chance_show_what_is_kept_of_them() {
    let mut filters = include_str!("../vectors/filter.jsonl").lines();
    let world: Looked = serde_json::from_str(filters.next().unwrap()).unwrap();
    let rows: Vec<Row> = filters.map(|line| serde_json::from_str(line).unwrap()).collect();
    let sorts = include_str!("../vectors/sort.jsonl").lines().skip(1);
    let keys: Vec<SortKey> = sorts.flat_map(|line| serde_json::from_str::<Sorted>(line).unwrap().sort).collect();
    let conditions: Vec<Condition> = rows.iter().flat_map(|row| row.filter.clone()).collect();
    let whos: Vec<Who> = rows.iter().map(|row| row.who.clone()).collect();
    let mut chance = Chance(11);
    let mut several = 0;
    let lines = (0..LOOKS).map(|_| {
        let who = whos[chance.below(whos.len())].clone();
        let look = Look { filter: chance.some(&conditions, 2), sort: chance.some(&keys, 3), ..Look::default() };
        let stands = stands(&world, &who, &look);
        several += usize::from(stands.len() > 1 && !look.sort.is_empty() && !look.filter.is_empty());
        serde_json::to_string(&Seen { who, look, stands }).unwrap() + "\n"
    });
    let made: String = lines.collect();
    assert!(several > 60, "too few of them show something: {several}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/views_many.jsonl");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{} is out of date: run with UPDATE_GENERATED=1", path.display());
}
