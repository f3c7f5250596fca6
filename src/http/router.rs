//! The whole surface on one screen: every route, with what it takes and answers, and the layers around them.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{Method, StatusCode},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get as plain_get,
};
use lockstep_protocol::{
    codes::Code,
    command::{
        board::{
            ArchiveBoard, ArchiveColumn, MoveColumn, RestoreBoard, SetBoardTemplate, SetEscalations, UnarchiveBoard,
            UnarchiveColumn,
        },
        bulk::Bulk,
        category::{CategorizeTask, SetTaskCover},
        comment::{ReactToComment, UnreactToComment},
        field::{MoveField, UpdateField},
        organization::{AcceptOwnership, DeclineOwnership, OfferOwnership, RestoreOrganization},
        past::{RevertTask, UndoChange},
        reminder::{RemoveReminder, SetReminder},
        repeat::SetTaskRepeat,
        task::{
            AddDependency, ArchiveTask, AssignTask, CompleteTask, EstimateTask, LabelTask, MoveTask, RemoveDependency,
            ReopenTask, RestoreTask, SetTaskParent, UnarchiveTask, UnassignTask, UnlabelTask, UnwatchTask, WatchTask,
        },
        transfer::TransferTask,
        view::MoveView,
        workflow::SetColumnWorkflow,
    },
    values::Scope,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
    timeout::TimeoutLayer,
};

use super::{
    Http, about, access, assets, authentication, board_members, boards, categories, channels, columns, commands,
    comments, deliveries, devices, export, factors, fields,
    finish::finish,
    health, history, identity, inbox, invitations, kept, labels, letters, links, me, member_list, members, next,
    openapi, organization_life, organizations,
    parameters::{
        ACCESS, BETWEEN, HISTORY, MEMBERS, MIN_POSITION, MIN_SEQ, REMOVE, RETURN, SHARED_TASKS, TASKS, TASKS_OF_VIEW,
        THEN, VERSIONS,
    },
    passkeys, past, patterns, phone, pictures,
    problem::Problem,
    quick_add, registration, roles, second_factor, service_accounts, shared,
    surface::{Endpoint, delete, get, patch, post, put, route},
    task_actions, tasks, teams, time, tokens, unsubscribe, views, webhooks, whereabouts,
};

/// Smaller answers are sent as they are: those of log-ins among them, whose secrets no compression may measure.
const COMPRESS_BYTES_MIN: u64 = 1_400;

const READ: &[Scope] = &[Scope::Read];
const WRITE: &[Scope] = &[Scope::Write];
const ADMIN: &[Scope] = &[Scope::Admin];

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> {
    // What is of organizations tokens may see, and change with the scope of the group that the route is in, unless the route says
    // something else. Who somebody is, is no matter of tokens.
    let by_token = |endpoints: Vec<Endpoint>, write: &'static [Scope]| {
        endpoints.into_iter().map(move |endpoint| match (endpoint.scopes, &endpoint.method) {
            (None, &Method::GET) => endpoint.scopes(READ),
            (None, _) => endpoint.scopes(write),
            (Some(_), _) => endpoint,
        })
    };
    let things = by_token(organization(), ADMIN).chain(by_token(board(), WRITE)).chain(by_token(task(), WRITE)).chain(by_token(time::endpoints(), WRITE)).chain(by_token(channels::endpoints(), ADMIN)).chain(by_token(deliveries::endpoints(), ADMIN)).chain(by_token(webhooks::endpoints(), ADMIN)).chain(by_token(letters::endpoints(), ADMIN)).chain(inbox::endpoints());
    who().into_iter().chain(unsubscribe::endpoints()).chain(programs()).chain(shared()).chain(things).collect()
}

#[rustfmt::skip]
fn who() -> Vec<Endpoint> { vec![
    get("/api/v1/server", about::read, "What this server offers to somebody who is not logged in").answers(200, "About").open(),
    get("/api/v1/mailbox", about::mailbox, "The development mailbox, where there is one").answers(200, "{ items: Array<MailEntry> }").open(),
    post("/api/v1/auth/register", registration::register, "Make an account and log in, or have the link for it mailed").takes("Register").answers(201, "Tokens").or_answers(202, "Pending | SecondFactorAsked").open(),
    post("/api/v1/auth/register/confirm", registration::confirm, "Complete a registration by the link of its mail").takes("ConfirmRegistration").answers(201, "Tokens").or_answers(202, "SecondFactorAsked").open(),
    post("/api/v1/auth/password/forgot", registration::forgot, "Have the link for a new password mailed").takes("ForgotPassword").accepts().open(),
    post("/api/v1/auth/password/reset", registration::reset, "Set a new password by the link of a mail; every session ends").takes("SetPassword").answers_nothing().open(),
    post("/api/v1/auth/email/confirm", registration::confirm_email, "Prove an address by the link of a mail").takes("ConfirmEmail").answers_nothing().open(),
    post("/api/v1/auth/login", authentication::log_in, "Log in").takes("Login").answers(200, "Tokens").or_answers(202, "SecondFactorAsked").open(),
    post("/api/v1/auth/login/second", second_factor::log_in, "The second step of a log-in").takes("SecondStep").answers(200, "Tokens").open(),
    post("/api/v1/auth/passkey/start", passkeys::begin_log_in, "Begin to log in by passkey alone").takes("Empty").answers(200, "PasskeyAsked").open(),
    post("/api/v1/auth/passkey/finish", passkeys::log_in, "Log in by passkey alone").takes("PasskeyLogin").answers(200, "Tokens").open(),
    post("/api/v1/auth/identity/{provider}/start", identity::begin, "Begin to log in by way of a provider").takes("IdentityStart").answers(200, "IdentityAsked").open(),
    get("/api/v1/auth/identity/{provider}/return", identity::come_back, "Where a provider sends browsers back to; leads into the app").asks(RETURN).redirects().open(),
    post("/api/v1/auth/identity/enter", identity::enter, "Go on after a provider's word, where a second factor is asked for").takes("Empty").answers(200, "Tokens").or_answers(202, "SecondFactorAsked").open(),
    post("/api/v1/auth/refresh", authentication::refresh, "Swap the refresh token for the next and a fresh access token").takes("Refresh").answers(200, "Tokens").open(),
    post("/api/v1/auth/logout", authentication::log_out, "End this session").takes("Refresh").answers_nothing().open(),
    post("/api/v1/auth/logout_all", authentication::log_out_all, "End every session").answers_nothing(),
    get("/.well-known/jwks.json", authentication::jwks, "The public keys of access tokens (RFC 7517)").answers(200, "KeySet").open(),
    get("/livez", health::live, "The process runs").answers_nothing().open(),
    get("/readyz", health::ready, "This node can take work").answers(200, "Ready").open(),
    get("/api/v1/me", me::read, "The caller").answers(200, "Me").scopes(&[Scope::Account]),
    patch("/api/v1/me", me::update, "Change the caller's profile").takes("UpdateMe").answers(200, "Me"),
    delete("/api/v1/me", me::delete, "Delete the caller's account for good").takes("DeleteMe").answers_nothing(),
    get("/api/v1/me/avatar", pictures::read_own, "The caller's picture").shows_picture(),
    put("/api/v1/me/avatar", pictures::set_avatar, "Set the caller's picture; a small square of it is kept").takes_picture().answers(200, "PictureKept"),
    delete("/api/v1/me/avatar", pictures::remove_avatar, "Take the caller's picture away").answers_nothing(),
    post("/api/v1/me/password", me::change_password, "Change the caller's password; every other session ends").takes("ChangePassword").answers_nothing(),
    post("/api/v1/me/email", me::change_email, "Have the link mailed that proves an address, the present one or another").takes("ChangeEmail").accepts(),
    get("/api/v1/me/stars", kept::stars, "The boards that the caller starred").answers(200, "{ items: Array<Star> }").scopes(READ),
    get("/api/v1/me/next", next::list, "What the caller should do next, over all boards, and why").asks(next::PARAMETERS).answers(200, "NextList").scopes(READ),
    get("/api/v1/me/sessions", me::sessions, "The caller's open sessions").answers(200, "Array<SessionEntry>"),
    delete("/api/v1/me/sessions/{session}", me::end_session, "End a session").answers_nothing(),
    get("/api/v1/me/tokens", tokens::list, "The caller's access tokens for programs").answers(200, "{ items: Array<TokenEntry> }"),
    post("/api/v1/me/tokens", tokens::make, "Make an access token for a program; it is shown once").takes("NewToken").answers(201, "TokenMade"),
    delete("/api/v1/me/tokens/{token}", tokens::revoke, "Revoke an access token").answers_nothing(),
    get("/api/v1/push/key", devices::key, "How this server reaches devices").answers(200, "PushKey"),
    get("/api/v1/me/devices", devices::list, "The browsers and apps that the caller's notifications are pushed to").answers(200, "{ items: Array<DeviceEntry> }"),
    post("/api/v1/me/devices", devices::register, "Have notifications pushed to a browser or an app, for as long as this log-in lasts").takes("NewDevice").answers(201, "DeviceEntry"),
    delete("/api/v1/me/devices/{device}", devices::remove, "Push nothing more to a device").answers_nothing(),
    get("/api/v1/me/factors", factors::list, "The caller's second factors").answers(200, "FactorList"),
    get("/api/v1/me/phone", phone::read, "The number that the caller's text messages go to").answers(200, "Phone"),
    put("/api/v1/me/phone", phone::ask, "Send a code to a number, to have text messages sent there").takes("NewPhone").answers(202, "Phone").log_in_only(),
    post("/api/v1/me/phone/confirm", phone::confirm, "Prove a number by the code that was sent to it").takes("PhoneCode").answers(200, "Phone").log_in_only(),
    delete("/api/v1/me/phone", phone::remove, "Forget the number: no more text messages").answers_nothing().log_in_only(),
    post("/api/v1/me/totp", factors::begin_totp, "Begin to set up an authenticator app").takes("StepUp").answers(201, "TotpSecret"),
    post("/api/v1/me/totp/confirm", factors::confirm_totp, "Take the authenticator app into use; its recovery codes are shown once").takes("TotpCode").answers(200, "RecoveryCodes"),
    delete("/api/v1/me/totp", factors::remove_totp, "Take the authenticator app away").takes("StepUp").answers_nothing(),
    post("/api/v1/me/passkeys/start", passkeys::begin, "Begin to add a passkey").takes("StepUp").answers(200, "PasskeyAsked"),
    post("/api/v1/me/passkeys", passkeys::add, "Add the passkey; with the first factor come recovery codes, shown once").takes("NewPasskey").answers(201, "PasskeyAdded"),
    get("/api/v1/me/identities", identity::list, "What the caller is connected to at providers").answers(200, "{ items: Array<IdentityEntry> }"),
    post("/api/v1/me/identities/{provider}/start", identity::begin_connecting, "Begin to connect a provider").takes("StepUp").answers(200, "IdentityAsked"),
    delete("/api/v1/me/identities/{identity}", identity::disconnect, "Disconnect an identity, unless it is the last way to log in").takes("StepUp").answers_nothing(),
    patch("/api/v1/me/passkeys/{factor}", passkeys::rename, "Call a passkey something else").takes("RenamePasskey").answers_nothing(),
    delete("/api/v1/me/passkeys/{factor}", passkeys::remove, "Take a passkey away").takes("StepUp").answers_nothing(),
    post("/api/v1/me/recovery-codes", factors::renew_recovery_codes, "Make new recovery codes; those of before are worth nothing").takes("StepUp").answers(200, "RecoveryCodes"),
] }

/// Service accounts: with a log-in alone.
#[rustfmt::skip]
fn programs() -> Vec<Endpoint> { vec![
    get("/api/v1/orgs/{org}/service-accounts", service_accounts::list, "Its service accounts, for who may add people").answers(200, "{ items: Array<ServiceAccountEntry> }"),
    post("/api/v1/orgs/{org}/service-accounts", service_accounts::create, "Make a member that is a program").takes("NewServiceAccount").answers(201, "ServiceAccountEntry"),
    delete("/api/v1/orgs/{org}/service-accounts/{account}", service_accounts::remove, "Take a service account away; its tokens end").answers_nothing(),
    get("/api/v1/orgs/{org}/service-accounts/{account}/tokens", service_accounts::tokens, "Its tokens").answers(200, "{ items: Array<TokenEntry> }"),
    post("/api/v1/orgs/{org}/service-accounts/{account}/tokens", service_accounts::make_token, "Make a token for it; it is shown once").takes("NewToken").answers(201, "TokenMade"),
    delete("/api/v1/orgs/{org}/service-accounts/{account}/tokens/{token}", service_accounts::revoke_token, "Revoke a token of it").answers_nothing(),
] }

#[rustfmt::skip]
fn organization() -> Vec<Endpoint> { vec![
    get("/api/v1/orgs", organizations::list, "The caller's organizations").asks(MIN_POSITION).answers(200, "{ items: Array<OrgEntry> }"),
    post("/api/v1/orgs", organizations::create, "Found an organization").takes("NewOrg").answers(201, "OrganizationView & Acknowledged").log_in_only(),
    get("/api/v1/orgs/{org}", organizations::read, "An organization").asks(MIN_SEQ).answers(200, "OrganizationView & Acknowledged"),
    patch("/api/v1/orgs/{org}", organizations::update, "Change an organization").takes("UpdateOrganization").answers(200, "OrganizationView & Acknowledged"),
    delete("/api/v1/orgs/{org}", organization_life::delete, "Delete an organization with its teams and boards; its owners can restore it for 30 days").answers(200, "Acknowledged").log_in_only(),
    post("/api/v1/orgs/{org}/restore", organization_life::change::<RestoreOrganization>, "Take the deletion of an organization back").answers(200, "Acknowledged").log_in_only(),
    patch("/api/v1/orgs/{org}/settings", organization_life::update_settings, "Change what an organization decides for itself").takes("UpdateSettings").answers(200, "Acknowledged"),
    put("/api/v1/orgs/{org}/logo", pictures::set_logo, "Set the logo of an organization; a small square of it is kept").takes_picture().answers(200, "PictureKept"),
    delete("/api/v1/orgs/{org}/logo", pictures::remove_logo, "Take the logo of an organization away").answers_nothing(),
    get("/api/v1/orgs/{org}/pictures/{picture}", pictures::read, "Its logo, or the picture of somebody whose name the caller may see").shows_picture(),
    get("/api/v1/orgs/{org}/usage", organization_life::usage, "What an organization takes up, against its plan").answers(200, "Usage"),
    post("/api/v1/orgs/{org}/ownership", organization_life::change::<OfferOwnership>, "Offer an organization to a member").takes("OfferOwnership").answers(200, "Acknowledged").log_in_only(),
    delete("/api/v1/orgs/{org}/ownership", organization_life::withdraw, "Take an offer of an organization back").answers(200, "Acknowledged").log_in_only(),
    post("/api/v1/orgs/{org}/ownership/accept", organization_life::change::<AcceptOwnership>, "Take an organization that was offered to the caller").answers(200, "Acknowledged").log_in_only(),
    post("/api/v1/orgs/{org}/ownership/decline", organization_life::change::<DeclineOwnership>, "Take it not").answers(200, "Acknowledged").log_in_only(),
    get("/api/v1/orgs/{org}/members", member_list::list, "Its members, found by name, a page at a time").asks(MEMBERS).answers(200, "MemberPage"),
    patch("/api/v1/orgs/{org}/members/{account}", members::change, "Change a member: one to four commands, in the order of the members, and the job title").takes("ChangeMember").answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/members/{account}", members::remove, "Remove a member, or leave").asks(REMOVE).answers(200, "Acknowledged"),
    put("/api/v1/orgs/{org}/members/{account}/permissions", roles::set_permissions, "Grant permissions to a member and revoke them").takes_but("SetMemberPermissions", &["account_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/members/{account}/claim", members::claim, "Say which member a placeholder is").takes_but("ClaimMember", &["placeholder_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/placeholders", members::add_placeholder, "Make a stand-in for a person of imported data").takes("NewPlaceholder").answers(201, "Acknowledged"),
    get("/api/v1/orgs/{org}/access", access::read, "What a member may do, and why").asks(ACCESS).answers(200, "AccessView"),
    get("/api/v1/orgs/{org}/invitations", invitations::list, "Invitations that can still be accepted").answers(200, "{ items: Array<InvitationEntry> }").scopes(ADMIN),
    post("/api/v1/orgs/{org}/invitations", invitations::create, "Invite somebody by mail, or make a link").takes("NewInvitation").answers(201, "Invited & Acknowledged"),
    delete("/api/v1/orgs/{org}/invitations/{invitation}", invitations::revoke, "Take an invitation back").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/invitations/{invitation}/resend", invitations::resend, "Send an invitation again; it holds for another 7 days").answers(200, "Acknowledged"),
    post("/api/v1/invitations/look", invitations::look, "What an invitation is for, by its code").takes("InvitationCode").answers(200, "InvitationView").open(),
    post("/api/v1/invitations/accept", invitations::accept, "Become a member by an invitation").takes("InvitationCode").answers(200, "JoinedOrg & Acknowledged").log_in_only(),
    post("/api/v1/invitations/reject", invitations::reject, "Do not want an invitation").takes("InvitationCode").answers_nothing().log_in_only(),
    get("/api/v1/me/invitations", invitations::mine, "What went to the caller's address").answers(200, "{ items: Array<InvitationView> }").log_in_only(),
    post("/api/v1/orgs/{org}/roles", roles::create, "Make a custom role").takes_but("CreateRole", &[], &["role_id"]).answers(201, "NamedRole & Acknowledged"),
    patch("/api/v1/orgs/{org}/roles/{role}", roles::update, "Change a custom role").takes_but("UpdateRole", &["role_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/roles/{role}", roles::delete, "Delete a custom role").answers(200, "Acknowledged"),
    get("/api/v1/orgs/{org}/teams", teams::list, "Its teams").asks(MIN_POSITION).answers(200, "{ items: Array<TeamEntry> }"),
    post("/api/v1/orgs/{org}/teams", teams::create, "Found a team").takes("NewTeam").answers(201, "TeamView & Acknowledged"),
    get("/api/v1/orgs/{org}/teams/{team}", teams::read, "A team").asks(MIN_SEQ).answers(200, "TeamView & Acknowledged"),
    patch("/api/v1/orgs/{org}/teams/{team}", teams::update, "Change a team").takes("UpdateTeam").answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/teams/{team}", teams::delete, "Delete a team; its boards stay").answers(200, "Acknowledged"),
    patch("/api/v1/orgs/{org}/teams/{team}/settings", teams::update_settings, "Change how a team works").takes("UpdateTeamSettings").answers(200, "Acknowledged"),
    put("/api/v1/orgs/{org}/teams/{team}/permissions/{permission}", teams::grant, "Let the members of a team do something there").answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/teams/{team}/permissions/{permission}", teams::revoke, "Leave something to the leads of a team").answers(200, "Acknowledged"),
    put("/api/v1/orgs/{org}/teams/{team}/members/{account}", teams::set_member, "Put a member into a team, or change their role in it").takes_but("AddTeamMember", &["account_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/teams/{team}/members/{account}", teams::remove_member, "Take a member out of a team").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/teams/{team}/commands", commands::to_team, "Any command for a team").takes("CommandDoor").answers(200, "Acknowledged"),
] }

/// What a public link opens, and nothing else does: the link is the bearer's token.
#[rustfmt::skip]
fn shared() -> Vec<Endpoint> { vec![
    get("/api/v1/shared", shared::board, "The board of the public link that is shown, without its tasks").asks(MIN_SEQ).answers(200, "SharedBoard & Acknowledged"),
    get("/api/v1/shared/tasks", shared::tasks, "Its tasks, a page at a time").asks(SHARED_TASKS).answers(200, "{ items: Array<TaskFace>, next_cursor?: string }"),
    get("/api/v1/shared/tasks/{task}", shared::task, "A task of it whole").asks(MIN_SEQ).answers(200, "TaskDetail & Acknowledged"),
] }

#[rustfmt::skip]
fn board() -> Vec<Endpoint> { vec![
    get("/api/v1/orgs/{org}/boards", boards::list, "The boards that the caller may see").asks(MIN_POSITION).answers(200, "{ items: Array<BoardEntry> }"),
    post("/api/v1/orgs/{org}/boards", boards::create, "Found a board").takes("NewBoard").answers(201, "BoardHead & Acknowledged"),
    get("/api/v1/orgs/{org}/boards/{board}", boards::read, "A board without its tasks").asks(MIN_SEQ).answers(200, "BoardHead & Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}", boards::update, "Change a board").takes("UpdateBoard").answers(200, "Acknowledged").scopes(ADMIN),
    delete("/api/v1/orgs/{org}/boards/{board}", boards::delete, "Move a board to the trash").answers(200, "Acknowledged").scopes(ADMIN),
    post("/api/v1/orgs/{org}/boards/{board}/archive", boards::change::<ArchiveBoard>, "Put a board away").answers(200, "Acknowledged").scopes(ADMIN),
    post("/api/v1/orgs/{org}/boards/{board}/unarchive", boards::change::<UnarchiveBoard>, "Take a board out of the archive").answers(200, "Acknowledged").scopes(ADMIN),
    put("/api/v1/orgs/{org}/boards/{board}/escalations", boards::change::<SetEscalations>, "Say who is told of tasks that are overdue for long").takes("SetEscalations").answers(200, "Acknowledged").scopes(ADMIN),
    put("/api/v1/orgs/{org}/boards/{board}/template", boards::change::<SetBoardTemplate>, "Make a board a template, or a board to work on again").takes("SetBoardTemplate").answers(200, "Acknowledged").scopes(ADMIN),
    post("/api/v1/orgs/{org}/boards/{board}/restore", boards::change::<RestoreBoard>, "Take a board out of the trash").answers(200, "Acknowledged").scopes(ADMIN),
    post("/api/v1/orgs/{org}/boards/{board}/bulk", boards::change::<Bulk>, "Many commands for a board in one: all of them or none, or those that can be").takes("Bulk").answers(200, "Acknowledged").scopes(&[Scope::Write, Scope::Admin]),
    post("/api/v1/orgs/{org}/boards/{board}/commands", commands::to_board, "Any command for a board").takes("CommandDoor").answers(200, "Acknowledged").scopes(&[Scope::Write, Scope::Admin]),
    get("/api/v1/orgs/{org}/boards/{board}/history", history::read, "A board's events, in order").asks(HISTORY).answers(200, "HistoryPage"),
    get("/api/v1/orgs/{org}/boards/{board}/then", past::board, "A board as it was at a moment").asks(THEN).answers(200, "BoardThen"),
    get("/api/v1/orgs/{org}/boards/{board}/differences", past::changes, "The tasks that differ between two moments").asks(BETWEEN).answers(200, "Differences"),
    get("/api/v1/orgs/{org}/boards/{board}/undo", past::own, "What the caller would take back next, and what they would do again").asks(MIN_SEQ).answers(200, "OwnChanges"),
    post("/api/v1/orgs/{org}/boards/{board}/undo", boards::change::<UndoChange>, "Take a change of one's own back; to do it again, take the taking back back").takes("UndoChange").answers(200, "Acknowledged").scopes(&[Scope::Write, Scope::Admin]),
    get("/api/v1/orgs/{org}/boards/{board}/export.csv", export::csv, "A board as a table for spreadsheets (RFC 4180, UTF-8 with its mark), one row a task; what would be a formula is a text").asks(MIN_SEQ).shows_table(),
    get("/api/v1/orgs/{org}/boards/{board}/links", links::list, "The public links of a board, for who manages it").answers(200, "{ items: Array<LinkEntry> }").scopes(ADMIN),
    post("/api/v1/orgs/{org}/boards/{board}/links", links::create, "Make a public link by which anyone may look at a board; what opens it is told once").takes("NewLink").answers(201, "LinkMade & Acknowledged").scopes(ADMIN),
    delete("/api/v1/orgs/{org}/boards/{board}/links/{link}", links::revoke, "Revoke a public link for ever; whoever looks by it is put out").answers(200, "Acknowledged").scopes(ADMIN),
    put("/api/v1/orgs/{org}/boards/{board}/members/{account}", board_members::set, "Give somebody a role on a board").takes_but("SetBoardMember", &["account_id"], &[]).answers(200, "Acknowledged").scopes(ADMIN),
    delete("/api/v1/orgs/{org}/boards/{board}/members/{account}", board_members::remove, "Take somebody's own role on a board away").answers(200, "Acknowledged").scopes(ADMIN),
    post("/api/v1/orgs/{org}/boards/{board}/columns", columns::create, "Add a column").takes_but("CreateColumn", &[], &["column_id"]).answers(201, "Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/columns/{column}", columns::update, "Change a column").takes_but("UpdateColumn", &["column_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/columns/{column}", columns::delete, "Delete a column without active tasks").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/columns/{column}/move", columns::change::<MoveColumn>, "Move a column").takes_but("MoveColumn", &["column_id"], &[]).answers(200, "Acknowledged"),
    put("/api/v1/orgs/{org}/boards/{board}/columns/{column}/workflow", columns::change::<SetColumnWorkflow>, "Give a column its rules, all of them").takes_but("SetColumnWorkflow", &["column_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/columns/{column}/archive", columns::change::<ArchiveColumn>, "Put a column away, with its tasks").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/columns/{column}/unarchive", columns::change::<UnarchiveColumn>, "Take a column out of the archive").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/labels", labels::create, "Add a label").takes_but("CreateLabel", &[], &["label_id"]).answers(201, "Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/labels/{label}", labels::update, "Change a label").takes_but("UpdateLabel", &["label_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/labels/{label}", labels::delete, "Delete a label").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/categories", categories::create, "Add a category").takes_but("CreateCategory", &[], &["category_id"]).answers(201, "Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/categories/{category}", categories::update, "Change a category").takes_but("UpdateCategory", &["category_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/categories/{category}", categories::delete, "Delete a category").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/fields", fields::create, "Add a custom field").takes_but("CreateField", &[], &["field_id"]).answers(201, "Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/fields/{field}", fields::change::<UpdateField>, "Change a custom field's name or options").takes_but("UpdateField", &["field_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/fields/{field}", fields::delete, "Delete a custom field and what tasks have in it").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/fields/{field}/move", fields::change::<MoveField>, "Move a custom field").takes_but("MoveField", &["field_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/views", views::create, "Save a view for everybody who sees the board").takes_but("CreateView", &[], &["view_id"]).answers(201, "Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/views/{view}", views::update, "Change a shared view").takes_but("UpdateView", &["view_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/views/{view}", views::delete, "Delete a shared view").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/views/{view}/move", views::change::<MoveView>, "Move a shared view among the others").takes_but("MoveView", &["view_id"], &[]).answers(200, "Acknowledged"),
    get("/api/v1/orgs/{org}/boards/{board}/views/{view}/tasks", views::tasks, "The tasks that a view shows, shared or of the caller's own").asks(TASKS_OF_VIEW).answers(200, "{ items: Array<TaskFace>, next_cursor?: string }"),
    get("/api/v1/orgs/{org}/boards/{board}/own-views", kept::views, "The views of a board that the caller keeps for themselves").answers(200, "{ items: Array<OwnView> }"),
    put("/api/v1/orgs/{org}/boards/{board}/own-views/{view}", kept::put_view, "Keep a view of a board for oneself").takes("KeepView").answers(200, "OwnView"),
    delete("/api/v1/orgs/{org}/boards/{board}/own-views/{view}", kept::remove_view, "Forget a view of one's own").answers_nothing(),
    put("/api/v1/orgs/{org}/boards/{board}/star", kept::star, "Star a board, for oneself").answers_nothing(),
    delete("/api/v1/orgs/{org}/boards/{board}/star", kept::unstar, "Take the star from a board").answers_nothing(),
] }

#[rustfmt::skip]
fn task() -> Vec<Endpoint> { vec![
    get("/api/v1/orgs/{org}/boards/{board}/tasks", tasks::list, "Tasks, a page at a time").asks(TASKS).answers(200, "{ items: Array<TaskFace>, next_cursor?: string }"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks", tasks::create, "Add a task").takes_but("CreateTask", &[], &["task_id"]).answers(201, "{ task_id: TaskId } & Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/quick", quick_add::create, "Add a task by one line; what is not understood stays in its title").takes("QuickTask").answers(201, "QuickMade & Acknowledged"),
    get("/api/v1/orgs/{org}/boards/{board}/tasks/{task}", tasks::read, "A task whole").asks(MIN_SEQ).answers(200, "TaskDetail & Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/tasks/{task}", tasks::update, "Change a task: one to three commands, in the order of the members").takes("ChangeTask").answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/tasks/{task}", tasks::delete, "Move a task to the trash").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/move", task_actions::act::<MoveTask>, "Move a task").takes_but("MoveTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/transfer", task_actions::act::<TransferTask>, "Move a task, with its parts, to another board of the organization: both change, or neither").takes_but("TransferTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/duplicate", patterns::duplicate, "Make a task like this one, right after it").takes("Duplicate").answers(201, "Duplicated & Acknowledged"),
    get("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/whereabouts", whereabouts::of_task, "The board that a task is on, which may have gone from this one to another").asks(MIN_SEQ).answers(200, "Whereabouts"),
    get("/api/v1/orgs/{org}/boards/{board}/keys/{key}", whereabouts::of_key, "The task of a key of this board, also when it has gone to another").asks(MIN_SEQ).answers(200, "Whereabouts"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/assign", task_actions::act::<AssignTask>, "Give a task to somebody").takes_but("AssignTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/unassign", task_actions::act::<UnassignTask>, "Take a task from somebody").takes_but("UnassignTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/label", task_actions::act::<LabelTask>, "Put a label on a task").takes_but("LabelTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/unlabel", task_actions::act::<UnlabelTask>, "Take a label off a task").takes_but("UnlabelTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/estimate", task_actions::act::<EstimateTask>, "Say how much work a task is").takes_but("EstimateTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/repeat", task_actions::act::<SetTaskRepeat>, "Let a task repeat, or not any more").takes_but("SetTaskRepeat", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/remind", task_actions::act::<SetReminder>, "Have those who work on a task and follow it reminded of it").takes_but("SetReminder", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/unremind", task_actions::act::<RemoveReminder>, "Take a reminder away").takes_but("RemoveReminder", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/parent", task_actions::act::<SetTaskParent>, "Make a task a part of another, or of none").takes_but("SetTaskParent", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/depend", task_actions::act::<AddDependency>, "Say that a task has to do with another").takes_but("AddDependency", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/undepend", task_actions::act::<RemoveDependency>, "Take that back").takes_but("RemoveDependency", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/watch", task_actions::act::<WatchTask>, "Let somebody follow a task").takes_but("WatchTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/unwatch", task_actions::act::<UnwatchTask>, "Take somebody off those who follow a task").takes_but("UnwatchTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/categorize", task_actions::act::<CategorizeTask>, "Say of which category a task is, or of none").takes_but("CategorizeTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/cover", task_actions::act::<SetTaskCover>, "Give the card of a task a colour, or none").takes_but("SetTaskCover", &["task_id"], &[]).answers(200, "Acknowledged"),
    get("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/then", past::task, "A task whole, as it was at a moment").asks(THEN).answers(200, "TaskDetail"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/revert", task_actions::act::<RevertTask>, "Make what is said of a task what it was at a moment").takes_but("RevertTask", &["task_id"], &[]).answers(200, "Acknowledged"),
    put("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/fields/{field}", fields::set, "Give a task a value in a custom field, or none").takes_but("SetTaskField", &["task_id", "field_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/complete", task_actions::act::<CompleteTask>, "Mark a task done").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/reopen", task_actions::act::<ReopenTask>, "Mark a task not done").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/archive", task_actions::act::<ArchiveTask>, "Put a task away").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/unarchive", task_actions::act::<UnarchiveTask>, "Take a task out of the archive").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/restore", task_actions::act::<RestoreTask>, "Take a task out of the trash").answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/comments", comments::create, "Comment on a task").takes_but("AddComment", &["task_id"], &["comment_id"]).answers(201, "Acknowledged"),
    patch("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/comments/{comment}", comments::update, "Change a comment of one's own").takes_but("EditComment", &["task_id", "comment_id"], &[]).answers(200, "Acknowledged"),
    delete("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/comments/{comment}", comments::delete, "Delete a comment; what answers it stays").answers(200, "Acknowledged"),
    get("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/comments/{comment}/history", comments::history, "The texts that a comment has had, oldest first").asks(VERSIONS).answers(200, "{ items: Array<CommentVersion>, next_cursor?: string }"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/comments/{comment}/react", comments::act::<ReactToComment>, "Answer a comment with an emoji").takes_but("ReactToComment", &["task_id", "comment_id"], &[]).answers(200, "Acknowledged"),
    post("/api/v1/orgs/{org}/boards/{board}/tasks/{task}/comments/{comment}/unreact", comments::act::<UnreactToComment>, "Take one's emoji back").takes_but("UnreactToComment", &["task_id", "comment_id"], &[]).answers(200, "Acknowledged"),
] }

/// Everything that is served. `live` holds the routes of other transports (the socket); they get the same headers.
pub fn router(http: &Http, live: Router) -> Router {
    let limits = &http.limits;
    let document: Arc<serde_json::Value> = Arc::new(openapi::document(&endpoints()));
    let files = assets::assets();
    let worth_compressing = SizeAbove::new(COMPRESS_BYTES_MIN).and(NotForContentType::IMAGES);
    let timeout = Duration::from_millis(limits.http_request_timeout_ms);
    route(endpoints())
        .route("/api/openapi.json", plain_get(move || async move { Json(document.as_ref().clone()) }))
        .method_not_allowed_fallback(|| async { Problem::from(Code::MethodNotAllowed) })
        .fallback(move |request| assets::elsewhere(files.clone(), request))
        .with_state(http.clone())
        .merge(live)
        .layer(DefaultBodyLimit::max(limits.http_body_bytes_max))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, timeout))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(http.clone(), finish))
        .layer(CompressionLayer::new().br(true).gzip(true).compress_when(worth_compressing))
}

/// The hook of `telemetry` has logged it.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem::from(Code::Internal).into_response()
}
