//! What a text names and telemetry can be asked for: ids, codes, addresses, versions, regions.

use serde::{Deserialize, Serialize};

use crate::closed_list;

closed_list! {
    /// What kind of thing is named.
    pub enum EntityKind ("kind of entity") {
        /// A customer, account, tenant or workspace.
        Customer = "customer",
        /// An order, invoice, payment or shipment.
        Order = "order",
        /// One request.
        Request = "request",
        /// One trace: 32 hexadecimal digits.
        Trace = "trace",
        /// An error code, such as `SIG-401`, or an HTTP status that is said to be one.
        Code = "code",
        /// The path of a web address, without what identifies a host.
        Path = "path",
        /// A version of software.
        Version = "version",
        /// Where it runs: `eu-west-1`.
        Region = "region",
    }
}

/// Something named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entity {
    /// Kind.
    pub kind: EntityKind,
    /// In lower case, without what surrounds it.
    pub value: String,
}

impl EntityKind {
    /// How much it says when ticket and telemetry name the same: an id is nearly proof, a region is not.
    #[must_use]
    pub const fn weight(self) -> f64 {
        match self {
            Self::Trace | Self::Request => 4.0,
            Self::Order => 3.5,
            Self::Customer | Self::Code => 2.5,
            Self::Path => 1.5,
            Self::Version => 0.8,
            Self::Region => 0.6,
        }
    }
}

/// Longest word looked at, in bytes.
const WORD_MAX: usize = 300;
/// Most entities taken from one text.
const ENTITIES_MAX: usize = 40;
/// Words before a plain number or id that say what it counts.
const LEADS: &[(EntityKind, &[&str])] = &[
    (
        EntityKind::Customer,
        &[
            "customer",
            "account",
            "tenant",
            "workspace",
            "org",
            "organization",
            "kunde",
            "kundennummer",
            "konto",
            "client",
            "compte",
            "cliente",
        ],
    ),
    (
        EntityKind::Order,
        &[
            "order",
            "invoice",
            "payment",
            "shipment",
            "booking",
            "bestellung",
            "auftrag",
            "rechnung",
            "zahlung",
            "commande",
            "facture",
            "pedido",
            "factura",
        ],
    ),
    (EntityKind::Request, &["request", "req", "correlation", "anfrage", "vorgang"]),
    (EntityKind::Trace, &["trace", "traceid"]),
    (EntityKind::Code, &["code", "error", "status", "http", "fehler", "fehlercode", "erreur"]),
    (EntityKind::Version, &["version", "release", "build"]),
    (EntityKind::Region, &["region", "zone"]),
];
/// Words that may stand between a lead and its value.
const BETWEEN: &[&str] = &["id", "no", "nr", "number", "nummer", "code", "is", "ist", "key"];

/// What a text names, each once, in order of appearance. Linear in the text.
#[must_use]
pub fn entities(text: &str) -> Vec<Entity> {
    let mut found: Vec<Entity> = Vec::new();
    let mut add = |kind: EntityKind, value: &str| {
        let entity = Entity { kind, value: value.to_lowercase() };
        if found.len() < ENTITIES_MAX && !found.contains(&entity) {
            found.push(entity);
        }
    };
    let mut lead: Option<EntityKind> = None;
    for raw in text.split(|c: char| {
        c.is_whitespace() || matches!(c, '=' | ',' | ';' | '"' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>')
    }) {
        let word = raw.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
        if word.is_empty() || word.len() > WORD_MAX {
            continue;
        }
        let (label, value) = labelled(word);
        let label = label.or(lead.take());
        match alone(value).or_else(|| label.filter(|kind| names(*kind, value))) {
            Some(kind) => add(kind, value_of(kind, value)),
            None => lead = leads(value).or(label.filter(|_| BETWEEN.contains(&value.to_lowercase().as_str()))),
        }
    }
    found
}

/// `customer:4711` or `order#55`: what the first half says of the second.
fn labelled(word: &str) -> (Option<EntityKind>, &str) {
    match word.split_once([':', '#']) {
        Some((label, value)) if !value.starts_with('/') => match leads(label) {
            Some(kind) => (Some(kind), value.trim_start_matches(['#', ' '])),
            None => (None, word),
        },
        _ => (None, word),
    }
}

fn leads(word: &str) -> Option<EntityKind> {
    let word = word.to_lowercase();
    let word = word.trim_end_matches("_id").trim_end_matches("-id").trim_end_matches(".id");
    let last = word.rsplit(['.', '_', '-']).next().unwrap_or(word);
    LEADS.iter().find(|(_, words)| words.contains(&last)).map(|(kind, _)| *kind)
}

/// What a word is by its own looks.
fn alone(word: &str) -> Option<EntityKind> {
    let lower = word.to_ascii_lowercase();
    let hex = |n: usize| lower.len() == n && lower.bytes().all(|b| b.is_ascii_hexdigit());
    if hex(32) {
        return Some(EntityKind::Trace);
    }
    let dashed: Vec<&str> = lower.split('-').collect();
    if dashed.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && dashed.concat().bytes().all(|b| b.is_ascii_hexdigit())
    {
        return Some(EntityKind::Request);
    }
    if let Some(kind) = prefixed(&lower, &dashed) {
        return Some(kind);
    }
    if word.contains("://")
        || (word.starts_with('/') && word.len() > 3 && word[1..].contains(|c: char| c.is_alphabetic()))
    {
        return Some(EntityKind::Path);
    }
    version(&lower).or_else(|| code(word)).or_else(|| region(&dashed))
}

/// `cus_8f2k`, `acct-4711`, `ord_99`, `inv-2026-118`, `req_77ab`.
fn prefixed(lower: &str, dashed: &[&str]) -> Option<EntityKind> {
    let (prefix, rest) = lower.split_once('_').or_else(|| Some((*dashed.first()?, lower.split_once('-')?.1)))?;
    if !rest.bytes().any(|b| b.is_ascii_digit()) || rest.len() < 2 {
        return None;
    }
    Some(match prefix {
        "cus" | "cust" | "acct" | "acc" | "ten" | "ws" | "org" => EntityKind::Customer,
        "ord" | "inv" | "pay" | "shp" | "po" => EntityKind::Order,
        "req" => EntityKind::Request,
        _ => return None,
    })
}

/// `v2.14.0`, `5.2.1`; two parts only behind a `v`.
fn version(lower: &str) -> Option<EntityKind> {
    let bare = lower.strip_prefix('v').unwrap_or(lower);
    let parts: Vec<&str> = bare.split('.').collect();
    let digits = parts.iter().all(|p| !p.is_empty() && p.len() <= 5 && p.bytes().all(|b| b.is_ascii_digit()));
    (digits && (parts.len() == 3 || (parts.len() == 2 && bare.len() < lower.len()))).then_some(EntityKind::Version)
}

/// `SIG-401`, `E1042`, `ERR_CONN_RESET`: capitals with a number or an underscore.
fn code(word: &str) -> Option<EntityKind> {
    let capitals = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = word.get(capitals..)?;
    let number = rest.trim_start_matches(['-', '_']);
    let numbered = capitals > 0 && (2..=6).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let shouted = word.contains('_')
        && word.len() >= 6
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    (numbered && number.len() + capitals >= 4 || shouted).then_some(EntityKind::Code)
}

/// `eu-west`, `us-east-1`.
fn region(dashed: &[&str]) -> Option<EntityKind> {
    let place = ["eu", "us", "ap", "sa", "ca", "af", "me"].contains(dashed.first()?);
    let side = ["west", "east", "north", "south", "central", "northeast", "southeast"].contains(dashed.get(1)?);
    (place && side && dashed.len() <= 3).then_some(EntityKind::Region)
}

/// Whether a word may be what its lead announces.
fn names(kind: EntityKind, word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let plain = word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    match kind {
        EntityKind::Code => digits == word.len() && word.len() == 3 && !word.starts_with('0'),
        EntityKind::Trace => plain && digits > 0 && word.len() >= 16,
        EntityKind::Version => plain && digits > 0 && word.contains('.'),
        EntityKind::Region => plain && word.contains('-'),
        EntityKind::Customer | EntityKind::Order | EntityKind::Request => plain && digits >= 2,
        EntityKind::Path => false,
    }
}

/// The part of a word that counts: of an address its path, of a version its numbers.
fn value_of(kind: EntityKind, word: &str) -> &str {
    match kind {
        EntityKind::Path => {
            let path = word.split_once("://").map_or(word, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
            path.split(['?', '#']).next().unwrap_or(path)
        }
        EntityKind::Version => word.trim_start_matches(['v', 'V']),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(EntityKind, String)> {
        entities(text).into_iter().map(|e| (e.kind, e.value)).collect()
    }

    #[test]
    fn names_what_telemetry_can_be_asked_for() {
        use EntityKind::{Code, Customer, Order, Path, Region, Request, Trace, Version};
        let own = |list: &[(EntityKind, &str)]| list.iter().map(|(k, v)| (*k, (*v).to_owned())).collect::<Vec<_>>();
        for (text, expected) in [
            (
                "Our account no. 48213 gets SIG-401 on v2.14.0.",
                own(&[(Customer, "48213"), (Code, "sig-401"), (Version, "2.14.0")]),
            ),
            ("Kundennummer 99120, Bestellung: 7781-A22", own(&[(Customer, "99120"), (Order, "7781-a22")])),
            (
                "HTTP 502 from https://api.relay.example/v2/events?x=1 in eu-west-1",
                own(&[(Code, "502"), (Path, "/v2/events"), (Region, "eu-west-1")]),
            ),
            (
                "customer_id=cus_8f2k11 trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
                own(&[(Customer, "cus_8f2k11"), (Trace, "4bf92f3577b34da6a3ce929d0e0e4736")]),
            ),
            (
                "request 0192f3a4-5b6c-7d8e-9f00-112233445566 failed",
                own(&[(Request, "0192f3a4-5b6c-7d8e-9f00-112233445566")]),
            ),
            ("I have 3 questions about my account, since 2026.", Vec::new()),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn whatever_a_text_is_it_is_read() {
        for text in ["/", "://", "#:#", "é/ü", "v", "_", "-----", "cus_", "\u{0}\u{ffff}"] {
            let _ = entities(text);
        }
        let many: String = (0..200).map(|n| format!("ERR-{} ", 1000 + n)).collect();
        assert_eq!(entities(&many).len(), ENTITIES_MAX);
    }
}
