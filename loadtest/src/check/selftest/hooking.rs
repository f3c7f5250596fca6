//! Damages to what webhooks were sent: left out, never taken, out of order, forged, and under other ids.

use super::Mutation;
use crate::{
    check::Kind,
    history::{
        History,
        hooks::{Came, Made},
    },
};

pub const ALL: &[Mutation] = &[
    Mutation { name: "an event was not sent", found_as: Kind::WebhookMissing, damage: not_sent },
    Mutation { name: "an event was never taken", found_as: Kind::WebhookMissing, damage: never_taken },
    Mutation { name: "an event came as another", found_as: Kind::WebhookMissing, damage: as_another },
    Mutation { name: "two came in the wrong order", found_as: Kind::WebhookOutOfOrder, damage: wrong_order },
    Mutation { name: "a signature of another secret", found_as: Kind::BadSignature, damage: other_secret },
    Mutation { name: "a body that was changed", found_as: Kind::BadSignature, damage: changed_body },
    Mutation { name: "an event under a second id", found_as: Kind::WebhookIdChanged, damage: second_id },
    Mutation { name: "one id for two events", found_as: Kind::WebhookIdChanged, damage: one_id },
];

/// Where two are side by side that came once each and were taken.
fn pair(history: &History) -> Option<usize> {
    let came = &history.hooks.came;
    let once = |at: usize| came.iter().filter(|other| other.id == came[at].id).count() == 1;
    (0..came.len().checked_sub(1)?).find(|at| came[*at].endpoint == came[at + 1].endpoint && once(*at) && once(at + 1))
}

fn made(history: &History, came: &Came) -> Option<Made> {
    history.hooks.made.iter().find(|made| made.endpoint == came.endpoint).cloned()
}

/// Signed again, as whoever has the secret would.
fn signed(made: &Made, came: Came) -> Option<Came> {
    let signature = made.signature(&came.id, &came.timestamp, &came.body)?;
    Some(Came { signature, ..came })
}

fn not_sent(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    history.hooks.came.remove(at);
    Some(())
}

fn never_taken(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    history.hooks.came[at].status = 503;
    Some(())
}

fn as_another(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    let came = history.hooks.came[at].clone();
    let mut body: serde_json::Value = serde_json::from_str(&came.body).ok()?;
    body["type"] = "task.deleted.twice".into();
    let made = made(history, &came)?;
    history.hooks.came[at] = signed(&made, Came { body: body.to_string(), ..came })?;
    Some(())
}

fn wrong_order(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    history.hooks.came.swap(at, at + 1);
    Some(())
}

fn other_secret(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    let came = history.hooks.came[at].clone();
    let made = Made { secret: "whsec_AAAA".into(), ..made(history, &came)? };
    history.hooks.came[at] = signed(&made, came)?;
    Some(())
}

fn changed_body(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    history.hooks.came[at].body.push(' ');
    Some(())
}

fn second_id(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    let came = history.hooks.came[at].clone();
    let made = made(history, &came)?;
    let again = signed(&made, Came { id: format!("{}_again", came.id), ..came })?;
    history.hooks.came.insert(at + 1, again);
    Some(())
}

fn one_id(history: &mut History) -> Option<()> {
    let at = pair(history)?;
    let (id, came) = (history.hooks.came[at].id.clone(), history.hooks.came[at + 1].clone());
    let made = made(history, &came)?;
    history.hooks.came[at + 1] = signed(&made, Came { id, ..came })?;
    Some(())
}
