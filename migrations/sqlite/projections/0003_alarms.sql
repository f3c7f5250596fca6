-- When a board has something to say by itself: that a task is due soon, overdue, a reminder, the next one of a schedule. What exactly,
-- the board knows; this says when to ask it. Built by a consumer of the journal.
create table alarms (
    board_id blob    not null primary key,
    org_id   blob    not null,
    -- 0: now; the largest number: never, as the board is.
    due_at   integer not null,
    -- Counts what happened on the board: whoever asked it says when to ask next only if nothing happened meanwhile.
    turn     integer not null
) strict;
create index alarms_by_time on alarms (due_at, board_id);
