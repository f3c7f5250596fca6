-- By what events of long streams are found besides their place: what they are about, whose thread they belong to, and their number. Written
-- with the event; most events have none of it.
alter table events add column about integer;
alter table events add column thread integer;
alter table events add column number integer;
create index events_about on events (stream_id, about, seq) where about is not null;
create index events_thread on events (stream_id, thread, seq) where thread is not null;
create index events_number on events (stream_id, number) where number is not null;
