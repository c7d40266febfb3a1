//! The words by which mail programs and people mark quotations and signatures.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern of this file. The tests compile each of them.
#[expect(clippy::expect_used, reason = "constant patterns, compiled by the tests")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// "On <date>, <name> wrote:" in the languages we know, date-and-address lines, "---- X wrote ----".
pub(super) static ATTRIBUTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^[-\s>*_]*(?:
        (?:on|am|le|el|em|il|op|den|på|vào|w\s+dniu|a)\s [^\n]{0,400}? [\d@] [^\n]{0,400}?
            \b(?:wrote|sent|schrieb(?:en)?|a\s+écrit|escribi(?:ó|o)|escreveu|ha\s+scritto|schreef|geschreven|skrev|napisał(?:a)?|viết)
            (?: \s [^\n:]{0,120} )? \s? (?: : | -{3,} ) [-\s*]*
        | \d{4}[-/.]\d{1,2}[-/.]\d{1,2} [^\n]{0,200} <[^<>\n]{1,200}@[^<>\n]{1,200}> :?
        )$",
    )
});

/// "Name <address> wrote:" on one line.
pub(super) static SENDER_WROTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^[^\n]{0,200} <[^<>\n]{1,200}@[^<>\n]{1,200}> \s? (?:wrote|schrieb|a\s+écrit|escribi(?:ó|o)|escreveu) \s? :$",
    )
});

/// "-----Original Message-----" and its translations, or "---- Name wrote ----".
pub(super) static ORIGINAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^[>\s]*(?:
        [-_*=]{2,}\s*(?:original\s+(?:message|appointment)|reply\s+message|ursprüngliche\s+nachricht|originalnachricht|message\s+d['’]origine|message\s+original|mensaje\s+original|mensagem\s+original|messaggio\s+originale|oprindelig\s+meddelelse)\s*[-_*=]{2,}
        | -{3,}\s*[^\n-]{1,80}\s(?:wrote|schrieb|a\s+écrit|escribió|escreveu)\s*-{3,}
        )$",
    )
});

/// A forwarded mail: content, not a quotation.
pub(super) static FORWARDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:[-_*=]{2,}\s*(?:forwarded\s+(?:message|by)|weitergeleitete\s+nachricht|message\s+transféré|mensaje\s+reenviado|mensagem\s+encaminhada)
        | begin\s+forwarded\s+message:|anfang\s+der\s+weitergeleiteten|début\s+du\s+message\s+(?:réexpédié|transféré))",
    )
});

/// The reply and the attribution on one line.
pub(super) static ON_SAME_LINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(.*?\S.*?)\s*(?:---+\s*|\s)(On\s(?:\w{3},\s)?[^\n]{0,200}\d[^\n]{0,200}\bwrote:)\s*$"));

/// What phones write below a mail.
pub(super) static MOBILE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:
        sent\s+(?:from|via|with)\s+\S.{0,80}
        | (?:von|gesendet\s+von)\s+mein(?:em|er)\s.{0,80}
        | envoyé\s+(?:de(?:puis)?|à\s+partir\s+de)\s.{0,80}
        | enviad[oa]\s+(?:desde|do|da|de|a\s+partir)\s.{0,80}
        | get\s+outlook\s+for\s.{0,40}
        | outlook\s+für\s.{0,40}\s+beziehen
        )$",
    )
});

const SIGN_OFFS: [&str; 38] = [
    "best",
    "best regards",
    "best wishes",
    "cheers",
    "kind regards",
    "many thanks",
    "regards",
    "sincerely",
    "thank you",
    "thanks",
    "thanks and regards",
    "thanks in advance",
    "warm regards",
    "with kind regards",
    "yours",
    "yours faithfully",
    "yours sincerely",
    "beste grüße",
    "beste grüsse",
    "freundliche grüße",
    "grüße",
    "lg",
    "liebe grüße",
    "mfg",
    "mit freundlichen grüßen",
    "mit freundlichen grüssen",
    "viele grüße",
    "vielen dank",
    "bien à vous",
    "bien cordialement",
    "cordialement",
    "merci",
    "gracias",
    "saludos",
    "un saludo",
    "atenciosamente",
    "obrigada",
    "obrigado",
];

/// A line that is nothing but a closing phrase.
pub(super) fn is_sign_off(line: &str) -> bool {
    let bare = line.trim().trim_end_matches([',', '.', '!', ';', ':', ' ']).to_lowercase();
    SIGN_OFFS.contains(&bare.as_str())
}

/// A line of at least `least` dashes or underscores.
pub(super) fn is_dash_line(line: &str, least: usize) -> bool {
    let line = line.trim();
    line.len() >= least && line.chars().all(|c| matches!(c, '_' | '-' | '='))
}

const SENDER_OR_DATE: [&str; 14] =
    ["from", "date", "sent", "von", "datum", "gesendet", "de", "envoyé", "da", "data", "desde", "fecha", "fra", "från"];
const OTHERS: [&str; 26] = [
    "to",
    "cc",
    "subject",
    "reply-to",
    "an",
    "betreff",
    "kopie",
    "à",
    "a",
    "objet",
    "para",
    "asunto",
    "assunto",
    "enviado",
    "enviado el",
    "enviada em",
    "til",
    "emne",
    "sendt",
    "till",
    "ämne",
    "skickat",
    "oggetto",
    "importance",
    "inviato",
    "cci",
];

pub(super) fn is_sender_or_date_line(line: &str) -> bool {
    field_name(line).is_some_and(|name| SENDER_OR_DATE.contains(&name.as_str()))
}

pub(super) fn is_header_line(line: &str) -> bool {
    field_name(line).is_some_and(|name| SENDER_OR_DATE.contains(&name.as_str()) || OTHERS.contains(&name.as_str()))
}

fn field_name(line: &str) -> Option<String> {
    let line = line.trim_start_matches(['>', ' ', '*', '\t']);
    let (name, value) = line.split_once(':')?;
    let value = value.trim_matches(['*', ' ']);
    (!value.is_empty()).then(|| name.trim_matches(['*', ' ', '\u{a0}']).to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributions_are_recognised() {
        let table = [
            ("On 11-Apr-2011, at 6:54 PM, Ann Roe <ann@example.com> wrote:", true),
            ("Am 3. Mai 2026 um 14:02 schrieb Ann Roe <ann@example.com>:", true),
            ("Le 23 janv. 2015 à 22:03, Ann Roe <ann@example.com> a écrit :", true),
            ("El lun, 3 may 2026 a las 9:12, Ann Roe (<ann@example.com>) escribió:", true),
            ("Em seg., 3 de mai. de 2026 às 09:12, Ann Roe <ann@example.com> escreveu:", true),
            ("2026-05-03 11:28 GMT+02:00 Ann Roe <ann@example.com>:", true),
            ("On Monday we wrote to you about 3 things: price, size, colour", false),
            ("On blah-blah-blah", false),
            ("On 3 May I wrote the following", false),
        ];
        for (line, yes) in table {
            assert_eq!(ATTRIBUTION.is_match(line), yes, "{line}");
        }
    }
}
