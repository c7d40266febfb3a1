//! Traced calls: counted by operation and minute, the failed ones kept, and who calls whom.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Loss, Losses, MINUTE, Window};

/// Operations told apart; calls of further ones count for their service under an empty name.
const OPERATIONS: usize = 2_000;
/// Failed calls kept.
const FAILED: usize = 4_000;
/// Spans remembered to learn who called, in each of two halves.
const REMEMBERED: usize = 50_000;
/// Pairs of callers and callees.
const EDGES: usize = 5_000;

/// A traced call that comes in.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Who served it.
    pub service: &'a str,
    /// What was called.
    pub operation: &'a str,
    /// The trace.
    pub trace: [u8; 16],
    /// The span.
    pub id: [u8; 8],
    /// The span that caused it.
    pub parent: Option<[u8; 8]>,
    /// When it began; `None` where nobody said.
    pub at: Option<i64>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What it says about its failure; `None` when it did not fail.
    pub failed: Option<&'a str>,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedCall {
    /// Who served it.
    pub service: String,
    /// What was called.
    pub operation: String,
    /// The trace.
    pub trace: [u8; 16],
    /// The span.
    pub id: [u8; 8],
    /// The span that caused it.
    pub parent: Option<[u8; 8]>,
    /// When it began.
    pub at: i64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What it says; may be empty.
    pub message: String,
}

/// A minute of an operation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OperationMinute {
    /// Calls.
    pub calls: u32,
    /// Those that failed.
    pub failed: u32,
    /// How long they took together, in seconds.
    pub seconds: f64,
}

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// Who serves it.
    pub service: &'a str,
    /// Its name; empty for those that were too many to be told apart.
    pub name: &'a str,
    /// By minute since 1970, those with calls.
    pub minutes: &'a BTreeMap<i64, OperationMinute>,
}

/// One service calls another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Who calls.
    pub caller: String,
    /// Who is called.
    pub callee: String,
    /// How often.
    pub calls: u64,
    /// When last.
    pub last: i64,
}

type Minutes = BTreeMap<i64, OperationMinute>;

#[derive(Debug, Default)]
pub(super) struct Calls {
    operations: BTreeMap<(Box<str>, Box<str>), Minutes>,
    minutes: usize,
    failed: VecDeque<FailedCall>,
    edges: BTreeMap<(Box<str>, Box<str>), (u64, i64)>,
    /// Who served a span, and who was served by one that is not known yet; the newer and the older half.
    known: [HashMap<[u8; 8], Box<str>>; 2],
    waiting: [HashMap<[u8; 8], Box<str>>; 2],
}

impl Window {
    /// Takes a traced call. False when it is older than the window and was left away.
    pub fn call(&mut self, call: Call<'_>, now: i64) -> bool {
        let Some(at) = self.time(call.at, now) else {
            self.losses.add(Loss::SpanLate, 1);
            return false;
        };
        self.calls.link(&call, at);
        self.calls.count(&call, at, &mut self.losses);
        if let Some(message) = call.failed {
            self.calls.keep(&call, message, at, &mut self.losses);
        }
        true
    }

    /// Operations, by service and name.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.calls.operations.iter().map(|((service, name), minutes)| Operation { service, name, minutes })
    }

    /// Failed calls, as they came.
    pub fn failed_calls(&self) -> impl DoubleEndedIterator<Item = &FailedCall> {
        self.calls.failed.iter()
    }

    /// Who calls whom, by name.
    pub fn edges(&self) -> impl Iterator<Item = Edge> {
        self.calls.edges.iter().map(|((caller, callee), (calls, last))| Edge {
            caller: caller.to_string(),
            callee: callee.to_string(),
            calls: *calls,
            last: *last,
        })
    }
}

impl Calls {
    fn count(&mut self, call: &Call<'_>, at: i64, losses: &mut Losses) {
        let key = (Box::from(call.service), Box::from(call.operation));
        let known = self.operations.contains_key(&key);
        let key = if known || self.operations.len() < OPERATIONS {
            key
        } else {
            losses.add(Loss::OperationBeyond, 1);
            // Services may be as many as operations are.
            let service = if self.operations.len() < 2 * OPERATIONS { call.service } else { "" };
            (Box::from(service), Box::from(""))
        };
        let minutes = self.operations.entry(key).or_default();
        let minute = minutes.entry(at.div_euclid(MINUTE)).or_insert_with(|| {
            self.minutes += 1;
            OperationMinute::default()
        });
        minute.calls = minute.calls.saturating_add(1);
        minute.failed = minute.failed.saturating_add(u32::from(call.failed.is_some()));
        minute.seconds += call.seconds;
    }

    fn keep(&mut self, call: &Call<'_>, message: &str, at: i64, losses: &mut Losses) {
        if self.failed.len() >= FAILED {
            self.failed.pop_front();
            losses.add(Loss::FailedSpanForgotten, 1);
        }
        self.failed.push_back(FailedCall {
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            trace: call.trace,
            id: call.id,
            parent: call.parent,
            at,
            seconds: call.seconds,
            message: message.to_owned(),
        });
    }

    /// A span may come before the one that caused it, which ends later.
    fn link(&mut self, call: &Call<'_>, at: i64) {
        if let Some(callee) = self.waiting.iter_mut().find_map(|half| half.remove(&call.id)) {
            self.edge(call.service, &callee, at);
        }
        if let Some(parent) = call.parent {
            match self.known.iter().find_map(|half| half.get(&parent)).cloned() {
                Some(caller) => self.edge(&caller, call.service, at),
                None => remember(&mut self.waiting, parent, call.service),
            }
        }
        remember(&mut self.known, call.id, call.service);
    }

    fn edge(&mut self, caller: &str, callee: &str, at: i64) {
        if caller == callee {
            return;
        }
        let key = (Box::from(caller), Box::from(callee));
        if self.edges.len() >= EDGES && !self.edges.contains_key(&key) {
            return;
        }
        let (calls, last) = self.edges.entry(key).or_default();
        *calls += 1;
        *last = at.max(*last);
    }

    pub(super) fn forget_before(&mut self, oldest: i64, most: usize, losses: &mut Losses) {
        self.failed.retain(|call| call.at >= oldest);
        self.edges.retain(|_, (_, last)| *last >= oldest);
        self.forget_minutes_before(oldest.div_euclid(MINUTE));
        while self.minutes > most {
            let first =
                self.operations.values().filter_map(|minutes| minutes.first_key_value()).map(|(at, _)| *at).min();
            let Some(first) = first else { return };
            let before = self.minutes;
            self.forget_minutes_before(first + 1);
            losses.add(Loss::OperationMinuteForgotten, (before - self.minutes) as u64);
        }
    }

    fn forget_minutes_before(&mut self, first: i64) {
        for minutes in self.operations.values_mut() {
            while minutes.first_key_value().is_some_and(|(at, _)| *at < first) {
                minutes.pop_first();
                self.minutes -= 1;
            }
        }
        self.operations.retain(|_, minutes| !minutes.is_empty());
    }
}

fn remember(halves: &mut [HashMap<[u8; 8], Box<str>>; 2], id: [u8; 8], service: &str) {
    if halves[0].len() >= REMEMBERED {
        halves.swap(0, 1);
        halves[0].clear();
    }
    halves[0].insert(id, service.into());
}
