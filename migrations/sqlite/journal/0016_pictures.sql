-- Small pictures: one of a person, one of an organization (its logo). What is sent is read and written anew, so no byte of it is here.
create table pictures (
    -- Another picture has another id: whoever knows it may keep it for ever.
    id         blob    not null primary key,
    -- Whose it is: one of the two.
    account_id blob    unique references accounts (id) on delete cascade,
    org_id     blob    unique,
    -- image/jpeg or image/webp.
    media      text    not null,
    bytes      blob    not null,
    changed_at integer not null,
    check ((account_id is null) <> (org_id is null))
) strict;
