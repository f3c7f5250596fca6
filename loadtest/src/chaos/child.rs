//! Programs that end with this one, however it ends. What is killed is waited for: nothing is left behind, and a port is free again.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::Duration,
};

use anyhow::{Context, bail};

/// A running program; killed when dropped.
pub struct Running {
    child: Child,
}

impl Running {
    /// Starts a program that the kernel ends with `signal` when this process is gone. What it says goes to the end of a file.
    pub fn start(
        program: &Path,
        arguments: &[String],
        user: Option<&str>,
        signal: &str,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new("setpriv");
        if let Some(user) = user {
            command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups"]);
        }
        let file = File::options().create(true).append(true).open(log)?;
        command.args(["--pdeathsig", signal, "--"]).arg(program).args(arguments);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let (sender, receiver) = mpsc::sync_channel(1);
        // The kernel ties the child to the thread that started it: this one lasts as long as the process.
        std::thread::spawn(move || {
            let _ = sender.send(command.spawn());
            loop {
                std::thread::park();
            }
        });
        let child = receiver.recv()?.with_context(|| format!("cannot start {} with setpriv", program.display()))?;
        Ok(Self { child })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends it at once, as a crash would, and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends a signal to it and to what it started.
    pub fn signal_all(&self, signal: &str) -> anyhow::Result<()> {
        let mut ids = vec![self.id()];
        ids.extend(children(self.id()));
        send(signal, &ids)
    }

    pub fn signal(&self, signal: &str) -> anyhow::Result<()> {
        send(signal, &[self.id()])
    }

    /// Waits until it has ended by itself.
    pub async fn ends_within(&mut self, time: Duration) -> anyhow::Result<ExitStatus> {
        let deadline = tokio::time::Instant::now() + time;
        loop {
            if let Some(status) = self.ended() {
                return Ok(status);
            }
            if tokio::time::Instant::now() > deadline {
                bail!("process {} did not end in {time:?}", self.id());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that is stopped takes a kill all the same.
        self.kill();
    }
}

pub fn children(id: u32) -> Vec<u32> {
    let text = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

pub fn send(signal: &str, ids: &[u32]) -> anyhow::Result<()> {
    let ids: Vec<_> = ids.iter().map(u32::to_string).collect();
    // Some may have left by themselves meanwhile: that is as good.
    Command::new("kill").arg(format!("-{signal}")).args(ids).stderr(Stdio::null()).status().context("kill")?;
    Ok(())
}

/// A port that was free a moment ago.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
