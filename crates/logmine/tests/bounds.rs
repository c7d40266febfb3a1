//! Whatever comes in: no panic, no growth without end, every line counted once.

use logmine::{Limits, Miner};
use proptest::collection::vec;
use proptest::prelude::*;

const SMALL: Limits = Limits { services: 3, shapes: 300, shapes_of_a_layout: 64, line_bytes: 200, tokens: 40 };

proptest! {
    #[test]
    fn any_bytes_are_counted_once_and_belong_to_one_template(lines in vec(vec(any::<u8>(), 0..300), 1..80)) {
        let mut miner = Miner::new(SMALL);
        for line in &lines {
            miner.stream("s").add(line);
        }
        let stream = miner.stream("s");
        let templates = stream.templates();
        prop_assert_eq!(templates.list().iter().map(|t| t.lines).sum::<u64>(), lines.len() as u64);
        let slots: usize = templates.list().iter().map(|t| t.shapes.len()).sum();
        prop_assert_eq!(slots, stream.shapes());
        for line in &lines {
            stream.parameters(&templates, line);
        }
    }

    #[test]
    fn words_and_marks_in_any_mix_keep_their_names(
        lines in vec("[a-c0-1=:,<>()\" ./-]{0,40}", 1..120),
        again in any::<prop::sample::Index>(),
    ) {
        let mut miner = Miner::new(SMALL);
        let slots: Vec<_> = lines.iter().map(|l| miner.stream("s").add(l.as_bytes())).collect();
        let templates = miner.stream("s").templates();
        let at = again.index(lines.len());
        let before = templates.of(slots[at]).map(|t| t.id);
        let slot = miner.stream("s").add(lines[at].as_bytes());
        let templates = miner.stream("s").templates();
        prop_assert_eq!(templates.of(slot).map(|t| t.id), before);
        let restored = Miner::restore(miner.snapshot(), SMALL).expect("what was just kept");
        prop_assert_eq!(restored.snapshot(), miner.snapshot());
    }
}

/// Words without end, none twice.
fn word(n: u64) -> String {
    let mut n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..9)
        .map(|_| {
            let c = b'g' + (n % 20) as u8;
            n /= 20;
            char::from(c)
        })
        .collect()
}

#[test]
fn lines_that_never_repeat_fill_no_memory() {
    let mut miner = Miner::new(Limits { shapes: 2_000, ..Limits::default() });
    for n in 0..200_000_u64 {
        let line = (0..=n % 9).map(|i| word(n * 10 + i)).collect::<Vec<_>>().join(" ");
        miner.stream("noise").add(line.as_bytes());
    }
    let stream = miner.stream("noise");
    assert!(stream.shapes() <= 2_100, "{}", stream.shapes());
    assert!(stream.tally().beyond > 190_000);
    assert_eq!(stream.templates().list().iter().map(|t| t.lines).sum::<u64>(), 200_000);
}

#[test]
fn a_service_per_line_fills_no_memory() {
    let mut miner = Miner::new(Limits { services: 10, ..Limits::default() });
    for n in 0..1_000 {
        miner.stream(&word(n)).add(b"hello");
    }
    assert!(miner.streams().count() <= 11);
    assert_eq!(miner.tally().lines, 1_000);
}

#[test]
fn long_and_binary_lines_are_bounded_and_counted() {
    let mut miner = Miner::default();
    let long = "word=1 ".repeat(1_500_000);
    let noise: Vec<u8> = (0..10_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let stream = miner.stream("s");
    stream.add(long.as_bytes());
    stream.add(&noise);
    stream.add(b"");
    let tally = stream.tally();
    assert_eq!((tally.lines, tally.cut, tally.binary), (3, 2, 1));
    assert!(tally.bytes > 20_000_000);
    assert_eq!(stream.templates().list().len(), 3);
}

#[test]
fn a_long_layout_with_ever_new_words_stays_quick() {
    let mut miner = Miner::default();
    for n in 0..3_000_u64 {
        let line = (0..200).map(|i| word(n * 1_000 + i % (n % 150 + 1))).collect::<Vec<_>>().join(" ");
        miner.stream("s").add(line.as_bytes());
    }
    assert!(miner.stream("s").shapes() < 200);
}
