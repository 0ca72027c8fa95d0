//! What has to go before what: the pairs that other tools know, and families of types on accounts that enforce the order.
//!
//! ```text
//! pairs.toml --> is each pair ordered by the types?
//! families/*.toml: what an account holds, and what AWS refuses while something else is there
//!   --> account: answers the calls of the real entries, over the real protocols, and refuses
//!   --> cleared once with the edges of the types (no refusal), once without (refusals)
//! ```

mod account;
mod families;
mod family;
mod pairs;
mod wire;
mod within;
