//! What can be asked of addresses in their query, as the document tells it. Each reader checks its own.

use super::surface::Parameter;

pub const MIN_POSITION: &[Parameter] =
    &[Parameter { name: "min_position", kind: "Position", says: "Wait until the list holds this change." }];
const NEW_ENOUGH: Parameter =
    Parameter { name: "min_seq", kind: "number", says: "Answer only from a state at least this new." };
pub const MIN_SEQ: &[Parameter] = &[NEW_ENOUGH];
pub const TASKS: &[Parameter] = &[
    Parameter { name: "lifecycle", kind: "Lifecycle", says: "Default: active." },
    Parameter { name: "cursor", kind: "TaskId", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    NEW_ENOUGH,
    Parameter { name: "filter", kind: "string", says: "What they meet, all of it: an array of Condition, as JSON." },
    Parameter {
        name: "sort",
        kind: "string",
        says: "In which order: an array of SortKey, as JSON. Default: as they were made.",
    },
];
pub const SHARED_TASKS: &[Parameter] = &[
    Parameter { name: "cursor", kind: "TaskId", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    NEW_ENOUGH,
];
pub const TASKS_OF_VIEW: &[Parameter] = &[
    Parameter { name: "lifecycle", kind: "Lifecycle", says: "Default: active." },
    Parameter { name: "cursor", kind: "TaskId", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    NEW_ENOUGH,
];
pub const VERSIONS: &[Parameter] = &[
    Parameter { name: "cursor", kind: "string", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    NEW_ENOUGH,
];
pub const THEN: &[Parameter] = &[
    Parameter { name: "seq", kind: "number", says: "The board's seq then." },
    Parameter { name: "at", kind: "number", says: "Or a time: the last moment at or before it." },
    NEW_ENOUGH,
];
pub const BETWEEN: &[Parameter] = &[
    Parameter { name: "from", kind: "number", says: "The earlier seq; it must be said." },
    Parameter { name: "to", kind: "number", says: "The later seq; the board as it is where it is absent." },
    NEW_ENOUGH,
];
pub const MEMBERS: &[Parameter] = &[
    Parameter {
        name: "q",
        kind: "string",
        says: "Words that begin words of the name or the job title; marks and case do not matter.",
    },
    Parameter {
        name: "ids",
        kind: "string",
        says: "These alone: at most 100 ids, parted by commas. Who is no member is left out.",
    },
    Parameter { name: "role", kind: "OrgRole", says: "Those who have this role." },
    Parameter { name: "status", kind: "MemberStatus", says: "Active or inactive ones." },
    Parameter { name: "team", kind: "TeamId", says: "Those in this team." },
    Parameter { name: "kind", kind: "MemberKind", says: "People, programs or stand-ins." },
    Parameter { name: "sort", kind: "MemberSort", says: "Default: name." },
    Parameter { name: "cursor", kind: "string", says: "next_cursor of the page before, with the same sort." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    Parameter { name: "min_position", kind: "Position", says: "Wait until teams and counts hold this change." },
];
pub const REMOVE: &[Parameter] = &[Parameter {
    name: "reassign",
    kind: "string",
    says: "To whom their open tasks go: nobody (the default), lead (of the board's team), or a member's id.",
}];
pub const ACCESS: &[Parameter] = &[
    Parameter { name: "member", kind: "AccountId", says: "Whom it is about; default: the caller." },
    Parameter { name: "team", kind: "TeamId", says: "What they may do in this team as well." },
    Parameter { name: "board", kind: "BoardId", says: "What they may do on this board as well." },
];
pub const RETURN: &[Parameter] = &[
    Parameter { name: "code", kind: "string", says: "What the provider swaps for its word (RFC 6749)." },
    Parameter { name: "state", kind: "string", says: "What the browser was sent away with." },
    Parameter { name: "iss", kind: "string", says: "Who answers (RFC 9207)." },
    Parameter { name: "error", kind: "string", says: "Why the provider says nothing." },
];
pub const HISTORY: &[Parameter] = &[
    Parameter { name: "after", kind: "number", says: "Events that follow this seq." },
    Parameter { name: "limit", kind: "number", says: "At most 500, which is the default." },
    NEW_ENOUGH,
];
