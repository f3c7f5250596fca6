//! The templates that are built in: what a new board begins with, in each language. Only words and shapes; `patterns` asks for them.

use lockstep_protocol::{
    command::{
        BoardCommand,
        board::{CreateColumn, CreateLabel},
        category::CreateCategory,
        field::CreateField,
        workflow::SetColumnWorkflow,
    },
    ids::BoardId,
    values::{Colour, ColumnKind, FieldKind, FieldOption, Place, Wip, WipMode, Workflow},
};
use serde::Deserialize;
use ts_rs::TS;

use super::patterns::{derived, in_order};

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
