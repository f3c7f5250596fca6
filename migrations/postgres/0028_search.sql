-- What was said in channels, as it is looked for: words without marks and case, parted by one space.
create table message_words (
    channel_id uuid   not null,
    -- Of the event that posted it.
    seq        bigint not null,
    org_id     uuid   not null,
    author_id  uuid   not null,
    at         bigint not null,
    words      text   not null,
    primary key (channel_id, seq)
);
create index message_words_by_word on message_words using gin (to_tsvector('simple', words));
create index message_words_by_org on message_words (org_id, at);
