use super::*;
use crate::{risk::Flag, terms::Terms};

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn conduct(model: OperatingModel, flags: &[Flag]) -> Conduct {
    let terms = Terms::shipped(model);
    Conduct {
        model,
        writing: terms.writing,
        approvers: terms.approvers,
        people: terms.people,
        confirm: terms.confirm,
        checks: terms.checks,
        escalate: flags.to_vec(),
        bar_percent: 0,
        lapsed: None,
        rung: Rung::StandingApprovals,
        pins: String::new(),
    }
}

fn limits() -> Limits {
    Limits { a_day: 20, a_requester: 1, until: NOW.plus_seconds(86_400 * 30) }
}

const KNOWN: Tally = Tally { n: 80, right: 79, accepted: 80, edited: 0, rejected: 0, unobjected: 0 };

#[test]
fn it_begins_only_on_evidence_for_low_risk_with_limits_and_a_password() {
    let product = conduct(OperatingModel::ProductQuestion, &[]);
    let good = Beginning {
        role: Role::Lead,
        confirmed: Confirmation::Password,
        conduct: &product,
        evidence: KNOWN,
        text: "Hello,\n\nthe calendar opens under Plan.",
        sources: (1, 1),
        limits: limits(),
    };
    assert_eq!(may_begin(&good, NOW), Ok(()));
    assert_eq!(may_begin(&Beginning { role: Role::Agent, ..good }, NOW), Err(Unfit::Role));
    assert_eq!(may_begin(&Beginning { confirmed: Confirmation::Session, ..good }, NOW), Err(Unfit::Unconfirmed));
    for model in OperatingModel::ALL.iter().filter(|m| **m != OperatingModel::ProductQuestion) {
        let other = conduct(*model, &[]);
        assert!(matches!(may_begin(&Beginning { conduct: &other, ..good }, NOW), Err(Unfit::Model(_))), "{model}");
    }
    let two = Conduct { people: Signers::Two, ..product.clone() };
    assert!(matches!(may_begin(&Beginning { conduct: &two, ..good }, NOW), Err(Unfit::Terms(_))));
    for rung in &Rung::ALL[..4] {
        let below = Conduct { rung: *rung, ..product.clone() };
        assert_eq!(may_begin(&Beginning { conduct: &below, ..good }, NOW), Err(Unfit::Rung(*rung)));
    }
    for (n, right) in [(0, 0), (49, 49), (60, 56), (80, 74)] {
        let evidence = Tally { n, right, ..Tally::default() };
        assert!(matches!(may_begin(&Beginning { evidence, ..good }, NOW), Err(Unfit::Evidence { .. })), "{right}/{n}");
    }
    for bad in [
        Limits { a_day: 0, ..limits() },
        Limits { a_day: 201, ..limits() },
        Limits { a_requester: 4, ..limits() },
        Limits { until: NOW, ..limits() },
        Limits { until: NOW.plus_seconds(LASTS_SECONDS_MAX + 1), ..limits() },
    ] {
        assert!(matches!(may_begin(&Beginning { limits: bad, ..good }, NOW), Err(Unfit::Limit(_))), "{bad:?}");
    }
    for sources in [(0, 0), (2, 1)] {
        assert!(matches!(may_begin(&Beginning { sources, ..good }, NOW), Err(Unfit::Text(_))));
    }
    for text in [" ", "Hello {{requester.name}}", &"x".repeat(2001)] {
        assert!(matches!(may_begin(&Beginning { text, ..good }, NOW), Err(Unfit::Text(_))));
    }
}

#[test]
fn each_use_asks_everything_again() {
    let product = conduct(OperatingModel::ProductQuestion, &[]);
    let good = Use {
        holds: true,
        until: NOW.plus_seconds(1),
        sources_hold: true,
        approver: Some(Role::Lead),
        is_surely_its: true,
        conduct: &product,
        flags: 0,
        consents: true,
        is_first_question: true,
        used_today: 19,
        used_for_requester: 0,
        limits: limits(),
        evidence: KNOWN,
    };
    assert_eq!(may_use(&good, NOW), Ok(()));
    let angry = conduct(OperatingModel::Relationship, &[]);
    let table = [
        (Use { holds: false, ..good }, Unused::Ended),
        (Use { until: NOW, ..good }, Unused::Ended),
        (Use { sources_hold: false, ..good }, Unused::Source),
        (Use { approver: None, ..good }, Unused::Approver),
        (Use { approver: Some(Role::Agent), ..good }, Unused::Approver),
        (Use { is_surely_its: false, ..good }, Unused::Unsure),
        (Use { flags: 1, ..good }, Unused::Risk),
        (Use { conduct: &angry, ..good }, Unused::Risk),
        (Use { consents: false, ..good }, Unused::Consent),
        (Use { is_first_question: false, ..good }, Unused::Conversation),
        (Use { used_today: 20, ..good }, Unused::Limit),
        (Use { used_for_requester: 1, ..good }, Unused::Limit),
        (Use { evidence: Tally { n: 80, right: 70, ..Tally::default() }, ..good }, Unused::Evidence),
    ];
    for (asked, why) in table {
        assert_eq!(may_use(&asked, NOW), Err(why));
    }
}

#[test]
fn whoever_gets_one_reads_how_to_reach_a_person() {
    let under = footer("Mara Lindqvist", "Fernhill");
    assert!(
        under.contains("sent automatically")
            && under.contains("Mara Lindqvist")
            && under.contains("a person will read")
    );
}
