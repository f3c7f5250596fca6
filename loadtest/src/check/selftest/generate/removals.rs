//! The taking and giving back of access in a good history.

use lockstep_protocol::{
    codes::Code,
    event::{BoardEvent, Event, OrganizationEvent, board::*, organization::*},
    ids::AccountId,
    topic::Topic,
    values::{BoardRole, MemberStatus, OrgRole, Reassign},
};

use super::{EPOCH, World};
use crate::{
    check::membership,
    history::{Intent, Outcome, Record},
};

impl World {
    /// One member loses the board and gets it back, then their role, then the organization in both ways, and gets back all of it.
    /// Another one is put out in the end, and stays out.
    pub(super) fn removals(&mut self, owner: usize) {
        let org = self.people[owner].org;
        let Some((board, _)) = self.boards.iter().copied().find(|(_, of)| *of == org) else { return };
        let subject = self.people[owner + 1].account;
        for (taken, given) in takings(board, org.into(), subject) {
            self.change(owner, owner + 1, board, taken, Intent::Revoke(subject));
            self.change(owner, owner + 1, board, given, Intent::Grant(subject));
        }
        let last = self.people[owner + 2].account;
        let taken = (org.into(), status(last, MemberStatus::Inactive));
        self.change(owner, owner + 2, board, taken, Intent::Revoke(last));
    }

    fn change(&mut self, owner: usize, subject: usize, board: Topic, (topic, event): (Topic, Event), intent: Intent) {
        let out_of_org = membership(&event).is_some_and(|(_, inside)| !inside) && topic != board;
        let client_seq = self.invoke(owner, topic, event.tag(), None, intent);
        let seq = self.commit(owner, topic, client_seq, vec![event]);
        self.answer(owner, client_seq, 1, Outcome::Ok { epoch: EPOCH, seq, committed: true });
        if out_of_org {
            let at = self.pass(100);
            let person = &mut self.people[subject];
            person.held.clear();
            let (connection, code) = (person.connection, Some(Code::NotFound));
            person.log.push(Record::Left { at, connection, topic: board, code });
        }
        self.pass(2_500_000);
        self.make(owner, board);
        // Until all have seen it.
        self.pass(10_000);
        if matches!(intent, Intent::Revoke(_)) {
            let client_seq = self.invoke(subject, board, "task.create", None, Intent::Ordinary);
            self.answer(subject, client_seq, 1, Outcome::Rejected { code: Code::NotFound, temporary: false });
        } else if !self.people[subject].held.contains_key(&board) {
            self.join(subject, board);
        }
    }
}

/// What takes access, and what gives it back.
fn takings(board: Topic, org: Topic, account_id: AccountId) -> [((Topic, Event), (Topic, Event)); 4] {
    let (viewer, editor) = (BoardRole::Viewer, BoardRole::Editor);
    let on_board = |event: BoardEvent| (board, Event::from(event));
    let role = |role| on_board(BoardMemberRoleChanged { account_id, role }.into());
    let removed = MemberRemoved { account_id, reassign: Reassign::Nobody };
    let added = MemberAdded { account_id, role: OrgRole::Member, placeholder: false, service: false };
    [
        (
            on_board(BoardMemberRemoved { account_id }.into()),
            on_board(BoardMemberAdded { account_id, role: editor }.into()),
        ),
        (role(viewer), role(editor)),
        ((org, OrganizationEvent::from(removed).into()), (org, OrganizationEvent::from(added).into())),
        ((org, status(account_id, MemberStatus::Inactive)), (org, status(account_id, MemberStatus::Active))),
    ]
}

fn status(account_id: AccountId, status: MemberStatus) -> Event {
    OrganizationEvent::from(MemberStatusChanged { account_id, status }).into()
}
