//! What leaves for machines that are not ours: mail. Each way out is small, bounded in time and size, and told where to go by the
//! operator alone. It must never read the database, know what a message is about, or be used for what cannot bear being repeated.

pub mod mail;
