//! Two nodes on one PostgreSQL and one Redis: how soon what one commits is seen by those who are on the other.

use std::path::Path;

use super::{
    Bench, Options, fan_out,
    server::{On, Server},
    services::Services,
    table::Table,
};
use crate::crowd::{self, Crowd};

/// Who watch, all on the other node.
const WATCHERS: usize = 50;
/// Changes a second.
const CHANGES: u32 = 200;

pub(super) async fn run(
    options: &Options,
    binary: &Path,
    services: &Services,
    table: &mut Table,
) -> anyhow::Result<()> {
    let (database_url, redis_url) = (services.another_database().await?, services.redis_url());
    let on = On { database_url: Some(&database_url), redis_url: Some(&redis_url), ..On::default() };
    let one = Server::start(binary, on).await?;
    let two = Server::start(binary, On { keys_of: Some(&one), ..on }).await?;
    let bench = Bench::new(options, one, "").await?;
    let (_, senders) = bench.seated(0).await?;
    let board = senders[0].board();
    let endpoint = |index: usize| {
        let mut endpoint = bench.account(index).endpoint(crowd::codec(index));
        endpoint.url.clone_from(&two.url);
        (endpoint, board.into())
    };
    let crowd = Crowd::join((0..WATCHERS).map(endpoint).collect(), bench.epoch).await?;
    let rate = CHANGES * WATCHERS as u32;
    let cpu = || two.cpu_seconds();
    let level = fan_out::level(&crowd, &senders, bench.epoch, bench.duration(), rate, &cpu).await?;
    table.note(format!("on the other node: {}", level.told(WATCHERS, rate)));
    let told = format!("{CHANGES} changes/s on one node, seen by {WATCHERS} on the other");
    table.add("cross_node_p50_ms", level.received.latency.quantile_ms(0.5), format!("{told}: p50, ms"));
    table.add("cross_node_p99_ms", level.received.latency.quantile_ms(0.99), format!("{told}: p99, ms"));
    fan_out::ended(crowd).await?;
    two.stop().await?;
    bench.server.stop().await
}
