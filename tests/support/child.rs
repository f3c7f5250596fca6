//! Child processes that die with the test process, however it ends. It must never leave one running.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
};

/// A running program; killed when dropped.
pub struct Running {
    child: Child,
}

impl Running {
    /// Starts a program that the kernel ends with `signal` when this process is gone.
    pub fn start(program: &Path, arguments: &[String], user: Option<&str>, signal: &str) -> Self {
        let mut command = Command::new("setpriv");
        if let Some(user) = user {
            command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups"]);
        }
        command.args(["--pdeathsig", signal, "--"]).arg(program).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let (sender, receiver) = mpsc::sync_channel(1);
        // The kernel ties the child to the thread that started it: this one lasts as long as the process.
        std::thread::spawn(move || {
            let _ = sender.send(command.spawn());
            loop {
                std::thread::park();
            }
        });
        let child = receiver.recv().expect("the thread sends once").expect("setpriv and the program are installed");
        Self { child }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Ends it at once, as a crash would, and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

/// Are we root? Some servers refuse to run as it.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A fresh folder of this process. Folders that processes left behind which are gone are removed.
pub fn folder(kind: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(root).expect("the target folder can be written");
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix("run-").and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = root.join(format!("run-{}-{kind}-{number}", std::process::id()));
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}
