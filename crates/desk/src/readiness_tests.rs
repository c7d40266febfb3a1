use super::*;

fn good() -> Facts {
    let counts = Counts::default()
        .with(Count::Tickets, 200)
        .with(Count::Sorted, 100)
        .with(Count::SortedRight, 96)
        .with(Count::Sure, 80)
        .with(Count::SureRight, 79)
        .with(Count::Sent, 90)
        .with(Count::Words, 90 * 60)
        .with(Count::Claims, 200)
        .with(Count::Grounded, 195)
        .with(Count::EscalationAnswered, 4)
        .with(Count::EscalationRight, 4)
        .with(Count::Reviewed, 60)
        .with(Count::ReviewFailed, 2)
        .with(Count::Judged, 120)
        .with(Count::Wrong, 2);
    Facts { counts, goes_up_with: 2, reviewed: 9 }
}

fn climbs(from: Rung, facts: &Facts) -> Result<Rung, Vec<Missing>> {
    let next = from.up().unwrap_or(from);
    may_climb(from, Rung::StandingApprovals, facts, trial(next, &facts.counts))
}

#[test]
fn what_is_ready_climbs_one_rung_and_no_more() {
    for pair in Rung::ALL.windows(2) {
        assert_eq!(climbs(pair[0], &good()), Ok(pair[1]));
    }
    assert_eq!(climbs(Rung::StandingApprovals, &good()), Err(vec![Missing::Top]));
}

#[test]
fn policies_are_a_ceiling() {
    let refused = may_climb(Rung::TriageOnly, Rung::TriageOnly, &good(), Trial { n: 500, wrong: 0 });
    assert_eq!(refused, Err(vec![Missing::Ceiling(Rung::TriageOnly)]));
}

#[test]
fn each_question_can_be_answered_with_no_and_then_nothing_climbs() {
    let with = |count, n| Facts { counts: good().counts.with(count, n), ..good() };
    let bad: [(Question, Facts, Answer); 9] = [
        (Question::Segment, with(Count::SortedRight, 70), Answer::No),
        (Question::Segment, with(Count::Sorted, 12), Answer::TooFew),
        (Question::Documents, with(Count::Claims, 12), Answer::TooFew),
        (Question::Documents, with(Count::Grounded, 120), Answer::No),
        (Question::Doubt, with(Count::SureRight, 60), Answer::No),
        (Question::Minute, with(Count::Words, 90 * 200), Answer::No),
        (Question::Minute, with(Count::Sent, 3), Answer::TooFew),
        (Question::Escalation, Facts { goes_up_with: 0, ..good() }, Answer::No),
        (Question::Cadence, Facts { reviewed: 1, ..good() }, Answer::No),
    ];
    for (question, facts, answer) in bad {
        let all = answers(&facts);
        let found = all.iter().find(|a| a.question == question).map(|a| a.answer);
        assert_eq!(found, Some(answer), "{question}");
        let missing = climbs(Rung::Drafts, &facts).expect_err("not ready");
        assert!(missing.contains(&Missing::Question(question)), "{question}: {missing:?}");
    }
}

#[test]
fn a_good_share_of_few_is_not_enough() {
    let few = Trial { n: 12, wrong: 0 };
    let refused = may_climb(Rung::Drafts, Rung::StandingApprovals, &good(), few).expect_err("too few");
    assert_eq!(refused, vec![Missing::Evidence { trial: few, promised: 0.10 }]);
    assert_eq!(
        refused[0].to_string(),
        "0 of 12 were wrong; that does not show yet that fewer than 10 in a hundred are. More cases are needed, or fewer errors."
    );
    let none = may_climb(Rung::Off, Rung::Drafts, &good(), Trial { n: 3, wrong: 0 });
    assert_eq!(none, Err(vec![Missing::Tickets { n: 3 }]));
}

#[test]
fn evidence_counts_from_the_last_step() {
    let now = Timestamp::from_secs(1_795_000_000);
    let step = now.plus_seconds(-9 * 86_400);
    assert_eq!(window(Some(step), now), step);
    assert_eq!(window(None, now), window(Some(Timestamp::from_secs(0)), now));
    assert_eq!(window(None, now).monday(), window(None, now));
}

#[test]
fn nothing_is_divided_by_nothing() {
    let nothing = Facts { counts: Counts::default(), goes_up_with: 0, reviewed: 0 };
    assert!(answers(&nothing).iter().all(|a| a.answer != Answer::Yes));
    for rung in Rung::ALL {
        assert!(climbs(*rung, &nothing).is_err(), "{rung}");
    }
}
