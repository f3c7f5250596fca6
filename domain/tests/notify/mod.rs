//! Whom an event concerns, as a table: people of what it is about, what happens, and who is told why.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_domain::notify::{ChannelPeople, Facts, News, TaskPeople, whom};
use lockstep_protocol::{
    event::{Event, Happened},
    ids::{AccountId, CommentId, OrgId, TaskId, TeamId},
    topic::{Kind, Topic},
    values::{MessageRef, NotifyReason, Subject},
};

use crate::support::{id, json};

/// People by the word of the table that they stand behind.
#[derive(Default)]
struct Table(BTreeMap<String, Vec<AccountId>>);

impl Table {
    fn people(&self, word: &str) -> Vec<AccountId> {
        self.0.get(word).cloned().unwrap_or_default()
    }
}

impl Facts for Table {
    fn resolve(&self, account: AccountId) -> AccountId {
        if account == AccountId(id("ghost")) { AccountId(id("member")) } else { account }
    }

    fn may_see(&self, account: AccountId, _subject: &Subject) -> bool {
        !self.people("blind").contains(&account)
    }

    fn task(&self, task: TaskId) -> TaskPeople {
        assert_eq!(task, TaskId(id("t1")));
        let author = self.people("author").first().copied();
        TaskPeople { assignees: self.people("assignees"), watchers: self.people("watchers"), author }
    }

    fn owners(&self) -> Vec<AccountId> {
        self.people("owners")
    }

    fn author_of(&self, _task: TaskId, _comment: CommentId) -> Option<AccountId> {
        self.people("said").first().copied()
    }

    fn conversation(&self, _task: TaskId, _comment: CommentId) -> Vec<AccountId> {
        self.people("thread")
    }

    fn channel(&self) -> ChannelPeople {
        let (members, followers) = (self.people("members"), self.people("followers"));
        ChannelPeople { direct: self.0.contains_key("direct"), members, followers }
    }

    fn thread(&self, _root: MessageRef) -> Vec<AccountId> {
        self.people("thread")
    }

    fn team(&self, team: TeamId) -> Vec<AccountId> {
        assert_eq!(team, TeamId(id("team")));
        self.people("team")
    }

    fn meant_before(&self) -> Vec<AccountId> {
        self.people("before")
    }
}

const NAMES: &[&str] = &["owner", "admin", "member", "guest", "lead", "mate", "editor", "viewer", "commenter"];

/// `owner assigned, mate changed`, in the order of the names.
fn told(table: &Table, who: &str, event: &str) -> String {
    let event: Event = serde_json::from_value(json(event)).unwrap_or_else(|error| panic!("{event}: {error}"));
    let (kind, name) = match event.kind() {
        Kind::Organization => (Kind::Organization, "org"),
        Kind::Team => (Kind::Team, "team"),
        Kind::Board => (Kind::Board, "board"),
        Kind::Channel => (Kind::Channel, "channel"),
        Kind::Account | Kind::Inbox => (event.kind(), "member"),
    };
    let by = AccountId(id(who));
    let happened = Happened { seq: 7, at: 1, by, client_id: None, client_seq: None, event };
    let topic = Topic::new(kind, id(name));
    let news = News { topic, org_id: OrgId(id("org")), happened: &happened };
    let people: BTreeMap<AccountId, _> = whom(&news, table).into_iter().collect();
    let mut words = Vec::new();
    for name in NAMES {
        if let Some(entry) = people.get(&AccountId(id(name))) {
            assert_eq!((entry.source.topic, entry.source.seq, entry.org_id), (topic, 7, news.org_id));
            words.push(format!("{name} {}{}", entry.reason.word(), about(&entry.subject)));
        }
    }
    assert_eq!(words.len(), people.len(), "somebody without a name is told");
    if words.is_empty() { "nobody".into() } else { words.join(", ") }
}

/// What of it the reason does not say by itself.
fn about(subject: &Subject) -> &'static str {
    match subject {
        Subject::Task { comment_id: Some(_), .. } => " comment",
        Subject::Task { comment_id: None, .. } => " task",
        Subject::Message { number: Some(_), .. } => " message",
        Subject::Message { number: None, .. } => " reply",
        Subject::Board { .. } => " board",
        Subject::Team { .. } => " team",
        Subject::Channel { .. } => " channel",
        Subject::Organization { .. } => " organization",
    }
}

#[test]
fn whom_an_event_concerns_is_what_the_table_says() {
    let (mut table, mut wrong, mut reasons) = (Table::default(), Vec::new(), BTreeSet::new());
    for (number, line) in include_str!("rules.txt").lines().enumerate() {
        let line = line.trim();
        if line.starts_with('#') || line.is_empty() {
            table = Table::default();
        } else if let Some(facts) = line.strip_prefix("given ") {
            for fact in facts.split(' ') {
                let (word, names) = fact.split_once('=').expect("word=names");
                let people = names.split(',').filter(|name| !name.is_empty()).map(|name| AccountId(id(name)));
                table.0.insert(word.into(), people.collect());
            }
        } else {
            let (when, then) = line.split_once("=>").expect("=>");
            let (who, event) = when.split_once(": ").expect("who: event");
            let found = told(&table, who.trim(), event.trim());
            reasons.extend(found.split(", ").filter_map(|one| one.split(' ').nth(1).map(str::to_owned)));
            if found != then.trim() {
                wrong.push(format!("rules.txt:{}: {line}\n    {found}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    for reason in NotifyReason::ALL {
        assert!(reasons.contains(reason.word()), "no line shows {}", reason.word());
    }
}

/// Each event that ever was, of every kind: whoever did it is not told of it, and nobody is who sees nothing.
#[test]
fn nobody_is_told_of_what_they_did_or_may_not_see() {
    struct Everybody(AccountId, bool);
    impl Facts for Everybody {
        fn resolve(&self, _account: AccountId) -> AccountId {
            self.0
        }
        fn may_see(&self, _account: AccountId, _subject: &Subject) -> bool {
            self.1
        }
        fn owners(&self) -> Vec<AccountId> {
            vec![self.0]
        }
        fn task(&self, _task: TaskId) -> TaskPeople {
            TaskPeople { assignees: vec![self.0], watchers: vec![self.0], author: Some(self.0) }
        }
        fn author_of(&self, _task: TaskId, _comment: CommentId) -> Option<AccountId> {
            Some(self.0)
        }
        fn conversation(&self, _task: TaskId, _comment: CommentId) -> Vec<AccountId> {
            vec![self.0]
        }
        fn channel(&self) -> ChannelPeople {
            ChannelPeople { direct: false, members: vec![self.0], followers: vec![self.0] }
        }
        fn thread(&self, _root: MessageRef) -> Vec<AccountId> {
            vec![self.0]
        }
        fn team(&self, _team: TeamId) -> Vec<AccountId> {
            vec![self.0]
        }
        fn meant_before(&self) -> Vec<AccountId> {
            vec![]
        }
    }
    let mut by_itself = BTreeSet::new();
    for line in include_str!("../golden/history.txt").lines() {
        let happened: Happened<Event> = serde_json::from_str(line).unwrap();
        let topic = Topic::new(happened.event.kind(), id("board"));
        let news = News { topic, org_id: OrgId(id("org")), happened: &happened };
        assert!(whom(&news, &Everybody(happened.by, false)).is_empty(), "{line}");
        for (_, entry) in whom(&news, &Everybody(happened.by, true)) {
            by_itself.insert(entry.reason);
        }
    }
    let clock = [NotifyReason::DueSoon, NotifyReason::Overdue, NotifyReason::Reminder, NotifyReason::Escalated];
    assert_eq!(by_itself, clock.into_iter().collect(), "what comes due nobody does");
}
