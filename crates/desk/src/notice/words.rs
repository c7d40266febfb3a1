//! The words of fixed mails, in English and German.

use jiff::{Zoned, tz::TimeZone};

use super::{Answer, Notice};
use crate::{portal::REQUESTS_HOURS, survey::LINK_DAYS, time::Timestamp};

const DAYS: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// The instant where the desk is; a zone that does not exist counts as UTC.
fn there(at: Timestamp, zone: &str) -> Zoned {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::MIN).to_zoned(zone)
}

fn told(at: Timestamp, zone: &str) -> String {
    there(at, zone).strftime("%A, %-d %B %Y, %H:%M (%Z)").to_string()
}

fn german_told(at: Timestamp, zone: &str) -> String {
    let at = there(at, zone);
    let name = |names: &[&'static str], place: i8| {
        usize::try_from(place).ok().and_then(|place| names.get(place).copied()).unwrap_or_default()
    };
    let day = name(&DAYS, at.weekday().to_monday_zero_offset());
    let month = name(&MONTHS, at.month() - 1);
    format!("{day}, {}. {month} {}", at.day(), at.strftime("%Y, %H:%M (%Z)"))
}

fn sentence(answer: &Answer) -> String {
    match answer {
        Answer::By { at, zone } => format!("A person will answer you by {}.", told(*at, zone)),
        Answer::Opens { at, zone } => {
            format!("Nobody is here just now. People read again from {}.", told(*at, zone))
        }
        Answer::Soon => "A person will answer you as soon as they can. We cannot promise a time.".to_owned(),
    }
}

fn german_sentence(answer: &Answer) -> String {
    match answer {
        Answer::By { at, zone } => format!("Ein Mensch antwortet Ihnen bis {}.", german_told(*at, zone)),
        Answer::Opens { at, zone } => {
            format!("Gerade ist niemand da. Gelesen wird wieder ab {}.", german_told(*at, zone))
        }
        Answer::Soon => "Ein Mensch antwortet Ihnen, sobald es geht. Eine Zeit können wir nicht zusagen.".to_owned(),
    }
}

pub(super) fn subject(notice: &Notice) -> String {
    match notice {
        Notice::Received { number } => format!("We have received your message (#{number})"),
        Notice::Person { number, .. } => format!("A person will answer you (#{number})"),
        Notice::Requests { number, .. } => format!("All your requests with us (#{number})"),
        Notice::Survey { number, .. } => format!("How did it go? (#{number})"),
        Notice::Digest { from, failures, .. } => format!("Your week from {}: {failures} failures", from.date()),
        Notice::OnCall { number, .. } => format!("You are called: #{number} waits for a person"),
    }
}

pub(super) fn german_subject(notice: &Notice) -> String {
    match notice {
        Notice::Received { number } => format!("Ihre Nachricht ist angekommen (#{number})"),
        Notice::Person { number, .. } => format!("Ein Mensch antwortet Ihnen (#{number})"),
        Notice::Requests { number, .. } => format!("Alle Ihre Anfragen bei uns (#{number})"),
        Notice::Survey { number, .. } => format!("Wie lief es? (#{number})"),
        Notice::Digest { .. } | Notice::OnCall { .. } => subject(notice),
    }
}

pub(super) fn body(notice: &Notice) -> String {
    match notice {
        Notice::Received { number } => format!(
            "This is an automatic message.\n\nYour message has reached us as ticket #{number}. A person will read it and answer.\n\
             To add something, or to ask for a call with a person, just reply to this mail.\n"
        ),
        Notice::Person { number, answer } => format!(
            "This is an automatic message.\n\nYour message is ticket #{number}. {}\n\
             To add something, or to say how we reach you sooner, just reply to this mail.\n",
            sentence(answer)
        ),
        Notice::Requests { number, link } => format!(
            "This is an automatic message.\n\nOn the page of ticket #{number} somebody asked for the list of all your requests. \
             It is shown to nobody but you, by this link, which is good for {REQUESTS_HOURS} hours:\n\n{link}\n\n\
             If that was not you, do nothing: nobody has been shown anything. To reach a person, just reply to this mail.\n"
        ),
        Notice::Survey { number, link } => format!(
            "This is an automatic question.\n\nWe have answered #{number}. How well did we help you? One click on this page is enough:\n\n{link}\n\n\
             It is good for {LINK_DAYS} days, and on it you can also say that you do not want to be asked again. \
             Is it not solved yet? Then just reply to this mail, and a person looks at it again.\n"
        ),
        Notice::Digest { number, from, failures, waiting, desk } => format!(
            "In the week from {day}, {failures} things failed in your queues, the last one on #{number}; low ratings that nobody saw to: {waiting}.\n\n\
             Which sources stand behind it, what nobody has written yet and what to do first:\n\n{desk}/digest?day={day}\n\n\
             On that page you can also say that you do not want this mail.\n",
            day = from.date()
        ),
        Notice::OnCall { number, desk } => format!(
            "Ticket #{number} went up and you are the next to be asked. Open it, then accept it or give it back with a reason:\n\n\
             {desk}/tickets/{number}\n\nIf you do not answer, the next person is called.\n"
        ),
    }
}

pub(super) fn german_body(notice: &Notice) -> String {
    match notice {
        Notice::Received { number } => format!(
            "Dies ist eine automatische Mail.\n\nIhre Nachricht ist bei uns als Ticket #{number} angekommen. Ein Mensch liest sie und antwortet.\n\
             Um etwas hinzuzufügen oder ein Gespräch mit einem Menschen zu wünschen, antworten Sie einfach auf diese Mail.\n"
        ),
        Notice::Person { number, answer } => format!(
            "Dies ist eine automatische Mail.\n\nIhre Nachricht ist Ticket #{number}. {}\n\
             Um etwas hinzuzufügen oder zu sagen, wie wir Sie früher erreichen, antworten Sie einfach auf diese Mail.\n",
            german_sentence(answer)
        ),
        Notice::Requests { number, link } => format!(
            "Dies ist eine automatische Mail.\n\nAuf der Seite von Ticket #{number} hat jemand um die Liste aller Ihrer Anfragen gebeten. \
             Sie wird nur Ihnen gezeigt, durch diesen Link, der {REQUESTS_HOURS} Stunden gilt:\n\n{link}\n\n\
             Waren Sie das nicht, ist nichts zu tun: Niemandem wurde etwas gezeigt. Um einen Menschen zu erreichen, antworten Sie einfach auf diese Mail.\n"
        ),
        Notice::Survey { number, link } => format!(
            "Dies ist eine automatische Frage.\n\nWir haben #{number} beantwortet. Wie gut haben wir Ihnen geholfen? Ein Klick auf dieser Seite genügt:\n\n{link}\n\n\
             Sie gilt {LINK_DAYS} Tage. Dort können Sie auch sagen, dass wir Sie nicht wieder fragen sollen. \
             Ist es noch nicht gelöst? Dann antworten Sie einfach auf diese Mail, und ein Mensch sieht es sich noch einmal an.\n"
        ),
        Notice::Digest { .. } | Notice::OnCall { .. } => body(notice),
    }
}
