//! Custom fields over real sockets: each field of a task is a value of its own, in both encodings.

use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::field::{CreateField, SetTaskField},
    frame::{ClientMessage, CommandMessage},
    ids::{FieldId, TaskId},
    values::{Conflict, Field, FieldKind, FieldValue, IfChanged, Place},
};

use super::harness::{Owner, Server};
use crate::support::node::*;

fn field(kind: FieldKind) -> CreateField {
    CreateField { field_id: FieldId(id()), name: "Field".into(), kind, options: vec![], place: Place::END }
}

fn number(task_id: TaskId, field_id: FieldId, number: &str) -> SetTaskField {
    SetTaskField { task_id, field_id, value: Some(FieldValue::Number { number: number.into() }) }
}

#[tokio::test]
async fn r63_each_custom_field_of_a_task_is_a_value_of_its_own() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let Owner { person, board, column, .. } = owner;
    let ben = server.member(&owner).await;
    for codec in Codec::ALL {
        let mut ana = server.connect(person, codec).await;
        let mut other = server.connect(ben, codec).await;
        let (cost, paid) = (field(FieldKind::Number), field(FieldKind::Checkbox));
        let (cost_id, paid_id) = (cost.field_id, paid.field_id);
        ana.ask(board, cost).await.expect("is made");
        ana.ask(board, paid).await.expect("is made");
        let task = new_task(column, "Paid for");
        let task_id = task.task_id;
        let seen = ana.ask(board, task).await.expect("is made").seq;
        let theirs = other.ask(board, number(task_id, cost_id, "5")).await.expect("is set").seq;

        // The other field nobody has touched.
        let checked = SetTaskField { task_id, field_id: paid_id, value: Some(FieldValue::Checkbox) };
        let mut having_seen = async |body: SetTaskField| {
            let message = ana.command(board, body);
            let message = CommandMessage { saw: Some(seen), if_changed: Some(IfChanged::Refuse), ..message };
            let reference = message.reference;
            ana.send(&[ClientMessage::Command(message)]).await;
            ana.reply(reference).await
        };
        assert_eq!(having_seen(checked).await.expect("is set").conflicts, []);
        let refused = having_seen(number(task_id, cost_id, "7.50")).await.expect_err("is refused");
        assert_eq!((refused.code, refused.field.as_deref()), (Code::PreconditionFailed, Some("value")));
        assert_eq!(refused.conflicts, [Conflict { field: Field::Value, by: ben.account, seq: theirs }]);
        // What is so already goes over nothing.
        assert_eq!(having_seen(number(task_id, cost_id, "5.0")).await.expect("is so").position, None);

        ana.ask(board, number(task_id, cost_id, "7.50")).await.expect("is set");
        let live = server.node.directory.board(board).await.expect("is there");
        let task = live.state.task(task_id).expect("is there");
        assert_eq!(task.value(cost_id), Some(&FieldValue::Number { number: "7.5".into() }));
        assert_eq!(task.value(paid_id), Some(&FieldValue::Checkbox));
        ana.ask(board, lockstep_protocol::command::field::DeleteField { field_id: cost_id }).await.expect("is deleted");
        let gone = ana.ask(board, number(task_id, cost_id, "1")).await.expect_err("is gone");
        assert_eq!((gone.code, gone.field.as_deref()), (Code::NotFound, Some("field_id")));
    }
}
