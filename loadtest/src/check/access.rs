//! Rights: nothing is committed for somebody who has lost them, nothing is shown to them, and no byte of an organization reaches
//! another. Boards here are private: the role that the board itself gives is the only one, and membership of the organization is needed.

use std::collections::{BTreeMap, HashMap};

use lockstep_protocol::{
    event::{BoardEvent, Event, OrganizationEvent},
    ids::AccountId,
    topic::{Kind as StreamKind, Topic},
    values::{BoardRole, MemberStatus, Visibility},
};

use super::{Bounds, Findings, Kind, index::Index};
use crate::{
    history::{Moment, Outcome, Record, journal::Row},
    model::Board,
};

/// When somebody had no access to a stream.
#[derive(Clone, Copy, Debug)]
struct Absence {
    /// Seq of the event that took it, and when its command was acknowledged.
    from: (u64, Option<Moment>),
    /// When it was first asked to give it back.
    back_at: Moment,
}

type Absences = BTreeMap<(Topic, AccountId), Vec<Absence>>;

pub fn check(index: &Index<'_>, bounds: Bounds, findings: &mut Findings) {
    for (stream, rows) in index.history.journal.streams.iter().filter(|(stream, _)| stream.kind == StreamKind::Board) {
        allowed(*stream, rows, findings);
    }
    let absences = absences(index);
    commands(index, &absences, findings);
    leaks(index, &absences, bounds, findings);
    canaries(index, findings);
}

/// Every event of a private board against its sender's role at that place of the stream. Exact: a revoke and what it forbids are in one order.
fn allowed(stream: Topic, rows: &[Row], findings: &mut Findings) {
    let mut board = Board::default();
    for row in rows {
        let Ok(happened) = row.happened() else { continue };
        let Event::Board(event) = &happened.event else { continue };
        let private = board.head.as_ref().is_some_and(|head| head.visibility == Visibility::Private);
        // What the server says by itself it says in nobody's name.
        let by_itself = row.actor == AccountId::NIL && said_by_the_server(event);
        // Nothing of a board holds up that one's own timer is stopped, a lost right neither.
        let own_timer = matches!(event, BoardEvent::TimeStopped(event) if event.account_id == row.actor);
        if private && !by_itself && !own_timer {
            let role = board.members.get(&row.actor).copied();
            findings.expect(
                Kind::CommandAfterRevoke,
                role.is_some_and(|role| role >= needed(event, row.actor)),
                || format!("{stream} {}: {} by {} as {role:?}", row.seq, row.tag, row.actor),
            );
        }
        board.apply(stream.id.into(), &happened);
    }
}

/// What comes due, and the next one of a schedule.
fn said_by_the_server(event: &BoardEvent) -> bool {
    use BoardEvent as E;
    matches!(
        event,
        E::TaskReminderDue(_)
            | E::TaskDueSoon(_)
            | E::TaskOverdue(_)
            | E::TaskEscalated(_)
            | E::TaskRepeated(_)
            | E::TaskCreated(_)
            | E::TasksReranked(_)
            | E::TaskRepeatChanged(_)
            | E::TaskCategorized(_)
            | E::TaskCoverChanged(_)
            | E::TaskFieldChanged(_)
    )
}

/// The least role that may do this.
fn needed(event: &BoardEvent, actor: AccountId) -> BoardRole {
    match event {
        BoardEvent::BoardMemberRemoved(event) if event.account_id == actor => BoardRole::Viewer,
        BoardEvent::BoardCreated(_)
        | BoardEvent::BoardUpdated(_)
        | BoardEvent::BoardTemplateChanged(_)
        | BoardEvent::BoardEscalationsChanged(_)
        | BoardEvent::BoardArchived(_)
        | BoardEvent::BoardUnarchived(_)
        | BoardEvent::BoardDeleted(_)
        | BoardEvent::BoardRestored(_)
        | BoardEvent::BoardMemberAdded(_)
        | BoardEvent::BoardMemberRoleChanged(_)
        | BoardEvent::BoardMemberRemoved(_) => BoardRole::Owner,
        BoardEvent::ChangeUndone(_) => BoardRole::Viewer,
        BoardEvent::TaskCommented(_)
        | BoardEvent::CommentEdited(_)
        | BoardEvent::CommentDeleted(_)
        | BoardEvent::CommentRestored(_) => BoardRole::Commenter,
        BoardEvent::TaskArchived(_) | BoardEvent::TaskDeleted(_) => BoardRole::Editor,
        event if event.tag().starts_with("column.") || event.tag().starts_with("label.") => BoardRole::Editor,
        _ => BoardRole::Contributor,
    }
}

/// Who was out of which board or organization, from when to when.
fn absences(index: &Index<'_>) -> Absences {
    let mut absences = Absences::new();
    for (stream, rows) in &index.history.journal.streams {
        let mut known: HashMap<AccountId, bool> = HashMap::new();
        for row in rows {
            let Some((account, inside)) = row.happened().ok().and_then(|happened| passage(&happened.event)) else {
                continue;
            };
            let place = (*stream, row.seq);
            let of = absences.entry((*stream, account)).or_default();
            match (known.insert(account, inside), inside) {
                (Some(true), false) => {
                    let from = (row.seq, index.acknowledged_at.get(&place).copied());
                    of.push(Absence { from, back_at: Moment::MAX });
                }
                (Some(false), true) => {
                    if let Some(absence) = of.last_mut() {
                        // Where nobody noted the asking, nothing after the leaving is judged.
                        absence.back_at = index.invoked_at.get(&place).copied().unwrap_or_default();
                    }
                }
                _ => {}
            }
        }
    }
    absences
}

fn passage(event: &Event) -> Option<(AccountId, bool)> {
    match event {
        Event::Board(BoardEvent::BoardMemberAdded(event)) => Some((event.account_id, true)),
        Event::Board(BoardEvent::BoardMemberRemoved(event)) => Some((event.account_id, false)),
        event => membership(event),
    }
}

/// Who may act in an organization from this event on, or no longer.
pub fn membership(event: &Event) -> Option<(AccountId, bool)> {
    let Event::Organization(event) = event else { return None };
    match event {
        OrganizationEvent::OrganizationCreated(event) => Some((event.owner_id, true)),
        OrganizationEvent::MemberAdded(event) => Some((event.account_id, true)),
        OrganizationEvent::MemberRemoved(event) => Some((event.account_id, false)),
        OrganizationEvent::MemberStatusChanged(event) => Some((event.account_id, event.status == MemberStatus::Active)),
        _ => None,
    }
}

/// A command that was first sent after the removal was acknowledged, and answered before anybody asked to undo it, must not succeed.
fn commands(index: &Index<'_>, absences: &Absences, findings: &mut Findings) {
    let orgs: HashMap<AccountId, Topic> =
        index.clients.iter().map(|client| (client.account, client.org.into())).collect();
    for command in index.commands.values() {
        let home = orgs.get(&command.account).copied();
        let streams = std::iter::once(command.topic).chain(home.filter(|home| *home != command.topic));
        for absence in streams.filter_map(|stream| absences.get(&(stream, command.account))).flatten() {
            let Some(gone_at) = absence.from.1 else { continue };
            if command.first_invoked_at() <= gone_at {
                continue;
            }
            for attempt in command.own() {
                let Some((at, Outcome::Ok { seq, .. })) = attempt.returned else { continue };
                let within = at < absence.back_at;
                findings.expect(Kind::CommandAfterRevoke, !within, || {
                    format!("{} at {} {seq}: out since {absence:?}", index.name(command.key), command.topic)
                });
            }
        }
    }
}

fn leaks(index: &Index<'_>, absences: &Absences, bounds: Bounds, findings: &mut Findings) {
    for client in &index.clients {
        for record in client.records {
            let Record::Events { at, topic, hashes, .. } = record else { continue };
            for absence in absences.get(&(*topic, client.account)).into_iter().flatten() {
                // In one stream there is one order: what comes after the removal is never shown to whom it concerns.
                let shown = hashes.iter().any(|(seq, _)| *seq > absence.from.0);
                let leaked = shown && *at < absence.back_at && absence.from.1.is_some_and(|gone_at| *at > gone_at);
                findings.expect(Kind::LeakAfterRevoke, !leaked, || {
                    format!("client {} at {at} µs on {topic}: {hashes:?}, out since {absence:?}", client.index)
                });
            }
            for absence in absences.get(&(client.org.into(), client.account)).into_iter().flatten() {
                let Some(gone_at) = absence.from.1 else { continue };
                let bound = (bounds.leak_bound_ms + hidden_ms(index, *at)) * 1_000;
                let late = *at > gone_at + bound && *at < absence.back_at;
                let newer = |seq: u64| index.invoked_at.get(&(*topic, seq)).is_some_and(|invoked| *invoked > gone_at);
                let leaked = late && hashes.iter().any(|(seq, _)| newer(*seq));
                findings.expect(Kind::LeakAfterRevoke, !leaked, || {
                    format!("client {} at {at} µs on {topic}: out of the organization since {absence:?}", client.index)
                });
            }
        }
    }
}

/// A node that is stopped or cut from its database may go on for this long before it stops delivering.
fn hidden_ms(index: &Index<'_>, at: Moment) -> u64 {
    const CUT_OFF_MS: u64 = 5_000;
    const SETTLING: Moment = 2_000_000;
    let faults = &index.history.run.faults;
    let hidden =
        faults.iter().any(|fault| !fault.kind.keeps_the_bound() && fault.from <= at && at <= fault.until + SETTLING);
    if hidden { CUT_OFF_MS } else { 0 }
}

fn canaries(index: &Index<'_>, findings: &mut Findings) {
    let mut own_all = 0;
    for client in &index.clients {
        for record in client.records {
            let Record::Canaries { own, foreign, .. } = record else { continue };
            own_all += own;
            findings.expect(Kind::CrossTenant, *foreign == 0, || {
                format!("client {} received secrets of others {foreign} times", client.index)
            });
        }
    }
    for client in &index.clients {
        for record in client.records {
            let (Record::Joined { topic, .. } | Record::Snapshot { topic, .. } | Record::Events { topic, .. }) = record
            else {
                continue;
            };
            let org = index.history.journal.rows(*topic).first().map(|row| row.org);
            findings.expect(Kind::CrossTenant, org.is_none_or(|org| org == client.org), || {
                format!("client {} was let into {topic} of another organization", client.index)
            });
        }
    }
    // Who never finds their own would not find others'.
    findings.expect(Kind::CrossTenant, own_all > 0, || {
        "nobody received even their own secret: nothing was scanned".to_owned()
    });
}
