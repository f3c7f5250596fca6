//! Whatever a graph of roles looks like: nobody comes by more than whoever changed them had, nobody changes one who has as much,
//! and there is always an owner who can act. What somebody may do is summed up here by hand, out of what members are shown.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_domain::{Aggregate, Organization};
use lockstep_protocol::{
    ids::AccountId,
    values::{Audience, OrgRole, Permission},
    view::{OrgMemberView, OrganizationView, ViewPart},
};
use proptest::prelude::*;

use crate::support::{World, command, fixed, id, principal};

const PEOPLE: [&str; 6] = ["owner", "admin", "member", "mate", "lead", "guest"];
const SETS: [&str; 7] = [
    "[]",
    r#"["members.add"]"#,
    r#"["members.roles"]"#,
    r#"["members.roles","roles.manage"]"#,
    r#"["members.edit","members.remove","boards.create"]"#,
    r#"["usage.read"]"#,
    r#"["members.roles","members.edit","members.add","roles.manage","teams.create","boards.create"]"#,
];

fn view(org: &Organization) -> OrganizationView {
    match org.view(id("org"), Audience::Member, usize::MAX).remove(0) {
        ViewPart::Organization(view) => view,
        other => panic!("{other:?}"),
    }
}

/// By the words of the design: role, custom role and grants, less what was revoked.
fn rights(view: &OrganizationView, member: &OrgMemberView) -> BTreeSet<Permission> {
    let all = Permission::ALL.iter().copied();
    let mut rights: BTreeSet<Permission> = match member.role {
        OrgRole::Owner => return all.collect(),
        OrgRole::Guest => return BTreeSet::new(),
        OrgRole::Admin => all.collect(),
        OrgRole::Member => [Permission::FoundBoards, Permission::FoundTeams, Permission::FoundChannels].into(),
    };
    let custom = view.roles.iter().filter(|role| Some(role.role_id) == member.role_id);
    rights.extend(custom.flat_map(|role| &role.permissions));
    rights.extend(&member.granted);
    rights.retain(|permission| !member.revoked.contains(permission));
    rights
}

fn members(view: &OrganizationView) -> BTreeMap<AccountId, &OrgMemberView> {
    view.members.iter().map(|member| (member.account_id, member)).collect()
}

/// What a command of somebody may not have done.
fn check(asker: AccountId, before: &OrganizationView, after: &OrganizationView) {
    let (earlier, later) = (members(before), members(after));
    let own = earlier[&asker];
    let held = rights(before, own);
    assert!(!own.inactive, "one who may not act did");
    let nothing = BTreeSet::new();
    for account in earlier.keys().chain(later.keys()) {
        let had = earlier.get(account).map_or(nothing.clone(), |member| rights(before, member));
        let has = later.get(account).map_or(nothing.clone(), |member| rights(after, member));
        let gained: BTreeSet<_> = has.difference(&had).copied().collect();
        assert!(gained.is_subset(&held) || own.role == OrgRole::Owner, "{gained:?} out of {held:?}");
        assert!(*account != asker || gained.is_empty() || own.role == OrgRole::Owner, "took {gained:?}");
        let told = |member: &&&OrgMemberView| (member.role, member.inactive, member.role_id, member.placeholder);
        let changed = had != has || earlier.get(account).as_ref().map(told) != later.get(account).as_ref().map(told);
        let known = earlier.get(account);
        if changed && *account != asker && own.role != OrgRole::Owner {
            assert!(had.is_subset(&held) && had != held, "changed one who has as much: {had:?} by {held:?}");
            assert!(known.is_none_or(|member| member.role <= own.role));
            assert!(later.get(account).is_none_or(|member| member.role <= own.role), "raised above themselves");
        }
    }
}

fn asked() -> impl Strategy<Value = (usize, String)> {
    let person = || prop::sample::select(&PEOPLE[..]);
    let set = || prop::sample::select(&SETS[..]);
    let role = || prop::sample::select(&["hr", "ops"][..]);
    let asked = prop_oneof![
        (person(), prop::sample::select(&["guest", "member", "admin", "owner"][..]))
            .prop_map(|(who, role)| format!("member.role.change account_id={who} role={role}")),
        (person(), prop::sample::select(&["active", "inactive"][..]))
            .prop_map(|(who, status)| format!("member.status.change account_id={who} status={status}")),
        (person(), role()).prop_map(|(who, role)| format!("member.role.assign account_id={who} role_id={role}")),
        person().prop_map(|who| format!("member.role.assign account_id={who}")),
        (person(), set(), set()).prop_map(|(who, granted, revoked)| {
            format!("member.permissions.set account_id={who} granted={granted} revoked={revoked}")
        }),
        (role(), set()).prop_map(|(role, set)| format!("role.create role_id={role} name={role} permissions={set}")),
        (role(), set()).prop_map(|(role, set)| format!("role.update role_id={role} permissions={set}")),
        role().prop_map(|role| format!("role.delete role_id={role}")),
        person().prop_map(|who| format!("member.remove account_id={who}")),
        (person(), prop::sample::select(&["guest", "member", "admin", "owner"][..]))
            .prop_map(|(who, role)| format!("member.add account_id={who} role={role}")),
    ];
    (0..PEOPLE.len(), asked)
}

proptest! {
    #![proptest_config(fixed(400))]

    #[test]
    fn nobody_comes_by_more_than_whoever_changed_them_had(steps in prop::collection::vec(asked(), 1..80)) {
        let mut world = World::usual();
        for (who, line) in steps {
            let asker = AccountId(id(PEOPLE[who]));
            let before = view(&world.org.state);
            // Whoever left comes back by an invitation; what that may give is another test's.
            if line.starts_with("member.add") {
                let _ = world.act(principal("server:owner"), command(&line));
                continue;
            }
            let Ok(_) = world.act(principal(PEOPLE[who]), command(&line)) else { continue };
            let after = view(&world.org.state);
            check(asker, &before, &after);
            let owners = after.members.iter().filter(|member| member.role == OrgRole::Owner && !member.inactive);
            prop_assert!(owners.count() > 0, "{line} left nobody");
        }
    }
}
