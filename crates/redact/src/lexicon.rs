//! Word lists: names, places, everyday English, and words that say what stands beside them. Where they come from stands in
//! `data/README.md`.

use std::collections::{HashMap, HashSet};
use std::ops::BitOr;
use std::sync::LazyLock;

/// What the lists say of a word; several may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks(u32);

impl Marks {
    pub const NONE: Self = Self(0);
    /// A given name.
    pub const GIVEN: Self = Self(1);
    /// A family name.
    pub const FAMILY: Self = Self(1 << 1);
    /// An everyday word of some language as well: no name by itself.
    pub const DOUBTFUL: Self = Self(1 << 2);
    /// The first word of a place's name.
    pub const PLACE: Self = Self(1 << 3);
    /// Everyday English, in its plain form.
    pub const ENGLISH: Self = Self(1 << 4);
    /// "Mr", "Frau".
    pub const TITLE: Self = Self(1 << 5);
    /// "Ltd", "Bank".
    pub const FIRM: Self = Self(1 << 6);
    /// "Danish".
    pub const NATION: Self = Self(1 << 7);
    /// "Danes".
    pub const PEOPLE: Self = Self(1 << 8);
    /// "Tuesday".
    pub const DAY: Self = Self(1 << 9);
    /// "June".
    pub const MONTH: Self = Self(1 << 10);
    /// "Road".
    pub const STREET: Self = Self(1 << 11);
    /// "Flat".
    pub const UNIT: Self = Self(1 << 12);
    /// "van".
    pub const PARTICLE: Self = Self(1 << 13);
    /// Stands where names do and is none.
    pub const NOBODY: Self = Self(1 << 14);
    /// What somebody works as.
    pub const TRADE: Self = Self(1 << 15);

    /// Whether any of these holds.
    pub fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const LISTS: &str = include_str!("../data/lists.txt");
const GIVEN: &str = include_str!("../data/given.txt");
const FAMILY: &str = include_str!("../data/family.txt");
const PLACES: &str = include_str!("../data/places.txt");
const ENGLISH: &str = include_str!("../data/english.txt");

struct Lexicon {
    words: HashMap<&'static str, Marks>,
    places: HashSet<&'static str>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut words = HashMap::with_capacity(120_000);
    let mut mark = |word: &'static str, marks: Marks| {
        let known = words.entry(word).or_insert(Marks::NONE);
        *known = *known | marks;
    };
    for (names, marks) in [(GIVEN, Marks::GIVEN), (FAMILY, Marks::FAMILY)] {
        for line in names.lines() {
            match line.strip_suffix('?') {
                Some(word) => mark(word, marks | Marks::DOUBTFUL),
                None => mark(line, marks),
            }
        }
    }
    ENGLISH.lines().for_each(|word| mark(word, Marks::ENGLISH));
    let mut marks = Marks::NONE;
    for line in LISTS.lines() {
        match line.strip_prefix("# ") {
            Some(list) => marks = of_list(list),
            None => line.split_whitespace().for_each(|word| mark(word, marks)),
        }
    }
    let mut places = HashSet::new();
    for line in PLACES.lines() {
        let place = line.strip_suffix('?').unwrap_or(line);
        let everyday = if line.len() > place.len() { Marks::DOUBTFUL } else { Marks::NONE };
        places.insert(place);
        let first = place.split([' ', '-', '.']).next().unwrap_or(place);
        mark(first, if first == place { Marks::PLACE | everyday } else { Marks::PLACE });
    }
    Lexicon { words, places }
});

fn of_list(list: &str) -> Marks {
    match list {
        "title" => Marks::TITLE,
        "firm" => Marks::FIRM,
        "nation" => Marks::NATION,
        "people" => Marks::PEOPLE,
        "day" => Marks::DAY,
        "month" => Marks::MONTH,
        "street" => Marks::STREET,
        "unit" => Marks::UNIT,
        "particle" => Marks::PARTICLE,
        "nobody" => Marks::NOBODY,
        "trade" => Marks::TRADE,
        _ => Marks::NONE,
    }
}

/// What the lists say of a folded word; of one with hyphens, what they say of its parts.
pub(crate) fn marks(folded: &str) -> Marks {
    if let Some(marks) = LEXICON.words.get(folded) {
        return *marks;
    }
    if !folded.contains('-') {
        return if is_derived(folded) { Marks::ENGLISH } else { Marks::NONE };
    }
    folded.split('-').take(4).filter_map(|part| LEXICON.words.get(part)).fold(Marks::NONE, |all, part| all | *part)
}

/// Whether these folded words, single spaces between them, are the name of a place.
pub(crate) fn is_place(folded: &str) -> bool {
    LEXICON.places.contains(folded)
}

/// Whether an everyday English word with an ending: "boxes", "charged", "quickly".
fn is_derived(word: &str) -> bool {
    let english = |root: &str| root.len() > 2 && LEXICON.words.get(root).is_some_and(|m| m.any(Marks::ENGLISH));
    const ENDINGS: [(&str, &str); 14] = [
        ("s", ""),
        ("es", ""),
        ("ies", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
        ("ly", ""),
        ("er", ""),
        ("er", "e"),
        ("ers", ""),
        ("ers", "e"),
        ("ness", ""),
        ("d", ""),
    ];
    let word = word.strip_suffix("'s").unwrap_or(word);
    english(word)
        || word.split_once('\'').is_some_and(|(head, _)| english(head))
        || ENDINGS.iter().any(|(ending, root)| {
            word.strip_suffix(ending).is_some_and(|stem| {
                english(stem) && root.is_empty() || !root.is_empty() && english(&format!("{stem}{root}"))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_read() {
        assert!(marks("anna").any(Marks::GIVEN) && !marks("anna").any(Marks::DOUBTFUL));
        assert!(marks("will").any(Marks::DOUBTFUL));
        assert!(is_place("new zealand") && marks("new").any(Marks::PLACE) && !is_place("zealand new"));
        assert!(
            marks("frau").any(Marks::TITLE)
                && marks("quickly").any(Marks::ENGLISH)
                && marks("boxes").any(Marks::ENGLISH)
        );
        assert!(marks("anna-lena").any(Marks::GIVEN));
        assert_eq!(marks("xqzt"), Marks::NONE);
        // Every folded entry is found the way texts are folded.
        for line in GIVEN.lines().chain(FAMILY.lines()).chain(PLACES.lines()) {
            let word = line.strip_suffix('?').unwrap_or(line);
            assert_eq!(crate::view::folded(word), word);
        }
    }
}
