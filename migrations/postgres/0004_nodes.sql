-- Nodes that run, with the newest events that each understands: a new kind of event is written only when all of them do.
create table nodes (
    node_id       uuid    primary key,
    feature_level integer not null,
    -- By the database's own clock.
    seen_at       bigint  not null
);
