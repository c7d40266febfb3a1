//! The words of the page behind the question how it went, in each language.

use super::frame::Tongue;

/// Every sentence of the page. One that is missing in a language does not compile.
pub struct Words {
    pub title: &'static str,
    pub question: &'static str,
    /// From the best to the worst.
    pub ratings: [&'static str; 5],
    pub saved: &'static str,
    pub effort: &'static str,
    pub effort_low: &'static str,
    pub effort_high: &'static str,
    pub comment: &'static str,
    pub send: &'static str,
    pub until: &'static str,
    pub who_reads: &'static str,
    pub decline: &'static str,
    pub declined: &'static str,
    pub did_decline: &'static str,
    pub choose: &'static str,
    pub again: &'static str,
    pub too_often: &'static str,
    pub gone: &'static str,
    pub failed: &'static str,
}

const ENGLISH: Words = Words {
    title: "How did it go?",
    question: "How well did we help you with",
    ratings: ["Very well", "Well", "So-so", "Badly", "Very badly"],
    saved: "Thank you, that is noted.",
    effort: "How much work was it for you?",
    effort_low: "hardly any",
    effort_high: "a lot",
    comment: "In your own words, if you like",
    send: "Send",
    until: "You can change your answer until",
    who_reads: "The people who answer here read it. No AI does.",
    decline: "Do not ask me again",
    declined: "You are not asked any more.",
    did_decline: "You are not asked any more.",
    choose: "Please choose one of the five answers first.",
    again: "The page was open for too long. Please choose once more.",
    too_often: "This answer was changed too often. To tell us more, reply to our mail.",
    gone: "<p>This link is not valid, or no longer. To tell us how it went, reply to our mail.</p>",
    failed: "<p>This did not work just now. Please try again in a minute, or reply to our mail.</p>",
};

const GERMAN: Words = Words {
    title: "Wie lief es?",
    question: "Wie gut haben wir Ihnen geholfen bei",
    ratings: ["Sehr gut", "Gut", "Mittel", "Schlecht", "Sehr schlecht"],
    saved: "Danke, das ist notiert.",
    effort: "Wie viel Mühe hatten Sie damit?",
    effort_low: "kaum welche",
    effort_high: "sehr viel",
    comment: "In eigenen Worten, wenn Sie mögen",
    send: "Senden",
    until: "Sie können Ihre Antwort ändern bis",
    who_reads: "Die Menschen, die hier antworten, lesen es. Eine KI liest es nicht.",
    decline: "Fragen Sie mich nicht wieder",
    declined: "Sie werden nicht mehr gefragt.",
    did_decline: "Sie werden nicht mehr gefragt.",
    choose: "Bitte wählen Sie zuerst eine der fünf Antworten.",
    again: "Die Seite war zu lange offen. Bitte wählen Sie noch einmal.",
    too_often: "Diese Antwort wurde zu oft geändert. Um mehr zu sagen, antworten Sie auf unsere Mail.",
    gone: "<p>Dieser Link gilt nicht oder nicht mehr. Um uns zu sagen, wie es lief, antworten Sie auf unsere Mail.</p>",
    failed: "<p>Das ging gerade nicht. Versuchen Sie es in einer Minute noch einmal, oder antworten Sie auf unsere Mail.</p>",
};

impl Words {
    /// In one language.
    pub const fn of(tongue: Tongue) -> &'static Self {
        match tongue {
            Tongue::English => &ENGLISH,
            Tongue::German => &GERMAN,
        }
    }
}
