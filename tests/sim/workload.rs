//! What clients ask for: commands of all sizes on what they see, sound and unsound, and the changes of access that everything else must
//! respect.

use lockstep_loadtest::model::Board;
use lockstep_protocol::{
    command::{
        Command,
        board::{CreateColumn, RemoveBoardMember, SetBoardMember, UpdateBoard},
        comment::AddComment,
        organization::{ChangeMemberRole, ChangeMemberStatus, RemoveMember, UpdateOrganization},
        task::{
            ArchiveTask, AssignTask, CompleteTask, CreateTask, DeleteTask, MoveTask, ReopenTask, UnarchiveTask,
            UpdateTask,
        },
    },
    ids::{AccountId, TaskId},
    values::{BoardRole, ColumnKind, MemberStatus, OrgRole, Place, Reassign, Visibility},
};

use super::executor::Sim;

/// What people are in an organization besides its owner.
pub const ROLES: [OrgRole; 5] = [OrgRole::Member, OrgRole::Member, OrgRole::Member, OrgRole::Admin, OrgRole::Guest];

/// Something done to the tasks of a board; `None` when there is nothing to do it to.
pub fn task_command(sim: &Sim, board: &Board, people: &[AccountId], known: &[TaskId]) -> Option<Command> {
    let columns: Vec<_> = board.columns.keys().copied().collect();
    let tasks: Vec<_> = board.tasks.keys().copied().collect();
    let column_id = *sim.pick(&columns)?;
    // Now and then one that is archived or gone.
    let task_id = if sim.chance(150) { sim.pick(known) } else { sim.pick(&tasks) };
    let dice = sim.below(100);
    let Some(task_id) = task_id.copied().filter(|_| dice >= 30) else {
        return Some(create_task(sim, column_id, &tasks));
    };
    let place = Place { after: sim.pick(&tasks).copied().filter(|_| sim.chance(700)), before: None };
    Some(match dice {
        30..50 => MoveTask { task_id, column_id, place }.into(),
        50..62 => {
            UpdateTask { task_id, title: Some(format!("t{}", sim.below(1_000))), description: None, mentions: vec![] }
                .into()
        }
        62..70 => CompleteTask { task_id }.into(),
        70..75 => ReopenTask { task_id }.into(),
        75..80 => ArchiveTask { task_id }.into(),
        80..84 => UnarchiveTask { task_id }.into(),
        84..86 => DeleteTask { task_id }.into(),
        86..92 => comment(sim, task_id),
        92..97 => AssignTask { task_id, account_id: *sim.pick(people)? }.into(),
        _ => CreateColumn {
            column_id: sim.uuid().into(),
            name: format!("c{}", sim.below(100)),
            kind: ColumnKind::Active,
            place: Place::END,
        }
        .into(),
    })
}

fn create_task(sim: &Sim, column_id: lockstep_protocol::ids::ColumnId, tasks: &[TaskId]) -> Command {
    CreateTask {
        task_id: sim.uuid().into(),
        column_id,
        title: format!("task {}", sim.below(10_000)),
        description: sim.chance(200).then(|| "words ".repeat(sim.below(60) as usize)),
        place: Place { after: sim.pick(tasks).copied().filter(|_| sim.chance(300)), before: None },
        labels: Vec::new(),
        assignees: Vec::new(),
        priority: None,
        start_at: None,
        due: None,
        parent_id: None,
        points: None,
        minutes: None,
        repeat: None,
        category_id: None,
        cover: None,
        fields: Vec::new(),
        original: None,
    }
    .into()
}

/// Something that changes who may do what in an organization.
pub fn org_command(sim: &Sim, people: &[AccountId]) -> Option<Command> {
    let account_id = *sim.pick(people)?;
    let role = *sim.pick(&ROLES)?;
    Some(match sim.below(10) {
        0..3 => RemoveMember { account_id, reassign: Reassign::Nobody }.into(),
        3..5 => ChangeMemberStatus { account_id, status: MemberStatus::Inactive }.into(),
        5..8 => ChangeMemberStatus { account_id, status: MemberStatus::Active }.into(),
        8 => ChangeMemberRole { account_id, role }.into(),
        _ => UpdateOrganization { name: Some(format!("org {}", sim.below(100))) }.into(),
    })
}

/// Something that changes who may do what on a board.
pub fn board_access_command(sim: &Sim, people: &[AccountId]) -> Option<Command> {
    let account_id = *sim.pick(people)?;
    let roles = [BoardRole::Viewer, BoardRole::Commenter, BoardRole::Contributor, BoardRole::Editor];
    Some(match sim.below(10) {
        0..4 => SetBoardMember { account_id, role: *sim.pick(&roles)? }.into(),
        4..7 => RemoveBoardMember { account_id }.into(),
        dice => {
            let visibility = if dice == 7 { Visibility::Organization } else { Visibility::Private };
            UpdateBoard { name: None, visibility: Some(visibility) }.into()
        }
    })
}

fn comment(sim: &Sim, task_id: TaskId) -> Command {
    let comment_id = sim.uuid().into();
    AddComment { task_id, comment_id, text: "a word".to_owned(), reply_to: None, mentions: vec![], original: None }
        .into()
}
