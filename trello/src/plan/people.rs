//! Everyone who appears on the board. They become placeholders: accounts that cannot log in, until a member says "that is me".

use std::collections::{BTreeMap, HashMap, HashSet};

use lockstep_protocol::{command::board::SetBoardMember, values::BoardRole};

use super::{Person, Step};
use crate::{export::Board, guess, ids::Ids, text};

/// Stands for whoever made what the export does not know the maker of.
pub const UNKNOWN: &str = "unknown";

/// The people, and the steps that give them their roles on the board. `named`: who wrote or was given something.
pub fn gather(board: &Board, ids: &Ids, named: &HashSet<String>) -> (Vec<Person>, Vec<Step>) {
    let names = names(board);
    let mut roles: BTreeMap<&str, BoardRole> =
        board.memberships.iter().map(|member| (member.id_member.as_str(), guess::role(&member.member_type))).collect();
    for card in &board.cards {
        for member in &card.id_members {
            // Given something without being on the board any more: may look.
            roles.entry(member).or_insert(BoardRole::Viewer);
        }
    }
    let everyone: std::collections::BTreeSet<&str> = board
        .members
        .iter()
        .map(|member| member.id.as_str())
        .chain(roles.keys().copied())
        .chain(named.iter().map(String::as_str))
        .filter(|id| !id.is_empty())
        .collect();
    let people: Vec<_> = everyone
        .into_iter()
        .map(|id| Person {
            account_id: ids.person(id),
            name: names.get(id).cloned().unwrap_or_else(|| nameless(id)),
            role: roles.get(id).copied(),
        })
        .collect();
    let steps = people
        .iter()
        .filter_map(|person| person.role.map(|role| SetBoardMember { account_id: person.account_id, role }))
        .map(|command| Step { command: command.into(), about: "member" })
        .collect();
    (people, steps)
}

fn nameless(id: &str) -> String {
    if id == UNKNOWN { "Unknown (Trello)" } else { "Former member (Trello)" }.to_owned()
}

/// Names by Trello's id: of the members, and of those who left but did something.
fn names(board: &Board) -> HashMap<&str, String> {
    let creators = board.actions.iter().map(|action| &action.member_creator);
    let mut names = HashMap::new();
    for member in board.members.iter().chain(creators) {
        let name = if member.full_name.trim().is_empty() { &member.username } else { &member.full_name };
        let (name, _) = text::fit(&text::line(name), 120, 480);
        if !name.is_empty() {
            names.entry(member.id.as_str()).or_insert(name);
        }
    }
    names
}
