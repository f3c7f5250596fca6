//! What is broken, when and for how long: drawn by the seed, each in a task of its own, each healed before it ends. A part of the cluster is
//! broken by one fault at a time; which part of what was really broken, and when, is noted.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
    time::Instant,
};

use super::{
    client::{Control, moment},
    cluster::Cluster,
};
use crate::{
    dice::Dice,
    history::{Fault, FaultKind, Moment},
    proxy::{Line, redis::Loss},
};

/// Everything that faults reach.
pub struct Reach {
    pub cluster: Cluster,
    /// By client.
    pub lines: Vec<Line>,
    pub control: watch::Sender<Control>,
    pub began_at: Instant,
    /// What was broken, and what could not be.
    pub noted: Mutex<Noted>,
}

/// What was broken; what could not be, and why.
pub type Noted = (Vec<Fault>, Vec<(String, String)>);

/// When faults come.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub kinds: Vec<FaultKind>,
    /// A node is killed this often, beside what else is drawn.
    pub kill_every: Option<Duration>,
    /// Between one fault and the next.
    pub gap_ms: (u64, u64),
}

impl Reach {
    pub fn at(&self) -> Moment {
        moment(self.began_at)
    }

    async fn note(&self, kind: FaultKind, from: Moment, what: String) {
        let until = self.at();
        self.noted.lock().await.0.push(Fault { kind, what, from, until });
    }
}

/// Breaks and heals until `until`; everything is whole again when it returns.
pub async fn run(reach: Arc<Reach>, schedule: Schedule, mut dice: Dice, until: Instant) -> anyhow::Result<()> {
    let mut running: JoinSet<anyhow::Result<()>> = JoinSet::new();
    if let Some(every) = schedule.kill_every {
        running.spawn(kills(Arc::clone(&reach), every, dice.part(99), until));
    }
    let mut bag: Vec<FaultKind> = Vec::new();
    while !schedule.kinds.is_empty() {
        let gap = Duration::from_millis(dice.between(schedule.gap_ms.0, schedule.gap_ms.1));
        if Instant::now() + gap >= until {
            break;
        }
        tokio::time::sleep(gap).await;
        // Each kind once before any comes again; now and then two at once.
        let together = 1 + usize::from(dice.percent(20));
        for _ in 0..together {
            if bag.is_empty() {
                bag.clone_from(&schedule.kinds);
            }
            let kind = bag.swap_remove(dice.below(bag.len()));
            running.spawn(one(Arc::clone(&reach), kind, dice.part(dice.clone().throw())));
            dice.throw();
        }
        // One round after the other: a machine of two cores recovers from one or two things at a time.
        while schedule.kill_every.is_none() && !running.is_empty() {
            finished(&reach, running.join_next().await).await?;
        }
    }
    while let Some(result) = running.join_next().await {
        finished(&reach, Some(result)).await?;
    }
    Ok(())
}

async fn finished(
    reach: &Reach,
    result: Option<Result<anyhow::Result<()>, tokio::task::JoinError>>,
) -> anyhow::Result<()> {
    let Some(result) = result else { return Ok(()) };
    if let Err(error) = result? {
        // Told in the end: a part that did not come back is an anomaly of its own.
        reach.noted.lock().await.1.push(("a fault".to_owned(), format!("{error:#}")));
        return Err(error);
    }
    Ok(())
}

async fn kills(reach: Arc<Reach>, every: Duration, mut dice: Dice, until: Instant) -> anyhow::Result<()> {
    let mut ticks = tokio::time::interval(every);
    ticks.tick().await;
    while Instant::now() + every < until {
        ticks.tick().await;
        let down_ms = dice.between(300, 1_500);
        kill(&reach, dice.below(reach.cluster.nodes.len()), down_ms).await?;
    }
    Ok(())
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

async fn one(reach: Arc<Reach>, kind: FaultKind, mut dice: Dice) -> anyhow::Result<()> {
    let node = dice.below(reach.cluster.nodes.len());
    match kind {
        FaultKind::Kill => kill(&reach, node, dice.between(200, 3_000)).await,
        FaultKind::Stop => stop(&reach, node, dice.between(500, 8_000)).await,
        FaultKind::Redis => redis(&reach, &mut dice).await,
        FaultKind::Postgres => postgres(&reach, &mut dice).await,
        FaultKind::Busloss => busloss(&reach, dice.between(3_000, 8_000)).await,
        FaultKind::Halfopen => half_open(&reach, &mut dice).await,
        FaultKind::Slow => slow(&reach, &mut dice).await,
        FaultKind::Herd => herd(&reach).await,
        FaultKind::Poison => poison(&reach, node).await,
        FaultKind::Rolling => rolling(&reach).await,
    }
}

async fn kill(reach: &Reach, number: usize, down_ms: u64) -> anyhow::Result<()> {
    let mut node = reach.cluster.nodes[number].lock().await;
    let from = reach.at();
    node.kill();
    pause(down_ms).await;
    node.restart().await?;
    reach.note(FaultKind::Kill, from, format!("{} killed, down for {down_ms} ms", node.name)).await;
    Ok(())
}

async fn stop(reach: &Reach, number: usize, ms: u64) -> anyhow::Result<()> {
    let node = reach.cluster.nodes[number].lock().await;
    let from = reach.at();
    node.signal("STOP")?;
    pause(ms).await;
    node.signal("CONT")?;
    reach.note(FaultKind::Stop, from, format!("{} stopped for {ms} ms", node.name)).await;
    Ok(())
}

async fn redis(reach: &Reach, dice: &mut Dice) -> anyhow::Result<()> {
    let mut redis = reach.cluster.redis.lock().await;
    let (from, ms) = (reach.at(), dice.between(2_000, 8_000));
    let what = match dice.below(4) {
        0 | 1 => {
            redis.kill();
            pause(ms).await;
            redis.restart().await?;
            format!("killed, down for {ms} ms")
        }
        2 => {
            redis.signal("STOP")?;
            pause(ms).await;
            redis.signal("CONT")?;
            format!("stopped for {ms} ms")
        }
        _ => {
            let answer = redis.ask("FLUSHALL").await?;
            format!("emptied: {answer}")
        }
    };
    reach.note(FaultKind::Redis, from, what).await;
    Ok(())
}

async fn postgres(reach: &Reach, dice: &mut Dice) -> anyhow::Result<()> {
    let mut postgres = reach.cluster.postgres.lock().await;
    let (from, ms) = (reach.at(), dice.between(300, 6_000));
    let what = if dice.percent(60) {
        postgres.kill()?;
        pause(ms / 4).await;
        postgres.ready().await?;
        format!("killed, its start not asked for before {} ms", ms / 4)
    } else {
        postgres.pause()?;
        pause(ms).await;
        postgres.resume()?;
        format!("stopped for {ms} ms")
    };
    reach.note(FaultKind::Postgres, from, what).await;
    Ok(())
}

async fn busloss(reach: &Reach, ms: u64) -> anyhow::Result<()> {
    let _alone = reach.cluster.redis.lock().await;
    let from = reach.at();
    let loss = Loss { lose: 30, double: 10, reorder: 10 };
    reach.cluster.bus.set(loss);
    pause(ms).await;
    reach.cluster.bus.set(Loss::default());
    reach.note(FaultKind::Busloss, from, format!("{loss:?} (of a hundred) for {ms} ms")).await;
    Ok(())
}

/// Some of the clients, a tenth of them or one.
fn some(reach: &Reach, dice: &mut Dice) -> Vec<usize> {
    let count = (reach.lines.len() / 10).max(1);
    let mut chosen: Vec<_> = (0..count).map(|_| dice.below(reach.lines.len())).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn names(clients: &[usize]) -> String {
    clients.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

async fn half_open(reach: &Reach, dice: &mut Dice) -> anyhow::Result<()> {
    let (from, chosen) = (reach.at(), some(reach, dice));
    chosen.iter().for_each(|client| reach.lines[*client].freeze());
    // Until they have noticed by themselves.
    pause(8_000).await;
    reach.note(FaultKind::Halfopen, from, format!("clients {}", names(&chosen))).await;
    Ok(())
}

async fn slow(reach: &Reach, dice: &mut Dice) -> anyhow::Result<()> {
    let (from, chosen) = (reach.at(), some(reach, dice));
    let (bytes, ms) = (dice.between(200, 4_000) as u32, dice.between(3_000, 10_000));
    chosen.iter().for_each(|client| reach.lines[*client].throttle(Some(bytes)));
    pause(ms).await;
    chosen.iter().for_each(|client| reach.lines[*client].throttle(None));
    reach
        .note(FaultKind::Slow, from, format!("clients {} receive {bytes} bytes a second for {ms} ms", names(&chosen)))
        .await;
    Ok(())
}

async fn herd(reach: &Reach) -> anyhow::Result<()> {
    let from = reach.at();
    reach.control.send_modify(|control| control.herd += 1);
    pause(1_000).await;
    reach.note(FaultKind::Herd, from, format!("{} clients connect again at once", reach.lines.len())).await;
    Ok(())
}

/// Damages the newest stored snapshot of a board in the middle, and kills a node, which must then load it.
async fn poison(reach: &Reach, number: usize) -> anyhow::Result<()> {
    const SQL: &str = "with newest as (select stream_id, state_version, max(seq) as seq from snapshots where kind = 3 \
         group by stream_id, state_version order by random() limit 3), \
         done as (update snapshots s set bytes = set_byte(s.bytes, length(s.bytes) / 2, (get_byte(s.bytes, length(s.bytes) / 2) + 1) % 256) \
         from newest n where s.stream_id = n.stream_id and s.state_version = n.state_version and s.seq = n.seq returning 1) \
         select count(*) from done";
    let from = reach.at();
    let damaged = reach.cluster.postgres.lock().await.ask(SQL).await?;
    kill(reach, number, 100).await?;
    reach.note(FaultKind::Poison, from, format!("{damaged} snapshots damaged, then a node killed")).await;
    Ok(())
}

async fn rolling(reach: &Reach) -> anyhow::Result<()> {
    let from = reach.at();
    for node in &reach.cluster.nodes {
        let mut node = node.lock().await;
        node.end().await?;
        node.restart().await?;
        drop(node);
        pause(500).await;
    }
    reach.note(FaultKind::Rolling, from, format!("{} nodes, one after the other", reach.cluster.nodes.len())).await;
    Ok(())
}
