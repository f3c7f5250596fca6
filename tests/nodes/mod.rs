//! Several nodes on one PostgreSQL, as their clients see them while databases, brokers and nodes come and go.

mod stale;
