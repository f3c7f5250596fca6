//! What has to be asked for to make a board, or a task, like another: commands as anybody could give them, so that whatever is refused to
//! people is refused to a copy. Must never copy who may do what, who said what, or what happened: a copy begins anew.

use lockstep_protocol::{
    command::{
        BoardCommand,
        board::{CreateColumn, CreateLabel, UpdateColumn},
        category::{CategorizeTask, CreateCategory, SetTaskCover},
        checklist::{AddChecklistItem, CreateChecklist},
        field::{CreateField, SetTaskField},
        task::{AddDependency, CreateTask, SetTaskParent},
        view::CreateView,
        workflow::SetColumnWorkflow,
    },
    ids::TaskId,
    values::{
        Condition, DependencyKind, Entry, FieldOption, FieldValue, Lanes, Lifecycle, Look, Place, Priority, RepeatRule,
        Workflow,
    },
};
use uuid::Uuid;

use super::{
    past::Texts,
    state::{Board, Task},
};
