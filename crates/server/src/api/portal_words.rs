//! The words of a requester's pages, in each language.

use desk::{
    portal::{POSTS_AN_HOUR, Refused, Wish},
    ticket::Status,
};

use super::frame::Tongue;

/// Every sentence of the pages. One that is missing in a language does not compile.
pub struct Words {
    pub title: &'static str,
    pub all_title: &'static str,
    pub state: &'static str,
    pub waits_for_us: &'static str,
    pub waits_for_you: &'static str,
    pub on_hold: &'static str,
    pub solved: &'static str,
    pub closed: &'static str,
    pub you: &'static str,
    pub files: &'static str,
    pub write: &'static str,
    pub attach: &'static str,
    pub reply: &'static str,
    pub person: &'static str,
    pub person_why: &'static str,
    pub reopen: &'static str,
    pub close: &'static str,
    pub after_closed: &'static str,
    pub ai: &'static str,
    pub others: &'static str,
    pub others_why: &'static str,
    pub forwarded: &'static str,
    pub help: &'static str,
    pub empty_talk: &'static str,
    pub did_reply: &'static str,
    pub did_person: &'static str,
    pub did_reopen: &'static str,
    pub did_close: &'static str,
    pub did_requests: &'static str,
    pub did_open: &'static str,
    pub gone: &'static str,
    pub failed: &'static str,
}

const ENGLISH: Words = Words {
    title: "Your request",
    all_title: "Your requests",
    state: "State",
    waits_for_us: "Waiting for us",
    waits_for_you: "Waiting for you",
    on_hold: "Waiting for somebody else; we stay on it",
    solved: "Solved",
    closed: "Closed",
    you: "You",
    files: "Files",
    write: "Your message",
    attach: "Files <small>(at most ten, 24 MB together)</small>",
    reply: "Send",
    person: "Talk to a person",
    person_why: "A person takes over, whatever was prepared. You are told by mail when they will answer.",
    reopen: "This is not solved",
    close: "This is solved, thank you",
    after_closed: "This request is closed. What you write here begins a new one.",
    ai: "Say yes or no to AI in your requests",
    others: "Send me a link to all my requests",
    others_why: "It goes to your own address only, so that nobody else sees more than this page.",
    forwarded: "Whoever has this link can read this request and write here. It ends by itself, at the latest 30 days after its mail.",
    help: "Look for help",
    empty_talk: "There is nothing to show yet.",
    did_reply: "Your message has reached us.",
    did_person: "You asked for a person. A mail tells you when they will answer.",
    did_reopen: "It is open again. A person reads what you wrote.",
    did_close: "Closed as solved. A new message opens it again.",
    did_requests: "The link is on its way to your own address. It is good for a day.",
    did_open: "Your message has reached us and began a new request. Its number is",
    gone: "<p>This link is not valid, or no longer. Use the link in our newest mail to you, or write to us by mail.</p>",
    failed: "<p>This did not work just now. Please try again in a minute, or write to us by mail.</p>",
};

const GERMAN: Words = Words {
    title: "Ihre Anfrage",
    all_title: "Ihre Anfragen",
    state: "Stand",
    waits_for_us: "Wir sind an der Reihe",
    waits_for_you: "Sie sind an der Reihe",
    on_hold: "Es hängt an jemand anderem; wir bleiben dran",
    solved: "Gelöst",
    closed: "Geschlossen",
    you: "Sie",
    files: "Dateien",
    write: "Ihre Nachricht",
    attach: "Dateien <small>(höchstens zehn, zusammen 24 MB)</small>",
    reply: "Senden",
    person: "Mit einem Menschen sprechen",
    person_why: "Ein Mensch übernimmt, was auch vorbereitet war. Per Mail erfahren Sie, wann er antwortet.",
    reopen: "Das ist nicht gelöst",
    close: "Das ist gelöst, danke",
    after_closed: "Diese Anfrage ist geschlossen. Was Sie hier schreiben, beginnt eine neue.",
    ai: "Ja oder nein zu KI bei Ihren Anfragen",
    others: "Link zu allen meinen Anfragen senden",
    others_why: "Er geht nur an Ihre eigene Adresse, damit niemand sonst mehr sieht als diese Seite.",
    forwarded: "Wer diesen Link hat, kann diese Anfrage lesen und hier schreiben. Er endet von selbst, spätestens 30 Tage nach seiner Mail.",
    help: "Hilfe suchen",
    empty_talk: "Hier gibt es noch nichts zu zeigen.",
    did_reply: "Ihre Nachricht ist angekommen.",
    did_person: "Sie möchten mit einem Menschen sprechen. Per Mail erfahren Sie, wann er antwortet.",
    did_reopen: "Die Anfrage ist wieder offen. Ein Mensch liest, was Sie geschrieben haben.",
    did_close: "Als gelöst geschlossen. Eine neue Nachricht öffnet sie wieder.",
    did_requests: "Der Link ist unterwegs an Ihre eigene Adresse. Er gilt einen Tag.",
    did_open: "Ihre Nachricht ist angekommen und beginnt eine neue Anfrage. Ihre Nummer ist",
    gone: "<p>Dieser Link gilt nicht oder nicht mehr. Nehmen Sie den Link aus unserer neuesten Mail an Sie, oder schreiben Sie uns eine Mail.</p>",
    failed: "<p>Das ging gerade nicht. Versuchen Sie es in einer Minute noch einmal, oder schreiben Sie uns eine Mail.</p>",
};

impl Words {
    /// In one language.
    pub const fn of(tongue: Tongue) -> &'static Self {
        match tongue {
            Tongue::English => &ENGLISH,
            Tongue::German => &GERMAN,
        }
    }

    /// Where a ticket stands.
    pub const fn status(&self, status: Status) -> &'static str {
        match status {
            Status::New | Status::Open => self.waits_for_us,
            Status::Pending => self.waits_for_you,
            Status::OnHold => self.on_hold,
            Status::Solved => self.solved,
            Status::Closed => self.closed,
        }
    }

    /// What was done, by the word that the address carries after it.
    pub fn done(&self, word: &str) -> Option<&'static str> {
        match word.parse::<Wish>() {
            Ok(Wish::Reply) => Some(self.did_reply),
            Ok(Wish::Person) => Some(self.did_person),
            Ok(Wish::Reopen) => Some(self.did_reopen),
            Err(_) => match word {
                "closed" => Some(self.did_close),
                "requests" => Some(self.did_requests),
                _ => None,
            },
        }
    }
}

/// Why a post was not taken, and what to do.
pub fn refused(tongue: Tongue, why: Refused) -> String {
    let (english, german) = match why {
        Refused::Empty => ("Please write something first.".to_owned(), "Bitte schreiben Sie zuerst etwas.".to_owned()),
        Refused::TooLong => (
            "This is too long for one message. Please shorten it, or send the rest as a file.".to_owned(),
            "Das ist zu lang für eine Nachricht. Bitte kürzen Sie, oder senden Sie den Rest als Datei.".to_owned(),
        ),
        Refused::TooLarge => (
            "These files are too large or too many: at most ten, 24 MB together.".to_owned(),
            "Diese Dateien sind zu groß oder zu viele: höchstens zehn, zusammen 24 MB.".to_owned(),
        ),
        Refused::TooOften => (
            format!(
                "That was often within a short time (messages: {POSTS_AN_HOUR} an hour). Please try again later, or write to us by mail."
            ),
            format!(
                "Das war oft in kurzer Zeit (Nachrichten: {POSTS_AN_HOUR} in der Stunde). Bitte versuchen Sie es später, oder schreiben Sie uns eine Mail."
            ),
        ),
        Refused::Address => (
            "We cannot answer to this address. Please check it.".to_owned(),
            "An diese Adresse können wir nicht antworten. Bitte prüfen Sie sie.".to_owned(),
        ),
        Refused::Outdated => (
            "This page was open for long. Your words are still here: please send them again.".to_owned(),
            "Diese Seite war lange offen. Ihre Worte stehen noch hier: Bitte senden Sie sie noch einmal.".to_owned(),
        ),
    };
    match tongue {
        Tongue::English => english,
        Tongue::German => german,
    }
}
