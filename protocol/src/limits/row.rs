//! What the page of limits shows of each, and the macro that makes the table.

/// One limit, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: &'static str,
    pub value: u64,
    pub unit: &'static str,
    pub doc: &'static str,
}

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $value:expr, $unit:literal;)*) => {
        /// The limits in force. Values reach `domain` through `Ctx`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Limits {
            $($(#[doc = $doc])+ pub $name: $type,)*
        }

        impl Default for Limits {
            fn default() -> Self { Self { $($name: $value,)* } }
        }

        impl Limits {
            /// All limits as rows, for the docs page and the probing test.
            pub fn rows(&self) -> Vec<Row> {
                vec![$(Row { name: stringify!($name), value: self.$name as u64, unit: $unit, doc: concat!($($doc),+).trim() },)*]
            }
        }
    };
}

pub(super) use limits;
