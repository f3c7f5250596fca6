//! The addresses of channels and of what is said there. It must never do anything itself.

use lockstep_protocol::{
    command::channel::{ArchiveChannel, UnarchiveChannel},
    values::Scope,
};

use super::{
    super::{
        commands,
        parameters::MIN_SEQ,
        surface::{Endpoint, Parameter, delete, get, patch, post, put},
    },
    change, create, list, messages, read, remove, remove_member, search, set_member, update,
};

const WRITE: &[Scope] = &[Scope::Write];

/// What may be asked of the list.
const LIST: &[Parameter] = &[
    Parameter {
        name: "mine",
        kind: "boolean",
        says: "Those that the caller is in, last spoken in first. Default: all they may read, by name; direct ones are in no list but this.",
    },
    Parameter { name: "archived", kind: "boolean", says: "Those that are put away, instead of those that are not." },
    Parameter { name: "team_id", kind: "TeamId", says: "Those of this team." },
    Parameter { name: "query", kind: "string", says: "Those in whose name words begin so." },
    Parameter { name: "cursor", kind: "string", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 200, which is the default." },
    Parameter { name: "min_position", kind: "Position", says: "Wait until the list holds this change." },
];

/// What may be looked for.
const SEARCH: &[Parameter] = &[
    Parameter {
        name: "query",
        kind: "string",
        says: "Words, each of which begins a word of the message, whatever its marks and case; in quotes, words one after the other.",
    },
    Parameter { name: "channel_id", kind: "ChannelId", says: "In this channel." },
    Parameter { name: "author_id", kind: "AccountId", says: "What they said." },
    Parameter { name: "cursor", kind: "string", says: "next_cursor of the page before." },
    Parameter { name: "limit", kind: "number", says: "At most 50; default: 20." },
    Parameter { name: "min_position", kind: "Position", says: "Wait until what this change said is found." },
];

const PAGE: &[Parameter] = &[
    Parameter { name: "before", kind: "number", says: "Those before this number (of replies: this seq)." },
    Parameter { name: "after", kind: "number", says: "Those after it." },
    Parameter {
        name: "around",
        kind: "number",
        says: "It and those around it. The newest, where none of the three is said.",
    },
    Parameter { name: "limit", kind: "number", says: "At most 200; default: 50." },
    Parameter { name: "min_seq", kind: "number", says: "Answer only from a state at least this new." },
];

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        get("/api/v1/orgs/{org}/channels", list::list, "The channels of an organization that the caller may read").asks(LIST).answers(200, "{ items: Array<ChannelEntry>, next_cursor?: string }"),
        get("/api/v1/orgs/{org}/messages", search::search, "Find what was said in the channels that the caller may read, newest first").asks(SEARCH).answers(200, "{ items: Array<FoundMessage>, next_cursor?: string }"),
        post("/api/v1/orgs/{org}/channels", create, "Found a channel, or begin a direct talk").takes("NewChannel").answers(201, "ChannelRead & Acknowledged").or_answers(200, "ChannelRead & Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}", read, "A channel and who is in it").asks(MIN_SEQ).answers(200, "ChannelRead & Acknowledged"),
        patch("/api/v1/orgs/{org}/channels/{channel}", update, "Change the name or purpose of a channel").takes("UpdateChannel").answers(200, "Acknowledged"),
        delete("/api/v1/orgs/{org}/channels/{channel}", remove, "Delete a channel for good").answers(200, "Acknowledged"),
        post("/api/v1/orgs/{org}/channels/{channel}/archive", change::<ArchiveChannel>, "Put a channel away").answers(200, "Acknowledged"),
        post("/api/v1/orgs/{org}/channels/{channel}/unarchive", change::<UnarchiveChannel>, "Take a channel out of the archive").answers(200, "Acknowledged"),
        put("/api/v1/orgs/{org}/channels/{channel}/members/{account}", set_member, "Bring somebody into a channel, or oneself, or say who manages it").takes_but("AddChannelMember", &["account_id"], &[]).answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/members/{account}", remove_member, "Take somebody out of a channel, or oneself").answers(200, "Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/messages", messages::list, "What was said in a channel, a page at a time").asks(PAGE).answers(200, "MessagePage"),
        post("/api/v1/orgs/{org}/channels/{channel}/messages", messages::post, "Say something in a channel").takes("NewMessage").answers(201, "Posted & Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}", messages::read, "One message, however old").asks(MIN_SEQ).answers(200, "MessageView"),
        patch("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}", messages::edit, "Change what one said").takes("ChangedText").answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}", messages::delete, "Delete a message for good").answers(200, "Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/replies", messages::replies, "The thread of a message, a page at a time").asks(PAGE).answers(200, "MessagePage"),
        put("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/reactions/{emoji}", messages::react, "Answer a message with an emoji").answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/reactions/{emoji}", messages::unreact, "Take one's emoji back").answers(200, "Acknowledged").scopes(WRITE),
        put("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/pin", messages::pin, "Pin a message").answers(200, "Acknowledged").scopes(WRITE),
        delete("/api/v1/orgs/{org}/channels/{channel}/messages/{seq}/pin", messages::unpin, "Pin it no more").answers(200, "Acknowledged").scopes(WRITE),
        get("/api/v1/orgs/{org}/channels/{channel}/pins", messages::pins, "What is pinned in a channel").asks(MIN_SEQ).answers(200, "{ items: Array<MessageView> }"),
        post("/api/v1/orgs/{org}/channels/{channel}/commands", commands::to_channel, "Any command for a channel").takes("CommandDoor").answers(200, "Acknowledged").scopes(WRITE),
    ]
}
