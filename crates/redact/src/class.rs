//! The kinds of personal data.

use std::fmt;
use std::str::FromStr;

/// What a hidden value is. The lower-case names are stable: they stand in placeholders and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A natural person's name.
    Person,
    /// An e-mail address.
    Email,
    /// A telephone or fax number.
    Phone,
    /// A payment card number.
    Card,
    /// An international bank account number.
    Iban,
    /// A United States social security number.
    Ssn,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A postal address.
    Address,
    /// A date of birth. Other dates stay: a reply cannot be written without them.
    Date,
    /// A web address that carries a credential. Others stay.
    Url,
    /// A password, token or cryptographic key.
    Key,
    /// Anything else that is known of the ticket, and text that resembles a placeholder.
    Other,
}

/// Not one of the class names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a class of personal data: expected person, email, phone, card, iban, ssn, ip, address, date, url, key or other"
)]
pub struct UnknownClass;

impl Class {
    /// Every class, in the order of their codes.
    pub const ALL: [Self; 12] = [
        Self::Person,
        Self::Email,
        Self::Phone,
        Self::Card,
        Self::Iban,
        Self::Ssn,
        Self::Ip,
        Self::Address,
        Self::Date,
        Self::Url,
        Self::Key,
        Self::Other,
    ];

    /// The stable lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Ssn => "ssn",
            Self::Ip => "ip",
            Self::Address => "address",
            Self::Date => "date",
            Self::Url => "url",
            Self::Key => "key",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Class {
    type Err = UnknownClass;

    fn from_str(name: &str) -> Result<Self, UnknownClass> {
        Self::ALL.into_iter().find(|class| class.name() == name).ok_or(UnknownClass)
    }
}
