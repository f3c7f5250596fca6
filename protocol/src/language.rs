//! The macro behind the two tables `command/mod.rs` and `event/mod.rs`.
//!
//! Each table gives one enum per aggregate, so that rules match exhaustively, and one flat enum over all of them, so that
//! the wire has a single list of names. Both are written as the payload's fields plus `"type": "<tag>"`.

/// One line of a table.
#[derive(Clone, Debug)]
pub struct Described {
    pub tag: &'static str,
    /// The payload's doc comment.
    pub says: String,
    /// The payload as TypeScript.
    pub fields: String,
}

/// `language! { Flat; Group => Enum { "tag" => Payload, … } … }`
macro_rules! language {
    ($(#[$flat_doc:meta])* $flat:ident; $($(#[$doc:meta])* $group:ident => $enum:ident { $($tag:tt => $payload:ident),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
            #[serde(tag = "type")]
            pub enum $enum {
                $(#[serde(rename = $tag)] $payload($payload),)*
            }

            impl $enum {
                /// Every tag of this table, in its order.
                pub const TAGS: &'static [&'static str] = &[$($tag),*];

                /// The name on the wire and in the journal.
                pub const fn tag(&self) -> &'static str {
                    match self { $(Self::$payload(_) => $tag,)* }
                }

                /// What this table says, for a page that people read.
                pub fn described() -> Vec<$crate::language::Described> {
                    let config = ts_rs::Config::default();
                    vec![$($crate::language::Described {
                        tag: $tag,
                        says: <$payload as ts_rs::TS>::docs().unwrap_or_default(),
                        fields: <$payload as ts_rs::TS>::inline(&config),
                    }),*]
                }
            }

            $(
                impl From<$payload> for $enum {
                    fn from(payload: $payload) -> Self { Self::$payload(payload) }
                }

                impl From<$payload> for $flat {
                    fn from(payload: $payload) -> Self { Self::$group($enum::$payload(payload)) }
                }
            )*

            impl From<$enum> for $flat {
                fn from(inner: $enum) -> Self { Self::$group(inner) }
            }
        )*

        $(#[$flat_doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(untagged, from = "Flat")]
        #[ts(untagged)]
        #[allow(clippy::large_enum_variant, reason = "a board's commands and events are most of all there are: a box would cost each of them")]
        pub enum $flat {
            $($group($enum),)*
        }

        impl $flat {
            pub const fn tag(&self) -> &'static str {
                match self { $(Self::$group(inner) => inner.tag(),)* }
            }

            /// Which kind of aggregate this belongs to.
            pub const fn kind(&self) -> $crate::topic::Kind {
                match self { $(Self::$group(_) => $crate::topic::Kind::$group,)* }
            }
        }

        /// What is read off the wire: one tag table, so that an unknown name is one clear error.
        #[derive(serde::Deserialize)]
        #[serde(tag = "type")]
        enum Flat {
            $($(#[serde(rename = $tag)] $payload($payload),)*)*
        }

        impl From<Flat> for $flat {
            fn from(flat: Flat) -> Self {
                match flat {
                    $($(Flat::$payload(payload) => Self::$group($enum::$payload(payload)),)*)*
                }
            }
        }
    };
}

pub(crate) use language;
