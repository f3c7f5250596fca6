//! People who are told of what concerns them, as they see it: one who stays, and one who leaves the board in the end.

use lockstep_protocol::{
    event::{
        BoardEvent, Event, InboxEvent, OrganizationEvent, board::*, comment::TaskCommented, inbox::*, organization::*,
        task::*,
    },
    ids::{AccountId, OrgId, TaskId},
    position::Position,
    topic::Topic,
    values::{BoardRole, NewEntry, NotifyReason, OrgRole, Source, Subject},
};

use super::World;

impl World {
    /// The owner of an organization brings two in, names one and gives tasks to both. They look at nothing but their inboxes.
    pub(super) fn telling(&mut self, number: usize) {
        let (org, owner) = (self.people[number].org, self.people[number].account);
        let Some((board, _)) = self.boards.iter().copied().find(|(_, of)| *of == org) else { return };
        let (stays, leaves): (AccountId, AccountId) = (self.id(), self.id());
        let task_id: TaskId = self.id();
        let comment_id = self.id();
        for account_id in [stays, leaves] {
            let added = MemberAdded { account_id, role: OrgRole::Member, placeholder: false, service: false };
            self.append(org.into(), org, owner, None, vec![OrganizationEvent::from(added).into()]);
            let added = BoardMemberAdded { account_id, role: BoardRole::Editor };
            self.tells(org, board, owner, BoardEvent::from(added), &[(account_id, NotifyReason::Shared)]);
            let assigned = TaskAssigned { task_id, account_id };
            self.tells(org, board, owner, BoardEvent::from(assigned), &[(account_id, NotifyReason::Assigned)]);
        }
        let mentions = vec![stays, leaves];
        let commented =
            TaskCommented { task_id, comment_id, text: "You two".into(), reply_to: None, mentions, original: None };
        let both = [(stays, NotifyReason::Mentioned), (leaves, NotifyReason::Mentioned)];
        self.tells(org, board, owner, commented.into(), &both);
        let removed = BoardEvent::from(BoardMemberRemoved { account_id: leaves });
        self.tells(org, board, owner, removed, &[]);
        let assigned = BoardEvent::from(TaskAssigned { task_id, account_id: stays });
        self.tells(org, board, owner, assigned, &[(stays, NotifyReason::Assigned)]);
    }

    fn tells(
        &mut self,
        org: OrgId,
        board: Topic,
        by: AccountId,
        event: BoardEvent,
        told: &[(AccountId, NotifyReason)],
    ) {
        self.pass(200);
        let seq = self.append(board, org, by, None, vec![event.into()]);
        for (account, reason) in told {
            self.pass(200);
            let inbox = Topic::inbox(*account);
            let number = self.history.journal.rows(inbox).len() as u64 + 1;
            let position = Position { era: 1, transaction: self.at, stream: board.id, seq };
            let (source, subject) = (Source { topic: board, seq }, Subject::Board { board_id: board.id.into() });
            let entry = NewEntry { reason: *reason, org_id: org, by, source, subject };
            let sent = NotificationSent { position, number: Some(number), entry, routes: Vec::new() };
            let sent: Event = InboxEvent::from(sent).into();
            self.append(inbox, OrgId::NIL, *account, None, vec![sent]);
        }
    }
}
