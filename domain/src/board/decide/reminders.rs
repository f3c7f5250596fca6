//! What a task is announced for: reminders that people set, and what the server says of it when its time has come. Asked by however many
//! nodes however often, each thing is said once: the state knows what was said.

use lockstep_protocol::{
    codes::Failure,
    command::{BoardCommand, reminder::*},
    event::{BoardEvent, reminder::*},
    values::Reminder,
};

use super::{Ask, Decided, repeat, tasks};
use crate::{
    board::alarms::Alarm,
    refuse::{full, invalid, wrong_state},
};

pub(super) fn decide(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::SetReminder(command) => set(ask, command),
        BoardCommand::RemoveReminder(command) => remove(ask, command),
        BoardCommand::AnnounceTask(command) => announce(ask, command),
        _ => Ok(vec![]),
    }
}

fn set(ask: &Ask<'_>, command: &SetReminder) -> Decided {
    let SetReminder { task_id, reminder } = *command;
    let task = ask.active_task(task_id)?;
    check(ask, reminder)?;
    if task.reminders().any(|set| set == reminder) {
        return Ok(vec![]);
    }
    let limit = ask.ctx.limits.reminders_per_task_max;
    if task.reminders().count() >= limit {
        return Err(full("reminder", limit));
    }
    Ok(vec![TaskReminderSet { task_id, reminder }.into()])
}

fn check(ask: &Ask<'_>, reminder: Reminder) -> Result<(), Failure> {
    match reminder {
        Reminder::Before { minutes } => {
            let most = ask.ctx.limits.reminder_minutes_max;
            if minutes > most {
                return Err(invalid("reminder.minutes", &format!("At most {most}.")).limit(most.into()));
            }
        }
        Reminder::At { at } => {
            tasks::check_moment(at, "reminder.at")?;
            if at <= ask.ctx.now {
                return Err(invalid("reminder.at", "That has passed."));
            }
        }
    }
    Ok(())
}

fn remove(ask: &Ask<'_>, command: &RemoveReminder) -> Decided {
    let RemoveReminder { task_id, reminder } = *command;
    let set = ask.active_task(task_id)?.reminders().any(|set| set == reminder);
    Ok(if set { vec![TaskReminderRemoved { task_id, reminder }.into()] } else { vec![] })
}

/// What of it has come due. Where there is no room for the next one of a schedule the rest is said all the same, and asked again this is
/// refused until there is.
fn announce(ask: &Ask<'_>, command: &AnnounceTask) -> Decided {
    let task_id = command.task_id;
    let task = ask.task(task_id)?;
    // Nobody may see it.
    if ask.org.is_deleted() {
        return Err(wrong_state("The organization is deleted."));
    }
    if ask.board.is_template() {
        return Ok(vec![]);
    }
    let mut due = task.alarms(ask.board.escalation_rules());
    due.retain(|(at, _)| *at <= ask.ctx.now);
    let overdue = due.iter().any(|(_, alarm)| matches!(alarm, Alarm::Overdue(_)));
    let mut events: Vec<BoardEvent> = Vec::new();
    for (_, alarm) in due {
        match alarm {
            Alarm::Reminder(reminder) => events.push(TaskReminderDue { task_id, reminder }.into()),
            // What is late is not soon.
            Alarm::Soon(_) if overdue => {}
            Alarm::Soon(due) => events.push(TaskDueSoon { task_id, due }.into()),
            Alarm::Escalated(due, escalation) => events.push(TaskEscalated { task_id, due, escalation }.into()),
            Alarm::Overdue(due) => events.push(TaskOverdue { task_id, due }.into()),
            Alarm::Next => match repeat::on_schedule(ask, task_id, task) {
                Ok(next) => events.extend(next),
                Err(refused) if events.is_empty() => return Err(refused),
                Err(_) => {}
            },
        }
    }
    Ok(events)
}
