-- What organizations keep about people outside events, so that erasing a person erases it.

create table member_details (
    org_id     blob    not null,
    account_id blob    not null references accounts (id) on delete cascade,
    title      text    not null default '',
    updated_at integer not null,
    primary key (org_id, account_id)
) strict;
create index member_details_by_account on member_details (account_id);
