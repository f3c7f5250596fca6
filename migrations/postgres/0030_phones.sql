-- Numbers that text messages go to. One is proved by a code that was sent to it; until then it is only asked for.
create table phones (
    account_id   uuid    not null primary key references accounts (id) on delete cascade,
    -- In E.164, proved.
    number       text,
    confirmed_at bigint,
    -- The number whose code is awaited.
    asked        text,
    -- The code follows from the server's key and this.
    code_id      uuid,
    code_until   bigint  not null default 0,
    tries        integer not null default 0,
    -- Text messages of this account since the beginning of this day (UTC, days since 1970): they cost the operator money.
    day          integer not null,
    sent         integer not null
);
