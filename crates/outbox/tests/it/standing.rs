//! A text approved beforehand: word for word, within its limits, and never by a row that somebody forged.

use desk::{
    Refusal,
    audit::AuditEvent,
    calibration::Tally,
    ids::{ArticleId, OutboxId, StandingId, VersionId},
    ladder::{Cause, Pilot, Rung, Trial},
    standing::{Limits, Unused},
};
use outbox::{
    Delivery, DoorError, NewStanding, Question, begin_standing, end_standing, standings, use_standing, uses_of,
};
use store::{AgentSession, Grant, NewStep, Purpose, new_id};

use crate::{
    desk_at::{Case, TestDesk, UNDO, on_both},
    values,
};

const TEXT: &str = "Hello,\n\nyou can change the VAT id of your company in Settings > Billing.";
const KNOWN: Tally = Tally { n: 80, right: 80, accepted: 80, edited: 0, rejected: 0, unobjected: 0 };
const DAY: i64 = 86_400;

fn sources(desk: &TestDesk) -> Vec<(ArticleId, VersionId)> {
    vec![(desk.article.parse().expect("an id"), desk.version)]
}

fn wanted<'a>(desk: &TestDesk, sources: &'a [(ArticleId, VersionId)]) -> NewStanding<'a> {
    let limits = Limits { a_day: 2, a_requester: 3, until: desk.now().plus_seconds(30 * DAY) };
    NewStanding { category: "product.how", body: TEXT, limits, sources }
}

/// The category has climbed to it.
async fn on_the_rung(desk: &TestDesk, rung: Rung) {
    on_the_rung_in(desk, None, rung).await;
}

/// The category, or a pilot of it.
async fn on_the_rung_in(desk: &TestDesk, pilot: Option<&Pilot>, rung: Rung) {
    let mut tx = desk.tx().await;
    let trial = (Trial { n: 200, wrong: 4 }, desk.now());
    let (category, cause, reason) = ("product.how", Cause::Climbed, "Evidence.");
    tx.add_step(NewStep { category, pilot, rung, cause, trial, by: None, reason }).await.expect("steps");
    tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
}

async fn begin(desk: &TestDesk, who: &AgentSession) -> Result<StandingId, DoorError> {
    let on = sources(desk);
    let new = wanted(desk, &on);
    begin_standing(&desk.door, &desk.store, who, &new, new.digest(), KNOWN, desk.now()).await
}

async fn answer(desk: &TestDesk, case: Case) -> Option<Result<OutboxId, Unused>> {
    let question = Question { is_surely_its: true, is_first: true, evidence: KNOWN };
    let mut tx = desk.tx().await;
    let came = use_standing(&desk.door, &mut tx, case.ticket, question).await.expect("asks");
    tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
    came
}

async fn answered(desk: &TestDesk) -> (Case, OutboxId) {
    let case = desk.case().await;
    (case, answer(desk, case).await.expect("one is active").expect("it is used"))
}

async fn status(desk: &TestDesk, case: Case) -> String {
    desk.word("select status from tickets where id = $1", values![case.ticket]).await
}

#[test]
fn it_is_begun_by_a_lead_with_a_password_and_leaves_word_for_word() {
    on_both(async |desk| {
        assert_eq!(answer(&desk, desk.case().await).await, None, "nothing is active by default");
        assert!(
            matches!(begin(&desk, &desk.timo).await, Err(DoorError::Refused(Refusal::Unfit { .. }))),
            "no password"
        );
        desk.confirm(&desk.mara).await;
        assert!(matches!(begin(&desk, &desk.mara).await, Err(DoorError::Refused(Refusal::Unfit { .. }))), "no lead");
        desk.confirm(&desk.timo).await;
        let on = sources(&desk);
        let new = wanted(&desk, &on);
        let other = NewStanding { body: "Something else", ..new.clone() };
        let swapped =
            begin_standing(&desk.door, &desk.store, &desk.timo, &other, new.digest(), KNOWN, desk.now()).await;
        assert!(matches!(swapped, Err(DoorError::Refused(Refusal::DigestMismatch))));
        let few = Tally { n: 40, right: 40, ..Tally::default() };
        let unknown = begin_standing(&desk.door, &desk.store, &desk.timo, &new, new.digest(), few, desk.now()).await;
        assert!(matches!(unknown, Err(DoorError::Refused(Refusal::Unfit { .. }))));
        let bare = NewStanding { sources: &[], ..new.clone() };
        let unsourced =
            begin_standing(&desk.door, &desk.store, &desk.timo, &bare, bare.digest(), KNOWN, desk.now()).await;
        assert!(matches!(unsourced, Err(DoorError::Refused(Refusal::Unfit { .. }))), "it rests on nothing");
        let early = begin(&desk, &desk.timo).await;
        assert!(matches!(early, Err(DoorError::Refused(Refusal::Unfit { .. }))), "its category has not climbed");
        on_the_rung(&desk, Rung::StandingApprovals).await;
        let id = begin(&desk, &desk.timo).await.expect("begins");

        let (case, outbox) = answered(&desk).await;
        assert_eq!(status(&desk, case).await, "pending");
        assert_eq!(desk.deliver(outbox).await, Delivery::NotDue, "there is time to end it");
        desk.wait(UNDO + 1);
        assert_eq!(desk.deliver(outbox).await, Delivery::Sent { refused: vec![] });
        let letters = desk.recording.letters();
        let [(_, to, mime)] = letters.as_slice() else { panic!("one letter") };
        let mail = String::from_utf8(mime.clone()).expect("ASCII");
        assert_eq!(to.as_slice(), ["ana@kunde.example".to_owned()].as_slice());
        assert!(mail.contains(&TEXT.replace('\n', "\r\n")), "{mail}");
        assert!(mail.contains("Timo Brandt approved its words") && mail.contains("Auto-Submitted: auto-replied"));
        let grant = Grant::for_agent(&desk.timo, Purpose::Work).expect("a grant");
        let uses = uses_of(&mut desk.store.read().await.expect("reads"), &grant, id).await.expect("reads");
        assert_eq!((uses.len(), uses[0].ticket, uses[0].came_back), (1, case.ticket, false));
        desk.inbound(case.ticket, "again@kunde.example").await;
        let uses = uses_of(&mut desk.store.read().await.expect("reads"), &grant, id).await.expect("reads");
        assert!(uses[0].came_back);
    });
}

#[test]
fn a_category_that_falls_sends_nothing_by_itself() {
    on_both(async |desk| {
        on_the_rung(&desk, Rung::StandingApprovals).await;
        desk.confirm(&desk.timo).await;
        begin(&desk, &desk.timo).await.expect("begins");
        let (_, outbox) = answered(&desk).await;
        desk.wait(1);
        on_the_rung(&desk, Rung::Drafts).await;
        desk.wait(UNDO + 1);
        assert_eq!(desk.deliver(outbox).await, Delivery::Stopped { because: Refusal::PolicyChanged });
        assert_eq!(answer(&desk, desk.case().await).await, Some(Err(Unused::Rung)));
    });
}

#[test]
fn what_a_pilot_has_earned_answers_in_that_pilot_only() {
    on_both(async |desk| {
        let pilot = Pilot::Product("relay".into());
        on_the_rung_in(&desk, Some(&pilot), Rung::StandingApprovals).await;
        desk.confirm(&desk.timo).await;
        begin(&desk, &desk.timo).await.expect("begins, for the pilot's sake");
        assert_eq!(answer(&desk, desk.case().await).await, Some(Err(Unused::Rung)), "about no product");
        let case = desk.case().await;
        let about = "update tickets set product = $2 where id = $1";
        desk.sql(about, values![case.ticket, "ledger"]).await.expect("writes");
        assert_eq!(answer(&desk, case).await, Some(Err(Unused::Rung)), "about another");
        desk.sql(about, values![case.ticket, "relay"]).await.expect("writes");
        let outbox = answer(&desk, case).await.expect("one is active").expect("it is used");
        // A requester who names another product in the undo time is not answered by it any more.
        desk.sql(about, values![case.ticket, "ledger"]).await.expect("writes");
        desk.wait(UNDO + 1);
        assert_eq!(desk.deliver(outbox).await, Delivery::Stopped { because: Refusal::PolicyChanged });
    });
}

#[test]
fn limits_and_a_changed_world_stop_it() {
    on_both(async |desk| {
        on_the_rung(&desk, Rung::StandingApprovals).await;
        desk.confirm(&desk.timo).await;
        begin(&desk, &desk.timo).await.expect("begins");
        let (first, outbox) = answered(&desk).await;
        desk.inbound(first.ticket, "more@kunde.example").await;
        desk.wait(UNDO + 1);
        assert_eq!(desk.deliver(outbox).await, Delivery::Stopped { because: Refusal::NewMessage });
        let (second, outbox) = answered(&desk).await;
        assert_eq!(answer(&desk, desk.case().await).await, Some(Err(Unused::Limit)), "two a day");
        desk.sql("update tickets set risk = 'legal' where id = $1", values![second.ticket]).await.expect("sets");
        desk.wait(UNDO + 1);
        assert_eq!(desk.deliver(outbox).await, Delivery::Stopped { because: Refusal::PolicyChanged });
        assert_eq!(status(&desk, second).await, "open", "a person has it again");

        desk.wait(DAY);
        let flagged = desk.case().await;
        desk.sql("update tickets set risk = 'legal' where id = $1", values![flagged.ticket]).await.expect("sets");
        assert_eq!(answer(&desk, flagged).await, Some(Err(Unused::Risk)));
        desk.sql("update requesters set ai = 'out'", values![]).await.expect("sets");
        assert_eq!(answer(&desk, desk.case().await).await, Some(Err(Unused::Consent)));
        desk.sql("update requesters set ai = 'default'", values![]).await.expect("sets");
        let (third, outbox) = answered(&desk).await;
        assert_eq!(answer(&desk, desk.case().await).await, Some(Err(Unused::Limit)), "three for one person in a week");
        desk.deactivate(desk.timo.agent().id).await;
        desk.wait(UNDO + 1);
        assert_eq!(desk.deliver(outbox).await, Delivery::Stopped { because: Refusal::NotYours });
        assert_eq!(status(&desk, third).await, "open");
        assert_eq!(desk.recording.letters().len(), 0);
    });
}

#[test]
fn a_changed_article_stops_it() {
    on_both(async |desk| {
        on_the_rung(&desk, Rung::StandingApprovals).await;
        desk.confirm(&desk.timo).await;
        begin(&desk, &desk.timo).await.expect("begins");
        let (case, outbox) = answered(&desk).await;
        desk.sql("update articles set review_by = 1 where id = $1", values![&desk.article]).await.expect("expires");
        desk.wait(UNDO + 1);
        assert!(matches!(desk.deliver(outbox).await, Delivery::Stopped { because: Refusal::SourceChanged { .. } }));
        assert_eq!(status(&desk, case).await, "open");
        assert_eq!(answer(&desk, desk.case().await).await, Some(Err(Unused::Source)));
        let lines = standings(&mut desk.store.read().await.expect("reads"), desk.now()).await.expect("reads");
        assert!(lines[0].changed.is_some());
        desk.confirm(&desk.timo).await;
        assert!(matches!(begin(&desk, &desk.timo).await, Err(DoorError::Refused(Refusal::Unfit { .. }))));
        assert!(desk.sql("delete from standing_sources", values![]).await.is_err());
    });
}

#[test]
fn the_kill_switch_takes_back_what_waits() {
    on_both(async |desk| {
        on_the_rung(&desk, Rung::StandingApprovals).await;
        desk.confirm(&desk.timo).await;
        let id = begin(&desk, &desk.timo).await.expect("begins");
        let (case, outbox) = answered(&desk).await;
        let refused = end_standing(&desk.store, &desk.mara, id, desk.now()).await;
        assert!(matches!(refused, Err(DoorError::Refused(Refusal::Role { .. }))));
        end_standing(&desk.store, &desk.timo, id, desk.now()).await.expect("ends");
        assert_eq!((status(&desk, case).await, desk.outbox_state(outbox).await), ("open".into(), "cancelled".into()));
        desk.wait(UNDO + 1);
        assert_eq!(desk.deliver(outbox).await, Delivery::NotDue);
        assert_eq!(answer(&desk, desk.case().await).await, None);

        let on = sources(&desk);
        let limits = Limits { until: desk.now().plus_seconds(5), ..wanted(&desk, &on).limits };
        let short = NewStanding { limits, ..wanted(&desk, &on) };
        desk.confirm(&desk.timo).await;
        begin_standing(&desk.door, &desk.store, &desk.timo, &short, short.digest(), KNOWN, desk.now())
            .await
            .expect("begins");
        let (_, outbox) = answered(&desk).await;
        desk.wait(UNDO + 1);
        assert_eq!(
            desk.deliver(outbox).await,
            Delivery::Stopped { because: Refusal::Expired },
            "its last moment passed"
        );
        assert_eq!(answer(&desk, desk.case().await).await, Some(Err(Unused::Ended)));
    });
}

#[test]
fn a_forged_one_answers_nobody() {
    on_both(async |desk| {
        on_the_rung(&desk, Rung::StandingApprovals).await;
        desk.confirm(&desk.timo).await;
        let id = begin(&desk, &desk.timo).await.expect("begins");
        for change in ["body = 'Pay to another account.'", "a_day = 200", "until_at = until_at + 1", "ended_at = null"]
        {
            let sql = format!("update standing_approvals set {change} where id = $1");
            assert!(desk.sql(&sql, values![id]).await.is_err(), "{change}");
        }
        assert!(desk.sql("delete from standing_approvals where id = $1", values![id]).await.is_err());
        // Whoever has the database can end the real one and write another beside it, but not its mark.
        desk.sql("update standing_approvals set ended_at = 1 where id = $1", values![id]).await.expect("ends");
        let forged: StandingId = new_id();
        desk.sql(
            "insert into standing_approvals (id, category, language, body, digest, agent_id, session_id, a_day, a_requester, until_at, approved_at, mac)
             select $1, category, language, 'Pay to another account.', digest, agent_id, session_id, a_day, a_requester, until_at, approved_at, mac from standing_approvals where id = $2",
            values![forged, id],
        )
        .await
        .expect("writes");
        let case = desk.case().await;
        assert_eq!(answer(&desk, case).await, Some(Err(Unused::Ended)));
        // Nor does a row of the outbox that names it leave, with or without a use beside it.
        let row: OutboxId = new_id();
        desk.sql(
            "insert into outbox (id, kind, notice, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
             select $1, 'notice', 'standing:' || s.id, $2, 'support@fernhill.example', '[\"thief@evil.example\"]', s.mac, s.mac, 'ready', 0, 0, 0, s.approved_at, s.approved_at from standing_approvals s where s.id = $3",
            values![row, case.ticket, forged],
        )
        .await
        .expect("writes");
        assert_eq!(desk.deliver(row).await, Delivery::Stopped { because: Refusal::DigestMismatch });
        assert_eq!(desk.recording.letters().len(), 0);
    });
}
