//! Histories of commands, sensible ones and others, as short lines.

use proptest::prelude::*;

/// What is asked. `?x` is one of the pool `x`.
const ASKED: &[&str] = &[
    "organization.update name=?x",
    "member.add account_id=?p role=?o",
    "member.add account_id=?p role=?o service=true",
    "member.role.change account_id=?p role=?o",
    "member.remove account_id=?p",
    "member.claim placeholder_id=ghost account_id=?p",
    "organization.settings.update password_chars_min=?z boards_by=?o",
    "organization.logo.set logo_id=?c",
    "organization.logo.set",
    "organization.plan.change plan.name=?x plan.members_max=20",
    "organization.ownership.offer account_id=?p",
    "organization.ownership.offer account_id=admin",
    "organization.ownership.accept",
    "organization.ownership.decline",
    "organization.ownership.withdraw",
    "organization.delete",
    "organization.restore",
    "organization.drop",
    "organization.board.reserve board_id=?c",
    "organization.board.release board_id=?c",
    "organization.team.reserve team_id=?c",
    "organization.team.release team_id=?c",
    "member.invite invitation_id=?j role=?o uses_max=1 expires_at=1795824100000000",
    "member.invite invitation_id=?j role=?o role_id=?r link=true uses_max=2 expires_at=1795910500000000",
    "invitation.accept invitation_id=?j",
    "invitation.accept invitation_id=?j",
    "invitation.accept invitation_id=?j",
    "invitation.accept invitation_id=?j",
    "invitation.reject invitation_id=?j",
    "invitation.revoke invitation_id=?j",
    "invitation.renew invitation_id=?j expires_at=1795996900000000",
    "member.update account_id=?p manager_id=?p",
    "member.status.change account_id=?p status=?a",
    "member.role.assign account_id=?p role_id=?r",
    "member.permissions.set account_id=?p granted=?w revoked=?w",
    "role.create role_id=?r name=?x permissions=?w",
    "role.update role_id=?r name=?x permissions=?w",
    "role.delete role_id=?r",
    "team.update name=?x",
    "team.update description=?x",
    "team.settings.update default_board_id=board assignee_rule=?E",
    "team.settings.update assignee_rule=?E",
    "team.permission.grant permission=?Y",
    "team.permission.revoke permission=?Y",
    "team.member.add account_id=?p role=?m",
    "team.member.remove account_id=?p",
    "team.delete",
    "account.register placeholder=true",
    "session.open session_id=?s",
    "session.close session_id=?s",
    "session.close_all except=?s",
    "account.update",
    "account.email.verify",
    "account.password.reset",
    "account.delete",
    "factor.add factor_id=f1 kind=totp",
    "factor.remove factor_id=f1",
    "token.create token_id=f2 scopes=[\"read\"]",
    "token.revoke token_id=f2",
    "board.update name=?x visibility=?v",
    "board.archive",
    "board.unarchive",
    "board.delete",
    "board.restore",
    "board.member.set account_id=?p role=?b",
    "board.member.remove account_id=?p",
    "board.bulk on_failure=?f commands=\"task.update task_id=?t title=?e | task.move task_id=?t column_id=?c | task.complete task_id=?t\"",
    "board.bulk on_failure=?f commands=\"label.create label_id=?l name=?e colour=?g | task.label task_id=?t label_id=?l\"",
    "column.create column_id=?c name=?x kind=?h place.after=?c",
    "column.update column_id=?c name=?x kind=?h colour=?g",
    "column.move column_id=?c place.after=?c place.before=?c",
    "column.workflow.set column_id=?c workflow.wip.limit=?n workflow.wip.mode=refuse",
    "column.workflow.set column_id=?c workflow.wip.limit=?n workflow.wip.mode=?W workflow.next=[?c] workflow.required=[?R]",
    "column.workflow.set column_id=?c workflow.next=[?c] workflow.enter.by=people workflow.enter.people=[?p]",
    "column.workflow.set column_id=?c workflow.required=[?R] workflow.enter.by=owners",
    "column.workflow.set column_id=?c",
    "column.archive column_id=?c",
    "column.unarchive column_id=?c",
    "column.delete column_id=?c",
    "label.create label_id=?l name=?x colour=?g",
    "label.update label_id=?l name=?x colour=?g",
    "label.delete label_id=?l",
    "task.assign task_id=?t account_id=?p",
    "task.unassign task_id=?t account_id=?p",
    "tasks.reassign from_id=?p to_id=?p",
    "tasks.reassign from_id=?p",
    "task.label task_id=?t label_id=?l",
    "task.unlabel task_id=?t label_id=?l",
    "task.prioritize task_id=?t priority=?y",
    "task.schedule task_id=?t start_at=?n",
    "task.estimate task_id=?t points=3 minutes=90",
    "task.estimate task_id=?t",
    "task.parent.set task_id=?t parent_id=?t",
    "task.parent.set task_id=?t",
    "task.dependency.add task_id=?t kind=blocks other_id=?t",
    "task.dependency.add task_id=?t kind=relates other_id=?t",
    "task.dependency.add task_id=?t kind=duplicates other_id=?t",
    "task.dependency.remove task_id=?t kind=blocks other_id=?t",
    "task.dependency.remove task_id=?t kind=relates other_id=?t",
    "task.watch task_id=?t account_id=?p",
    "task.unwatch task_id=?t account_id=?p",
    "task.create task_id=?t column_id=?c title=?x parent_id=?t",
    "task.complete task_id=?t",
    "task.reopen task_id=?t",
    "task.archive task_id=?t",
    "task.unarchive task_id=?t",
    "task.delete task_id=?t",
    "task.restore task_id=?t",
    "checklist.create task_id=?t checklist_id=?k name=?x",
    "checklist.rename task_id=?t checklist_id=?k name=?x",
    "checklist.delete task_id=?t checklist_id=?k",
    "checklist.item.add task_id=?t checklist_id=?k item_id=?i text=?x place.after=?i",
    "checklist.item.update task_id=?t item_id=?i text=?x done=true",
    "checklist.item.update task_id=?t item_id=?i done=false",
    "checklist.item.remove task_id=?t item_id=?i",
    "comment.add task_id=?t comment_id=?q text=?x original.original_author=?p original.original_at=5",
    "comment.edit task_id=?t comment_id=?q text=?x",
    "comment.delete task_id=?t comment_id=?q",
    // What seldom meets what it needs, and what people do most: asked most.
    "comment.edit task_id=t1 comment_id=k1 text=?x",
    "task.unassign task_id=t1 account_id=member",
    "task.watch task_id=t1 account_id=member",
    "task.unwatch task_id=t1 account_id=member",
    "checklist.delete task_id=t1 checklist_id=list",
    "organization.ownership.decline",
    "organization.board.reserve board_id=new",
    "organization.board.release board_id=new",
    "task.dependency.add task_id=t1 kind=relates other_id=t2",
    "task.dependency.remove task_id=t1 kind=relates other_id=t2",
    "comment.add task_id=?t comment_id=?q text=?x",
    "task.update task_id=?t title=?x",
    "task.update task_id=?t description=?x",
    "task.create task_id=?t column_id=?c title=?x place.after=?t",
    "task.create task_id=?t column_id=?c title=?x description=?x labels=[?l] assignees=[?p] priority=?y place.before=?t",
    "task.create task_id=?t column_id=?c title=?x original.original_author=?p original.original_at=5",
    "task.move task_id=?t column_id=?c place.after=?t",
    "task.move task_id=?t column_id=?c place.before=?t",
    "task.move task_id=?t column_id=?c place.after=?t place.before=?t",
    "task.move task_id=?t column_id=?c",
    "task.move task_id=?t column_id=todo place.after=?t",
    "task.move task_id=?t column_id=todo place.before=?t",
    "task.move task_id=?t column_id=todo place.after=t1",
    "task.move task_id=?t column_id=todo place.before=t1",
];

const ASKERS: &[&str] = &[
    "owner",
    "owner",
    "owner",
    "owner",
    "own_owner",
    "admin",
    "editor",
    "editor",
    "member",
    "contributor",
    "commenter",
    "viewer",
    "guest",
    "mate",
    "lead",
    "ghost",
    "outsider",
    "public",
    "server:owner",
    "server:owner",
    "server:member",
    "server:outsider",
    "server:outsider",
    "server:nobody",
];

fn pool(kind: char) -> &'static [&'static str] {
    match kind {
        'x' => &["Canary-one", "Two", "Three", "", "\"a\\nb\"", "x*501", "\" spaced \""],
        'p' => &["owner", "admin", "member", "guest", "mate", "viewer", "commenter", "ghost", "outsider", "own_owner"],
        'o' => &["guest", "member", "admin", "owner"],
        'j' => &["inv1", "inv2"],
        'z' => &["8", "15", "70"],
        'a' => &["active", "inactive"],
        'r' => &["hr", "ops"],
        'w' => &["[]", "[\"members.add\",\"members.roles\"]", "[\"boards.create\"]", "[\"roles.manage\"]"],
        'm' => &["member", "lead"],
        'E' => &["nobody", "creator", "lead"],
        'Y' => &["boards.create", "team.update", "team.members"],
        's' => &["s1", "s2", "s3", "s4"],
        'v' => &["private", "team", "organization", "public"],
        'b' => &["viewer", "commenter", "contributor", "editor", "owner"],
        'W' => &["warn", "refuse", "refuse"],
        'R' => &["\"assignee\"", "\"label\",\"due\"", "\"description\"", "\"checklists\""],
        'c' => &["todo", "todo", "doing", "done", "attic", "new"],
        'h' => &["backlog", "active", "done"],
        'g' => &["red", "blue", "teal"],
        'l' => &["red", "blue", "new"],
        't' => &[
            "t1", "t1", "t1", "t1", "t2", "t3", "d1", "a1", "put_away", "trash", "n1", "n2", "n3", "n4", "n5", "n6",
            "n7", "n8",
        ],
        'T' => &["t1", "t2"],
        'f' => &["none", "rest"],
        'e' => &["Canary-one", "Two", "Three"],
        'y' => &["none", "low", "urgent"],
        'n' => &["1", "2"],
        'k' => &["list", "other_team", "new"],
        'q' => &["k1", "k2", "s3", "s4"],
        'i' => &["i1", "i2", "i3", "n1"],
        _ => unreachable!("no pool {kind}"),
    }
}

fn fill(template: &str, picks: &[prop::sample::Index]) -> String {
    let mut picks = picks.iter().cycle();
    let mut out = String::new();
    let mut chars = template.chars();
    while let Some(c) = chars.next() {
        match c {
            '?' => {
                let word: &&str = picks.next().unwrap().get(pool(chars.next().unwrap()));
                out.push_str(word);
            }
            c => out.push(c),
        }
    }
    out
}

/// Who asks, and what.
pub type Step = (&'static str, String);

pub fn step() -> impl Strategy<Value = Step> {
    step_of(ASKERS, ASKED)
}

/// One of these asks one of these.
pub fn step_of(askers: &'static [&'static str], asked: &'static [&'static str]) -> impl Strategy<Value = Step> {
    let picks = prop::collection::vec(any::<prop::sample::Index>(), 8);
    (prop::sample::select(askers), prop::sample::select(asked), picks)
        .prop_map(|(who, template, picks)| (who, fill(template, &picks)))
}

pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..most)
}
