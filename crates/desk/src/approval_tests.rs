use super::*;
use crate::operating::{OperatingModel, Writing};
use uuid::Uuid;

fn conduct() -> Conduct {
    Conduct {
        model: OperatingModel::ProductQuestion,
        writing: Writing::Draft,
        approvers: vec![Role::Agent, Role::Lead],
        people: Signers::One,
        confirm: Confirmation::Session,
        checks: Vec::new(),
        escalate: Vec::new(),
        bar_percent: 0,
        lapsed: None,
        rung: crate::ladder::START,
        pins: "operating_model/how@1".into(),
    }
}

fn good() -> Facts {
    let agent = Uuid::from_u128(1).into();
    let session = Uuid::from_u128(2).into();
    let digest = Digest::of(b"letter");
    let message = Some(Uuid::from_u128(3).into());
    Facts {
        shown: Shown {
            agent,
            session,
            digest,
            revision: 4,
            last_inbound: message,
            at: Timestamp::from_secs(1000),
            spent: false,
        },
        claimed: digest,
        approver: Approver { agent, session, signed_in: true, role: Role::Agent, works_in_queue: true },
        state: DraftState::Open,
        revision: 4,
        last_inbound: message,
        sources: vec![CitedSource { title: "Refunds".into(), still_good: true }],
        conduct: conduct(),
        pins: conduct().pins,
        confirmed: Confirmation::Session,
        first: None,
    }
}

/// A colleague's yes to what [`good`] shows.
fn first() -> FirstYes {
    let good = good();
    FirstYes {
        approver: Approver { agent: Uuid::from_u128(5).into(), signed_in: false, ..good.approver },
        holds: true,
        digest: good.claimed,
        revision: 4,
        answered: good.last_inbound,
        pins: good.pins,
        confirmed: Confirmation::Session,
        at: Timestamp::from_secs(900),
    }
}

#[test]
fn two_people_means_two_different_people_who_saw_the_same() {
    let now = Timestamp::from_secs(1060);
    let with = |spoil: fn(&mut FirstYes)| {
        let mut facts = good();
        facts.conduct.people = Signers::Two;
        let mut yes = first();
        spoil(&mut yes);
        facts.first = Some(yes);
        may_approve(&facts, now)
    };
    let mut alone = good();
    alone.conduct.people = Signers::Two;
    assert_eq!(may_approve(&alone, now), Ok(Step::AwaitsSecond));
    assert_eq!(with(|_| {}), Ok(Step::Leaves));
    assert_eq!(with(|f| f.approver.agent = good().approver.agent), Err(Refusal::NeedsSecond));
    assert_eq!(with(|f| f.digest = Digest::of(b"other")), Err(Refusal::DigestMismatch));
    // What no longer stands counts as no yes at all: this one is then the first.
    let void: [fn(&mut FirstYes); 8] = [
        |f| f.holds = false,
        |f| f.revision = 3,
        |f| f.answered = None,
        |f| f.pins = String::new(),
        |f| f.at = Timestamp::from_secs(1060 - APPROVAL_SECONDS - 1),
        |f| f.approver.role = Role::Auditor,
        |f| f.approver.works_in_queue = false,
        |f| f.approver.role = Role::KnowledgeOwner,
    ];
    for spoil in void {
        assert_eq!(with(spoil), Ok(Step::AwaitsSecond));
    }
}

#[test]
fn a_password_is_asked_for_again_where_the_case_says_so() {
    let now = Timestamp::from_secs(1060);
    let mut facts = good();
    facts.conduct.confirm = Confirmation::Password;
    assert_eq!(may_approve(&facts, now), Err(Refusal::Unconfirmed));
    facts.confirmed = Confirmation::Password;
    assert_eq!(may_approve(&facts, now), Ok(Step::Leaves));
    facts.conduct.people = Signers::Two;
    facts.first = Some(first());
    assert_eq!(may_approve(&facts, now), Ok(Step::AwaitsSecond), "a first yes without one does not count");
}

#[test]
fn a_reply_waits_at_most_two_weeks_and_never_backwards() {
    let now = Timestamp::from_secs(1000);
    let after = |seconds: i64| may_wait_until(now.plus_seconds(seconds), now);
    assert_eq!(after(0), Err(Refusal::Schedule));
    assert_eq!(after(-5), Err(Refusal::Schedule));
    assert_eq!(after(1), Ok(()));
    assert_eq!(after(SCHEDULE_SECONDS), Ok(()));
    assert_eq!(after(SCHEDULE_SECONDS + 1), Err(Refusal::Schedule));
}

#[test]
fn each_broken_fact_is_refused_for_its_own_reason() {
    let now = Timestamp::from_secs(1060);
    assert_eq!(may_approve(&good(), now), Ok(Step::Leaves));
    type Break = fn(&mut Facts);
    let cases: [(Break, Refusal); 15] = [
        (|f| f.approver.signed_in = false, Refusal::SignedOut),
        (|f| f.approver.role = Role::Auditor, Refusal::NotYours),
        (|f| f.approver.works_in_queue = false, Refusal::NotYours),
        (|f| f.shown.spent = true, Refusal::PageSpent),
        (|f| f.shown.agent = Uuid::from_u128(9).into(), Refusal::PageSpent),
        (|f| f.shown.session = Uuid::from_u128(9).into(), Refusal::PageSpent),
        (|f| f.shown.at = Timestamp::from_secs(1060 - SEAL_SECONDS - 1), Refusal::Expired),
        (|f| f.shown.at = Timestamp::from_secs(2000), Refusal::Expired),
        (|f| f.state = DraftState::Sent, Refusal::DraftState { state: "sent".into() }),
        (|f| f.last_inbound = Some(Uuid::from_u128(9).into()), Refusal::NewMessage),
        (|f| f.revision = 5, Refusal::Edited),
        (|f| f.claimed = Digest::of(b"other"), Refusal::DigestMismatch),
        (|f| f.conduct.approvers = vec![Role::Lead], Refusal::Approver { needs: "a lead".into() }),
        (|f| f.conduct.pins = "operating_model/how@2".into(), Refusal::PolicyChanged),
        (
            |f| f.sources = vec![CitedSource { title: "Refunds".into(), still_good: false }],
            Refusal::SourceChanged { title: "Refunds".into() },
        ),
    ];
    for (spoil, expected) in cases {
        let mut facts = good();
        spoil(&mut facts);
        assert_eq!(may_approve(&facts, now), Err(expected));
    }
}

#[test]
fn what_was_right_at_approval_is_asked_again_at_the_door() {
    let approve = good();
    let leaving = LeavingFacts {
        approver: Approver { signed_in: false, ..approve.approver },
        approved_at: Timestamp::from_secs(1000),
        send_at: None,
        confirmed: Confirmation::Session,
        first: None,
        mac_holds: true,
        approved: approve.claimed,
        recomputed: approve.claimed,
        answered: approve.last_inbound,
        last_inbound: approve.last_inbound,
        state: DraftState::Approved,
        sources: vec![],
        conduct: conduct(),
        pins: conduct().pins,
        machines: Some(DraftOrigin::Assembled),
    };
    let now = Timestamp::from_secs(1010);
    assert_eq!(may_leave(&leaving, now), Ok(()));
    type Break = fn(&mut LeavingFacts);
    let cases: [(Break, Refusal); 14] = [
        (|f| f.conduct.confirm = Confirmation::Password, Refusal::Unconfirmed),
        (|f| f.conduct.people = Signers::Two, Refusal::NeedsSecond),
        (
            |f| {
                f.conduct.people = Signers::Two;
                f.first = Some(FirstYes { digest: Digest::of(b"other"), ..first() });
            },
            Refusal::NeedsSecond,
        ),
        (|f| f.mac_holds = false, Refusal::DigestMismatch),
        (|f| f.recomputed = Digest::of(b"x"), Refusal::DigestMismatch),
        (|f| f.conduct.approvers = vec![Role::Lead], Refusal::Approver { needs: "a lead".into() }),
        (|f| f.pins = String::new(), Refusal::PolicyChanged),
        (|f| f.conduct.writing = Writing::SourcesOnly, Refusal::Category { model: "product question".into() }),
        (
            |f| {
                f.conduct.writing = Writing::Nothing;
                f.conduct.lapsed = Some("Nobody owns it.".into());
            },
            Refusal::Lapsed { why: "Nobody owns it.".into() },
        ),
        (|f| f.approver.works_in_queue = false, Refusal::NotYours),
        (|f| f.state = DraftState::Open, Refusal::DraftState { state: "open".into() }),
        (|f| f.approved_at = Timestamp::from_secs(1010 - APPROVAL_SECONDS - 1), Refusal::Expired),
        (|f| f.last_inbound = None, Refusal::NewMessage),
        (
            |f| f.sources = vec![CitedSource { title: "T".into(), still_good: false }],
            Refusal::SourceChanged { title: "T".into() },
        ),
    ];
    for (spoil, expected) in cases {
        let mut facts = leaving.clone();
        spoil(&mut facts);
        assert_eq!(may_leave(&facts, now), Err(expected));
    }
    let mut both = leaving.clone();
    both.conduct.people = Signers::Two;
    both.first = Some(first());
    assert_eq!(may_leave(&both, now), Ok(()));
    let mut late = leaving;
    let hour = Timestamp::from_secs(1000 + 3 * APPROVAL_SECONDS);
    late.send_at = Some(hour);
    assert_eq!(may_leave(&late, hour.plus_seconds(60)), Ok(()), "its own hour counts, not that of the yes");
    assert_eq!(may_leave(&late, hour.plus_seconds(APPROVAL_SECONDS + 1)), Err(Refusal::Expired));
}
