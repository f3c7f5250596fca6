//! Access, against tables written by hand: every command by every role, every role by everything that gives one.

mod graphs;
mod references;

use std::collections::BTreeSet;

use lockstep_domain::{Aggregate, Board, Organization, Principal, Team, access};
use lockstep_protocol::{
    codes::Code,
    command::{AccountCommand, BoardCommand, ChannelCommand, InboxCommand, OrganizationCommand, TeamCommand},
    event::{board::*, organization::*, team::*},
    ids::{AccountId, OrgId, TeamId},
    topic::Kind,
    values::{Audience, BoardRole, OrgRole, TeamRole, Visibility},
};

use crate::support::{Live, World, command, id, inbox_of, principal};

/// The table, and the kind that is not founded yet in it.
const MATRICES: &[(&str, Option<Kind>)] = &[
    (include_str!("board.csv"), None),
    (include_str!("public_board.csv"), None),
    (include_str!("organization.csv"), None),
    (include_str!("team.csv"), None),
    (include_str!("account.csv"), None),
    (include_str!("channel.csv"), None),
    (include_str!("private_channel.csv"), None),
    (include_str!("team_channel.csv"), None),
    (include_str!("direct.csv"), None),
    (include_str!("new_channel.csv"), Some(Kind::Channel)),
    (include_str!("new_board.csv"), Some(Kind::Board)),
    (include_str!("new_team.csv"), Some(Kind::Team)),
    (include_str!("new_organization.csv"), Some(Kind::Organization)),
    (include_str!("new_account.csv"), Some(Kind::Account)),
    (include_str!("inbox.csv"), None),
    (include_str!("new_inbox.csv"), Some(Kind::Inbox)),
];

fn rows(table: &'static str) -> (Vec<&'static str>, Vec<Vec<&'static str>>) {
    let mut rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(',').collect());
    (rows.next().unwrap(), rows.collect())
}

#[test]
fn every_role_may_ask_what_the_matrix_says_and_nothing_else() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (table, fresh) in MATRICES {
        let (heads, rows) = rows(table);
        for row in rows {
            seen.insert(row[0].split(' ').next().unwrap());
            for (who, expected) in heads.iter().zip(&row).skip(2) {
                let found = outcome(*fresh, who, row[0], row[1]);
                if found != *expected {
                    wrong.push(format!("{who}: {} (given {:?}): {found} instead of {expected}", row[0], row[1]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    for tag in [
        OrganizationCommand::TAGS,
        TeamCommand::TAGS,
        BoardCommand::TAGS,
        AccountCommand::TAGS,
        ChannelCommand::TAGS,
        InboxCommand::TAGS,
    ]
    .concat()
    {
        assert!(seen.contains(tag), "{tag} is in no matrix");
    }
}

fn outcome(fresh: Option<Kind>, who: &str, asked: &str, given: &str) -> &'static str {
    let mut world = World::usual();
    match fresh {
        Some(Kind::Board) => world.board = Live::new("board"),
        Some(Kind::Team) => world.team = Live::new("team"),
        Some(Kind::Organization) => world.org = Live::new("org"),
        Some(Kind::Account) => world.account = Live::new("member"),
        Some(Kind::Channel) => world.channel = Live::new("channel"),
        Some(Kind::Inbox) => world.inbox = inbox_of("member"),
        None => {}
    }
    if let Some(scene) = given.strip_prefix("scene ") {
        world.scene(scene);
    } else if !given.is_empty() {
        let name = who.rsplit(':').next().unwrap();
        // The public has no name to write a comment under.
        world.tell(&given.replace("{who}", if name == "public" { "outsider" } else { name }));
    }
    match world.ask(principal(who), command(asked)) {
        Ok(events) if !events.is_empty() => "Y",
        Ok(_) => "nothing happened",
        Err(refused) if refused.code == Code::Forbidden => "F",
        Err(refused) if refused.code == Code::NotFound => "N",
        Err(refused) => refused.code.word(),
    }
}

#[test]
fn a_role_on_a_board_is_what_the_table_says() {
    let (heads, rows) = rows(include_str!("standing.csv"));
    assert_eq!(rows.len(), 4 * 3 * 6);
    for row in rows {
        for (org_role, expected) in heads.iter().zip(&row).skip(3) {
            let found = standing(Visibility::from_word(row[0]).unwrap(), row[1], row[2], org_role);
            assert_eq!(found, *expected, "{org_role} of the organization, {row:?}");
        }
    }
}

fn standing(visibility: Visibility, team_role: &str, own: &str, org_role: &str) -> String {
    let person = AccountId(id("member"));
    let founder = AccountId(id("owner"));
    let mut org = Live::<Organization>::new("org");
    org.apply(founder, 1, vec![OrganizationCreated { name: "O".into(), owner_id: founder }.into()]);
    if let Some(role) = OrgRole::from_word(org_role) {
        org.apply(
            founder,
            1,
            vec![MemberAdded { account_id: person, role, placeholder: false, service: false }.into()],
        );
    }
    let (org_id, team_id) = (OrgId(id("org")), TeamId(id("team")));
    let mut team = Live::<Team>::new("team");
    team.apply(founder, 1, vec![TeamCreated { org_id, name: "T".into(), lead_id: founder }.into()]);
    if let Some(role) = TeamRole::from_word(team_role) {
        team.apply(founder, 1, vec![TeamMemberAdded { account_id: person, role }.into()]);
    }
    let mut board = Live::<Board>::new("board");
    let created = BoardCreated {
        org_id,
        team_id: Some(team_id),
        name: "B".into(),
        key: "B".into(),
        visibility,
        owner_id: founder,
    };
    board.apply(founder, 1, vec![created.into()]);
    if let Some(role) = BoardRole::from_word(own) {
        board.apply(founder, 1, vec![BoardMemberAdded { account_id: person, role }.into()]);
    }
    let (org, team, board) = (&org.state, &team.state, &board.state);
    let role = access::board_role(board, person, Some(org), Some(team));
    let audience = board.audience(id("board"), Principal::Account(person), Some(org), Some(team));
    assert_eq!(role.is_some(), audience.is_some());
    match (role, audience) {
        (Some(role), Some(audience)) => format!("{}/{}", role.word(), audience.word()),
        _ => "none".into(),
    }
}

fn role(world: &World, who: &str) -> Option<BoardRole> {
    access::board_role(
        &world.board.state,
        AccountId(id(who)),
        Some(&world.org.state),
        Some(&world.team.state).filter(|team| team.exists()),
    )
}

#[test]
fn a_deleted_team_gives_no_role() {
    let mut world = World::usual();
    world.tell("board.update visibility=team");
    assert_eq!((role(&world, "mate"), role(&world, "lead")), (Some(BoardRole::Editor), Some(BoardRole::Owner)));
    world.tell("lead: team.delete");
    assert_eq!((role(&world, "mate"), role(&world, "lead")), (None, None));
    assert_eq!(role(&world, "admin"), Some(BoardRole::Owner));
}

#[test]
fn a_deleted_board_is_there_for_its_owners_alone() {
    let mut world = World::usual();
    world.tell("board.update visibility=public");
    world.tell("board.delete");
    for who in ["outsider", "guest", "viewer", "commenter", "contributor", "editor", "mate"] {
        assert_eq!(role(&world, who), None, "{who}");
    }
    for who in ["owner", "own_owner", "admin", "lead"] {
        assert_eq!(role(&world, who), Some(BoardRole::Owner), "{who}");
    }
    let public = world.board.state.audience(id("board"), Principal::Public, None, None);
    assert_eq!(public, None);
}

/// What somebody with the link ln1 is shown, of everything there is.
fn by_link(world: &World) -> [Option<Audience>; 4] {
    let link = principal("link:ln1");
    let (org, team) = (Some(&world.org.state), Some(&world.team.state));
    [
        world.board.state.audience(id("board"), link, org, team),
        world.org.state.audience(id("org"), link, None, None),
        world.team.state.audience(id("team"), link, org, None),
        world.account.state.audience(id("member"), link, None, None),
    ]
}

#[test]
fn a_link_shows_its_board_to_the_public_and_nothing_else_until_it_ends() {
    let shown = [Some(Audience::Public), None, None, None];
    let nothing = [None; 4];
    let mut world = World::usual();
    for visibility in ["private", "team", "organization", "public"] {
        world.tell(&format!("board.update visibility={visibility}"));
        assert_eq!(by_link(&world), shown, "{visibility}");
    }
    world.tell("board.archive");
    assert_eq!(by_link(&world), shown, "in the archive");
    world.tell("board.delete");
    assert_eq!(by_link(&world), nothing, "in the trash");
    world.tell("board.restore");
    world.tell("owner: organization.delete");
    assert_eq!(by_link(&world), nothing, "its organization was deleted");
    world.tell("owner: organization.restore");
    assert_eq!(by_link(&world), shown);
    world.tell("board.link.revoke link_id=ln1");
    assert_eq!(by_link(&world), nothing, "revoked");
    let other = world.board.state.audience(id("board"), principal("link:ln2"), Some(&world.org.state), None);
    assert_eq!(other, None, "a link that there is not");
}

#[test]
fn leaving_the_organization_ends_every_role() {
    let mut world = World::usual();
    world.tell("owner: member.remove account_id=viewer");
    world.tell("owner: member.remove account_id=own_owner");
    assert_eq!((role(&world, "viewer"), role(&world, "own_owner")), (None, None));
    // The board keeps who they were, should they come back.
    assert_eq!(world.board.state.member(AccountId(id("viewer"))), Some(BoardRole::Viewer));
}

#[test]
fn what_a_placeholder_was_its_claimer_is() {
    let mut world = World::usual();
    world.tell("board.update visibility=private");
    world.tell("board.member.set account_id=ghost role=editor");
    assert_eq!(role(&world, "member"), None);
    world.tell("owner: member.claim placeholder_id=ghost account_id=member");
    assert_eq!(role(&world, "member"), Some(BoardRole::Editor));
    assert_eq!(role(&world, "ghost"), None);
    assert_eq!(world.org.state.resolve(AccountId(id("ghost"))), AccountId(id("member")));
    world.tell("owner: member.remove account_id=member");
    assert_eq!(role(&world, "member"), None);
}

#[test]
fn a_board_that_may_not_be_seen_is_refused_like_one_that_is_not_there() {
    let world = World::usual();
    let mut gone = World::usual();
    gone.board = Live::new("board");
    for asked in
        ["task.move task_id=t1 column_id=doing", "board.delete", "comment.add task_id=t1 comment_id=new text=x"]
    {
        for who in ["outsider", "guest", "public"] {
            let hidden = world.ask(principal(who), command(asked)).unwrap_err();
            let missing = gone.ask(principal(who), command(asked)).unwrap_err();
            assert_eq!(hidden, missing, "{who}: {asked}");
        }
    }
}

#[test]
fn every_change_of_access_raises_the_version_and_nothing_else_does() {
    let mut world = World::usual();
    let changing = [
        "board.update visibility=team",
        "board.member.set account_id=member role=viewer",
        "board.member.set account_id=member role=editor",
        "board.member.remove account_id=member",
        "board.delete",
        "board.restore",
    ];
    for asked in changing {
        world.tell(asked);
        assert_eq!(world.board.state.access_version(), world.board.history.len() as u64, "{asked}");
    }
    let before = world.board.state.access_version();
    for asked in ["board.update name=Other", "board.archive", "board.unarchive", "task.archive task_id=t1"] {
        world.tell(asked);
        assert_eq!(world.board.state.access_version(), before, "{asked}");
    }
}
