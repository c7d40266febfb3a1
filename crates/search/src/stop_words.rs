//! Function words. They are indexed, asked for only when a query has nothing else, and tell languages apart.

use std::{collections::HashMap, sync::LazyLock};

use crate::language::Language;

/// Folded, unstemmed. Small on purpose: a word that may carry meaning at a support desk (`not`, `off`, `down`, `up`)
/// stays out.
const ENGLISH: &[&str] = &[
    "a", "about", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by", "can",
    "cant", "could", "couldnt", "did", "do", "does", "doesnt", "doing", "dont", "for", "from", "get", "had", "has",
    "have", "he", "hello", "her", "hi", "him", "his", "how", "i", "id", "if", "im", "in", "into", "is", "isnt", "it",
    "its", "ive", "just", "me", "my", "of", "on", "or", "our", "please", "she", "should", "so", "some", "such",
    "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "us", "very",
    "was", "we", "were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "would", "you",
    "your", "dear", "regards", "too",
];

const GERMAN: &[&str] = &[
    "aber", "alle", "als", "am", "an", "auch", "auf", "aus", "bei", "bin", "bis", "bitte", "da", "damit", "danke",
    "das", "dass", "dem", "den", "denn", "der", "des", "die", "dies", "diese", "diesem", "diesen", "dieser", "dieses",
    "doch", "du", "durch", "ein", "eine", "einem", "einen", "einer", "eines", "er", "es", "euch", "fur", "guten",
    "hab", "habe", "haben", "hallo", "hat", "hatte", "hatten", "ich", "ihnen", "ihr", "ihre", "ihrem", "ihren", "im",
    "in", "ins", "ist", "ja", "kann", "kein", "keine", "keinen", "konnen", "konnte", "man", "mein", "meine", "meinem",
    "meinen", "meiner", "mich", "mir", "mit", "mochte", "muss", "nach", "noch", "nun", "nur", "ob", "oder", "ohne",
    "schon", "sehr", "sein", "seine", "sich", "sie", "sind", "so", "uber", "um", "und", "uns", "unser", "unsere",
    "vom", "von", "vor", "wann", "war", "warum", "was", "weil", "welche", "welcher", "wenn", "wer", "werden", "wie",
    "wieso", "wir", "wird", "wo", "wurde", "wurden", "zu", "zum", "zur",
];

const FRENCH: &[&str] = &[
    "a", "afin", "ai", "alors", "au", "aussi", "autre", "aux", "avec", "avez", "avons", "bonjour", "c'est", "car",
    "ce", "ceci", "cela", "ces", "cet", "cette", "ceux", "chez", "comme", "comment", "d", "dans", "de", "des", "du",
    "elle", "elles", "en", "encore", "est", "et", "etait", "ete", "etes", "etre", "eu", "il", "ils", "j", "j'ai", "je",
    "l", "la", "le", "les", "leur", "leurs", "lors", "lui", "ma", "mais", "me", "meme", "merci", "mes", "moi", "mon",
    "n", "n'ai", "ne", "nos", "notre", "nous", "on", "ont", "ou", "par", "pas", "peut", "plus", "pour", "pourquoi",
    "pouvez", "puis", "qu", "quand", "que", "quel", "quelle", "quels", "qui", "quoi", "s", "sa", "sans", "se", "ses",
    "si", "son", "sont", "sur", "ta", "te", "tes", "toi", "ton", "tous", "tout", "tu", "un", "une", "vers", "vos",
    "votre", "vous", "y",
];

const SPANISH: &[&str] = &[
    "a", "al", "algo", "algun", "alguna", "aunque", "como", "con", "cual", "cuales", "cuando", "cuanto", "de", "del",
    "desde", "donde", "dos", "e", "el", "ella", "ellas", "ellos", "en", "entre", "era", "es", "esa", "ese", "eso",
    "esta", "estaba", "estan", "estas", "este", "esto", "estos", "estoy", "fue", "gracias", "ha", "hace", "hacer",
    "han", "hasta", "hay", "he", "hola", "la", "las", "le", "les", "lo", "los", "mas", "me", "mi", "mis", "mucho",
    "muy", "nada", "ni", "no", "nos", "nosotros", "nuestra", "nuestro", "o", "os", "para", "pero", "por", "porque",
    "puede", "puedo", "que", "quien", "quiero", "se", "ser", "si", "sin", "sobre", "son", "soy", "su", "sus",
    "tambien", "te", "tengo", "tiene", "todo", "tu", "tus", "un", "una", "uno", "unos", "usted", "ustedes", "y", "ya",
    "yo",
];

const PORTUGUESE: &[&str] = &[
    "a", "ainda", "algum", "alguma", "ao", "aos", "apos", "as", "ate", "com", "como", "da", "das", "de", "dela",
    "dele", "depois", "do", "dos", "e", "ela", "elas", "ele", "eles", "em", "entre", "era", "essa", "esse", "esta",
    "estao", "estava", "este", "estou", "eu", "foi", "fosse", "gostaria", "ha", "isso", "isto", "ja", "la", "lhe",
    "mais", "mas", "me", "mesmo", "meu", "meus", "minha", "minhas", "muito", "na", "nao", "nas", "nem", "no", "nos",
    "nossa", "nosso", "num", "numa", "o", "obrigada", "obrigado", "ola", "onde", "os", "ou", "para", "pela", "pelas",
    "pelo", "pelos", "pode", "por", "porque", "posso", "qual", "quando", "que", "quem", "quero", "sao", "se", "sem",
    "ser", "seu", "seus", "so", "sobre", "sou", "sua", "suas", "tambem", "te", "tem", "tenho", "ter", "tudo", "um",
    "uma", "voce", "voces",
];

const ITALIAN: &[&str] = &[
    "a", "abbiamo", "ad", "agli", "ai", "al", "alla", "alle", "allo", "anche", "ancora", "avere", "c", "che", "chi",
    "ci", "ciao", "come", "con", "cosa", "cui", "da", "dagli", "dai", "dal", "dalla", "dalle", "dei", "del", "della",
    "delle", "dello", "di", "dopo", "dove", "e", "ed", "era", "essere", "fa", "fra", "gli", "grazie", "ha", "hai",
    "hanno", "ho", "i", "il", "in", "io", "la", "le", "lei", "li", "lo", "loro", "lui", "ma", "mi", "mia", "mie",
    "miei", "mio", "molto", "ne", "negli", "nei", "nel", "nella", "nelle", "noi", "non", "nostra", "nostro", "o",
    "per", "perche", "piu", "poi", "posso", "puo", "qual", "quale", "quando", "quanto", "quella", "quello", "questa",
    "questo", "qui", "se", "sei", "senza", "si", "sia", "siamo", "sono", "sta", "su", "sua", "sue", "sui", "sul",
    "sulla", "suo", "suoi", "ti", "tra", "tu", "tua", "tuo", "tutti", "tutto", "un", "una", "uno", "vi", "voglio",
    "voi", "vorrei",
];

const DUTCH: &[&str] = &[
    "aan",
    "aangezien",
    "al",
    "alle",
    "als",
    "bedankt",
    "ben",
    "bent",
    "bij",
    "daar",
    "dan",
    "dank",
    "dat",
    "de",
    "deze",
    "die",
    "dit",
    "doen",
    "door",
    "dus",
    "een",
    "en",
    "er",
    "ge",
    "geen",
    "had",
    "hallo",
    "heb",
    "hebben",
    "heeft",
    "hem",
    "hen",
    "het",
    "hier",
    "hij",
    "hoe",
    "hun",
    "iets",
    "ik",
    "in",
    "is",
    "ja",
    "je",
    "jij",
    "jou",
    "jouw",
    "jullie",
    "kan",
    "kon",
    "kun",
    "kunnen",
    "kunt",
    "maar",
    "me",
    "meer",
    "met",
    "mij",
    "mijn",
    "moet",
    "na",
    "naar",
    "niet",
    "niets",
    "nog",
    "nu",
    "of",
    "om",
    "omdat",
    "onder",
    "ons",
    "onze",
    "ook",
    "op",
    "over",
    "te",
    "tegen",
    "toch",
    "tot",
    "u",
    "uit",
    "uw",
    "van",
    "veel",
    "voor",
    "waar",
    "waarom",
    "wanneer",
    "want",
    "waren",
    "was",
    "wat",
    "we",
    "wel",
    "welke",
    "werd",
    "wie",
    "wij",
    "wil",
    "word",
    "worden",
    "wordt",
    "zal",
    "ze",
    "zich",
    "zij",
    "zijn",
    "zo",
    "zonder",
    "zou",
];

/// For each word the languages that have it, a bit for each in their order: every word of every passage is looked up.
static LANGUAGES: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let mut languages = HashMap::new();
    for language in Language::ALL {
        for word in of(language) {
            *languages.entry(*word).or_default() |= bit(language);
        }
    }
    languages
});

const fn of(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
        Language::French => FRENCH,
        Language::Spanish => SPANISH,
        Language::Portuguese => PORTUGUESE,
        Language::Italian => ITALIAN,
        Language::Dutch => DUTCH,
    }
}

const fn bit(language: Language) -> u8 {
    1 << language as u8
}

/// The languages in which this folded word is a function word.
pub(crate) fn languages(folded: &str) -> impl Iterator<Item = Language> {
    let bits = LANGUAGES.get(folded).copied().unwrap_or_default();
    Language::ALL.into_iter().filter(move |language| bits & bit(*language) != 0)
}

pub(crate) fn is_stop_word(language: Language, folded: &str) -> bool {
    LANGUAGES.get(folded).is_some_and(|bits| bits & bit(language) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_belongs_to_the_languages_that_list_it() {
        for language in Language::ALL {
            assert!(of(language).iter().all(|word| is_stop_word(language, word)));
        }
        assert_eq!(languages("was").collect::<Vec<_>>(), [Language::English, Language::German, Language::Dutch]);
        assert_eq!(languages("refund").count(), 0);
    }
}
