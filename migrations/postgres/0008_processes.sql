-- What has to follow from something that happened, however often the server is killed on the way. A row that is done stays, without
-- its data: the same event never begins it again.
create table processes (
    -- Made of the stream and the seq of the event that it follows from.
    id         uuid    not null primary key,
    kind       text    not null,
    -- JSON, by kind; empty when done.
    data       text    not null,
    state      text    not null,
    attempts   integer not null default 0,
    created_at bigint  not null,
    next_at    bigint  not null,
    last_error text,
    done_at    bigint
);
create index processes_by_turn on processes (state, next_at);
