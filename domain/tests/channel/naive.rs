//! A channel as somebody would write it who has memory without end: every message is kept, with all that happened to it. It knows the rules
//! by their words alone, and shares no code with what it is compared to.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{codes::Code, ids::AccountId, limits::Limits};

use crate::support::id;

/// What is asked; messages by their place among all that were ever posted.
#[derive(Clone, Debug)]
pub enum Op {
    Post { thread: Option<usize>, broadcast: bool, text: &'static str },
    Edit(usize),
    Delete(usize),
    React(usize, &'static str),
    Unreact(usize, &'static str),
    Pin(usize),
    Unpin(usize),
    Add(&'static str, Option<&'static str>),
    Remove(&'static str),
    Archive,
    Unarchive,
    Rename(&'static str),
}

#[derive(Clone, Debug)]
pub struct Said {
    pub seq: u64,
    pub author: &'static str,
    pub number: Option<u64>,
    pub thread: Option<usize>,
    pub text: String,
    pub edits: usize,
    pub deleted: bool,
    /// In the order in which each emoji was first given.
    pub reactions: Vec<(&'static str, Vec<&'static str>)>,
    pub given: usize,
}

#[derive(Clone, Debug)]
pub struct Naive {
    pub said: Vec<Said>,
    pub pins: BTreeSet<usize>,
    pub members: BTreeMap<&'static str, bool>,
    pub name: &'static str,
    pub archived: bool,
}

/// Whether something happened.
pub type Answer = Result<bool, Code>;

pub fn account(name: &str) -> AccountId {
    AccountId(id(name))
}

impl Naive {
    /// Founded by `owner`, who manages the channels of the organization besides.
    pub fn new() -> Self {
        let members = BTreeMap::from([("owner", true), ("member", false)]);
        Self { said: Vec::new(), pins: BTreeSet::new(), members, name: "Room", archived: false }
    }

    fn manages(&self, who: &str) -> bool {
        who == "owner" || self.members.get(who) == Some(&true)
    }

    /// Those of the organization may read it; a guest only where they are in it.
    fn reads(&self, who: &str) -> bool {
        who != "outsider" && (who != "guest" || self.members.contains_key(who))
    }

    /// Whether they may ask at all, before anything is looked at.
    fn may_ask(&self, who: &str, op: &Op) -> Result<(), Code> {
        if !self.reads(who) {
            return Err(Code::NotFound);
        }
        let inside = self.members.contains_key(who);
        let may = match op {
            Op::Post { .. } | Op::Edit(_) | Op::React(..) | Op::Unreact(..) | Op::Pin(_) | Op::Unpin(_) => inside,
            Op::Delete(_) => inside || self.manages(who),
            Op::Add(whom, _) => *whom == who || inside || self.manages(who),
            Op::Remove(whom) => (*whom == who && inside) || (*whom != who && self.manages(who)),
            Op::Archive | Op::Unarchive | Op::Rename(_) => self.manages(who),
        };
        let goes_on = matches!(op, Op::Delete(_) | Op::Remove(_) | Op::Archive | Op::Unarchive);
        match (may, self.archived && !goes_on) {
            (false, _) => Err(Code::Forbidden),
            (true, true) => Err(Code::WrongState),
            (true, false) => Ok(()),
        }
    }

    fn there(&mut self, at: usize) -> Result<&mut Said, Code> {
        self.said.get_mut(at).filter(|said| !said.deleted).ok_or(Code::NotFound)
    }

    pub fn last_number(&self) -> u64 {
        self.said.iter().filter_map(|said| said.number).max().unwrap_or(0)
    }

    /// What one who has read so far has not read, counted one by one.
    pub fn unread(&self, read: u64) -> u64 {
        self.said.iter().filter(|said| !said.deleted && said.number.is_some_and(|number| number > read)).count() as u64
    }

    /// What comes of it; a message that is posted has this seq then.
    pub fn ask(&mut self, who: &'static str, op: &Op, seq: u64, limits: &Limits) -> Answer {
        self.may_ask(who, op)?;
        match *op {
            Op::Post { thread, broadcast, text } => self.post(who, (thread, broadcast, text), seq),
            Op::Edit(at) => {
                let most = limits.message_edits_max;
                let said = self.there(at)?;
                if said.author != who {
                    return Err(Code::Forbidden);
                }
                if said.edits >= most {
                    return Err(Code::LimitReached);
                }
                said.edits += 1;
                said.text = "edited".to_owned();
                Ok(true)
            }
            Op::Delete(at) => {
                let manages = self.manages(who);
                let said = self.there(at)?;
                if said.author != who && !manages {
                    return Err(Code::Forbidden);
                }
                (said.deleted, said.text, said.reactions) = (true, String::new(), Vec::new());
                self.pins.remove(&at);
                Ok(true)
            }
            Op::React(at, emoji) => self.react(who, at, emoji, limits),
            Op::Unreact(at, emoji) => {
                let said = self.there(at)?;
                let had = said.reactions.iter().any(|(one, by)| *one == emoji && by.contains(&who));
                for (_, by) in said.reactions.iter_mut().filter(|(one, _)| *one == emoji) {
                    by.retain(|one| *one != who);
                }
                said.reactions.retain(|(_, by)| !by.is_empty());
                Ok(had)
            }
            Op::Pin(at) => {
                self.there(at)?;
                if self.pins.contains(&at) {
                    return Ok(false);
                }
                if self.pins.len() >= limits.pins_per_channel_max {
                    return Err(Code::LimitReached);
                }
                Ok(self.pins.insert(at))
            }
            Op::Unpin(at) => Ok(self.pins.remove(&at)),
            Op::Add(whom, role) => self.add(who, whom, role, limits),
            Op::Remove(whom) => self.members.remove(whom).map(|_| true).ok_or(Code::NotFound),
            Op::Archive => Ok(!std::mem::replace(&mut self.archived, true)),
            Op::Unarchive => Ok(std::mem::replace(&mut self.archived, false)),
            Op::Rename(name) => Ok(std::mem::replace(&mut self.name, name) != name),
        }
    }

    fn post(&mut self, who: &'static str, what: (Option<usize>, bool, &'static str), seq: u64) -> Answer {
        let (thread, broadcast, text) = what;
        if let Some(root) = thread
            && self.there(root)?.thread.is_some()
        {
            return Err(Code::FieldInvalid);
        }
        if broadcast && thread.is_none() {
            return Err(Code::FieldInvalid);
        }
        let number = (thread.is_none() || broadcast).then(|| self.last_number() + 1);
        self.said.push(Said {
            seq,
            author: who,
            number,
            thread,
            text: text.to_owned(),
            edits: 0,
            deleted: false,
            reactions: Vec::new(),
            given: 0,
        });
        Ok(true)
    }

    fn react(&mut self, who: &'static str, at: usize, emoji: &'static str, limits: &Limits) -> Answer {
        let said = self.there(at)?;
        let place = said.reactions.iter().position(|(one, _)| *one == emoji);
        if place.is_some_and(|place| said.reactions[place].1.contains(&who)) {
            return Ok(false);
        }
        let all: usize = said.reactions.iter().map(|(_, by)| by.len()).sum();
        let kinds = place.is_none() && said.reactions.len() >= limits.reaction_kinds_per_message_max;
        let ever = said.given >= limits.reactions_ever_per_message_max;
        if kinds || ever || all >= limits.reactions_per_message_max {
            return Err(Code::LimitReached);
        }
        said.given += 1;
        match place {
            Some(place) => said.reactions[place].1.push(who),
            None => said.reactions.push((emoji, vec![who])),
        }
        Ok(true)
    }

    fn add(&mut self, who: &str, whom: &'static str, role: Option<&str>, limits: &Limits) -> Answer {
        if whom == "outsider" {
            return Err(Code::NotFound);
        }
        let before = self.members.get(whom).copied();
        let after = role.map_or(before.unwrap_or(false), |role| role == "manager");
        if before == Some(after) {
            return Ok(false);
        }
        if (before == Some(true) || after) && !self.manages(who) {
            return Err(Code::Forbidden);
        }
        if before.is_none() && self.members.len() >= limits.members_per_channel_max {
            return Err(Code::LimitReached);
        }
        self.members.insert(whom, after);
        Ok(true)
    }
}
