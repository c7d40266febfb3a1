//! Whatever people, mail, clocks, servers and forgers do, in any order: what left was approved, by a
//! live person, in these bytes, once, and the world had not changed since.

use std::sync::Arc;

use desk::{Digest, Timestamp, ids::AgentId};
use outbox::{ApprovedReply, Delivery, Scripted, Sealed, Transport, Verdict};
use proptest::{prelude::*, test_runner::TestRunner};
use store::AgentSession;

use crate::{
    desk_at::{Case, TestDesk, session},
    values,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Inbound,
    Edit,
    Seal,
    Approve,
    Undo,
    Deliver(Scripted),
    Forge,
    Reset,
    EndSession,
    SignInAgain,
    Deactivate,
    ChangeSource,
    Wait(i64),
    Rescue,
    Resolve(Verdict),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    use Action::*;
    let one = prop_oneof![
        12 => Just(Seal),
        14 => Just(Approve),
        10 => Just(Wait(11)),
        10 => Just(Deliver(Scripted::Accept)),
        2 => Just(Inbound),
        1 => prop_oneof![Just(Deliver(Scripted::Later)), Just(Deliver(Scripted::Silence)), Just(Deliver(Scripted::Refuse))],
        1 => prop_oneof![Just(Wait(1)), Just(Wait(4000)), Just(Wait(90_000))],
        1 => prop_oneof![Just(Edit), Just(Undo), Just(Forge), Just(Reset)],
        1 => prop_oneof![Just(EndSession), Just(Deactivate), Just(SignInAgain), Just(SignInAgain)],
        1 => prop_oneof![Just(ChangeSource), Just(Rescue), Just(Resolve(Verdict::Sent)), Just(Resolve(Verdict::NotSent))],
    ];
    proptest::collection::vec(one, 1..60)
}

/// What must be true of the reply that waits.
struct Waiting {
    reply: ApprovedReply,
    approver: AgentId,
    at: Timestamp,
    cites: bool,
    alive: bool,
}

/// A ticket being worked, and what the rules say about it, kept without looking at the tables.
struct Model {
    desk: Arc<TestDesk>,
    case: Case,
    person: AgentSession,
    signed_in: bool,
    page: Option<Sealed>,
    page_holds: bool,
    source_good: bool,
    waiting: Option<Waiting>,
    uncertain: bool,
    expected: Vec<Digest>,
    before: usize,
}

impl Model {
    async fn new(desk: Arc<TestDesk>) -> Self {
        desk.sql("update articles set state = 'approved'", values![]).await.expect("restores");
        let (case, person) = (desk.case().await, desk.new_person().await);
        let before = desk.recording.letters().len();
        Self {
            desk,
            case,
            person,
            signed_in: true,
            page: None,
            page_holds: false,
            source_good: true,
            waiting: None,
            uncertain: false,
            expected: vec![],
            before,
        }
    }

    fn world_changed(&mut self) {
        self.page_holds = false;
        if let Some(waiting) = &mut self.waiting {
            waiting.alive = false;
        }
    }

    async fn act(&mut self, action: Action) {
        let desk = self.desk.clone();
        match action {
            Action::Inbound => {
                let message = desk.inbound(self.case.ticket, "next@kunde.example").await;
                self.world_changed();
                if self.waiting.is_none() {
                    self.case.draft = desk.draft(self.case.ticket, message).await;
                }
            }
            Action::Edit => {
                if desk.edit(self.case.draft, "A person's own words, dear Ana.").await.is_ok() {
                    self.page_holds = false;
                    assert!(self.waiting.is_none() && !self.uncertain, "an approved draft was edited");
                }
            }
            Action::Seal => {
                if let Ok(page) = desk.seal(&self.person, self.case.draft).await {
                    assert!(self.signed_in);
                    self.page_holds = self.source_good || page.sources.is_empty();
                    self.page = Some(page);
                }
            }
            Action::Approve => self.approve().await,
            Action::Undo => self.undo().await,
            Action::Deliver(answer) => self.deliver(answer).await,
            Action::Forge => self.forge().await,
            Action::Reset => self.reset().await,
            Action::EndSession => {
                desk.sql("update sessions set ended_at = 1 where id = $1", values![self.person.id()])
                    .await
                    .expect("ends");
                self.signed_in = false;
            }
            Action::SignInAgain => {
                self.person = desk.new_person().await;
                self.person = session(&desk.store, self.person.agent().id, desk.now()).await;
                (self.signed_in, self.page_holds) = (true, false);
            }
            Action::Deactivate => {
                desk.deactivate(self.person.agent().id).await;
                self.signed_in = false;
                if let Some(waiting) = self.waiting.as_mut().filter(|w| w.approver == self.person.agent().id) {
                    waiting.alive = false;
                }
            }
            Action::ChangeSource => {
                desk.sql("update articles set state = 'expired'", values![]).await.expect("retires");
                self.source_good = false;
                self.page_holds &= self.page.as_ref().is_some_and(|page| page.sources.is_empty());
                if let Some(waiting) = self.waiting.as_mut().filter(|w| w.cites) {
                    waiting.alive = false;
                }
            }
            Action::Wait(seconds) => desk.wait(seconds),
            Action::Rescue => {
                assert!(outbox::rescue(&desk.store, desk.now()).await.expect("looks").is_empty(), "nothing died here")
            }
            Action::Resolve(verdict) => self.resolve(verdict).await,
        }
    }

    async fn approve(&mut self) {
        let Some(page) = self.page.take() else { return };
        let fresh = self.desk.now().seconds_since(page.expires_at) <= 0;
        let answer = self.desk.approve(&self.person, &page).await;
        if !(self.page_holds && self.signed_in && fresh) {
            assert!(
                answer.is_err(),
                "approved although page held: {}, signed in: {}, fresh: {fresh}",
                self.page_holds,
                self.signed_in
            );
        }
        if let Ok(reply) = answer {
            assert_eq!(reply.digest(), page.digest);
            assert!(self.waiting.is_none(), "two approvals wait");
            let (approver, at, cites) = (self.person.agent().id, self.desk.now(), !page.sources.is_empty());
            self.waiting = Some(Waiting { reply, approver, at, cites, alive: true });
        }
        self.page_holds = false;
    }

    async fn undo(&mut self) {
        if let Some(waiting) = &self.waiting {
            let undone =
                outbox::undo(&self.desk.store, &self.desk.mara, waiting.reply.approval(), self.desk.now()).await;
            assert_eq!(undone.is_ok(), !self.uncertain, "a waiting reply can be taken back, an uncertain one cannot");
            if undone.is_ok() {
                self.waiting = None;
            }
        }
    }

    async fn deliver(&mut self, answer: Scripted) {
        let Some(waiting) = &self.waiting else { return };
        let reach = outbox::Recording::default();
        reach.script([answer]);
        let got = self.desk.deliver_by(&Transport::Recording(reach.clone()), waiting.reply.outbox()).await;
        let late = self.desk.now().seconds_since(waiting.at) > desk::approval::APPROVAL_SECONDS;
        let digest = waiting.reply.digest();
        for (from, to, mime) in reach.letters() {
            assert!(waiting.alive && !late && !self.uncertain, "it left although it must not");
            let fields: Vec<&[u8]> = std::iter::once(from.as_bytes())
                .chain(to.iter().map(String::as_bytes))
                .chain([mime.as_slice()])
                .collect();
            assert_eq!(Digest::of_fields("countersign/outbound/1", &fields), digest, "other bytes than approved left");
            self.expected.push(digest);
        }
        match got {
            Delivery::NotDue | Delivery::Later { .. } => {}
            Delivery::Sent { .. } | Delivery::Failed { .. } => {
                assert!(waiting.alive && !late);
                self.waiting = None;
            }
            Delivery::Stopped { because } => {
                assert!(!waiting.alive || late, "stopped without a reason: {because}");
                self.waiting = None;
            }
            Delivery::Uncertain => self.uncertain = true,
        }
    }

    /// Rows copied in SQL with other words, without the key.
    async fn forge(&mut self) {
        let Some(waiting) = &self.waiting else { return };
        let (desk, id) = (&self.desk, store::new_id::<desk::ids::OutboxId>());
        let sql = "insert into outbox (id, kind, notice, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
                   select $1, 'notice', 'received', ticket_id, mail_from, recipients, mime, mac, 'ready', 0, 0, 0, created_at, updated_at from outbox where id = $2";
        desk.sql(sql, values![id, waiting.reply.outbox()]).await.expect("the tables cannot tell");
        assert!(matches!(desk.deliver(id).await, Delivery::Stopped { .. }));
    }

    /// Whatever left is made to look as if it waited.
    async fn reset(&mut self) {
        if self.waiting.is_some() {
            return;
        }
        let (desk, reach) = (&self.desk, outbox::Recording::default());
        desk.sql(
            "update outbox set state = 'ready' where ticket_id = $1 and state <> 'ready'",
            values![self.case.ticket],
        )
        .await
        .expect("resets");
        let rows = desk.rows("select id from outbox where ticket_id = $1", values![self.case.ticket]).await;
        for row in &rows {
            let got = desk.deliver_by(&Transport::Recording(reach.clone()), row.columns().take().expect("id")).await;
            assert!(matches!(got, Delivery::Stopped { .. } | Delivery::NotDue), "{got:?}");
        }
        desk.sql("update outbox set state = 'stopped' where ticket_id = $1", values![self.case.ticket])
            .await
            .expect("ends");
        assert!(reach.letters().is_empty());
    }

    async fn resolve(&mut self, verdict: Verdict) {
        let Some(waiting) = &self.waiting else { return };
        let answer =
            outbox::resolve(&self.desk.store, &self.desk.mara, waiting.reply.outbox(), verdict, self.desk.now()).await;
        assert_eq!(answer.is_ok(), self.uncertain, "only the uncertain is resolved");
        if answer.is_ok() {
            (self.waiting, self.uncertain) = (None, false);
        }
    }

    fn check(&self) {
        let mut once = self.expected.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), self.expected.len(), "one approval left twice");
        assert_eq!(self.desk.recording.letters().len(), self.before, "a forged row left");
    }
}

#[test]
fn nothing_leaves_without_its_approval_and_nothing_twice() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    for desk in runtime.block_on(TestDesk::each()) {
        let (desk, cases) = (Arc::new(desk), 80);
        let mut runner =
            TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
        let left = std::cell::Cell::new(0);
        let outcome = runner.run(&actions(), |actions| {
            runtime.block_on(async {
                let mut model = Model::new(desk.clone()).await;
                for action in actions {
                    model.act(action).await;
                }
                model.check();
                left.set(left.get() + model.expected.len());
            });
            Ok(())
        });
        runtime.block_on(desk.close());
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
        assert!(left.get() >= 5, "the actions led to {} mails only; the test proves little", left.get());
    }
}
