//! What the page of limits shows of each, and the macro that makes the tables.

/// One limit, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: &'static str,
    pub value: u64,
    pub unit: &'static str,
    pub doc: &'static str,
}

/// `limits! { Table "prefix of its names" { part: Table, … } rows… }`
macro_rules! limits {
    ($table:ident $prefix:literal { $($(#[doc = $part_doc:literal])+ $part:ident: $part_type:ty),* $(,)? }
        $($(#[doc = $doc:literal])+ $name:ident: $type:ty = $value:expr, $unit:literal;)*) => {
        /// The limits in force. Values reach `domain` through `Ctx`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct $table {
            $($(#[doc = $doc])+ pub $name: $type,)*
            $($(#[doc = $part_doc])+ pub $part: $part_type,)*
        }

        impl Default for $table {
            fn default() -> Self { Self { $($name: $value,)* $($part: <$part_type>::default(),)* } }
        }

        impl $table {
            /// All limits as rows, for the docs page and the probing test.
            pub fn rows(&self) -> Vec<Row> {
                let own = [$(Row { name: concat!($prefix, stringify!($name)), value: self.$name as u64, unit: $unit, doc: concat!($($doc),+).trim() }),*];
                own.into_iter()$(.chain(self.$part.rows()))*.collect()
            }
        }
    };
}

pub(super) use limits;
