//! Connects to PostgreSQL: time-outs on every connection, durability asserted, the history recognised. It must never let a
//! connection commit before the database's identity was compared with the journal's.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::store::{Options, StoreError};

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// A database that was checked and migrated.
pub(crate) struct Opened {
    pub pool: PgPool,
    pub options: PgConnectOptions,
}

/// Options of every connection.
fn connect_options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Unsuitable("the database's URL cannot be understood".into()))?;
    Ok(options
        .application_name("lockstep")
        .options([
            ("synchronous_commit", "on"),
            ("statement_timeout", "5s"),
            ("lock_timeout", "2s"),
            ("idle_in_transaction_session_timeout", "10s"),
            // Every query of ours has its index; statistics that lag behind would have it read whole tables.
            ("enable_seqscan", "off"),
            ("jit", "off"),
        ])
        .log_slow_statements(log_level(), Duration::from_secs(1)))
}

fn log_level() -> tracing::log::LevelFilter {
    tracing::log::LevelFilter::Warn
}

pub(crate) async fn open(url: &str, settings: &Options) -> Result<Opened, StoreError> {
    let options = connect_options(url)?;
    let pool = PgPoolOptions::new()
        .max_connections(settings.pool_connections.max(2))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.clone())
        .await?;
    let mut connection = pool.acquire().await?;
    assert_durable(&mut connection).await?;
    sqlx::migrate!("migrations/postgres").run(&mut *connection).await?;
    recognise(&mut connection).await?;
    drop(connection);
    Ok(Opened { pool, options })
}

/// What is acknowledged must be on disk, and whole.
pub(super) async fn assert_durable(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "select current_setting('server_version_num')::integer, current_setting('fsync'),
        current_setting('full_page_writes'), current_setting('synchronous_commit')";
    let (version, fsync, full_pages, synchronous): (i32, String, String, String) =
        sqlx::query_as(sql).fetch_one(connection).await?;
    let unsuitable = |text: String| Err(StoreError::Unsuitable(text.into()));
    if version < 140_000 {
        return unsuitable(format!("PostgreSQL {} is too old: 14 is needed", version / 10_000));
    }
    for (name, value) in [("fsync", &fsync), ("full_page_writes", &full_pages)] {
        if value != "on" {
            return unsuitable(format!(
                "{name} of this PostgreSQL server is {value}: acknowledged writes could be lost"
            ));
        }
    }
    if !matches!(synchronous.as_str(), "on" | "remote_apply") {
        return unsuitable(format!("synchronous_commit is {synchronous}: acknowledged writes could be lost"));
    }
    Ok(())
}

/// Compares the cluster and its timeline with those that the journal last ran on. Another one means a restore, a move or
/// a standby that took over: transaction numbers may start anew (era) and the tail may be lost (epoch).
pub(super) async fn recognise(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let identity = "select (select system_identifier::text from pg_control_system()) || '/'
        || left(pg_walfile_name(pg_current_wal_lsn()), 8)";
    let identity: String = sqlx::query_scalar(identity).fetch_one(&mut *connection).await?;
    let known: String = sqlx::query_scalar("select system_id from meta").fetch_one(&mut *connection).await?;
    if known == identity {
        return Ok(());
    }
    // Of several nodes that see it at once, one raises.
    let raise = "update meta set system_id = $1, era = era + (system_id <> '')::integer,
        epoch = epoch + (system_id <> '')::integer where system_id <> $1";
    let raised = sqlx::query(raise).bind(&identity).execute(&mut *connection).await?.rows_affected();
    if raised == 1 && !known.is_empty() {
        tracing::warn!(
            was = known,
            is = identity,
            "the journal runs on another cluster or timeline: its epoch is raised"
        );
    }
    Ok(())
}
