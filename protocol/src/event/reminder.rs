//! Events of what a task is announced for. That something has come due is said by the server, once for each due date, however many
//! nodes there are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::TaskId,
    values::{Due, Escalation, Reminder},
};

/// Those who work on the task and those who follow it are to be reminded of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskReminderSet {
    pub task_id: TaskId,
    pub reminder: Reminder,
}

/// They are not to be reminded any more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskReminderRemoved {
    pub task_id: TaskId,
    pub reminder: Reminder,
}

/// A reminder of the task is due. One at a moment of its own is done with by that.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskReminderDue {
    pub task_id: TaskId,
    pub reminder: Reminder,
}

/// The task is due in a day, or less.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskDueSoon {
    pub task_id: TaskId,
    pub due: Due,
}

/// The task was due, and is not done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskOverdue {
    pub task_id: TaskId,
    pub due: Due,
}

/// The task is overdue for so long that whoever the board names is to know.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskEscalated {
    pub task_id: TaskId,
    pub due: Due,
    pub escalation: Escalation,
}
