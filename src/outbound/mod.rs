//! What leaves for machines that are not ours: mail, and requests by HTTP. Each way out is small, bounded in time and size, and told
//! where to go by the operator alone, or guarded where others may say so. It must never read the database, know what a message is
//! about, or be used for what cannot bear being repeated.

mod answers;
pub mod breaker;
pub mod egress;
pub mod mail;
mod outcome;
pub mod push;
pub mod sms;

pub use outcome::Outcome;
