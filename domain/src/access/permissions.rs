//! Sets of permissions, and the table from role to permissions. A set is a number, so that deciding with it costs nothing; the order of
//! [`Permission::ALL`] is part of what stored states mean. Must never name a person.

use lockstep_protocol::values::{OrgRole, OrgSettings, Permission, TeamPermission};
use serde::{Deserialize, Serialize};

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(u32);

impl Permissions {
    pub const NONE: Self = Self(0);
    /// Everything there is.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);

    /// The set of these.
    pub const fn of(list: &[Permission]) -> Self {
        let (mut set, mut at) = (Self::NONE, 0);
        while at < list.len() {
            set = set.with(list[at]);
            at += 1;
        }
        set
    }

    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | (1 << permission as u32))
    }

    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the other has all of these.
    pub const fn within(self, other: Self) -> bool {
        self.without(other).is_empty()
    }

    /// Whether the other has all of these and more.
    pub const fn less_than(self, other: Self) -> bool {
        self.within(other) && self.0 != other.0
    }

    /// In the order of [`Permission::ALL`].
    pub fn list(self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|permission| self.contains(*permission)).collect()
    }
}

/// What a team lets its members do: a set as above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TeamPermissions(u8);

impl Default for TeamPermissions {
    /// What members of a new team may do.
    fn default() -> Self {
        Self(0).with(TeamPermission::FoundBoards)
    }
}

impl TeamPermissions {
    pub const fn with(self, permission: TeamPermission) -> Self {
        Self(self.0 | (1 << permission as u8))
    }

    pub const fn without(self, permission: TeamPermission) -> Self {
        Self(self.0 & !(1 << permission as u8))
    }

    pub const fn contains(self, permission: TeamPermission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// In the order of [`TeamPermission::ALL`].
    pub fn list(self) -> Vec<TeamPermission> {
        TeamPermission::ALL.iter().copied().filter(|permission| self.contains(*permission)).collect()
    }
}

/// What a role allows by itself, as the organization decided.
pub fn of_role(role: OrgRole, settings: &OrgSettings) -> Permissions {
    match role {
        OrgRole::Guest => Permissions::NONE,
        OrgRole::Member => {
            let by_setting =
                [(settings.boards_by, Permission::FoundBoards), (settings.invitations_by, Permission::InviteMembers)];
            let given = by_setting.into_iter().filter(|(by, _)| *by <= role);
            given
                .fold(Permissions::of(&[Permission::FoundTeams, Permission::FoundChannels]), |held, (_, permission)| {
                    held.with(permission)
                })
        }
        OrgRole::Admin | OrgRole::Owner => Permissions::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = Permissions::of(&[Permission::SeeUsage, Permission::AddMembers]);
        assert_eq!(set.list(), [Permission::AddMembers, Permission::SeeUsage]);
        assert!(set.less_than(Permissions::ALL) && !set.less_than(set) && set.within(set));
        assert_eq!(Permissions::ALL.list(), Permission::ALL);
        assert!(set.without(set).is_empty());
    }
}
