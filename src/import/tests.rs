//! The import against a door that keeps what the contract of [`Commands`] promises: one effect per key, one thing per id.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Mutex,
};

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, Command},
    frame::Acknowledged,
    ids::{AccountId, ClientId, OrgId},
    position::Bookmark,
    topic::Topic,
};
use uuid::Uuid;

use super::{Commands, ImportError, import, import_trello};

#[derive(Default)]
struct Door {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seq: u64,
    answers: HashMap<(ClientId, u64), Acknowledged>,
    boards: HashSet<Topic>,
    people: HashMap<AccountId, String>,
    /// How many more sends are answered "busy".
    busy: u32,
    /// Refuse everything with this tag.
    refuse: Option<&'static str>,
}

impl Commands for Door {
    async fn send(&self, topic: Topic, body: Command, client: ClientId, seq: u64) -> Result<Acknowledged, Failure> {
        let mut state = self.state.lock().unwrap();
        if state.busy > 0 {
            state.busy -= 1;
            return Err(Failure::new(Code::Busy).retry_after_ms(0));
        }
        if state.refuse == Some(body.tag()) {
            return Err(Failure::new(Code::LimitReached));
        }
        if let Some(answer) = state.answers.get(&(client, seq)) {
            return Ok(answer.clone());
        }
        if matches!(body, Command::Board(BoardCommand::CreateBoard(_))) {
            if !state.boards.insert(topic) {
                return Err(Failure::new(Code::AlreadyExists));
            }
        } else if !state.boards.contains(&topic) {
            return Err(Failure::new(Code::NotFound));
        }
        if let Command::Board(BoardCommand::SetBoardMember(member)) = &body
            && !state.people.contains_key(&member.account_id)
        {
            return Err(Failure::new(Code::NotFound));
        }
        state.seq += 1;
        let answer = Acknowledged::new(1, state.seq, None);
        state.answers.insert((client, seq), answer.clone());
        Ok(answer)
    }

    async fn placeholder(&self, account_id: AccountId, name: &str) -> Result<(), Failure> {
        self.state.lock().unwrap().people.insert(account_id, name.to_owned());
        Ok(())
    }

    async fn head(&self, topic: Topic) -> Result<Option<Bookmark>, Failure> {
        let state = self.state.lock().unwrap();
        Ok(state.boards.contains(&topic).then_some(Bookmark { epoch: 1, seq: state.seq }))
    }
}

fn file() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/trello-board.json"))
}

fn org() -> OrgId {
    OrgId(Uuid::from_u128(1))
}

#[tokio::test]
async fn an_import_that_runs_again_changes_nothing() {
    let door = Door::default();
    let first = import_trello(file(), org(), &door).await.unwrap();
    assert!(first.changed && first.is_whole());
    assert_eq!(door.state.lock().unwrap().people.len(), 12);
    let seq = door.state.lock().unwrap().seq;
    let second = import_trello(file(), org(), &door).await.unwrap();
    assert!(!second.changed && second.is_whole());
    assert_eq!(second.taken, first.taken);
    assert_eq!(door.state.lock().unwrap().seq, seq);
    assert!(second.to_string().starts_with("Already imported, nothing changed:"), "{second}");
}

#[tokio::test]
async fn the_same_board_by_other_bytes_finds_what_is_there() {
    let door = Door::default();
    import_trello(file(), org(), &door).await.unwrap();
    let mut other = std::fs::read(file()).unwrap();
    other.push(b'\n');
    let outcome = import(lockstep_trello::plan::plan(&other, org()).unwrap(), &door).await.unwrap();
    assert_eq!(outcome.found, 1, "the board itself");
}

#[tokio::test]
async fn what_is_busy_is_tried_again_and_what_is_refused_is_told() {
    let door = Door::default();
    door.state.lock().unwrap().busy = 3;
    door.state.lock().unwrap().refuse = Some("comment.add");
    let outcome = import_trello(file(), org(), &door).await.unwrap();
    assert_eq!(outcome.refused[&("comment.add", "limit_reached")].count, 93);
    assert!(!outcome.is_whole());
    assert!(outcome.to_string().contains("Refused: 93 × comment.add: limit_reached"), "{outcome}");
}

#[tokio::test]
async fn a_board_that_cannot_be_founded_ends_the_import() {
    let door = Door::default();
    door.state.lock().unwrap().refuse = Some("board.create");
    let error = import_trello(file(), org(), &door).await.unwrap_err();
    assert!(matches!(error, ImportError::Refused { doing: "board", .. }), "{error}");
    let missing = import_trello(Path::new("no such file"), org(), &door).await.unwrap_err();
    assert!(matches!(missing, ImportError::File { .. }));
}
