//! What a new board begins with: one of the templates that are built in, or the shape of another board, with its tasks or without. It asks
//! for everything in the caller's name, under ids that follow from the board's and under numbers of its own: a request that was cut off goes
//! on where it ended, and one that is sent again does nothing twice.

use std::{collections::BTreeSet, sync::Arc};

use lockstep_domain::{
    Aggregate, Organization, Team, access,
    board::{Board, CopyIds, Texts},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        BoardCommand,
        board::{CreateColumn, CreateLabel},
        bulk::Bulk,
        category::CreateCategory,
        field::CreateField,
        workflow::SetColumnWorkflow,
    },
    frame::Acknowledged,
    ids::{AccountId, BoardId, ClientId, OrgId, TaskId},
    values::{
        Audience, Colour, ColumnKind, FieldKind, FieldOption, Lifecycle, OnFailure, Place, Wip, WipMode, Workflow,
    },
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{
    answers::Written,
    extract::{Body, Caller, Ids as InPath},
    problem::Answer,
};
use crate::{
    actors::{CommandKey, Published, Saw},
    auth::service::derived_id,
};

/// What a new board holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Nothing.
    #[default]
    Blank,
    /// To do, doing, done.
    Kanban,
    /// Backlog, sprint, review, done; points are asked for before a sprint takes a story.
    Scrum,
    /// From reported to closed, with how bad it is and where it was seen.
    BugTracker,
    /// What somebody new does before the first day, in the first week and in the first month.
    Onboarding,
    /// From an idea to what is published, with channel and day.
    ContentCalendar,
}

/// The language of the names that a template gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TemplateLanguage {
    #[default]
    En,
    De,
}

/// A name in each language.
type Name = [&'static str; 2];

/// A name with its colour.
type Mark = (Name, Colour);

struct Column {
    name: Name,
    kind: ColumnKind,
    wip: Option<u32>,
}

const fn column(name: Name, kind: ColumnKind) -> Column {
    Column { name, kind, wip: None }
}

const fn limited(name: Name, wip: u32) -> Column {
    Column { name, kind: ColumnKind::Active, wip: Some(wip) }
}

#[derive(Default)]
struct Pattern {
    columns: &'static [Column],
    labels: &'static [Mark],
    categories: &'static [Mark],
    /// With what may be chosen, of those to choose from.
    fields: &'static [(Name, FieldKind, &'static [Mark])],
}

use ColumnKind::{Active, Backlog, Done};

const KANBAN: Pattern = Pattern {
    columns: &[
        column(["To do", "Zu tun"], Backlog),
        column(["Doing", "In Arbeit"], Active),
        column(["Done", "Fertig"], Done),
    ],
    labels: &[],
    categories: &[],
    fields: &[],
};

const SCRUM: Pattern = Pattern {
    columns: &[
        column(["Product backlog", "Product Backlog"], Backlog),
        column(["Sprint backlog", "Sprint Backlog"], Backlog),
        limited(["In progress", "In Arbeit"], 5),
        limited(["Review", "Review"], 3),
        column(["Done", "Fertig"], Done),
    ],
    labels: &[(["Blocked", "Blockiert"], Colour::Red), (["Tech debt", "Technische Schuld"], Colour::Orange)],
    categories: &[
        (["Story", "Story"], Colour::Blue),
        (["Bug", "Fehler"], Colour::Red),
        (["Task", "Aufgabe"], Colour::Teal),
        (["Spike", "Spike"], Colour::Purple),
    ],
    fields: &[],
};

const BUG_TRACKER: Pattern = Pattern {
    columns: &[
        column(["Reported", "Gemeldet"], Backlog),
        column(["Confirmed", "Bestätigt"], Backlog),
        limited(["Fixing", "In Behebung"], 5),
        column(["To verify", "Zu prüfen"], Active),
        column(["Closed", "Geschlossen"], Done),
    ],
    labels: &[
        (["Regression", "Regression"], Colour::Red),
        (["Security", "Sicherheit"], Colour::Purple),
        (["Needs details", "Angaben fehlen"], Colour::Amber),
    ],
    categories: &[],
    fields: &[
        (
            ["Severity", "Schwere"],
            FieldKind::Select,
            &[
                (["Critical", "Kritisch"], Colour::Red),
                (["Major", "Schwer"], Colour::Orange),
                (["Minor", "Leicht"], Colour::Amber),
                (["Cosmetic", "Kosmetisch"], Colour::Teal),
            ],
        ),
        (["Version", "Version"], FieldKind::Text, &[]),
        (["Reported by", "Gemeldet von"], FieldKind::Person, &[]),
    ],
};

const ONBOARDING: Pattern = Pattern {
    columns: &[
        column(["Before the first day", "Vor dem ersten Tag"], Backlog),
        column(["First week", "Erste Woche"], Active),
        column(["First month", "Erster Monat"], Active),
        column(["Done", "Fertig"], Done),
    ],
    labels: &[
        (["People", "Menschen"], Colour::Pink),
        (["Tools", "Werkzeuge"], Colour::Blue),
        (["Paperwork", "Papiere"], Colour::Amber),
    ],
    categories: &[],
    fields: &[(["Buddy", "Pate"], FieldKind::Person, &[])],
};

const CONTENT_CALENDAR: Pattern = Pattern {
    columns: &[
        column(["Ideas", "Ideen"], Backlog),
        limited(["Writing", "Schreiben"], 5),
        column(["Editing", "Redigieren"], Active),
        column(["Scheduled", "Geplant"], Active),
        column(["Published", "Veröffentlicht"], Done),
    ],
    labels: &[(["Evergreen", "Zeitlos"], Colour::Green), (["Campaign", "Kampagne"], Colour::Pink)],
    categories: &[],
    fields: &[
        (
            ["Channel", "Kanal"],
            FieldKind::Select,
            &[
                (["Blog", "Blog"], Colour::Blue),
                (["Newsletter", "Newsletter"], Colour::Orange),
                (["Social media", "Soziale Medien"], Colour::Pink),
                (["Video", "Video"], Colour::Red),
            ],
        ),
        (["Publish on", "Erscheint am"], FieldKind::Date, &[]),
        (["Link", "Link"], FieldKind::Url, &[]),
    ],
};

impl Template {
    const fn pattern(self) -> Option<&'static Pattern> {
        match self {
            Self::Blank => None,
            Self::Kanban => Some(&KANBAN),
            Self::Scrum => Some(&SCRUM),
            Self::BugTracker => Some(&BUG_TRACKER),
            Self::Onboarding => Some(&ONBOARDING),
            Self::ContentCalendar => Some(&CONTENT_CALENDAR),
        }
    }

    /// What makes it.
    pub fn commands(self, board: BoardId, language: TemplateLanguage) -> Vec<BoardCommand> {
        let Some(pattern) = self.pattern() else { return Vec::new() };
        let say = |name: &Name| name[language as usize].to_owned();
        // Things are shown in the order of their ids: these are in the order in which they stand here.
        let id = |kind: &str, at: usize| {
            let mut first = [0; 8];
            first[..6].copy_from_slice(&board.0.as_bytes()[..6]);
            first[6..].copy_from_slice(&(at as u16).to_be_bytes());
            in_order(first, derived(board, &[kind.as_bytes(), &(at as u64).to_le_bytes()]))
        };
        let mut commands: Vec<BoardCommand> = Vec::new();
        for (at, (name, kind, options)) in pattern.fields.iter().enumerate() {
            let option = |(of, (name, colour)): (usize, &(Name, Colour))| FieldOption {
                option_id: id("option", at * 100 + of).into(),
                name: say(name),
                colour: *colour,
            };
            let options = options.iter().enumerate().map(option).collect();
            let field_id = id("field", at).into();
            commands.push(CreateField { field_id, name: say(name), kind: *kind, options, place: Place::END }.into());
        }
        for (at, (name, colour)) in pattern.labels.iter().enumerate() {
            commands.push(CreateLabel { label_id: id("label", at).into(), name: say(name), colour: *colour }.into());
        }
        for (at, (name, colour)) in pattern.categories.iter().enumerate() {
            let category_id = id("category", at).into();
            commands.push(CreateCategory { category_id, name: say(name), colour: *colour }.into());
        }
        for (at, column) in pattern.columns.iter().enumerate() {
            let (column_id, name) = (id("column", at).into(), say(&column.name));
            commands.push(CreateColumn { column_id, name, kind: column.kind, place: Place::END }.into());
            if let Some(limit) = column.wip {
                let workflow = Workflow { wip: Some(Wip { limit, mode: WipMode::Warn }), ..Workflow::default() };
                commands.push(SetColumnWorkflow { column_id, workflow }.into());
            }
        }
        commands
    }
}

/// An id that stands in the order of these bytes, as ids do that begin with a time.
fn in_order(first: [u8; 8], rest: Uuid) -> Uuid {
    let mut bytes = *rest.as_bytes();
    bytes[..8].copy_from_slice(&first);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn derived(board: BoardId, parts: &[&[u8]]) -> Uuid {
    derived_id("lockstep board template", &[&[board.0.as_bytes().as_slice()], parts].concat())
}

/// Asks for these on a board that was just made, all of a part or none.
pub async fn fill(
    caller: &Caller,
    board: BoardId,
    step: &mut u64,
    commands: Vec<BoardCommand>,
) -> Answer<Option<Acknowledged>> {
    let client_id = ClientId(derived(board, &[b"client"]));
    let mut acknowledged = None;
    for part in commands.chunks(caller.http.limits.bulk_commands_max) {
        *step += 1;
        let bulk = Bulk { commands: part.to_vec(), on_failure: OnFailure::None };
        let key = CommandKey { client_id, client_seq: *step };
        acknowledged = Some(caller.ask_with(board, Some(key), bulk, Saw::default()).await?);
    }
    Ok(acknowledged)
}

/// Tasks in one read of their texts.
const TASKS_AT_ONCE: usize = 100;

/// Makes a board what another is that the caller sees, as more than the public does. Its rules come last: what stands there already they do
/// not judge.
pub async fn copy(
    caller: &Caller,
    (org, from): (OrgId, BoardId),
    board: BoardId,
    with_tasks: bool,
) -> Answer<Option<Acknowledged>> {
    let (published, audience) = caller.board(org, from, None).await.map_err(|_| missing())?;
    if audience == Audience::Public {
        return Err(missing().into());
    }
    let source = &published.state;
    let new_id = |id: Uuid| {
        let mut first = [0; 8];
        first.copy_from_slice(&id.as_bytes()[..8]);
        in_order(first, derived(board, &[b"copy", id.as_bytes()]))
    };
    let ids = CopyIds(&new_id);
    let mut step = 0;
    let mut acknowledged = fill(caller, board, &mut step, source.shape(&ids)).await?;
    if with_tasks {
        let tasks = source.tasks_to_copy();
        for part in tasks.chunks(TASKS_AT_ONCE) {
            let seqs: BTreeSet<u64> = part.iter().filter_map(|task| source.description_seq(*task)).collect();
            let events = caller.http.directory.board_events(from, seqs.into_iter().collect()).await?;
            let texts = Texts::of(events.iter().map(|happened| (happened.seq, &happened.event)));
            let there = There::look(caller, org, board).await?;
            let sees = |account: AccountId| there.sees(account);
            let commands = part.iter().flat_map(|task| source.task_copy(*task, &texts, &ids, &sees)).collect();
            acknowledged = fill(caller, board, &mut step, commands).await?.or(acknowledged);
        }
        let links = tasks.iter().flat_map(|task| source.links_copy(*task, &ids)).collect();
        acknowledged = fill(caller, board, &mut step, links).await?.or(acknowledged);
    }
    Ok(fill(caller, board, &mut step, source.rules(&ids)).await?.or(acknowledged))
}

/// The copy.
#[derive(Serialize, TS)]
pub struct Duplicated {
    task_id: TaskId,
}

/// Before there is a new board: whether there is one to copy.
pub async fn check(caller: &Caller, (org, from): (OrgId, BoardId), template: Template) -> Answer<()> {
    if template != Template::Blank {
        return Err(Failure::because(Code::FieldInvalid, "Either a template or a board.").field("template").into());
    }
    let (published, audience) = caller.board(org, from, None).await.map_err(|_| missing())?;
    let there = audience != Audience::Public && published.state.lifecycle() != Some(Lifecycle::Deleted);
    if there { Ok(()) } else { Err(missing().into()) }
}

fn missing() -> Failure {
    Failure::new(Code::NotFound).field("from_board_id")
}

/// Which id the copy gets.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Duplicate {
    /// Chosen by the client, so that asking again is safe.
    #[serde(default)]
    #[ts(optional)]
    task_id: Option<TaskId>,
}

/// Makes a task like this one, right after it: without its comments, its history and what is ticked.
pub async fn duplicate(
    caller: Caller,
    InPath((org, board, task)): InPath<(OrgId, BoardId, TaskId)>,
    Body(body): Body<Duplicate>,
) -> Answer<Written<Duplicated>> {
    let copy: TaskId = caller.id_for(body.task_id, "task");
    let (published, audience) = caller.board(org, board, None).await?;
    let source = &published.state;
    let lives = source.task(task).is_some_and(|task| task.lifecycle == Lifecycle::Active);
    if audience == Audience::Public || !lives {
        return Err(Failure::new(Code::NotFound).field("task_id").into());
    }
    let seqs = source.description_seq(task).into_iter().collect();
    let events = caller.http.directory.board_events(board, seqs).await?;
    let texts = Texts::of(events.iter().map(|happened| (happened.seq, &happened.event)));
    let there = There::look(&caller, org, board).await?;
    let sees = |account: AccountId| there.sees(account);
    let new_id = |id: Uuid| if id == task.0 { copy.0 } else { id };
    let mut commands = source.task_copy(task, &texts, &CopyIds(&new_id), &sees);
    if let Some(BoardCommand::CreateTask(create)) = commands.first_mut() {
        create.place = Place { after: Some(task), before: None };
        create.parent_id = source.task(task).and_then(|task| task.parent_id);
    }
    let limit = caller.http.limits.bulk_commands_max;
    if commands.len() > limit {
        return Err(Failure::new(Code::LimitReached).field("task_id").limit(limit as u64).into());
    }
    let acknowledged = caller.ask(board, 1, Bulk { commands, on_failure: OnFailure::None }).await?;
    Ok(Written { acknowledged, created: true, value: Some(Duplicated { task_id: copy }) })
}

/// Who sees the new board.
struct There {
    board: Arc<Published<Board>>,
    org: Arc<Published<Organization>>,
    team: Option<Arc<Published<Team>>>,
}

impl There {
    async fn look(caller: &Caller, org: OrgId, board: BoardId) -> Answer<Self> {
        let directory = &caller.http.directory;
        let (board, _) = caller.board(org, board, None).await?;
        let team = match board.state.team_id() {
            Some(team) => Some(directory.team(team).await?),
            None => None,
        };
        Ok(Self { board, org: directory.organization(org).await?, team })
    }

    fn sees(&self, account: AccountId) -> bool {
        access::may_see_board(&self.board.state, account, &self.org.state, self.team.as_ref().map(|team| &team.state))
    }
}
