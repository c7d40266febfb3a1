use super::{filled, ids, passage, search};
use search::Filter;

#[test]
fn a_word_finds_its_other_forms_in_its_language() {
    let index = filled(&[
        passage("en", "Refunds", "You get the refunds within five days when the order was cancelled.", "x"),
        passage("de", "Rechnungen", "Sie finden alle Rechnungen im Konto, wenn der Monat vorbei ist.", "x"),
        passage("fr", "Remboursements", "Les remboursements arrivent sur votre carte dans les cinq jours.", "x"),
        passage("es", "Facturas", "Las facturas se env\u{ed}an por correo el primer d\u{ed}a del mes.", "x"),
        passage("pt", "Faturas", "As faturas s\u{e3}o enviadas por e-mail quando o m\u{ea}s termina.", "x"),
        passage("code", "Errors", "BANK-207 and v2.4.1 and 9fceb02d stay whole.", "x"),
    ]);
    for (words, expected) in [
        ("wo ist meine Rechnung", "de"),
        ("Rechnung", "de"),
        ("je veux un remboursement", "fr"),
        ("no tengo la factura", "es"),
        ("quero a fatura", "pt"),
        ("where is my refund", "en"),
        ("bank-207", "code"),
        ("wann kommt BANK-207", "code"),
        ("commit 9fceb02d", "code"),
        ("v2.4.1", "code"),
    ] {
        let hits = search(&index, words, &Filter::everything());
        assert_eq!(ids(&hits).first(), Some(&expected), "{words}");
    }
    let spans = &search(&index, "meine Rechnung", &Filter::everything())[0];
    assert_eq!(&spans.text[spans.spans[0].start..spans.spans[0].end], "Rechnungen");
}
