//! Mail that no person wrote: the header families that helpdesks have learned to look for, then the
//! older bounce forms that carry no header at all.

use std::sync::LazyLock;

use regex::Regex;

use super::fields::{Fields, message_ids};
use super::structure::Leaf;
use super::types::{Address, Machine, MachineKind, Permanence, Settings};

/// What machine mail is recognised by.
pub(crate) struct Signs<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) leaves: &'a [Leaf<'a>],
    pub(crate) from: Option<&'a Address>,
    pub(crate) subject: &'a str,
    pub(crate) text: &'a str,
}

/// Decides in the order of how much the sign proves.
pub(crate) fn recognise(signs: &Signs<'_>, settings: &Settings) -> Option<Machine> {
    own_loop(signs, settings)
        .or_else(|| report(signs))
        .or_else(|| bounce_without_report(signs))
        .or_else(|| auto_reply(signs))
        .or_else(|| bulk(signs))
}

fn machine(kind: MachineKind, because: &str) -> Machine {
    Machine { kind, because: super::clean::display_line(because, 200) }
}

fn own_loop(signs: &Signs<'_>, settings: &Settings) -> Option<Machine> {
    let is_own = |text: &str| settings.own_addresses.iter().any(|own| own.eq_ignore_ascii_case(text.trim()));
    let from = signs.from.filter(|f| is_own(&f.address));
    let marker = signs.fields.all("x-loop").find(|value| is_own(value));
    match (from, marker) {
        (Some(from), _) => Some(machine(MachineKind::OwnLoop, &format!("From: {}", from.address))),
        (_, Some(value)) => Some(machine(MachineKind::OwnLoop, &format!("X-Loop: {value}"))),
        _ => None,
    }
}

/// Machine-readable reports.
fn report(signs: &Signs<'_>) -> Option<Machine> {
    let content_type = signs.fields.first("content-type").unwrap_or_default();
    let lower = content_type.to_ascii_lowercase();
    let has = |media_type: &str| signs.leaves.iter().any(|leaf| leaf.media_type == media_type);
    let because = format!("Content-Type: {content_type}");
    let is_report = lower.starts_with("multipart/report");
    if has("message/feedback-report") || is_report && lower.contains("feedback-report") {
        return Some(machine(MachineKind::Complaint, &because));
    }
    if is_report && lower.contains("disposition-notification") || has("message/disposition-notification") {
        return Some(machine(MachineKind::ReadReceipt, &because));
    }
    let delivery = is_report && lower.contains("delivery-status");
    if delivery || has("message/delivery-status") || has("message/global-delivery-status") {
        return Some(machine(bounce(signs), &because));
    }
    None
}

static FAILURE_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)undeliver|delivery (?:status|fail|problem|report|notification|has failed|error|delayed|incomplete|attempt)|failure notice|failed (?:mail|delivery|to deliver)|delivery.*fail|mail (?:delivery|system error|could not)|returned (?:mail|to sender)|message (?:status|not delivered|could not be delivered)|non[- ]?deliver|unzustellbar|nicht zugestellt|non remis|no entregad|warning: (?:could not send|message)|bounced|rejected|unable to deliver|dsn|error sending|user unknown|mail error|配信|エラー|Недоставлен|nondeliverable|delivery unsuccessful|retourn",
    )
});

static FAILURE_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)this is the (?:qmail|mail (?:system|delivery)|postfix|mailer)|created automatically by (?:the )?mail|could not be delivered|couldn't be delivered|unable to deliver|undeliverable|was not delivered|delivery (?:to the following|has failed|failed|attempt)|did not reach|permanent (?:error|failure|fatal)|recipient(?:s)? (?:address )?(?:was )?reject|user unknown|unknown user|no such user|mailbox (?:unavailable|full|is full|not found)|over quota|transcript of session|returned to sender|failed recipient|550[ -]|554[ -]|reason for (?:failure|the)|失敗|できませんでした",
    )
});

static STATUS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[\s(#\[<=:])([245]\.\d{1,3}\.\d{1,3})(?:$|[\s)\],>:;.\-])"));

static AUTO_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:re: ?)?(?:auto(?:matic|mated)?[ -]?(?:reply|response|antwort)|out of (?:the )?office|abwesenheits|automatische antwort|réponse automatique|respuesta automática|resposta automática|vacation (?:reply|message)|away from (?:my mail|the office))",
    )
});

#[expect(clippy::expect_used, reason = "constant patterns, compiled by the tests")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// Bounces of mail servers that send no report.
fn bounce_without_report(signs: &Signs<'_>) -> Option<Machine> {
    if let Some(value) = signs.fields.first("x-failed-recipients") {
        return Some(machine(bounce(signs), &format!("X-Failed-Recipients: {value}")));
    }
    let from = signs.from.map(|f| format!("{} <{}>", f.name.as_deref().unwrap_or_default(), f.address));
    let from = from.or_else(|| signs.fields.first("from").map(str::to_owned)).unwrap_or_default();
    let lower = from.to_ascii_lowercase();
    let daemon = [
        "mailer-daemon",
        "mail-daemon",
        "maildaemon",
        "postmaster",
        "mailerdaemon",
        "mail delivery",
        "mdaemon",
        "mail.daemon",
    ];
    let daemon = daemon.iter().any(|name| lower.contains(name));
    let null_sender = signs.fields.first("return-path").is_some_and(|v| v.replace(' ', "") == "<>");
    let subject = FAILURE_SUBJECT.is_match(signs.subject);
    let head: String = signs.text.chars().take(20_000).collect();
    let text = FAILURE_TEXT.is_match(&head);
    let because = match (daemon, null_sender, subject, text) {
        (true, _, true, _) | (true, _, _, true) => format!("From: {from}"),
        (_, true, true, _) | (_, true, _, true) => format!("Return-Path: <>; Subject: {}", signs.subject),
        (_, _, true, true) if returned_message(signs) => format!("Subject: {}", signs.subject),
        _ => return None,
    };
    Some(machine(bounce(signs), &because))
}

/// Whether the message brings back another one.
fn returned_message(signs: &Signs<'_>) -> bool {
    let attached =
        signs.leaves.iter().any(|l| matches!(l.media_type.as_str(), "message/rfc822" | "text/rfc822-headers"));
    attached || signs.text.to_ascii_lowercase().contains("\nmessage-id:") || signs.text.contains("\nReceived:")
}

/// Status, recipient and original id, as far as the message tells them.
fn bounce(signs: &Signs<'_>) -> MachineKind {
    let machine_part = signs.leaves.iter().find(|l| l.media_type.ends_with("delivery-status"));
    let report = machine_part.map(|l| String::from_utf8_lossy(l.body.get(..65_536).unwrap_or(l.body)).into_owned());
    let report = report.unwrap_or_default();
    let line = |name: &str| field_in(&report, name);
    let head: String = signs.text.chars().take(20_000).collect();
    let status = line("status")
        .and_then(|v| STATUS.captures(&v).and_then(|c| c.get(1)).map(|m| m.as_str().to_owned()))
        .or_else(|| STATUS.captures(&head).and_then(|c| c.get(1)).map(|m| m.as_str().to_owned()));
    let action = line("action").map(|a| a.to_ascii_lowercase()).unwrap_or_default();
    let permanence = match (action.as_str(), status.as_deref().and_then(|s| s.chars().next())) {
        ("delayed", _) | (_, Some('4')) => Permanence::Temporary,
        (_, Some('5')) | ("failed", _) => Permanence::Permanent,
        _ => Permanence::Unknown,
    };
    let recipient = line("final-recipient")
        .or_else(|| line("original-recipient"))
        .and_then(|v| v.split_once(';').map(|(_, address)| address.trim().trim_matches(['<', '>']).to_owned()))
        .or_else(|| signs.fields.first("x-failed-recipients").map(str::to_owned))
        .map(|r| super::clean::display_line(&r, 320));
    MachineKind::Bounce { permanence, status, recipient, original_message_id: original_id(signs) }
}

/// The id of the returned message: from the attached one, or from its head in the text.
fn original_id(signs: &Signs<'_>) -> Option<String> {
    let returned = signs.leaves.iter().filter(|l| {
        matches!(l.media_type.as_str(), "message/rfc822" | "text/rfc822-headers" | "message/rfc822-headers")
    });
    let heads = returned.map(|l| String::from_utf8_lossy(l.body.get(..65_536).unwrap_or(l.body)).into_owned());
    let text: String = signs.text.chars().take(65_536).collect();
    heads.chain([text]).find_map(|head| {
        let value = field_in(&head, "message-id")?;
        message_ids(&value).into_iter().next()
    })
}

fn field_in(text: &str, name: &str) -> Option<String> {
    let mut lines =
        text.lines().skip_while(|line| !line.split_once(':').is_some_and(|(n, _)| n.trim().eq_ignore_ascii_case(name)));
    let mut value = lines.next()?.split_once(':')?.1.trim().to_owned();
    if value.is_empty() {
        value = lines.next()?.trim().to_owned();
    }
    Some(value)
}

fn auto_reply(signs: &Signs<'_>) -> Option<Machine> {
    let fields = signs.fields;
    if let Some(value) = fields.all("auto-submitted").find(|v| !v.to_ascii_lowercase().starts_with("no")) {
        return Some(machine(MachineKind::AutoReply, &format!("Auto-Submitted: {value}")));
    }
    let names = ["x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autogenerated"];
    for name in names {
        if let Some(value) = fields.first(name).filter(|v| !v.eq_ignore_ascii_case("no")) {
            return Some(machine(MachineKind::AutoReply, &format!("{name}: {value}")));
        }
    }
    for name in ["precedence", "x-precedence"] {
        if let Some(value) = fields.first(name).filter(|v| v.to_ascii_lowercase().starts_with("auto")) {
            return Some(machine(MachineKind::AutoReply, &format!("{name}: {value}")));
        }
    }
    if AUTO_SUBJECT.is_match(signs.subject) {
        return Some(machine(MachineKind::AutoReply, &format!("Subject: {}", signs.subject)));
    }
    let null_sender = fields.first("return-path").is_some_and(|v| v.replace(' ', "") == "<>");
    null_sender.then(|| machine(MachineKind::AutoReply, "Return-Path: <>"))
}

fn bulk(signs: &Signs<'_>) -> Option<Machine> {
    let fields = signs.fields;
    for name in ["precedence", "x-precedence"] {
        let value = fields.first(name).map(str::to_ascii_lowercase).unwrap_or_default();
        if matches!(value.as_str(), "bulk" | "list" | "junk") {
            return Some(machine(MachineKind::Bulk, &format!("{name}: {value}")));
        }
    }
    ["list-unsubscribe", "list-id", "feedback-id", "x-auto-response-suppress", "x-loop"].iter().find_map(|name| {
        let value = fields.first(name)?;
        let asks_nothing = *name == "x-auto-response-suppress" && value.eq_ignore_ascii_case("none");
        (!asks_nothing).then(|| machine(MachineKind::Bulk, &format!("{name}: {value}")))
    })
}
