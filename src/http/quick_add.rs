//! A task out of one line ([`lockstep_domain::quick_add`]): read as its author would, its names looked up on the board, and made by the
//! same command as any other. It must never swallow a word: what has no place in a task yet, or names nothing, stays in the title.

use std::sync::Arc;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use lockstep_domain::{
    Aggregate,
    access::may_see_board,
    board::Board,
    organization::Organization,
    quick_add::{Context, Language, Token, Value, Verdict, parse_with},
    team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::task::CreateTask,
    ids::{AccountId, BoardId, ColumnId, LabelId, OrgId, TaskId},
    values::{Audience, ColumnKind, Due, Micros, Priority, RepeatOn, RepeatRule},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::Written,
    extract::{Body, Caller, Ids},
    names::{Roll, folded},
    preferences::Preferences,
    problem::Answer,
};
use crate::actors::Published;

/// Whose words a line is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
pub enum QuickLanguage {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct QuickTask {
    /// "Pay rent tomorrow at 9am p1 #home @ana"; docs/QUICK-ADD.md has the grammar.
    line: String,
    /// Default: what the caller's locale says, else English.
    #[serde(default)]
    #[ts(optional)]
    language: Option<QuickLanguage>,
    /// Where it goes when the line names no column; default: the first that is not archived.
    #[serde(default)]
    #[ts(optional)]
    column_id: Option<ColumnId>,
    #[serde(default)]
    #[ts(optional)]
    task_id: Option<TaskId>,
}

/// What something in a line says of the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuickKind {
    Due,
    Time,
    Repeat,
    Start,
    Priority,
    Estimate,
    Label,
    Person,
    Place,
}

/// Why something that was understood is not in the task but in its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuickWhy {
    /// There is nothing, or nobody who may see the board, of this name.
    Unknown,
    /// Several people could be meant.
    Ambiguous,
    /// The task has as many of them as it may.
    Full,
    /// It is not for such a task: one that is made in a column of finished work does not repeat, and none takes longer than a task may.
    Unsupported,
}

/// Words of the line and what they say.
#[derive(Debug, Serialize, TS)]
pub struct QuickUsed {
    kind: QuickKind,
    text: String,
}

/// Words of the line that stayed in the title.
#[derive(Debug, Serialize, TS)]
pub struct QuickUnused {
    kind: QuickKind,
    text: String,
    why: QuickWhy,
}

/// What became of a line.
#[derive(Debug, Serialize, TS)]
pub struct QuickMade {
    task_id: TaskId,
    title: String,
    used: Vec<QuickUsed>,
    unused: Vec<QuickUnused>,
}

pub async fn create(
    caller: Caller,
    Ids((org, board_id)): Ids<(OrgId, BoardId)>,
    Body(body): Body<QuickTask>,
) -> Answer<Written<QuickMade>> {
    let limit = caller.http.limits.quick_add_chars_max;
    if body.line.chars().count() > limit {
        return Err(Failure::new(Code::FieldTooLong).field("line").limit(limit as u64).into());
    }
    let (published, audience) = caller.board(org, board_id, None).await?;
    let board = &published.state;
    let profile = caller.http.store.accounts().profile(caller.who.account).await?.ok_or(Code::Unauthenticated)?;
    let zone = zone_of(&profile.time_zone);
    let context = context(&caller, &profile.locale, &Preferences::stored(&profile.preferences), body.language, &zone)?;
    let people = People::of(&caller, org, board, audience).await?;
    let first = || board.columns().into_iter().find(|(_, column)| !column.archived).map(|(id, _)| id);
    let column_id =
        body.column_id.or_else(first).ok_or_else(|| Failure::new(Code::FieldRequired).field("column_id"))?;
    let limits = &caller.http.limits;
    let most = (limits.labels_per_task_max, limits.assignees_per_task_max);
    let read = |repeats| {
        let minutes_max = limits.task_estimate_minutes_max;
        let (labels, assignees, unused) = (vec![], vec![], vec![]);
        let mut draft =
            Draft { board, people: &people, most, minutes_max, repeats, column_id, labels, assignees, unused };
        let found = parse_with(&body.line, &context, |value, words| draft.judge(value, words));
        (found, draft)
    };
    let is_done = |id| board.column(id).is_some_and(|column| column.kind == ColumnKind::Done);
    // Which column it is may be said behind how it repeats.
    let (found, draft) = Some(read(true)).filter(|(_, draft)| !is_done(draft.column_id)).unwrap_or_else(|| read(false));
    let Draft { column_id, labels, assignees, unused, .. } = draft;
    let Said { priority, minutes, repeat } = said(&found.tokens, &zone);
    let task_id = caller.id_for(body.task_id, "task");
    let whole = found.tokens.is_empty();
    // A line that is all marks is a title as it stands: then nothing of it counts.
    let column_id = if whole { body.column_id.or_else(first).unwrap_or(column_id) } else { column_id };
    let command = CreateTask {
        labels: if whole { vec![] } else { labels },
        assignees: if whole { vec![] } else { assignees },
        priority,
        start_at: found.start.map(|date| moment(date, Time::midnight(), &zone)).transpose()?,
        due: found.due.map(|(date, time)| due(date, time, &zone)).transpose()?,
        minutes,
        repeat: repeat.map(Box::new),
        ..CreateTask::of(task_id, column_id, found.title.clone())
    };
    let units: Vec<u16> = body.line.encode_utf16().collect();
    let taken = found.tokens.iter().filter(|token| !token.kept);
    let used = taken.map(|token| QuickUsed {
        kind: kind(&token.value),
        text: String::from_utf16_lossy(&units[token.span.start..token.span.end]),
    });
    let made = QuickMade { task_id, title: found.title, used: used.collect(), unused };
    let acknowledged = caller.ask(board_id, 1, command).await?;
    Ok(Written { acknowledged, created: true, value: Some(made) })
}

/// What a line says in so many words, of which each kind counts once.
#[derive(Default)]
struct Said {
    priority: Option<Priority>,
    minutes: Option<u32>,
    repeat: Option<RepeatRule>,
}

fn said(tokens: &[Token], zone: &TimeZone) -> Said {
    let mut said = Said::default();
    for token in tokens.iter().filter(|token| !token.kept) {
        match &token.value {
            Value::Priority(priority) => said.priority = Some(*priority),
            Value::Estimate(minutes) => said.minutes = Some(*minutes),
            Value::Repeat(rule) => {
                let zone = zone.iana_name().unwrap_or("UTC").to_owned();
                said.repeat = Some(RepeatRule { rule: rule.to_string(), zone, on: RepeatOn::Done });
            }
            _ => {}
        }
    }
    said
}

/// What the caller would mean by it, here and now.
fn context(
    caller: &Caller,
    locale: &str,
    preferences: &Preferences,
    language: Option<QuickLanguage>,
    zone: &TimeZone,
) -> Answer<Context> {
    let now = Timestamp::from_microsecond(caller.http.clock.now()).map_err(|_| Code::Internal)?;
    let mut parts = locale.split('-');
    let german = parts.next() == Some("de");
    Ok(Context {
        language: match language {
            Some(QuickLanguage::German) => Language::German,
            Some(QuickLanguage::English) => Language::English,
            None if german => Language::German,
            None => Language::English,
        },
        now: now.to_zoned(zone.clone()).datetime(),
        week_start: preferences.week_starts_on(),
        month_first: parts.any(|part| part == "US"),
    })
}

/// Who chose no zone, or one that this server does not know, means UTC.
pub(super) fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn due(date: Date, time: Option<Time>, zone: &TimeZone) -> Answer<Due> {
    Ok(match time {
        Some(time) => Due { at: moment(date, time, zone)?, has_time: true },
        None => Due { at: moment(date, Time::midnight(), &TimeZone::UTC)?, has_time: false },
    })
}

/// A time that a change of clocks leaves out is the one after it; of one that comes twice the first is meant.
fn moment(date: Date, time: Time, zone: &TimeZone) -> Answer<Micros> {
    let zoned = date.to_datetime(time).to_zoned(zone.clone());
    let zoned = zoned.map_err(|_| Failure::because(Code::FieldInvalid, "There is no such day.").field("line"))?;
    Ok(zoned.timestamp().as_microsecond())
}

const fn kind(value: &Value) -> QuickKind {
    match value {
        Value::Due(..) => QuickKind::Due,
        Value::Time(_) => QuickKind::Time,
        Value::Repeat(_) => QuickKind::Repeat,
        Value::Start(_) => QuickKind::Start,
        Value::Priority(_) => QuickKind::Priority,
        Value::Estimate(_) => QuickKind::Estimate,
        Value::Label(_) => QuickKind::Label,
        Value::Person(_) => QuickKind::Person,
        Value::Place(_) => QuickKind::Place,
    }
}

/// The task while its line is read.
struct Draft<'a> {
    board: &'a Board,
    people: &'a People,
    /// Labels and assignees of one task.
    most: (usize, usize),
    /// Of an estimate.
    minutes_max: u32,
    /// Whether it may repeat.
    repeats: bool,
    column_id: ColumnId,
    labels: Vec<LabelId>,
    assignees: Vec<AccountId>,
    unused: Vec<QuickUnused>,
}

impl Draft<'_> {
    fn judge(&mut self, value: &Value, words: &str) -> Verdict {
        let found = match value {
            Value::Label(name) => self.label(name),
            Value::Person(name) => self.person(name),
            Value::Place(name) => match self.column(name) {
                Some(column) => {
                    self.column_id = column;
                    Ok(())
                }
                // "in the fridge" is no place here, and nobody thought so.
                None if !words.starts_with('+') => return Verdict::Text,
                None => Err(QuickWhy::Unknown),
            },
            Value::Repeat(_) if !self.repeats => {
                self.leave(value, words, QuickWhy::Unsupported);
                return Verdict::Kept;
            }
            Value::Estimate(minutes) if *minutes > self.minutes_max => Err(QuickWhy::Unsupported),
            _ => Ok(()),
        };
        match found {
            Ok(()) => Verdict::Taken,
            Err(why) => {
                self.leave(value, words, why);
                Verdict::Text
            }
        }
    }

    fn leave(&mut self, value: &Value, words: &str, why: QuickWhy) {
        self.unused.push(QuickUnused { kind: kind(value), text: words.to_owned(), why });
    }

    fn label(&mut self, name: &str) -> Result<(), QuickWhy> {
        let wanted = folded(name);
        let mut labels = self.board.labels();
        let id = labels.find(|(_, label)| folded(&label.name) == wanted).ok_or(QuickWhy::Unknown)?.0;
        add(&mut self.labels, id, self.most.0)
    }

    fn person(&mut self, name: &str) -> Result<(), QuickWhy> {
        let account = self.people.named(name)?;
        add(&mut self.assignees, account, self.most.1)
    }

    /// A column by name, alone or behind the board's; the board alone leaves it where it is.
    fn column(&self, name: &str) -> Option<ColumnId> {
        let open = self.board.columns().into_iter().filter(|(_, column)| !column.archived);
        let columns: Vec<(ColumnId, String)> = open.map(|(id, column)| (id, folded(&column.name))).collect();
        let named = |name: &str| {
            let wanted = folded(name);
            columns.iter().find(|(_, each)| *each == wanted).map(|(id, _)| *id)
        };
        let this = |name: &str| folded(name) == folded(self.board.name());
        named(name)
            .or_else(|| name.split_once('/').filter(|(board, _)| this(board)).and_then(|(_, column)| named(column)))
            .or_else(|| this(name).then_some(self.column_id))
    }
}

/// Twice is once.
fn add<T: PartialEq>(list: &mut Vec<T>, one: T, most: usize) -> Result<(), QuickWhy> {
    if list.contains(&one) {
        return Ok(());
    }
    if list.len() >= most {
        return Err(QuickWhy::Full);
    }
    list.push(one);
    Ok(())
}

/// Who may be given tasks on a board, by name. A guest finds those alone who have a role on it.
struct People {
    me: AccountId,
    org: Arc<Published<Organization>>,
    team: Option<Arc<Published<Team>>>,
    board: Board,
    guest: bool,
    roll: Roll,
}

impl People {
    async fn of(caller: &Caller, org: OrgId, board: &Board, audience: Audience) -> Answer<Self> {
        let http = &caller.http;
        let org_now = http.directory.organization(org).await?;
        let team = match board.team_id() {
            Some(team) => Some(http.directory.team(team).await?),
            None => None,
        };
        let roll = http.names.of(&http.store, org, &org_now, http.clock.now(), &http.limits).await?;
        let (me, guest) = (caller.who.account, audience != Audience::Member);
        Ok(Self { me, org: org_now, team, board: board.clone(), guest, roll })
    }

    fn may_have(&self, account: AccountId) -> bool {
        let org = &self.org.state;
        let team = self.team.as_ref().map(|team| &team.state);
        let told = !self.guest || account == self.me || self.board.member(account).is_some();
        told && may_see_board(&self.board, account, org, team)
    }

    /// Whole names first; else every word begins a word of theirs.
    fn named(&self, name: &str) -> Result<AccountId, QuickWhy> {
        let wanted = folded(name);
        if matches!(wanted.as_str(), "me" | "mir" | "mich" | "ich") {
            return Some(self.me).filter(|me| self.may_have(*me)).ok_or(QuickWhy::Unknown);
        }
        let words: Vec<String> = wanted.split_whitespace().map(str::to_owned).collect();
        let among = self.roll.people.iter().filter(|found| found.is_meant_by(&words, false));
        let (mut whole, mut begun) = (Vec::new(), Vec::new());
        for found in among.filter(|found| self.may_have(found.account)) {
            if found.key == wanted { whole.push(found.account) } else { begun.push(found.account) }
        }
        match (whole.as_slice(), begun.as_slice()) {
            ([one], _) | ([], [one]) => Ok(*one),
            ([], []) => Err(QuickWhy::Unknown),
            _ => Err(QuickWhy::Ambiguous),
        }
    }
}
