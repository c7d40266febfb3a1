//! Which sentence belongs to which part of a package: by small words of five languages, by forms, never by a guess.

use std::sync::LazyLock;

use super::{Part, Turn};
use crate::{
    assemble, deadline,
    escalation::{Contact, Escalating, Signal, signals},
    grounding,
    summary::{PROMISES, Said},
    time::Timestamp,
};

/// Words by which a requester says what they did already.
const STEPS: [&str; 50] = [
    "i restarted",
    "we restarted",
    "i reinstalled",
    "we reinstalled",
    "i cleared",
    "we cleared",
    "i reset",
    "we reset",
    "i checked",
    "we checked",
    "i updated",
    "we updated",
    "i switched",
    "we switched",
    "i removed",
    "we removed",
    "i deleted",
    "we deleted",
    "i logged out",
    "we logged out",
    "i changed",
    "we changed",
    "i renewed",
    "we renewed",
    "i reconnected",
    "we reconnected",
    "i followed",
    "we followed",
    "i rebooted",
    "we rebooted",
    "i disabled",
    "we disabled",
    "i turned off",
    "we turned off",
    "i uninstalled",
    "we uninstalled",
    "i uploaded it again",
    "i re-uploaded",
    "tried",
    "trying",
    "ausprobiert",
    "versucht",
    "neu gestartet",
    "neu installiert",
    "gelöscht",
    "essayé",
    "redémarré",
    "probado",
    "reiniciado",
    "tentei",
];
/// Words by which somebody says what came of it.
const RESULTS: [&str; 24] = [
    "same error",
    "no change",
    "did not help",
    "didn't help",
    "does not help",
    "doesn't help",
    "no luck",
    "without success",
    "still fails",
    "still the same",
    "nothing changed",
    "no effect",
    "no difference",
    "worked once",
    "same result",
    "still shows",
    "still happens",
    "hat nicht geholfen",
    "ohne erfolg",
    "keine änderung",
    "sans succès",
    "sin éxito",
    "sem sucesso",
    "it still",
];
/// Words of wanting.
const WANTS: [&str; 30] = [
    "i want",
    "we want",
    "i need",
    "we need",
    "please",
    "could you",
    "can you",
    "i would like",
    "we would like",
    "i'd like",
    "i expect",
    "we expect",
    "help us",
    "help me",
    "how do",
    "how can",
    "when will",
    "ich möchte",
    "wir möchten",
    "wir brauchen",
    "ich brauche",
    "bitte",
    "können sie",
    "wie können",
    "je voudrais",
    "nous voulons",
    "pouvez-vous",
    "necesito",
    "necesitamos",
    "preciso",
];
/// Words of harm, where no signal says it.
const HARM: [&str; 26] = [
    "cannot work",
    "can't work",
    "unable to",
    "affects",
    "affected",
    "impact",
    "blocked",
    "blocks",
    "waiting for us",
    "late",
    "penalty",
    "fine of",
    "per hour",
    "per day",
    "each day",
    "every day",
    "revenue",
    "payroll",
    "customers are",
    "our customers",
    "users are",
    "colleagues are",
    "betroffen",
    "verlieren",
    "bloqué",
    "perdiendo",
];
/// Words that name what something runs on.
const ENVIRONMENT: [&str; 44] = [
    "windows",
    "macos",
    "mac os",
    "linux",
    "ubuntu",
    "android",
    "ios",
    "iphone",
    "ipad",
    "chrome",
    "firefox",
    "safari",
    "edge",
    "browser",
    "version",
    "release",
    "build",
    "python",
    "java",
    "node",
    "php",
    "docker",
    "kubernetes",
    "server",
    "api",
    "sdk",
    "plug-in",
    "plugin",
    "router",
    "tablet",
    "laptop",
    "printer",
    "scanner",
    "vpn",
    "proxy",
    "firewall",
    "region",
    "staging",
    "sandbox",
    "sap",
    "excel",
    "outlook",
    "postgres",
    "mysql",
];

/// Lines by which our side says what it will do, beside [`PROMISES`].
const MORE_PROMISES: [&str; 16] = [
    "i promise",
    "we promise",
    "will be back",
    "will call",
    "will send",
    "will get back",
    "will refund",
    "will fix",
    "will update you",
    "shall",
    "you can expect",
    "expect an answer",
    "ich werde",
    "ich melde mich",
    "wir melden uns",
    "je vous",
];

/// What somebody did with their own hands; a step where it begins with who did it.
const DONE: [&str; 26] = [
    "checked",
    "compared",
    "restarted",
    "rebooted",
    "reinstalled",
    "installed",
    "cleared",
    "reset",
    "updated",
    "upgraded",
    "switched",
    "removed",
    "deleted",
    "changed",
    "renewed",
    "recreated",
    "reconnected",
    "replaced",
    "exchanged",
    "disabled",
    "uninstalled",
    "unplugged",
    "re-uploaded",
    "reconfigured",
    "swapped",
    "repeated",
];
/// Whom something hurts, when a number of them is named.
const WHOM: [&str; 27] = [
    "contacts",
    "people",
    "persons",
    "users",
    "customers",
    "clients",
    "employees",
    "colleagues",
    "staff",
    "workers",
    "drivers",
    "patients",
    "students",
    "guests",
    "members",
    "agents",
    "seats",
    "stores",
    "shops",
    "offices",
    "sites",
    "orders",
    "invoices",
    "bookings",
    "reminders",
    "parcels",
    "vans",
];
/// Words by which something of many went wrong.
const WRONG: [&str; 14] = [
    "not", "no", "nobody", "never", "wrong", "lost", "lose", "missing", "late", "waiting", "wait", "stuck", "twice",
    "without",
];
const NUMBERS: [&str; 14] = [
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "fifty", "hundred",
    "hundreds",
];
/// How something is that nobody can work with.
const BROKEN: [&str; 8] =
    ["unusable", "unavailable", "unreachable", "unmonitored", "unprotected", "broken", "blocked", "empty"];
/// Words by which a day is named on which something happens.
const HAPPENS: [&str; 22] = [
    "have", "has", "live", "comes", "come", "starts", "start", "begins", "begin", "opens", "closes", "close", "ends",
    "end", "expires", "paid", "due", "launches", "launch", "runs", "leaves", "is",
];

/// Whether a sentence of ours says what somebody will do.
#[must_use]
pub fn is_promise(sentence: &str) -> bool {
    let low = sentence.to_lowercase();
    let others = ["our ", "the ", "my "].iter().any(|who| low.starts_with(who)) && low.contains(" will ");
    let found = others || PROMISES.iter().chain(&MORE_PROMISES).any(|word| low.contains(word));
    found && !sentence.ends_with('?') && !low.contains("if you") && !low.contains("we will never")
}

/// Whether a sentence of a requester says what they did already.
#[must_use]
pub fn is_step(sentence: &str) -> bool {
    let low = sentence.to_lowercase();
    !sentence.ends_with('?')
        && !low.contains("trying to")
        && (did(&low) || STEPS.iter().any(|word| low.contains(word)) || !assemble::tried(sentence).is_empty())
}

/// "We replaced the paper and rebooted the reader."
fn did(low: &str) -> bool {
    let words: Vec<&str> = words(low).collect();
    let past = is_result(low) && words.iter().any(|w| w.ends_with("ed"));
    matches!(words.first(), Some(&("i" | "we"))) && (past || words.iter().any(|w| DONE.contains(w)))
}

fn words(low: &str) -> impl Iterator<Item = &str> {
    low.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'').filter(|w| !w.is_empty())
}

/// "Our drivers cannot document deliveries.", "120 employees see wrong hours.", "No order has reached us."
fn hurts(low: &str) -> bool {
    let all: Vec<&str> = words(low).collect();
    let (first, second) = (all.first().copied().unwrap_or_default(), all.get(1).copied().unwrap_or_default());
    let has = |list: &[&str]| all.iter().any(|w| list.contains(w));
    let pair = |list: &[[&str; 2]]| all.windows(2).any(|two| list.iter().any(|wanted| two == wanted));
    let theirs = ["our", "the", "my", "all", "every", "we"].contains(&first) && !second.starts_with("log");
    let plural = first.ends_with('s') && ["cannot", "can't", "are"].contains(&second);
    let stopped =
        (theirs || plural) && has(&["cannot", "can't", "unable", "without", "wrong"]) || theirs && has(&BROKEN);
    let none = first == "no" && has(&["has", "have", "can", "reaches", "reach"]);
    let counts = |word: &str| word.bytes().all(|b| b.is_ascii_digit()) || NUMBERS.contains(&word);
    let many = all.windows(2).any(|two| matches!(two, [count, whom] if WHOM.contains(whom) && counts(count)));
    let loses = pair(&[["we", "lose"], ["i", "lose"], ["we", "lost"], ["i", "lost"], ["locked", "out"]]);
    let refused = pair(&[["rejects", "our"], ["refuses", "our"], ["waits", "for"]]) || low.contains("wait for it");
    stopped || none || (many && has(&WRONG)) || loses || refused
}

/// "We go live on 1 December.": a day on which something happens is one by which it has to work.
fn happens(sentence: &str, at: Timestamp) -> bool {
    let low = sentence.to_lowercase();
    if !words(&low).any(|w| HAPPENS.contains(&w)) {
        return false;
    }
    [" on ", " at ", " tomorrow", " today", " planned for "].iter().any(|head| {
        let Some(start) = low.find(head) else { return false };
        let kept = if head.starts_with(" to") { head.trim() } else { "" };
        let rest = low.get(start + head.len()..).unwrap_or_default();
        let found = deadline::find(&format!("by {kept} {}", rest.trim()), at);
        found.and_then(|d| d.due).is_some_and(|due| due > at)
    })
}

fn is_result(sentence: &str) -> bool {
    let low = sentence.to_lowercase();
    RESULTS.iter().any(|word| low.contains(word))
}

static SHIPPED: LazyLock<Escalating> = LazyLock::new(Escalating::shipped);

fn is_harm(sentence: &str) -> bool {
    let low = sentence.to_lowercase();
    let case = crate::escalation::Case { open: vec![Contact { message: None, text: sentence }], ..Default::default() };
    hurts(&low)
        || HARM.iter().any(|word| low.contains(word))
        || signals(&SHIPPED, &case).iter().any(|s| s.signal == Signal::Impact)
}

/// Whole words only: "edge" is not in "knowledge".
fn names_environment(sentence: &str) -> bool {
    let low = sentence.to_lowercase();
    let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    ENVIRONMENT.iter().any(|wanted| match wanted.split_once(' ') {
        None => words.contains(wanted),
        Some(_) => low.contains(wanted),
    }) || sentence.split_whitespace().any(is_code)
}

/// `ERR-4711`, `BANK-207`, `0x80070005`, `v4.2`, `12.3.1`: something a machine said.
fn is_code(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_ascii_uppercase()).count();
    let dotted = word
        .trim_start_matches('v')
        .split('.')
        .filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
        .count();
    (digits >= 2 && letters >= 2) || word.starts_with("0x") || dotted >= 3 || (word.starts_with('v') && dotted >= 2)
}

/// The sentences of a package by part.
pub(super) fn parts<'s>(turns: &[Turn<'_>], said: &'s [Said]) -> Vec<(Part, &'s Said)> {
    let inbound = |s: &Said| turns.get(s.turn).is_some_and(|t| t.inbound);
    let last = turns.len().checked_sub(1);
    let answered = turns.iter().rposition(|t| !t.inbound);
    let mut found: Vec<(Part, &Said)> = Vec::new();
    let first = turns.iter().position(|t| t.inbound);
    if let Some(first) = first {
        let opening = said.iter().filter(|s| s.turn == first && !s.text.ends_with('?'));
        found.extend(
            opening.max_by_key(|s| grounding::content_words(&s.text).len().min(14)).map(|s| (Part::Summary, s)),
        );
    }
    for (at, one) in said.iter().enumerate() {
        let low = one.text.to_lowercase();
        let asks = one.text.ends_with('?');
        if inbound(one) {
            if is_step(&one.text) {
                found.push((Part::Tried, one));
                let next = said.get(at + 1).filter(|n| n.turn == one.turn && is_result(&n.text) && !is_step(&n.text));
                found.extend(next.map(|n| (Part::Tried, n)));
            }
            if asks || WANTS.iter().any(|word| low.contains(word)) {
                found.push((Part::Wants, one));
            }
            if is_harm(&one.text) {
                found.push((Part::Impact, one));
            }
            if names_environment(&one.text) {
                found.push((Part::Environment, one));
            }
            if asks && answered.is_none_or(|a| one.turn > a) {
                found.push((Part::Open, one));
            }
        } else if is_promise(&one.text) {
            found.push((Part::Promised, one));
        } else if asks && last == Some(one.turn) {
            found.push((Part::Open, one));
        }
        // What we promised stands among the promises, with its day.
        let at = turns.get(one.turn).filter(|t| t.inbound).map(|t| t.at);
        if at.is_some_and(|at| deadline::find(&one.text, at).is_some() || (!asks && happens(&one.text, at))) {
            found.push((Part::Deadline, one));
        }
    }
    if found.iter().all(|(part, _)| *part != Part::Wants) {
        // Who asks for nothing in so many words wants what they wrote about.
        found.extend(found.iter().find(|(part, _)| *part == Part::Summary).map(|(_, s)| (Part::Wants, *s)));
    }
    found
}
