//! What an event changes in what a task is announced for.

use lockstep_protocol::{event::BoardEvent, values::Reminder};

use crate::board::state::Task;

pub(super) fn evolve(task: &mut Task, event: &BoardEvent) {
    use BoardEvent as E;
    match event {
        E::TaskReminderSet(event) => task.with_said(|said| {
            if !said.reminders.iter().any(|(set, _)| *set == event.reminder) {
                said.reminders.push((event.reminder, false));
                said.reminders.sort_unstable();
            }
        }),
        E::TaskReminderRemoved(event) => {
            task.with_said(|said| said.reminders.retain(|(set, _)| *set != event.reminder))
        }
        E::TaskReminderDue(event) => task.with_said(|said| match event.reminder {
            Reminder::At { .. } => said.reminders.retain(|(set, _)| *set != event.reminder),
            Reminder::Before { .. } => {
                for (_, done) in said.reminders.iter_mut().filter(|(set, _)| *set == event.reminder) {
                    *done = true;
                }
            }
        }),
        // Of another due date than the one it has now nothing was said.
        E::TaskDueSoon(event) if task.due == Some(event.due) => task.with_said(|said| said.soon = true),
        E::TaskOverdue(event) if task.due == Some(event.due) => task.with_said(|said| said.overdue = true),
        E::TaskEscalated(event) if task.due == Some(event.due) => task.with_said(|said| {
            if !said.escalated.contains(&event.escalation) {
                said.escalated.push(event.escalation);
            }
        }),
        _ => {}
    }
}
