-- Where invitations went: an address is of a person, so it is kept here and in no event. A link has none. No code is kept: it is made of
-- the id.

create table invitations (
    invitation_id blob not null primary key,
    org_id        blob not null,
    email         text,
    created_by    blob not null,
    created_at    integer not null
) strict;
create index invitations_by_org on invitations (org_id, created_at);
create index invitations_by_email on invitations (email);
