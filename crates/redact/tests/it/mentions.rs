//! What is named and stays, what numbers of a state go, and how spans are counted.

use redact::{Class, Reach, find, spans};

fn named(text: &str, reach: Reach) -> Vec<(Class, String)> {
    let chars: Vec<char> = text.chars().collect();
    let found = spans(text, &[], reach).unwrap();
    found.iter().map(|(class, s, e)| (*class, chars[*s..*e].iter().collect())).collect()
}

#[test]
fn what_merely_stands_near_people_is_named_and_stays() {
    for (text, class, expected) in [
        ("I will be travelling to New Zealand next week.", Class::Address, "New Zealand"),
        ("She works for Frobnicate Unlimited and likes it.", Class::Other, "Frobnicate Unlimited"),
        ("Fabrikam Ltd sent the invoice.", Class::Other, "Fabrikam Ltd"),
        ("The Danish office was closed.", Class::Other, "Danish"),
        ("It broke on 2024-05-06 12:30:00, I think.", Class::Date, "2024-05-06 12:30:00"),
        ("We meet on Tuesday at noon.", Class::Date, "Tuesday"),
        ("My son is 12 years old.", Class::Other, "12"),
        ("See https://example.com/help for that.", Class::Url, "https://example.com/help"),
    ] {
        assert_eq!(named(text, Reach::Everything), [(class, expected.to_owned())], "{text:?}");
        assert_eq!(named(text, Reach::Personal), [], "{text:?}");
    }
}

#[test]
fn names_by_lists_context_and_capitals() {
    for (text, expected) in [
        ("I spoke to Katarzyna Wiśniewska yesterday.", "Katarzyna Wiśniewska"),
        ("Please follow up with Tomomi Arata soon.", "Tomomi Arata"),
        ("please follow up with patricia desrosiers soon.", "patricia desrosiers"),
        ("It is under my partner's name Xqz Vbnm now.", "Xqz Vbnm"),
        ("The letter went to Dr. Faina D. Yefremova in the end.", "Faina D. Yefremova"),
        ("Ask Anna-Lena von Hohenfels about it.", "Anna-Lena von Hohenfels"),
    ] {
        assert_eq!(named(text, Reach::Personal), [(Class::Person, expected.to_owned())], "{text:?}");
    }
}

#[test]
fn no_name_where_there_is_none() {
    for text in [
        "The Export Wizard shows an error in Firefox on Windows 11.",
        "I'm Sorry to say that Order History is empty.",
        "Will it work in May? Mark it as done.",
        "Die Bestellung ist noch nicht angekommen. Bitte prüfen Sie die Rechnung vom Montag.",
        "La commande n'est pas arrivée. Pouvez-vous vérifier la facture ?",
        "CAN I SPEAK TO A REAL PERSON?!",
        "Restart the Sync Service, then open Settings and choose Reset Layout.",
        "500 Euro bis 15. Mai, Rechnung 2024 vom 12. Januar",
        "Version 2906 runs on Ubuntu 22 and Android 14.",
    ] {
        assert_eq!(named(text, Reach::Personal), [], "{text:?}");
    }
}

#[test]
fn addresses_of_many_countries() {
    for (text, expected) in [
        ("Send it to 27 Main Street, Springfield, IL 62701, please.", "27 Main Street, Springfield, IL 62701"),
        ("Ich wohne in der Hauptstraße 5, 10115 Berlin, seit Mai.", "Hauptstraße 5, 10115 Berlin"),
        ("J'habite 12 rue de la Paix, 75002 Paris, depuis mai.", "12 rue de la Paix, 75002 Paris"),
        ("Vivo en Calle Mayor 12, 28013 Madrid, desde mayo.", "Calle Mayor 12, 28013 Madrid"),
        ("Mieszkam na ul. Długa 7, Gdańsk.", "ul. Długa 7, Gdańsk"),
        ("I live at Flat 3, 221 Quarry Road, Bristol BS1 4ST now.", "Flat 3, 221 Quarry Road, Bristol BS1 4ST"),
        ("Write to P.O. Box 242, Suite 787, please.", "P.O. Box 242, Suite 787"),
        ("My zip code is 53650", "53650"),
    ] {
        assert_eq!(named(text, Reach::Personal), [(Class::Address, expected.to_owned())], "{text:?}");
    }
}

#[test]
fn numbers_of_a_state() {
    for (text, expected) in [
        ("My passport number is L8973524 and it expired.", "L8973524"),
        ("driver's license number is F162-8235-4011, thanks", "F162-8235-4011"),
        ("NI number QQ 12 34 56 C", "QQ 12 34 56 C"),
        ("it is AB 12 34 56 C, I think", "AB 12 34 56 C"),
        ("Steuer-ID 86 095 742 719", "86 095 742 719"),
        ("numéro 2 55 08 14 168 025 38 merci", "2 55 08 14 168 025 38"),
        ("DNI 12345678Z", "12345678Z"),
        ("CPF 529.982.247-25", "529.982.247-25"),
        ("VAT ID DE123456789, as asked", "DE123456789"),
        ("mac 00:1b:63:84:45:e6 seen", "00:1b:63:84:45:e6"),
    ] {
        assert_eq!(named(text, Reach::Personal), [(Class::Other, expected.to_owned())], "{text:?}");
    }
    for text in ["order AB-12-34-56", "a tax of 12 percent", "my passport is lost", "the account number is wrong"] {
        assert_eq!(named(text, Reach::Personal), [], "{text:?}");
    }
}

#[test]
fn spans_are_counted_in_characters() {
    let text = "Grüße 😀 an anna@example.com";
    let [span] = spans(text, &[], Reach::Personal).unwrap()[..] else { panic!("one") };
    assert_eq!(span, (Class::Email, 11, 27));
    assert_eq!(find(text, &[]).unwrap()[0].start, 16);
}
