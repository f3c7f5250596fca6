//! What the benchmark needs beside the server: PostgreSQL with fsync on and Redis, on free ports, in a folder that goes away with them.

use std::path::PathBuf;

use anyhow::Context;

use crate::{
    chaos::{Postgres, Redis},
    stage::fresh,
};

/// Running services; ended when dropped.
pub struct Services {
    postgres: Postgres,
    redis: Redis,
    _folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // In the system's folder for such: what cannot be removed now is removed by the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Services {
    pub async fn start() -> anyhow::Result<Self> {
        let folder = Folder(std::env::temp_dir().join(format!("lockstep-bench-{}", fresh().simple())));
        std::fs::create_dir_all(&folder.0)?;
        let postgres = Postgres::start(&folder.0, folder.0.join("postgres.log")).await.context("PostgreSQL")?;
        let redis = Redis::start(&folder.0, folder.0.join("redis.log")).await.context("Redis")?;
        Ok(Self { postgres, redis, _folder: folder })
    }

    pub fn database_url(&self) -> String {
        self.postgres.url()
    }

    /// One more, empty.
    pub async fn another_database(&self) -> anyhow::Result<String> {
        self.postgres.create(&format!("bench_{}", fresh().simple())).await
    }

    pub fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.redis.port)
    }
}
