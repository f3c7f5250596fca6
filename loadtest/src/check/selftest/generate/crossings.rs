//! What changes two streams in one commit: a task that goes to another board and back, and timers that are stopped, lost and discarded.

use lockstep_protocol::{
    codes::Code,
    event::{AccountEvent, BoardEvent, Event, board::*, time::TimeLogged, timer::*, transfer::*},
    ids::{AccountId, BoardId, ColumnId, CommitId, OrgId, TaskId, TimeEntryId},
    topic::Topic,
    values::Visibility,
    view::TaskFace,
};

use super::{EPOCH, World};
use crate::history::{Intent, Outcome, journal::Origin};

impl World {
    /// The owner of an organization, who may do everything on both boards, has a second one that nobody looks at.
    pub(super) fn crossings(&mut self, number: usize) {
        let (org, account) = (self.people[number].org, self.people[number].account);
        let Some((here, _)) = self.boards.iter().copied().find(|(_, of)| *of == org) else { return };
        let (there_id, home) = (self.id::<BoardId>(), BoardId(here.id));
        let there: Topic = there_id.into();
        let (name, key, visibility) = ("Other".into(), "O".into(), Visibility::Private);
        let created = BoardCreated { org_id: org, team_id: None, name, key, visibility, owner_id: account };
        self.append(there, org, account, None, vec![BoardEvent::from(created).into()]);
        let first = self.history.journal.rows(here).iter().find_map(|row| match row.happened().ok()?.event {
            Event::Board(BoardEvent::TaskCreated(event)) => Some((event.task_id, event.number)),
            _ => None,
        });
        let Some((task_id, task)) = first else { return };
        self.transfer(number, (here, task), (there, 1), task_id);
        self.transfer(number, (there, 1), (here, 10_000), task_id);
        for lost in [None, Some(Code::NotFound)] {
            self.timed(number, (home, org, task_id), lost);
        }
        let entry_id: TimeEntryId = self.id();
        self.started(number, (home, org, task_id), entry_id);
        let discarded = AccountEvent::from(UserTimerDiscarded { entry_id });
        self.append(account.into(), org, account, None, vec![discarded.into()]);
    }

    fn transfer(&mut self, number: usize, from: (Topic, u32), to: (Topic, u32), task_id: TaskId) {
        let client_seq = self.invoke(number, from.0, "task.transfer", None, Intent::Ordinary);
        self.pass(200);
        let (to_board_id, to_number) = (Some(BoardId(to.0.id)), Some(to.1));
        let left = BoardEvent::from(TaskTransferred { task_id, to_board_id, to_number });
        let came = BoardEvent::from(received(task_id, from, to.1));
        let person = &self.people[number];
        let (account, client_id, org) = (person.account, person.client_id, person.org);
        let origin = Some(Origin { client_id, client_seq, body_hash: [7; 16] });
        let commit: CommitId = self.id();
        let seq = self.append_in(commit, from.0, org, account, origin, vec![left.into()]);
        // The command is its own board's: there it is found again.
        self.append_in(commit, to.0, org, account, None, vec![came.into()]);
        self.answer(number, client_seq, 1, Outcome::Ok { epoch: EPOCH, seq, committed: true });
    }

    fn started(&mut self, number: usize, (board_id, org_id, task_id): (BoardId, OrgId, TaskId), entry_id: TimeEntryId) {
        self.pass(200);
        let account = self.people[number].account;
        let started = AccountEvent::from(UserTimerStarted { entry_id, org_id, board_id, task_id });
        self.append(account.into(), org_id, account, None, vec![started.into()]);
    }

    fn timed(&mut self, number: usize, of: (BoardId, OrgId, TaskId), lost: Option<Code>) {
        let (board_id, org_id, task_id) = of;
        let entry_id: TimeEntryId = self.id();
        self.started(number, of, entry_id);
        let (account_id, started_at, duration_s) = (self.people[number].account, self.at as i64, 1);
        self.pass(200);
        let stopped = UserTimerStopped { entry_id, org_id, board_id, task_id, started_at, duration_s, lost };
        let commit: CommitId = self.id();
        let stopped = vec![AccountEvent::from(stopped).into()];
        self.append_in(commit, account_id.into(), org_id, account_id, None, stopped);
        if lost.is_none() {
            let (note, tracked_s) = (String::new(), 1);
            let logged = TimeLogged { task_id, entry_id, account_id, started_at, duration_s, note, tracked_s };
            let logged = vec![BoardEvent::from(logged).into()];
            self.append_in(commit, board_id.into(), org_id, account_id, None, logged);
        }
    }
}

fn received(task_id: TaskId, from: (Topic, u32), number: u32) -> TaskReceived {
    let face = TaskFace {
        task_id,
        number,
        column_id: ColumnId::NIL,
        rank: "a".into(),
        title: "Elsewhere".into(),
        labels: Vec::new(),
        assignees: Vec::new(),
        priority: None,
        start_at: None,
        due: None,
        checklist: None,
        comments: 0,
        has_description: false,
        completed_at: None,
        parent_id: None,
        dependencies: Vec::new(),
        points: None,
        minutes: None,
        category_id: None,
        cover: None,
        repeat: None,
        fields: Vec::new(),
        tracked_s: None,
        working: Vec::new(),
    };
    TaskReceived {
        face: Box::new(face),
        from_board_id: Some(BoardId(from.0.id)),
        from_number: Some(from.1),
        archived: false,
        description: None,
        mentions: Vec::new(),
        checklists: Vec::new(),
        watchers: Vec::new(),
        reminders: Vec::new(),
        time: Vec::new(),
        repeat: None,
        created_by: AccountId::NIL,
        created_at: 0,
        original: None,
        left_behind: Vec::new(),
    }
}
