//! Several nodes on one PostgreSQL, as their clients see them while databases, brokers and nodes come and go.

mod balancer;
#[allow(dead_code, reason = "every module uses a part of it")]
mod cluster;
mod features;
mod histories;
mod links;
mod plan;
mod presence;
mod profiles;
mod revocations;
mod rolling;
mod stale;
mod timers;
mod tokens;
