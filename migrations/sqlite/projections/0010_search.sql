-- What was said in channels, as it is looked for: words without marks and case, parted by one space.
create table message_words (
    id         integer primary key,
    channel_id blob    not null,
    -- Of the event that posted it.
    seq        integer not null,
    org_id     blob    not null,
    author_id  blob    not null,
    at         integer not null,
    words      text    not null,
    unique (channel_id, seq)
) strict;
create index message_words_by_org on message_words (org_id, at);

create virtual table message_search using fts5 (
    words, content = 'message_words', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3'
);
create trigger message_words_come after insert on message_words begin
    insert into message_search (rowid, words) values (new.id, new.words);
end;
create trigger message_words_go after delete on message_words begin
    insert into message_search (message_search, rowid, words) values ('delete', old.id, old.words);
end;
create trigger message_words_change after update of words on message_words begin
    insert into message_search (message_search, rowid, words) values ('delete', old.id, old.words);
    insert into message_search (rowid, words) values (new.id, new.words);
end;
