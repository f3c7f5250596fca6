//! The door for whoever has the data folder of a running server: a socket of the system in that folder, for the folder's owner alone. One
//! question on a connection, a line of JSON, and one answer. It must never be reachable from the network, nor open before the
//! folder is this server's.

use std::{path::Path, time::Duration};

#[cfg(unix)]
use std::{io, os::unix::fs::PermissionsExt, sync::Arc};

use lockstep_protocol::limits::Limits;
#[cfg(unix)]
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
};
use tokio_util::sync::CancellationToken;

use super::{
    engine::StartError,
    plan::{self, Ask, Standing},
};
use crate::actors::Directory;

const SOCKET: &str = "operator.sock";
/// A question or an answer.
const LINE_BYTES_MAX: u64 = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Asks the server that runs on this data folder.
#[cfg(unix)]
pub async fn ask(folder: &Path, ask: &Ask) -> Result<Standing, StartError> {
    let failed = |error: io::Error| StartError::Io {
        doing: format!("the data folder {} is in use, and the server there cannot be asked", folder.display()),
        error,
    };
    let asked = async {
        let mut stream = UnixStream::connect(folder.join(SOCKET)).await?;
        let mut line = serde_json::to_vec(ask)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let said = read_line(&mut stream).await?;
        Ok(serde_json::from_str::<Result<Standing, String>>(&said)?)
    };
    let answer = tokio::time::timeout(TIMEOUT, asked).await.map_err(|late| failed(late.into()))?;
    answer.map_err(failed)?.map_err(StartError::Other)
}

/// Answers until cancelled.
#[cfg(unix)]
pub async fn serve(folder: Arc<Path>, directory: Directory, limits: Arc<Limits>, cancel: CancellationToken) {
    let path = folder.join(SOCKET);
    let listener = match listen(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "an operator cannot ask while the server runs");
            return cancel.cancelled().await;
        }
    };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = cancel.cancelled() => break,
        };
        // One after the other: an operator is one person.
        if let Ok((stream, _)) = accepted
            && let Err(error) = tokio::time::timeout(TIMEOUT, answer(stream, &directory, &limits)).await
        {
            tracing::warn!(%error, "an operator's question was not answered in time");
        }
    }
    // What is left of it is no door: nobody listens.
    let _ = std::fs::remove_file(&path);
}

#[cfg(unix)]
fn listen(path: &Path) -> io::Result<UnixListener> {
    // The folder is this server's alone: what is there was left by one that is gone.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

#[cfg(unix)]
async fn answer(mut stream: UnixStream, directory: &Directory, limits: &Limits) {
    let answered = async {
        let asked = read_line(&mut stream).await?;
        let said: Result<Standing, String> = match serde_json::from_str(&asked) {
            Ok(ask) => plan::answer(directory, limits, ask).await.map_err(|failure| failure.to_string()),
            Err(_) => Err("the server that runs does not understand this: is it of another version?".to_owned()),
        };
        let mut line = serde_json::to_vec(&said)?;
        line.push(b'\n');
        stream.write_all(&line).await
    };
    if let Err(error) = answered.await {
        tracing::warn!(%error, "an operator's question was cut off");
    }
}

#[cfg(unix)]
async fn read_line(stream: &mut UnixStream) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(stream.take(LINE_BYTES_MAX)).read_line(&mut line).await?;
    Ok(line)
}

/// There is no such socket here.
#[cfg(not(unix))]
pub async fn ask(folder: &Path, _ask: &Ask) -> Result<Standing, StartError> {
    let folder = folder.display();
    Err(StartError::Other(format!("the data folder {folder} is in use by a running server: stop it first")))
}
