//! Who may see who somebody is. Members see every member; a guest's world is themselves and who has a role on the boards that they have
//! one on.

use lockstep_protocol::{ids::AccountId, values::Audience};

use crate::{board::Board, organization::Organization};

/// Whether one who sees the organization, or this board of it, as this audience may see there who `other` is. What a guest sees on
/// other boards is not known here.
pub fn names(
    org: &Organization,
    board: Option<&Board>,
    (viewer, audience): (AccountId, Audience),
    other: AccountId,
) -> bool {
    let here = |account| board.is_some_and(|board| org.ids_of(account).any(|id| board.member(id).is_some()));
    org.member(other).is_some()
        && match audience {
            Audience::Member => true,
            Audience::Guest => viewer == other || (here(viewer) && here(other)),
            Audience::Public => false,
        }
}
