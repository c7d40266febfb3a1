//! German "du" turned into "Sie" where every verb is known; a sentence with one that is not stays as it is.

use super::capital;

/// Second person, and what "Sie" takes.
const VERBS: &[(&str, &str)] = &[
    ("kannst", "können"),
    ("könntest", "könnten"),
    ("hast", "haben"),
    ("hattest", "hatten"),
    ("hättest", "hätten"),
    ("bist", "sind"),
    ("warst", "waren"),
    ("wärst", "wären"),
    ("musst", "müssen"),
    ("darfst", "dürfen"),
    ("sollst", "sollen"),
    ("solltest", "sollten"),
    ("möchtest", "möchten"),
    ("willst", "wollen"),
    ("wirst", "werden"),
    ("würdest", "würden"),
    ("findest", "finden"),
    ("siehst", "sehen"),
    ("brauchst", "brauchen"),
    ("öffnest", "öffnen"),
    ("klickst", "klicken"),
    ("gehst", "gehen"),
    ("wählst", "wählen"),
    ("bekommst", "bekommen"),
    ("erhältst", "erhalten"),
    ("gibst", "geben"),
    ("nimmst", "nehmen"),
    ("machst", "machen"),
    ("weißt", "wissen"),
    ("schreibst", "schreiben"),
    ("sendest", "senden"),
    ("schickst", "schicken"),
    ("änderst", "ändern"),
    ("startest", "starten"),
    ("prüfst", "prüfen"),
    ("speicherst", "speichern"),
    ("bezahlst", "bezahlen"),
    ("zahlst", "zahlen"),
    ("kündigst", "kündigen"),
    ("verwendest", "verwenden"),
    ("antwortest", "antworten"),
    ("lädst", "laden"),
    ("trägst", "tragen"),
    ("löschst", "löschen"),
    ("erstellst", "erstellen"),
    ("bestätigst", "bestätigen"),
    ("verlierst", "verlieren"),
    ("stellst", "stellen"),
];
/// Orders to one person, and the same to "Sie".
const ORDERS: &[(&str, &str)] = &[
    ("öffne", "öffnen Sie"),
    ("klicke", "klicken Sie"),
    ("klick", "klicken Sie"),
    ("gehe", "gehen Sie"),
    ("geh", "gehen Sie"),
    ("wähle", "wählen Sie"),
    ("speichere", "speichern Sie"),
    ("prüfe", "prüfen Sie"),
    ("gib", "geben Sie"),
    ("nimm", "nehmen Sie"),
    ("schreibe", "schreiben Sie"),
    ("schreib", "schreiben Sie"),
    ("sende", "senden Sie"),
    ("schicke", "schicken Sie"),
    ("schick", "schicken Sie"),
    ("antworte", "antworten Sie"),
    ("starte", "starten Sie"),
    ("lade", "laden Sie"),
    ("ändere", "ändern Sie"),
    ("verwende", "verwenden Sie"),
    ("lösche", "löschen Sie"),
    ("erstelle", "erstellen Sie"),
    ("bestätige", "bestätigen Sie"),
    ("trage", "tragen Sie"),
    ("füge", "fügen Sie"),
    ("versuche", "versuchen Sie"),
    ("schau", "schauen Sie"),
];
const YOURS: &[(&str, &str)] = &[
    ("dein", "Ihr"),
    ("deine", "Ihre"),
    ("deinen", "Ihren"),
    ("deinem", "Ihrem"),
    ("deiner", "Ihrer"),
    ("deines", "Ihres"),
];
/// What may stand before an order in the same sentence.
const BEFORE_ORDER: &[&str] = &["bitte", "und", "dann", "danach"];

/// The sentence to "Sie"; none where a word of it is not known well enough.
pub(super) fn formally(sentence: &str) -> Option<String> {
    let words: Vec<String> = sentence.split(' ').map(str::to_owned).collect();
    let bare: Vec<String> = words.iter().map(|w| core(w).to_lowercase()).collect();
    let has = |word: &str| bare.iter().filter(|w| *w == word).count();
    let (du, you) = (has("du"), has("dich") + has("dir"));
    // With "du", "dich" and "dir" mostly mean oneself.
    if du > 0 && you > 0 {
        return None;
    }
    let find =
        |list: &'static [(&str, &str)], word: &str| list.iter().find(|(from, _)| *from == word).map(|(_, to)| *to);
    if bare.iter().filter(|w| find(VERBS, w).is_some()).count() < du {
        return None;
    }
    let mut changed = 0;
    let mut out = Vec::with_capacity(words.len());
    for (at, (word, lower)) in words.iter().zip(&bare).enumerate() {
        let before = at.checked_sub(1).and_then(|b| bare.get(b)).map(String::as_str);
        let may_order = du == 0 && before.is_none_or(|b| BEFORE_ORDER.contains(&b));
        let new = match lower.as_str() {
            "du" => Some("Sie".to_owned()),
            "dich" => Some("Sie".to_owned()),
            "dir" => Some("Ihnen".to_owned()),
            other => find(YOURS, other)
                .or_else(|| find(VERBS, other).filter(|_| du > 0))
                .or_else(|| find(ORDERS, other).filter(|_| may_order))
                .map(str::to_owned),
        };
        match new {
            Some(new) => {
                let opens = core(word).starts_with(char::is_uppercase);
                let new = if opens { capital(&new) } else { new };
                out.push(word.replacen(core(word), &new, 1));
                changed += 1;
            }
            None => out.push(word.clone()),
        }
    }
    (changed > 0).then(|| out.join(" "))
}

fn core(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}
