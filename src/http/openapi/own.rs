//! The types of handlers' bodies and answers, as they are derived beside them. It must never describe one a second time.

use ts_rs::{Config, TS};

use super::super::{
    about, authentication, boards, channels, commands, deliveries, devices, factors, health, history, identity, inbox,
    invitations, kept, letters, links, me, member_list, members, next, organization_life, organizations, passkeys,
    past, patterns, phone, pictures, preferences, quick_add, registration, roles, second_factor, service_accounts,
    shared, tasks, teams, templates, time, tokens, unsubscribe, webhooks, whereabouts,
};

/// RFC 7517 with the members of RFC 8037; made in `auth::tokens`.
const KEY_SET: &str =
    "type KeySet = { keys: Array<{ kty: string, crv: string, use: string, alg: string, kid: string, x: string }> };";
/// See `problem`.
const PROBLEM: &str = "type Problem = { type: string, title: string, status: number, detail: string, code: Code, \
    temporary: boolean, field?: string, limit?: number, retry_after_ms?: number, request_id: string };";

/// The types of handlers' bodies and answers.
pub fn own_types() -> String {
    format!("{KEY_SET}\n{PROBLEM}\n{}{}{}{}", types_of_people(), types_of_things(), types_of_time(), types_of_talk())
}

/// Of who somebody is and what they prove it with.
fn types_of_people() -> String {
    let config = Config::default();
    let mut text = String::new();
    let mut declare = |declaration: String| {
        text.push_str(&declaration);
        text.push('\n');
    };
    declare(authentication::RefreshIn::decl(&config));
    declare(registration::Register::decl(&config));
    declare(registration::Pending::decl(&config));
    declare(registration::ConfirmRegistration::decl(&config));
    declare(registration::ForgotPassword::decl(&config));
    declare(registration::SetPassword::decl(&config));
    declare(registration::ConfirmEmail::decl(&config));
    declare(about::Provider::decl(&config));
    declare(about::About::decl(&config));
    declare(about::MailState::decl(&config));
    declare(about::MailEntry::decl(&config));
    declare(authentication::Login::decl(&config));
    declare(authentication::Refresh::decl(&config));
    declare(authentication::Tokens::decl(&config));
    declare(second_factor::SecondFactorAsked::decl(&config));
    declare(second_factor::Challenge::decl(&config));
    declare(second_factor::SecondStep::decl(&config));
    declare(factors::FactorEntry::decl(&config));
    declare(factors::FactorList::decl(&config));
    declare(factors::StepUp::decl(&config));
    declare(factors::TotpSecret::decl(&config));
    declare(factors::TotpCode::decl(&config));
    declare(lockstep_protocol::ids::DeviceId::decl(&config));
    declare(devices::PushKind::decl(&config));
    declare(devices::PushKey::decl(&config));
    declare(devices::NewDevice::decl(&config));
    declare(devices::DeviceEntry::decl(&config));
    declare(phone::Phone::decl(&config));
    declare(phone::NewPhone::decl(&config));
    declare(phone::PhoneCode::decl(&config));
    declare(pictures::PictureKept::decl(&config));
    declare(passkeys::Empty::decl(&config));
    declare(passkeys::PasskeyAsked::decl(&config));
    declare(passkeys::NewPasskey::decl(&config));
    declare(passkeys::PasskeyAdded::decl(&config));
    declare(passkeys::RenamePasskey::decl(&config));
    declare(passkeys::PasskeyLogin::decl(&config));
    declare(tokens::NewToken::decl(&config));
    declare(tokens::TokenEntry::decl(&config));
    declare(tokens::TokenMade::decl(&config));
    declare(lockstep_protocol::ids::IdentityId::decl(&config));
    declare(identity::IdentityStart::decl(&config));
    declare(identity::IdentityAsked::decl(&config));
    declare(identity::IdentityEntry::decl(&config));
    declare(factors::RecoveryCodes::decl(&config));
    declare(me::Me::decl(&config));
    declare(me::UpdateMe::decl(&config));
    declare(me::ChangeEmail::decl(&config));
    declare(me::DeleteMe::decl(&config));
    declare(preferences::Theme::decl(&config));
    declare(preferences::WeekStart::decl(&config));
    declare(preferences::WorkingHours::decl(&config));
    declare(preferences::Preferences::decl(&config));
    declare(me::ChangePassword::decl(&config));
    declare(me::SessionEntry::decl(&config));
    text
}

/// Of organizations and all that is in them.
fn types_of_things() -> String {
    let config = Config::default();
    let mut text = String::new();
    let mut declare = |declaration: String| {
        text.push_str(&declaration);
        text.push('\n');
    };
    declare(organizations::OrgEntry::decl(&config));
    declare(organizations::NewOrg::decl(&config));
    declare(service_accounts::NewServiceAccount::decl(&config));
    declare(service_accounts::ServiceAccountEntry::decl(&config));
    declare(organization_life::Usage::decl(&config));
    declare(member_list::MemberEntry::decl(&config));
    declare(member_list::MemberPage::decl(&config));
    declare(member_list::MemberKind::decl(&config));
    declare(member_list::MemberSort::decl(&config));
    declare(members::ChangeMember::decl(&config));
    declare(members::NewPlaceholder::decl(&config));
    declare(invitations::NewInvitation::decl(&config));
    declare(invitations::Invited::decl(&config));
    declare(invitations::InvitationEntry::decl(&config));
    declare(invitations::InvitationView::decl(&config));
    declare(invitations::JoinedOrg::decl(&config));
    declare(invitations::InvitationCode::decl(&config));
    declare(invitations::InvitationOutcome::decl(&config));
    declare(invitations::InvitationAnswer::decl(&config));
    declare(roles::NamedRole::decl(&config));
    declare(teams::TeamEntry::decl(&config));
    declare(teams::NewTeam::decl(&config));
    declare(boards::BoardEntry::decl(&config));
    declare(templates::Template::decl(&config));
    declare(templates::TemplateLanguage::decl(&config));
    declare(patterns::Duplicate::decl(&config));
    declare(patterns::Duplicated::decl(&config));
    declare(boards::NewBoard::decl(&config));
    declare(links::NewLink::decl(&config));
    declare(links::LinkEntry::decl(&config));
    declare(links::LinkMade::decl(&config));
    declare(shared::SharedBoard::decl(&config));
    declare(kept::OwnView::decl(&config));
    declare(kept::KeepView::decl(&config));
    declare(kept::Star::decl(&config));
    declare(next::NextList::decl(&config));
    declare(next::NextTask::decl(&config));
    declare(next::NextReason::decl(&config));
    declare(next::NextNamed::decl(&config));
    declare(next::NextBecause::decl(&config));
    declare(tasks::ChangeTask::decl(&config));
    declare(quick_add::QuickLanguage::decl(&config));
    declare(quick_add::QuickTask::decl(&config));
    declare(quick_add::QuickKind::decl(&config));
    declare(quick_add::QuickWhy::decl(&config));
    declare(quick_add::QuickUsed::decl(&config));
    declare(quick_add::QuickUnused::decl(&config));
    declare(quick_add::QuickMade::decl(&config));
    declare(commands::CommandDoor::decl(&config));
    declare(history::HistoryPage::decl(&config));
    declare(past::BoardThen::decl(&config));
    declare(past::Differences::decl(&config));
    declare(whereabouts::Whereabouts::decl(&config));
    declare(health::Ready::decl(&config));
    text
}

/// Of the time that is spent.
fn types_of_time() -> String {
    let config = Config::default();
    let mut text = String::new();
    let mut declare = |declaration: String| {
        text.push_str(&declaration);
        text.push('\n');
    };
    declare(time::TimeGroup::decl(&config));
    declare(time::TimeRow::decl(&config));
    declare(time::TimeSum::decl(&config));
    declare(time::TimeReport::decl(&config));
    declare(time::OwnTime::decl(&config));
    declare(time::OwnTimeGroup::decl(&config));
    declare(time::OwnTimeRow::decl(&config));
    declare(time::OwnTimeSum::decl(&config));
    declare(time::OwnTimer::decl(&config));
    declare(time::StopsTimer::decl(&config));
    declare(time::TimerStopped::decl(&config));
    text
}

/// Of channels and what is said there.
fn types_of_talk() -> String {
    let config = Config::default();
    let mut text = String::new();
    let mut declare = |declaration: String| {
        text.push_str(&declaration);
        text.push('\n');
    };
    declare(channels::ChannelStanding::decl(&config));
    declare(channels::list::ChannelEntry::decl(&config));
    declare(channels::search::FoundMessage::decl(&config));
    declare(channels::ChannelRead::decl(&config));
    declare(channels::NewChannel::decl(&config));
    declare(channels::messages::MessagePage::decl(&config));
    declare(channels::messages::NewMessage::decl(&config));
    declare(channels::messages::ChangedText::decl(&config));
    declare(channels::messages::Posted::decl(&config));
    declare(deliveries::DeliveryState::decl(&config));
    declare(deliveries::AttemptOutcome::decl(&config));
    declare(deliveries::DeliveryAttempt::decl(&config));
    declare(deliveries::DeliveryEntry::decl(&config));
    declare(unsubscribe::Unsubscribed::decl(&config));
    declare(crate::letters::Words::decl(&config));
    declare(letters::LetterEntry::decl(&config));
    declare(letters::LetterPreview::decl(&config));
    declare(webhooks::WebhookKind::decl(&config));
    declare(webhooks::WebhookStatus::decl(&config));
    declare(webhooks::NewWebhook::decl(&config));
    declare(webhooks::ChangedWebhook::decl(&config));
    declare(webhooks::Replay::decl(&config));
    declare(webhooks::WebhookEntry::decl(&config));
    declare(webhooks::WebhookMade::decl(&config));
    declare(webhooks::WebhookAttemptEntry::decl(&config));
    declare(webhooks::Redeliver::decl(&config));
    declare(inbox::InboxFolder::decl(&config));
    declare(inbox::InboxItem::decl(&config));
    declare(inbox::InboxPage::decl(&config));
    declare(inbox::InboxRead::decl(&config));
    declare(inbox::Shown::decl(&config));
    text
}
