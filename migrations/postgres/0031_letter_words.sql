-- Words of letters that an organization writes itself, in the place of ours.
create table letter_words (
    org_id     uuid   not null,
    -- en, de
    language   text   not null,
    -- Of which letter, or of which line: invitation, news.assigned
    name       text   not null,
    -- JSON
    words      text   not null,
    changed_at bigint not null,
    primary key (org_id, language, name)
);
