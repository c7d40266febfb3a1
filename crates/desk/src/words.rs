//! Closed lists: one macro, so that a word is spelled the same in type, table, URL and page.

/// A word that is not in its closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a {list}; it must be one of: {allowed}")]
pub struct UnknownWord {
    /// The list's name, as in the glossary.
    pub list: &'static str,
    /// What was found, shortened to 60 characters.
    pub found: String,
    /// The words that are allowed, joined by commas.
    pub allowed: String,
}

impl UnknownWord {
    /// For the macro below; `found` is shortened because it may come from outside.
    #[must_use]
    pub fn new(list: &'static str, found: &str, allowed: &[&str]) -> Self {
        Self { list, found: found.chars().take(60).collect(), allowed: allowed.join(", ") }
    }
}

/// Declares a closed enum whose variants have one stable word each.
#[macro_export]
macro_rules! closed_list {
    ($(#[$meta:meta])* pub enum $name:ident ($list:literal) { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every member, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// Every word, in declaration order: what the databases' CHECK constraints list.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The stable word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(self.word()) }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                match s {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::words::UnknownWord::new($list, other, Self::WORDS)),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.word()) }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str>>::deserialize(d)?;
                word.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}
