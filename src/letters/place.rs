//! Where what people are told of is in the web app: an address below the product's own. Pure.

use lockstep_protocol::values::{NewEntry, Subject};

pub fn path(entry: &NewEntry) -> String {
    let org = entry.org_id;
    match entry.subject {
        Subject::Task { board_id, task_id, .. } => format!("/orgs/{org}/boards/{board_id}?task={task_id}"),
        Subject::Message { channel_id, message, number, thread } => {
            let thread = thread.map(|root| format!("/thread/{}", root.seq)).unwrap_or_default();
            format!("/orgs/{org}/talk/{channel_id}{thread}?message={}", number.unwrap_or(message.seq))
        }
        Subject::Board { board_id } => format!("/orgs/{org}/boards/{board_id}"),
        Subject::Channel { channel_id } => format!("/orgs/{org}/talk/{channel_id}"),
        Subject::Team { team_id } => format!("/orgs/{org}/teams?team={team_id}"),
        Subject::Organization { .. } => format!("/orgs/{org}"),
    }
}
