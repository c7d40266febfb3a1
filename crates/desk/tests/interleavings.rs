//! A simulated desk in which people edit, approve, undo and lose their rights, customers write again, sources and
//! policies change and letters are sent, in random order: nothing leaves that nobody approved, and nothing stale.
//!
//! The rules are the shipped ones; the world is a plain model of what the door stores. What may leave is judged a second
//! time by [`History`], which knows nothing of the rules.

use desk::{
    Digest, Timestamp,
    approval::{
        APPROVAL_SECONDS, Approver, CitedSource, Facts, FirstYes, LeavingFacts, SEAL_SECONDS, Shown, Step, may_approve,
        may_leave,
    },
    conduct::Conduct,
    draft::DraftState,
    ids::{AgentId, MessageId, SessionId},
    operating::{OperatingModel, Writing},
    people::Role,
    terms::{Confirmation, Signers},
};
use uuid::Uuid;

const STEPS: usize = 24;

/// A small generator with a seed (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }
}

#[derive(Debug, Clone, Copy)]
struct Yes {
    person: usize,
    digest: Digest,
    revision: i64,
    answered: u64,
    pins: u64,
    at: Timestamp,
    first: Option<FirstOf>,
}

#[derive(Debug, Clone, Copy)]
struct FirstOf {
    person: usize,
    digest: Digest,
    revision: i64,
    answered: u64,
    pins: u64,
    at: Timestamp,
}

/// What the door stores, and what it stores it about.
struct World {
    now: Timestamp,
    revision: i64,
    state: DraftState,
    inbound: u64,
    pins: u64,
    source_good: bool,
    people: Signers,
    active: [bool; 3],
    pages: [Option<Shown>; 3],
    first: Option<FirstOf>,
    approval: Option<Yes>,
    sent: u32,
}

/// What happened, kept without asking any rule: who said yes to which words, and what changed after.
#[derive(Default)]
struct History {
    /// Person, words, and whether nothing that counts happened since.
    yeses: Vec<(usize, Digest, Timestamp)>,
}

fn id<T: From<Uuid>>(n: u64) -> T {
    Uuid::from_u128(u128::from(n) + 1).into()
}

impl World {
    fn new(people: Signers) -> Self {
        Self {
            now: Timestamp::from_secs(1_795_000_000),
            revision: 1,
            state: DraftState::Open,
            inbound: 1,
            pins: 1,
            source_good: true,
            people,
            active: [true; 3],
            pages: [None, None, None],
            first: None,
            approval: None,
            sent: 0,
        }
    }

    fn words(&self) -> Digest {
        Digest::of(&self.revision.to_be_bytes())
    }

    fn conduct(&self) -> Conduct {
        Conduct {
            model: OperatingModel::ProductQuestion,
            writing: Writing::Draft,
            approvers: vec![Role::Agent],
            people: self.people,
            confirm: Confirmation::Session,
            checks: Vec::new(),
            escalate: Vec::new(),
            bar_percent: 0,
            lapsed: None,
            rung: desk::ladder::START,
            pins: self.pins.to_string(),
        }
    }

    fn sources(&self) -> Vec<CitedSource> {
        vec![CitedSource { title: "Prices".into(), still_good: self.source_good }]
    }

    fn approver(&self, person: usize) -> Approver {
        let n = u64::try_from(person).expect("small");
        let (agent, session): (AgentId, SessionId) = (id(n), id(100 + n));
        Approver {
            agent,
            session,
            signed_in: self.active[person],
            role: Role::Agent,
            works_in_queue: self.active[person],
        }
    }

    fn message(n: u64) -> Option<MessageId> {
        Some(id(1_000 + n))
    }

    fn first_yes(&self, first: FirstOf) -> FirstYes {
        FirstYes {
            approver: self.approver(first.person),
            holds: true,
            digest: first.digest,
            revision: first.revision,
            answered: Self::message(first.answered),
            pins: first.pins.to_string(),
            confirmed: Confirmation::Session,
            at: first.at,
        }
    }

    fn seal(&mut self, person: usize) {
        if self.state != DraftState::Open || !self.active[person] {
            return;
        }
        let approver = self.approver(person);
        self.pages[person] = Some(Shown {
            agent: approver.agent,
            session: approver.session,
            digest: self.words(),
            revision: self.revision,
            last_inbound: Self::message(self.inbound),
            at: self.now,
            spent: false,
        });
    }

    fn approve(&mut self, person: usize, history: &mut History) {
        let Some(shown) = self.pages[person].clone() else { return };
        let facts = Facts {
            claimed: shown.digest,
            approver: self.approver(person),
            state: self.state,
            revision: self.revision,
            last_inbound: Self::message(self.inbound),
            sources: self.sources(),
            conduct: self.conduct(),
            pins: self.conduct().pins,
            confirmed: Confirmation::Session,
            first: self.first.map(|f| self.first_yes(f)),
            shown: shown.clone(),
        };
        let Ok(step) = may_approve(&facts, self.now) else { return };
        history.yeses.push((person, shown.digest, self.now));
        if let Some(page) = &mut self.pages[person] {
            page.spent = true;
        }
        let (digest, revision, answered) = (shown.digest, self.revision, self.inbound);
        if step == Step::AwaitsSecond {
            self.first = Some(FirstOf { person, digest, revision, answered, pins: self.pins, at: self.now });
            return;
        }
        let first = self.first.filter(|_| self.people == Signers::Two);
        self.approval = Some(Yes { person, digest, revision, answered, pins: self.pins, at: self.now, first });
        self.state = DraftState::Approved;
    }

    /// The last moment: the rules' word, or none where they are switched off.
    fn may_send(&self, yes: Yes, is_asked: bool) -> bool {
        let facts = LeavingFacts {
            approver: self.approver(yes.person),
            approved_at: yes.at,
            send_at: None,
            confirmed: Confirmation::Session,
            first: yes.first.map(|f| self.first_yes(f)),
            mac_holds: true,
            approved: yes.digest,
            recomputed: yes.digest,
            answered: Self::message(yes.answered),
            last_inbound: Self::message(self.inbound),
            state: self.state,
            sources: self.sources(),
            conduct: self.conduct(),
            pins: yes.pins.to_string(),
            machines: None,
        };
        !is_asked || (yes.revision == self.revision && may_leave(&facts, self.now).is_ok())
    }

    /// Sends what waits. Returns what is wrong with what left, judged by what happened alone.
    fn send(&mut self, history: &History, is_asked: bool) -> Option<&'static str> {
        let yes = self.approval.filter(|yes| self.now.seconds_since(yes.at) >= 10)?;
        let goes = self.may_send(yes, is_asked);
        self.approval = None;
        if !goes {
            self.state = DraftState::Open;
            return None;
        }
        let wrong = self.wrong_with(yes, history);
        self.sent += 1;
        self.state = DraftState::Sent;
        wrong
    }

    fn wrong_with(&self, yes: Yes, history: &History) -> Option<&'static str> {
        let fresh = |at: Timestamp| self.now.seconds_since(at) <= APPROVAL_SECONDS;
        let said: Vec<usize> = history
            .yeses
            .iter()
            .filter(|(person, words, at)| *words == yes.digest && self.active[*person] && fresh(*at))
            .map(|(person, ..)| *person)
            .collect();
        if self.sent > 0 {
            Some("it left twice")
        } else if !said.contains(&yes.person) {
            Some("nobody who may approved it")
        } else if self.people == Signers::Two && !said.iter().any(|person| *person != yes.person) {
            Some("one person stood behind what needs two")
        } else if yes.digest != self.words() {
            Some("other words than the draft's left")
        } else if yes.answered != self.inbound {
            Some("it answers an overtaken question")
        } else if !self.source_good {
            Some("it rests on a source that changed")
        } else {
            (yes.pins != self.pins).then_some("a policy changed meanwhile")
        }
    }

    fn step(&mut self, dice: &mut Dice, history: &mut History, is_asked: bool) -> Option<&'static str> {
        let person = usize::try_from(dice.roll(3)).expect("small");
        match dice.roll(16) {
            // A saved edit reopens nothing: what waits is what the door has to stop.
            0 if self.state != DraftState::Sent => self.revision += 1,
            1 => self.inbound += 1,
            2..=5 => self.seal(person),
            6..=9 => self.approve(person, history),
            10 => {
                if self.approval.take().is_some() {
                    self.state = DraftState::Open;
                }
            }
            11 => self.active[person] = !self.active[person] || dice.roll(2) == 0,
            12 => match dice.roll(4) {
                0 => self.source_good = !self.source_good,
                1 => self.pins += 1,
                _ => {}
            },
            13 => {
                let pause = [1, 15, SEAL_SECONDS + 1, APPROVAL_SECONDS + 1];
                self.now = self.now.plus_seconds(pause[usize::try_from(dice.roll(4)).expect("small")]);
            }
            _ => {
                self.now = self.now.plus_seconds(11);
                return self.send(history, is_asked);
            }
        }
        None
    }
}

/// Plays so many; returns how many letters left and the first thing that was wrong, with its seed.
fn play(count: u64, is_asked: bool) -> (u64, Option<(u64, &'static str)>) {
    let mut sent = 0;
    for seed in 1..=count {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let people = if dice.roll(3) == 0 { Signers::Two } else { Signers::One };
        let (mut world, mut history) = (World::new(people), History::default());
        for _ in 0..STEPS {
            if let Some(wrong) = world.step(&mut dice, &mut history, is_asked) {
                return (sent, Some((seed, wrong)));
            }
        }
        sent += u64::from(world.sent);
    }
    (sent, None)
}

#[test]
fn nothing_unapproved_and_nothing_stale_leaves_in_any_order() {
    let count = 1_000_000;
    let (sent, wrong) = play(count, true);
    assert_eq!(wrong, None, "seed and what left");
    // Seeds are fixed, so this is the figure of docs/quality.md.
    assert_eq!(sent, 162_861, "another generator or other rules: look at the figure again");
}

#[test]
fn without_the_last_look_it_would_be_noticed() {
    let (_, wrong) = play(2_000, false);
    assert!(wrong.is_some(), "the judge finds nothing, so it proves nothing");
}
