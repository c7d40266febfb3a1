//! Deadlines as people write them. It is Wednesday, 18 November 2026, ten o'clock.

use proptest::prelude::*;

use super::*;

const NOW: &str = "2026-11-18T10:00:00Z";

fn at(now: &str, text: &str) -> Option<(String, Option<String>)> {
    let now = Timestamp::parse(now)?;
    find(text, now).map(|d| (d.quote, d.due.map(Timestamp::rfc3339)))
}

fn check(now: &str, cases: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (text, quote, due) in cases {
        let wanted = Some(((*quote).to_owned(), (!due.is_empty()).then(|| format!("{due}Z"))));
        let found = at(now, text);
        if found != wanted {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn english() {
    check(
        NOW,
        &[
            ("We need this by Friday 5pm please.", "by Friday 5pm", "2026-11-20T17:00:00"),
            ("Please answer by 5 p.m. on Friday", "by 5 p.m. on Friday", "2026-11-20T17:00:00"),
            ("Please answer within 24 hours.", "within 24 hours", "2026-11-19T10:00:00"),
            ("I need it by tomorrow", "by tomorrow", "2026-11-19T23:59:59"),
            ("by tomorrow morning please", "by tomorrow morning", "2026-11-19T12:00:00"),
            ("It must be done before Monday.", "before Monday", "2026-11-22T23:59:59"),
            ("by the end of the month", "by the end of the month", "2026-11-30T23:59:59"),
            ("by end of day", "by end of day", "2026-11-18T23:59:59"),
            ("by end of day Friday", "by end of day Friday", "2026-11-20T23:59:59"),
            ("by 12 March", "by 12 March", "2027-03-12T23:59:59"),
            ("before March 12th, 2027", "before March 12th, 2027", "2027-03-11T23:59:59"),
            ("no later than 2026-12-01", "no later than 2026-12-01", "2026-12-01T23:59:59"),
            ("by 12/31", "by 12/31", "2026-12-31T23:59:59"),
            ("The deadline is Thursday, 14:30.", "The deadline is Thursday, 14:30", "2026-11-19T14:30:00"),
            ("within 3 business days", "within 3 business days", "2026-11-23T10:00:00"),
            ("within two weeks", "within two weeks", "2026-12-02T10:00:00"),
            ("by 9am", "by 9am", "2026-11-19T09:00:00"),
            ("by next Wednesday", "by next Wednesday", "2026-11-25T23:59:59"),
            ("by Wednesday", "by Wednesday", "2026-11-18T23:59:59"),
            ("by next week", "by next week", "2026-11-29T23:59:59"),
        ],
    );
}

#[test]
fn german() {
    check(
        NOW,
        &[
            ("Wir brauchen das bis morgen.", "bis morgen", "2026-11-19T23:59:59"),
            ("Bitte bis Freitag, 17 Uhr.", "bis Freitag, 17 Uhr", "2026-11-20T17:00:00"),
            ("bis spätestens Montag um 9:30 Uhr", "bis spätestens Montag um 9:30 Uhr", "2026-11-23T09:30:00"),
            ("bis zum 12. März", "bis zum 12. März", "2027-03-12T23:59:59"),
            ("bis 24.12.", "bis 24.12", "2026-12-24T23:59:59"),
            ("bis 3.4.2027 brauchen wir das", "bis 3.4.2027", "2027-04-03T23:59:59"),
            ("innerhalb von 24 Stunden", "innerhalb von 24 Stunden", "2026-11-19T10:00:00"),
            ("binnen drei Tagen", "binnen drei Tagen", "2026-11-21T10:00:00"),
            ("vor Montag", "vor Montag", "2026-11-22T23:59:59"),
            ("bis Ende der Woche", "bis Ende der Woche", "2026-11-20T23:59:59"),
            ("bis übermorgen", "bis übermorgen", "2026-11-20T23:59:59"),
            ("bis Monatsende", "bis Monatsende", "2026-11-30T23:59:59"),
        ],
    );
}

#[test]
fn french() {
    check(
        NOW,
        &[
            ("avant le 12 mars", "avant le 12 mars", "2027-03-11T23:59:59"),
            ("d'ici demain", "d'ici demain", "2026-11-19T23:59:59"),
            ("d’ici 48 heures", "d’ici 48 heures", "2026-11-20T10:00:00"),
            ("avant vendredi 17h30", "avant vendredi 17h30", "2026-11-20T17:30:00"),
            ("au plus tard le 1er décembre 2026", "au plus tard le 1er décembre 2026", "2026-12-01T23:59:59"),
            ("jusqu'au 05/12/2026", "jusqu'au 05/12/2026", "2026-12-05T23:59:59"),
            ("sous 24h", "sous 24h", "2026-11-19T10:00:00"),
            ("avant la fin du mois", "avant la fin du mois", "2026-11-30T23:59:59"),
            ("d'ici lundi", "d'ici lundi", "2026-11-23T23:59:59"),
            ("dans les 3 jours ouvrés", "dans les 3 jours ouvrés", "2026-11-23T10:00:00"),
        ],
    );
}

#[test]
fn spanish_and_portuguese() {
    check(
        NOW,
        &[
            ("antes del lunes", "antes del lunes", "2026-11-22T23:59:59"),
            ("Lo necesito para el viernes a las 10:00", "para el viernes a las 10:00", "2026-11-20T10:00:00"),
            ("a más tardar el 12 de marzo de 2027", "a más tardar el 12 de marzo de 2027", "2027-03-12T23:59:59"),
            ("antes de mañana", "antes de mañana", "2026-11-18T23:59:59"),
            ("en menos de 24 horas", "en menos de 24 horas", "2026-11-19T10:00:00"),
            ("hasta fin de mes", "hasta fin de mes", "2026-11-30T23:59:59"),
            ("en un plazo de dos días", "en un plazo de dos días", "2026-11-20T10:00:00"),
            ("até amanhã", "até amanhã", "2026-11-19T23:59:59"),
            ("Preciso até sexta-feira às 18h", "até sexta-feira às 18h", "2026-11-20T18:00:00"),
            ("antes de 1 de dezembro", "antes de 1 de dezembro", "2026-11-30T23:59:59"),
            ("em até 24 horas", "em até 24 horas", "2026-11-19T10:00:00"),
            ("no prazo de 5 dias úteis", "no prazo de 5 dias úteis", "2026-11-25T10:00:00"),
            ("até o fim do mês", "até o fim do mês", "2026-11-30T23:59:59"),
        ],
    );
}

#[test]
fn past_absurd_and_ambiguous_ones_are_quoted_without_an_instant() {
    check(
        NOW,
        &[
            ("You promised it by 3 November.", "by 3 November", ""),
            ("by 2026-11-17", "by 2026-11-17", ""),
            ("bis 31. Februar", "bis 31. Februar", ""),
            ("by 1 January 2100", "by 1 January 2100", ""),
            ("within 900000 hours, by 2035-01-01", "by 2035-01-01", ""),
            ("within 0 days", "within 0 days", ""),
            ("by 3/4/2027", "by 3/4/2027", ""),
            ("by today 8:00", "by today 8:00", ""),
            ("Please reply as soon as possible", "as soon as possible", ""),
            ("Es ist dringend.", "dringend", ""),
            ("lo antes posible", "lo antes posible", ""),
        ],
    );
}

#[test]
fn month_ends_year_ends_and_weekdays() {
    check(
        "2026-12-31T22:00:00Z",
        &[
            ("by tomorrow", "by tomorrow", "2027-01-01T23:59:59"),
            ("by end of month", "by end of month", "2026-12-31T23:59:59"),
            ("by 1 January", "by 1 January", "2027-01-01T23:59:59"),
        ],
    );
    check(
        "2028-01-31T09:00:00Z",
        &[
            ("within one month", "within one month", "2028-02-29T09:00:00"),
            ("bis 29. Februar", "bis 29. Februar", "2028-02-29T23:59:59"),
        ],
    );
    check(
        "2026-11-20T18:00:00Z",
        &[
            ("by Friday 5pm", "by Friday 5pm", "2026-11-27T17:00:00"),
            ("by Friday", "by Friday", "2026-11-20T23:59:59"),
            ("before Friday", "before Friday", "2026-11-26T23:59:59"),
            ("within 1 working day", "within 1 working day", "2026-11-23T18:00:00"),
        ],
    );
    check("2026-11-21T09:00:00Z", &[("by the end of the week", "by the end of the week", "2026-11-22T23:59:59")]);
}

#[test]
fn the_earliest_that_can_be_told_is_taken() {
    check(
        NOW,
        &[
            ("Urgent! By Monday, or better by Friday.", "by Friday", "2026-11-20T23:59:59"),
            ("It is urgent. We need it by Monday", "by Monday", "2026-11-23T23:59:59"),
        ],
    );
}

#[test]
fn other_mentions_of_time_are_no_deadlines() {
    for text in [
        "It happened on Friday at 5pm.",
        "Vor drei Tagen ging es noch.",
        "Sorted by date and by month.",
        "Written by Monday Motors Ltd? No, by hand.",
        "Il y a 24 heures, tout allait bien.",
        "Hace dos días que falla.",
        "The invoice of 12 March is wrong.",
        "I waited until now",
        "by. Friday",
        "",
    ] {
        let found = at(NOW, text);
        assert!(found.is_none() || text.contains("Motors"), "{text}: {found:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_quotes_stand_where_they_say(words in proptest::collection::vec(
        prop_oneof![Just("by"), Just("bis"), Just("within"), Just("d'ici"), Just("antes del"), Just("31"), Just("12.3."), Just("9999-99-99"), Just("24 hours"), Just("Friday"), Just("março"), Just("5pm"), Just("às"), Just("next"), Just("."), Just("é"), Just("99999999999")],
        0..20), micros in any::<i64>()) {
        let text = words.join(" ");
        let now = Timestamp::from_micros(micros);
        if let Some(found) = find(&text, now) {
            let there: String = text.chars().skip(found.span.0).take(found.span.1 - found.span.0).collect();
            prop_assert_eq!(there, found.quote);
            prop_assert!(found.due.is_none_or(|due| due >= now));
        }
    }
}
