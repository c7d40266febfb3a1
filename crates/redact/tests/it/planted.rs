//! Identifiers planted in letters of ten languages, made from a seed: what has a form is always hidden, what the record knows nearly.

use redact::{Class, Known, Namespace, Redactor};

/// A small generator (SplitMix64), so that a failure can be repeated.
struct Seed(u64);

impl Seed {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
    /// `9` a digit, `8` a digit but nought, `X` a capital, `x` a small letter or digit, all else itself.
    fn form(&mut self, form: &str) -> String {
        let mut sign = |c: char| match c {
            '9' => char::from(b'0' + self.below(10) as u8),
            '8' => char::from(b'1' + self.below(9) as u8),
            'X' => char::from(b"ABCEGHJKLMNPRSTWXYZ"[self.below(19)]),
            'x' => char::from(b"abcdefghijkmnpqrstuvwxyz23456789"[self.below(32)]),
            c => c,
        };
        form.chars().map(&mut sign).collect()
    }
}

/// Letters of one language: what stands before each thing and after.
struct Language {
    before: [&'static str; 4],
    after: [&'static str; 3],
    phone: &'static str,
    born: &'static str,
    passport: &'static str,
    numbers: &'static [&'static str],
    people: &'static [&'static str],
    address: &'static [&'static str],
}

const LANGUAGES: [Language; 10] = [
    Language {
        before: [
            "The order never came. ",
            "Could you check this, please: ",
            "I wrote last week about ",
            "My details are ",
        ],
        after: [" and nothing happened.", ", thank you.", ". When will it be done?"],
        phone: "Call me on ",
        born: "date of birth: ",
        passport: "passport number ",
        numbers: &[
            "+44 20 7946 0999",
            "+44 (0)161 496 0999",
            "020 7946 0999",
            "07700 900 999",
            "+1 415 555 2999",
            "(212) 555-2999",
            "+353 1 496 0999",
        ],
        people: &["Oliver Hargreave", "Priya Ramanathan", "Siobhan O'Rourke", "William Marchbanks"],
        address: &["14 Larkspur Crescent, Leeds LS1 4AP", "Flat 3, 221 Quarry Road, Bristol"],
    },
    Language {
        before: [
            "Die Ware ist nie angekommen. ",
            "Bitte prüfen Sie das: ",
            "Letzte Woche schrieb ich wegen ",
            "Meine Angaben lauten ",
        ],
        after: [" und nichts geschah.", ", vielen Dank.", ". Wann wird das erledigt?"],
        phone: "Telefon: ",
        born: "Geburtsdatum: ",
        passport: "Reisepass ",
        numbers: &["+49 30 901899", "+49 (0)89 1234 999", "030 901 820 99", "0171 2345699", "0049 221 998877"],
        people: &["Jürgen Groß", "Annegret Weißmüller", "Käthe Böhm", "Friedrich von Hohenfels"],
        address: &["Lindenstraße 12, 10969 Berlin", "Am Alten Markt 3, 50667 Köln"],
    },
    Language {
        before: [
            "La commande n'est jamais arrivée. ",
            "Pouvez-vous vérifier ceci : ",
            "J'ai écrit la semaine dernière pour ",
            "Voici mes données : ",
        ],
        after: [" et rien ne s'est passé.", ", merci.", ". Quand sera-ce fait ?"],
        phone: "Téléphone : ",
        born: "date de naissance : ",
        passport: "passeport ",
        numbers: &[
            "+33 1 42 68 53 99",
            "+33 (0)6 12 34 56 99",
            "01 42 68 53 99",
            "06 12 34 56 99",
            "0033 1 42 68 53 99",
        ],
        people: &["Amélie Desrochers", "Étienne Lefèvre", "Geneviève d'Arcourt", "Thérèse Beaulieu"],
        address: &["12 rue de la Paix, 75002 Paris", "5 avenue des Tilleuls, 69003 Lyon"],
    },
    Language {
        before: [
            "El pedido no ha llegado. ",
            "Por favor, compruebe esto: ",
            "La semana pasada escribí por ",
            "Mis datos son ",
        ],
        after: [" y no pasó nada.", ", gracias.", ". ¿Cuándo estará listo?"],
        phone: "teléfono ",
        born: "fecha de nacimiento: ",
        passport: "pasaporte ",
        numbers: &["+34 912 345 699", "+34 612 345 699", "0034 912 34 56 99", "+52 55 1234 5699"],
        people: &["José Ángel Quiñones", "María Belén Etxeberria", "Íñigo Arrizabalaga", "Lucía Fernández"],
        address: &["Calle Mayor 12, 28013 Madrid", "Avenida de la Constitución 7, Sevilla"],
    },
    Language {
        before: [
            "L'ordine non è mai arrivato. ",
            "Potete controllare questo: ",
            "Ho scritto la settimana scorsa per ",
            "I miei dati sono ",
        ],
        after: [" e non è successo niente.", ", grazie.", ". Quando sarà pronto?"],
        phone: "telefono ",
        born: "data di nascita: ",
        passport: "passaporto ",
        numbers: &["+39 06 6982 0999", "+39 347 123 4599", "0039 02 8646 0999"],
        people: &["Niccolò Bevilacqua", "Chiara Dell'Acqua", "Giuseppe Mastroianni"],
        address: &["Via Garibaldi 12, 20121 Milano", "Piazza San Marco 5, Venezia"],
    },
    Language {
        before: [
            "De bestelling kwam nooit aan. ",
            "Kunt u dit nakijken: ",
            "Vorige week schreef ik over ",
            "Mijn gegevens zijn ",
        ],
        after: [" en er gebeurde niets.", ", dank u.", ". Wanneer is het klaar?"],
        phone: "telefoon ",
        born: "geboortedatum: ",
        passport: "paspoort, passport ",
        numbers: &["+31 20 794 0999", "+31 6 1234 5699", "0031 20 794 0999", "+32 2 555 12 99"],
        people: &["Wouter van den Heuvel", "Marijke Dijkstra", "Sjoerd Hoekstra"],
        address: &["Keizersgracht 12, 1015 CN Amsterdam", "Kerkstraat 44, Utrecht"],
    },
    Language {
        before: ["Zamówienie nie dotarło. ", "Proszę to sprawdzić: ", "W zeszłym tygodniu pisałem o ", "Moje dane to "],
        after: [" i nic się nie stało.", ", dziękuję.", ". Kiedy to będzie gotowe?"],
        phone: "telefon ",
        born: "data urodzenia: ",
        passport: "paszport, passport ",
        numbers: &["+48 22 555 12 99", "+48 601 234 599", "0048 22 555 12 99"],
        people: &["Wojciech Dąbrowski", "Małgorzata Źrebiec", "Łukasz Świątek"],
        address: &["ul. Marszałkowska 12, 00-590 Warszawa", "ul. Długa 7, Gdańsk"],
    },
    Language {
        before: [
            "A encomenda nunca chegou. ",
            "Podem verificar isto: ",
            "Escrevi na semana passada sobre ",
            "Os meus dados são ",
        ],
        after: [" e nada aconteceu.", ", obrigado.", ". Quando estará pronto?"],
        phone: "telefone ",
        born: "data de nascimento: ",
        passport: "passaporte, passport ",
        numbers: &["+351 21 234 5699", "+351 912 345 699", "+55 11 91234-5699", "00351 21 234 5699"],
        people: &["João Conceição", "Inês Guimarães", "Antônio Magalhães"],
        address: &["Rua Augusta 12, 1100-053 Lisboa", "Avenida Paulista 1000, São Paulo"],
    },
    Language {
        before: [
            "Beställningen kom aldrig fram. ",
            "Kan ni kontrollera detta: ",
            "Förra veckan skrev jag om ",
            "Mina uppgifter är ",
        ],
        after: [" och inget hände.", ", tack.", ". När blir det klart?"],
        phone: "telefon ",
        born: "födelsedatum, född ",
        passport: "pass, passport ",
        numbers: &["+46 (0)8 123 456 99", "+46 70 123 45 99", "+47 22 12 34 99", "+358 9 1234 5699"],
        people: &["Björn Åkesson", "Åsa Bergström", "Märta Öhrn"],
        address: &["Storgatan 12, 114 55 Stockholm", "Kungsgatan 7, Göteborg"],
    },
    Language {
        before: ["Заказ так и не пришёл. ", "Проверьте, пожалуйста: ", "На прошлой неделе я писал о ", "Мои данные: "],
        after: [" и ничего не произошло.", ", спасибо.", ". Когда будет готово?"],
        phone: "телефон ",
        born: "дата рождения, date of birth: ",
        passport: "паспорт, passport ",
        numbers: &["+7 495 123-45-99", "+7 (812) 123-45-99", "+380 44 123 4599"],
        people: &["Светлана Кузнецова", "Дмитрий Шостак", "Екатерина Жукова"],
        address: &["ул. Тверская 12, Москва", "Невский проспект 7, Санкт-Петербург"],
    },
];

fn luhn(body: &str) -> String {
    let sum: usize = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let value = usize::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn iban(country: &str, account: &str) -> String {
    let value = |c: char| c.to_digit(36).unwrap();
    let rest = account
        .chars()
        .chain(country.chars())
        .chain("00".chars())
        .fold(0, |rest, c| (rest * if value(c) > 9 { 100 } else { 10 } + value(c)) % 97);
    format!("{country}{:02}{account}", 98 - rest)
}

/// Something with a form, and what the text says before it.
fn structured(seed: &mut Seed, language: &Language, kind: usize) -> (String, String) {
    let said = |lead: &str, value: String| (lead.to_owned(), value);
    match kind {
        0 => {
            let form = seed.of(&[
                "xxxx.xxxxx@example.com",
                "xxxx+xxx@mail.example.org",
                "x.xxxxxx99@exa-mple.co.uk",
                "xxxxx_xx@sub.example.de",
            ]);
            said("", seed.form(form))
        }
        1 => {
            let form = seed.of(language.numbers);
            let tail = form.len() - 2;
            said(language.phone, format!("{}{}", &form[..tail], seed.form("99")))
        }
        2 => {
            let form = seed.of(&["4", "51", "37", "6011"]);
            let length = if form == "37" { 14 } else { 15 };
            let card = luhn(&format!("{form}{}", seed.form(&"9".repeat(length - form.len()))));
            let spaced = card.as_bytes().chunks(4).map(|c| std::str::from_utf8(c).unwrap()).collect::<Vec<_>>();
            said(
                "",
                match seed.below(3) {
                    0 => spaced.join(" "),
                    1 => spaced.join("-"),
                    _ => card,
                },
            )
        }
        3 => {
            let (country, form) = [
                ("DE", "999999999999999999"),
                ("GB", "XXXX99999999999999"),
                ("FR", "99999999999999999999999"),
                ("NL", "XXXX9999999999"),
                ("PL", "999999999999999999999999"),
                ("ES", "99999999999999999999"),
                ("SE", "99999999999999999999"),
            ][seed.below(7)];
            let account = iban(country, &seed.form(form));
            let spaced =
                account.as_bytes().chunks(4).map(|c| std::str::from_utf8(c).unwrap()).collect::<Vec<_>>().join(" ");
            said(
                "",
                match seed.below(3) {
                    0 => spaced,
                    1 => account.to_lowercase(),
                    _ => account,
                },
            )
        }
        4 => said("", format!("{}-{}-{}", 101 + seed.below(500), seed.form("88"), seed.form("8999"))),
        5 => {
            let v4 = (0..4).map(|_| (128 + seed.below(95)).to_string()).collect::<Vec<_>>().join(".");
            let hex = |seed: &mut Seed| format!("{:x}", 4096 + seed.below(50_000));
            let v6 = format!("2001:db8::{}:{}:{}", hex(seed), hex(seed), hex(seed));
            said("", if seed.below(2) == 0 { v4 } else { v6 })
        }
        6 => said(
            "",
            (0..6).map(|_| format!("{:02x}", seed.below(256))).collect::<Vec<_>>().join(if seed.below(2) == 0 {
                ":"
            } else {
                "-"
            }),
        ),
        7 => said("", format!("https://example.com/{}?token={}", seed.form("xxxx"), seed.form("xxxxxxxxxxxx"))),
        8 => {
            let lead = seed.of(&["sk_live", "ghp", "AKIA", "xoxb-", "glpat-"]);
            let key = match lead {
                "AKIA" => seed.form("AKIAXXXXXXXXXXXXXXXX"),
                "xoxb-" => format!("xoxb-{}", seed.form("9999999999-xxxxxxxxxx")),
                "glpat-" => seed.form("glpat-xxxxxxxxxxxxxxxxxxxx"),
                lead => format!("{lead}_{}", seed.form("xxxxxxxxxxxxxxxxxxxxxxxx")),
            };
            said("", key)
        }
        9 => said(language.passport, seed.form("X8999999")),
        10 => said(language.born, format!("{:02}.{:02}.19{}", 1 + seed.below(28), 1 + seed.below(12), seed.form("89"))),
        11 => said("", seed.form("XX 99 99 99 A").replace('X', "T")),
        12 => said("password: ", seed.form("xxxx9xxx!")),
        _ => {
            let digits: Vec<u32> = (0..8).map(|_| seed.below(10) as u32).collect();
            let number = digits.iter().fold(0, |n, d| n * 10 + *d as usize);
            let letter = b"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
            said("", format!("{number:08}{}", char::from(letter)))
        }
    }
}

/// A known value as people write it.
fn written(seed: &mut Seed, value: &str, name: bool) -> String {
    let words: Vec<&str> = value.split(' ').collect();
    match seed.below(if name { 6 } else { 3 }) {
        0 => value.to_uppercase(),
        1 => value.to_lowercase(),
        2 | 3 if name => (*words.last().unwrap()).to_owned(),
        4 => format!("{}, {}", words.last().unwrap(), words[..words.len() - 1].join(" ")),
        5 => {
            // One letter of the last word goes missing, where the word is long enough to be known again.
            let last: Vec<char> = words.last().unwrap().chars().collect();
            let gone = 1 + seed.below(last.len() - 2);
            let misspelt: String = last.iter().enumerate().filter(|(i, _)| *i != gone).map(|(_, c)| *c).collect();
            if last.len() > 5 && last.iter().all(|c| c.is_alphabetic()) { misspelt } else { value.to_owned() }
        }
        _ => value.to_owned(),
    }
}

/// Whether anything of a value that tells who it is stands in the text still.
fn left(redacted: &str, planted: &str) -> bool {
    redacted.contains(planted)
}

#[test]
fn t079_five_thousand_identifiers_in_ten_languages() {
    const EACH: usize = 40;
    let mut seed = Seed(79);
    let (mut structure, mut known) = ((0, Vec::new()), (0, Vec::new()));
    for (number, language) in LANGUAGES.iter().enumerate() {
        let record: Vec<Known> = language
            .people
            .iter()
            .map(|name| Known { class: Class::Person, value: (*name).to_owned() })
            .chain(language.address.iter().map(|a| Known { class: Class::Address, value: (*a).to_owned() }))
            .collect();
        let mut redactor = Redactor::new(Namespace::new([number as u8, 2, 3, 4, 5]), record).unwrap();
        for round in 0..EACH * 14 {
            let (lead, value) = structured(&mut seed, language, round % 14);
            let person = seed.of(language.people);
            let name = written(&mut seed, person, true);
            let at_home = seed.of(language.address);
            let home = written(&mut seed, at_home, false);
            let (before, after) = (seed.of(&language.before), seed.of(&language.after));
            let body = match round % 3 {
                0 => format!("{before}{lead}{value}{after}\n"),
                1 => format!("> {before}{lead}{value}{after}\n>\n> {name}"),
                _ => format!("{before}{home}{after}\n{lead}{value}\n\n--\n{name}\n"),
            };
            let redacted = redactor.redact(&body).unwrap();
            let shown = redacted.as_str();
            structure.0 += 1;
            if left(shown, &value) {
                structure.1.push(format!("{value} in {shown}"));
            }
            for planted in [(round % 3 > 0).then_some(&name), (round % 3 > 1).then_some(&home)].into_iter().flatten() {
                known.0 += 1;
                if left(shown, planted) {
                    known.1.push(format!("{planted} in {shown}"));
                }
            }
        }
    }
    assert!(structure.0 + known.0 >= 5_000, "{} {}", structure.0, known.0);
    assert!(
        structure.1.is_empty(),
        "{} of {}: {:#?}",
        structure.1.len(),
        structure.0,
        &structure.1[..structure.1.len().min(12)]
    );
    assert!(
        known.1.len() * 100 <= known.0,
        "{} of {}: {:#?}",
        known.1.len(),
        known.0,
        &known.1[..known.1.len().min(12)]
    );
}
