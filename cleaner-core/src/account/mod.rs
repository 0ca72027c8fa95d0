//! Whose account this is, whether it may be cleared, and what must survive so that the caller keeps its hands.

mod ground;
mod guard;
mod id;
mod identity;
mod own_hands;
#[cfg(test)]
mod test_ground;

pub(crate) use ground::Ground;
pub use guard::{Guard, OPT_OUT_PROTECTION, OPT_OUT_TAG, Refusal};
pub use id::AccountId;
pub use identity::{Identity, Principal};
pub(crate) use identity::{NO_ORGANIZATION, management_account};
pub use own_hands::{CALLER, protect_own_hands};
#[cfg(test)]
pub(crate) use test_ground::TestGround;
