//! The demo: an organization with two people and a board that looks like work. Made at the first start and by `lockstep
//! seed`; by commands like everybody's, so that it also shows that they work. Making it again changes nothing.

use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{Command, board::*, checklist::*, comment::*, organization::*, task::*},
    ids::*,
    topic::Topic,
    values::*,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    actors::{CommandRequest, Directory, Saw},
    auth::service::Auth,
};

/// Where nobody has an address.
pub const NOWHERE: &str = "@demo.lockstep";
pub const ANA: &str = "ana@demo.lockstep";
pub const BEN: &str = "ben@demo.lockstep";

const DAY: Micros = 86_400_000_000;

/// Ids that are the same on every run, so that a second run finds what the first made.
fn fixed(name: &str) -> Uuid {
    let hash = blake3::hash(format!("lockstep demo {name}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Column, title, description, label, priority, assignee (a or b), days until due, checklist (items, done), comment.
type Card = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Priority,
    &'static str,
    i64,
    (&'static [&'static str], usize),
    &'static str,
);

const COLUMNS: [(&str, ColumnKind); 5] = [
    ("Ideas", ColumnKind::Backlog),
    ("To do", ColumnKind::Backlog),
    ("In progress", ColumnKind::Active),
    ("Review", ColumnKind::Active),
    ("Done", ColumnKind::Done),
];

const LABELS: [(&str, Colour); 5] = [
    ("Design", Colour::Purple),
    ("Engineering", Colour::Blue),
    ("Marketing", Colour::Orange),
    ("Bug", Colour::Red),
    ("Research", Colour::Teal),
];

const NONE: (&[&str], usize) = (&[], 0);

const CARDS: [Card; 14] = [
    ("Ideas", "Live cursors on the roadmap view", "", "Research", Priority::None, "", 0, NONE, ""),
    (
        "Ideas",
        "Keyboard-only onboarding tour",
        "What if the tour taught **five keys** and nothing else?",
        "Design",
        Priority::Low,
        "",
        0,
        NONE,
        "I would start with `c` and the arrows.",
    ),
    ("Ideas", "Ask ten teams why they left their last board", "", "Research", Priority::Medium, "a", 21, NONE, ""),
    (
        "To do",
        "Write the launch announcement",
        "One page. What it is, who it is for, why now.\n\n- a headline that says it\n- one screenshot\n- how to start it",
        "Marketing",
        Priority::High,
        "b",
        6,
        (&["Outline", "First draft", "Screenshot", "Read aloud"], 1),
        "",
    ),
    (
        "To do",
        "Import from the old tracker",
        "All cards, comments and checklists. Attachments stay where they are.",
        "Engineering",
        Priority::Medium,
        "a",
        9,
        NONE,
        "",
    ),
    ("To do", "Contrast of the labels in the dark theme", "", "Design", Priority::Low, "", 0, NONE, ""),
    ("To do", "Pricing page says free, in one word", "", "Marketing", Priority::None, "b", 12, NONE, ""),
    (
        "In progress",
        "Undo a move with one key",
        "Press it within ten seconds and the card goes back to where it was, for everyone.",
        "Engineering",
        Priority::High,
        "a",
        2,
        (&["Inverse command", "Shortcut", "Toast with the key in it"], 2),
        "The inverse is decided on the server, so it holds across clients.",
    ),
    (
        "In progress",
        "Phone layout of the board",
        "",
        "Design",
        Priority::Medium,
        "b",
        3,
        (&["Snap columns", "Long press drags", "One-handed add"], 1),
        "",
    ),
    (
        "In progress",
        "Comment box loses focus on reconnect",
        "Seen twice on a train. Steps: open a card, start typing, enter a tunnel.",
        "Bug",
        Priority::Urgent,
        "ab",
        -1,
        NONE,
        "I have a test that fails now.",
    ),
    (
        "Review",
        "Backups in one command",
        "",
        "Engineering",
        Priority::Medium,
        "a",
        1,
        (&["SQLite", "PostgreSQL", "Restore drill"], 3),
        "Restored on a clean machine in four minutes.",
    ),
    (
        "Review",
        "New empty states",
        "Each says what the page is for and gives the one next step.",
        "Design",
        Priority::None,
        "b",
        4,
        NONE,
        "",
    ),
    ("Done", "Decide on the name", "", "Marketing", Priority::None, "ab", 0, NONE, "Lockstep it is."),
    (
        "Done",
        "Drag and drop across columns",
        "",
        "Engineering",
        Priority::High,
        "a",
        0,
        (&["Mouse", "Touch", "Keyboard"], 3),
        "",
    ),
];

/// What was made, or was there.
pub struct Demo {
    pub org_id: OrgId,
    pub board_id: BoardId,
}

struct Maker<'a> {
    directory: &'a Directory,
    ana: AccountId,
    ben: AccountId,
    board: BoardId,
    now: Micros,
}

/// Makes the demo, or finds it.
pub async fn make(auth: &Auth, directory: &Directory, password: &SecretString) -> Result<Demo, Failure> {
    let ana = auth.ensure_account(ANA, password.clone(), "Ana Lindqvist").await?;
    let ben = auth.ensure_account(BEN, password.clone(), "Ben Okafor").await?;
    let (org, board) = (OrgId(fixed("organization")), BoardId(fixed("board")));
    let maker = Maker { directory, ana, ben, board, now: directory.services().clock.now() };
    maker.serve(ana, org, CreateOrganization { name: "Demo".into() }).await?;
    maker
        .serve(ana, org, AddMember { account_id: ben, role: OrgRole::Admin, placeholder: false, service: false })
        .await?;
    let create = CreateBoard {
        org_id: org,
        team_id: None,
        name: "Product launch".into(),
        key: "LAUNCH".into(),
        visibility: Visibility::Organization,
    };
    if maker.serve(ana, board, create).await? {
        maker.fill().await?;
    }
    Ok(Demo { org_id: org, board_id: board })
}

impl Maker<'_> {
    /// Asks for something; false if it was there already.
    async fn ask(&self, who: AccountId, topic: impl Into<Topic>, body: impl Into<Command>) -> Result<bool, Failure> {
        self.ask_as(Principal::Account(who), topic.into(), body.into()).await
    }

    /// As [`Self::ask`], what only the server may do.
    async fn serve(&self, who: AccountId, topic: impl Into<Topic>, body: impl Into<Command>) -> Result<bool, Failure> {
        self.ask_as(Principal::System(who), topic.into(), body.into()).await
    }

    async fn ask_as(&self, principal: Principal, topic: Topic, body: Command) -> Result<bool, Failure> {
        let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
        match self.directory.command(request).await {
            Ok(_) => Ok(true),
            Err(failure) if failure.code == Code::AlreadyExists => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    async fn fill(&self) -> Result<(), Failure> {
        for (name, kind) in COLUMNS {
            let column_id = ColumnId(fixed(name));
            let create = CreateColumn { column_id, name: name.into(), kind, place: Place::END };
            self.ask(self.ana, self.board, create).await?;
        }
        for (name, colour) in LABELS {
            let create = CreateLabel { label_id: LabelId(fixed(name)), name: name.into(), colour };
            self.ask(self.ana, self.board, create).await?;
        }
        for card in &CARDS {
            self.card(card).await?;
        }
        Ok(())
    }

    async fn card(&self, card: &Card) -> Result<(), Failure> {
        let (column, title, description, label, priority, people, days, (items, done), comment) = *card;
        let task_id = TaskId(fixed(title));
        let person = |initial| if initial == 'a' { self.ana } else { self.ben };
        let due = (days != 0).then(|| Due { at: (self.now / DAY + days) * DAY, has_time: false });
        let create = CreateTask {
            task_id,
            column_id: ColumnId(fixed(column)),
            title: title.into(),
            description: (!description.is_empty()).then(|| description.into()),
            place: Place::END,
            labels: vec![LabelId(fixed(label))],
            assignees: people.chars().map(person).collect(),
            priority: (priority != Priority::None).then_some(priority),
            start_at: None,
            due,
            parent_id: None,
            points: None,
            minutes: None,
            repeat: None,
            category_id: None,
            cover: None,
            fields: Vec::new(),
            original: None,
        };
        self.ask(self.ana, self.board, create).await?;
        if !items.is_empty() {
            let checklist_id = ChecklistId(fixed(&format!("{title} checklist")));
            let create = CreateChecklist { task_id, checklist_id, name: "Steps".into() };
            self.ask(self.ana, self.board, create).await?;
            for (index, item) in items.iter().enumerate() {
                let add = AddChecklistItem {
                    task_id,
                    checklist_id,
                    item_id: ChecklistItemId(fixed(&format!("{title} {item}"))),
                    text: (*item).into(),
                    done: index < done,
                    place: Place::END,
                };
                self.ask(self.ana, self.board, add).await?;
            }
        }
        if !comment.is_empty() {
            let comment_id = CommentId(fixed(&format!("{title} comment")));
            let add = AddComment {
                task_id,
                comment_id,
                text: comment.into(),
                reply_to: None,
                mentions: vec![],
                original: None,
            };
            self.ask(self.ben, self.board, add).await?;
        }
        Ok(())
    }
}
