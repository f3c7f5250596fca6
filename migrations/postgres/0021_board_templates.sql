-- Boards that others are made of: 1. Followed from the journal like the rest of the row; nobody made one before this.
alter table boards add column template bigint not null default 0;
