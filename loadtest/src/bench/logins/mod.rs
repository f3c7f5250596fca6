//! Log-ins: whether the time of a refusal tells who has an account here, and what a flood of them does to everybody else's requests. On a
//! server of its own that believes this program about where requests come from: else the brake on guessing would be measured.

mod smirnov;

use std::{
    net::Ipv4Addr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{bail, ensure};
use futures_util::future::try_join_all;
use lockstep_protocol::{
    command::board::UpdateBoard,
    ids::{BoardId, ClientId},
};
use tokio::{
    task::JoinSet,
    time::{Instant as Tick, sleep_until},
};

use super::{
    Bench, Options,
    server::{On, Server},
    table::Table,
};
use crate::{
    dice::Dice,
    figures::Latency,
    stage::{Account, fresh},
};

/// Refusals of each kind whose times are compared.
const TRIES: usize = 2_000;
/// People whose addresses are tried.
const KNOWN: usize = 50;
/// Those before the first that counts: connections are opened, caches filled.
const WARM_UP: usize = 40;
/// Log-ins a second.
const FLOOD: u32 = 200;
/// Others who work all the time, each with a board of their own, and how often each asks for something.
const OTHERS: usize = 8;
const EVERY: Duration = Duration::from_millis(40);
const WRONG: &str = "some password that nobody has";
/// The order in which known and unknown addresses are tried.
const SEED: u64 = 16;

pub(super) async fn run(options: &Options, binary: &Path, table: &mut Table) -> anyhow::Result<()> {
    let server = Server::start(binary, On { believes_us: true, ..On::default() }).await?;
    let bench = Bench::with_accounts(options, server, "", KNOWN).await?;
    let mut networks = Networks(0);
    bench.timing(&mut networks, table).await?;
    bench.flood(&mut networks, table).await?;
    bench.server.stop().await
}

/// Addresses of which no two are of one network (a /24).
struct Networks(u32);

impl Networks {
    fn another(&mut self) -> Ipv4Addr {
        self.0 += 1;
        Ipv4Addr::from(0x0a00_0001 + ((self.0 % 0x1_0000) << 8))
    }
}

impl Bench<'_> {
    /// Wrong passwords for addresses that somebody has and addresses that nobody has, one after the other in an order of chance.
    async fn timing(&self, networks: &mut Networks, table: &mut Table) -> anyhow::Result<()> {
        let mut dice = Dice::new(SEED);
        let mut order: Vec<bool> = (0..WARM_UP + 2 * TRIES).map(|try_| try_ % 2 == 0).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, dice.below(at + 1));
        }
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for (at, is_known) in order.into_iter().enumerate() {
            // Both are made anew for each, so that neither costs this program less.
            let stranger = format!("{}@loadtest.example.org", fresh().simple());
            let email = if is_known { self.account(dice.below(KNOWN)).email.clone() } else { stranger };
            let began = Instant::now();
            let status = self.stage.owner.rest.try_log_in(&email, WRONG, networks.another()).await?;
            let elapsed = began.elapsed();
            ensure!(status == 401, "a wrong password is answered {status}");
            if at >= WARM_UP {
                if is_known { known.push(elapsed) } else { unknown.push(elapsed) }
            }
        }
        let (distance, chance) = smirnov::compare(&mut known, &mut unknown);
        let median = |times: &[Duration]| times[times.len() / 2].as_secs_f64() * 1e3;
        table.note(format!(
            "wrong passwords, {} known and {} unknown addresses: p50 {:.3} and {:.3} ms, Kolmogorov–Smirnov D {distance:.4}",
            known.len(),
            unknown.len(),
            median(&known),
            median(&unknown)
        ));
        let told = format!("{TRIES} known, {TRIES} unknown addresses refused: Kolmogorov–Smirnov p");
        table.add("login_timing_p", chance, told);
        Ok(())
    }
}

/// What came of a flood.
#[derive(Clone, Copy, Default)]
struct Answered {
    refused: usize,
    /// Told to come back.
    busy: usize,
}

/// Somebody at work on a board of their own.
struct Other<'a> {
    account: &'a Account,
    board: BoardId,
    client: ClientId,
    said: u64,
}

impl Other<'_> {
    /// Asks for something at every turn until the end. What is late counts from when it was due.
    async fn work(&mut self, bench: &Bench<'_>, began: Tick, end: Tick) -> anyhow::Result<Latency> {
        let (mut latency, mut due) = (Latency::default(), began);
        while due < end {
            sleep_until(due).await;
            self.account.rest.board_at(bench.stage.org, self.board, 0).await?;
            latency.record(due.elapsed());
            let asked = Tick::now();
            self.said += 1;
            let body = UpdateBoard { name: Some(format!("Turn {}", self.said)), visibility: None }.into();
            let topic = self.board.into();
            self.account.rest.command(bench.stage.org, topic, &body, self.client, self.said).await?;
            latency.record(asked.elapsed());
            due += EVERY;
        }
        Ok(latency)
    }
}

impl Bench<'_> {
    /// Others read and write at a steady pace, first among themselves, then while log-ins come. Their figures are compared with each other.
    async fn flood(&self, networks: &mut Networks, table: &mut Table) -> anyhow::Result<()> {
        let mut others = Vec::new();
        for index in 0..OTHERS {
            let (account, board) = (self.account(index), BoardId(fresh()));
            account.rest.create_board(self.stage.org, board, "Quiet", &format!("Q{index}")).await?;
            others.push(Other { account, board, client: ClientId(fresh()), said: 0 });
        }
        let quiet = self.work(&mut others).await?;
        let (flooded, answered) = tokio::try_join!(self.work(&mut others), self.log_ins(networks))?;
        table.note(format!("beside nobody: {quiet}; beside {FLOOD} log-ins/s: {flooded}"));
        let Answered { refused, busy } = answered;
        table.note(format!("of the log-ins {refused} were refused as wrong, {busy} told to come back"));
        let (before, beside) = (quiet.quantile_ms(0.99), flooded.quantile_ms(0.99));
        table.add(
            "login_flood_p99_ms",
            beside,
            format!("beside {FLOOD} log-ins/s: reads and writes of others, p99, ms"),
        );
        table.add("login_flood_p99_ratio", beside / before, "the same over the same without log-ins".to_owned());
        Ok(())
    }

    async fn work(&self, others: &mut [Other<'_>]) -> anyhow::Result<Latency> {
        let began = Tick::now();
        let works = others.iter_mut().map(|other| other.work(self, began, began + self.duration()));
        let mut all = Latency::default();
        for latency in try_join_all(works).await? {
            all.add(&latency);
        }
        Ok(all)
    }

    /// Wrong passwords by a schedule that waits for nobody, each from another network.
    async fn log_ins(&self, networks: &mut Networks) -> anyhow::Result<Answered> {
        let (mut tries, mut due) = (JoinSet::new(), Tick::now());
        let end = due + self.duration();
        while due < end {
            sleep_until(due).await;
            let (rest, from) = (self.stage.owner.rest.clone(), networks.another());
            let email = self.account(tries.len()).email.clone();
            tries.spawn(async move { rest.try_log_in(&email, WRONG, from).await });
            due += Duration::from_secs(1) / FLOOD;
        }
        let mut answered = Answered::default();
        while let Some(status) = tries.join_next().await {
            match status?? {
                401 => answered.refused += 1,
                503 => answered.busy += 1,
                other => bail!("a wrong password is answered {other}"),
            }
        }
        Ok(answered)
    }
}
