-- What organizations keep about people outside events, so that erasing a person erases it.

create table member_details (
    org_id     uuid   not null,
    account_id uuid   not null references accounts (id) on delete cascade,
    title      text   not null default '',
    updated_at bigint not null,
    primary key (org_id, account_id)
);
create index member_details_by_account on member_details (account_id);
