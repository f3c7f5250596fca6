-- Organizations that were deleted for good: that there was one of this id, and since when there is none. The head of its stream
-- stays as well, so that nobody ever founds another one there; everything else of it is erased.

create table dropped_organizations (
    org_id     blob    not null primary key,
    dropped_at integer not null
) strict;
