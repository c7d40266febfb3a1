//! Memory and speed over many lines of which few repeat: `fill_logmine [LINES]`, ten million when not said.
//!
//! Eight kinds of lines, of which two carry words that never come twice, and every thousandth line is of a new kind. Prints
//! what is kept and, where the system tells it, the most memory this process had.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::io::Write as _;
use std::time::Instant;

use logmine::{Limits, Miner};

/// A word of letters that is different for every number.
fn word(number: u64, letters: usize) -> String {
    let mut n = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letter = |_| {
        let byte = b'g' + (n % 20) as u8;
        n /= 20;
        char::from(byte)
    };
    (0..letters).map(letter).collect()
}

fn line(buffer: &mut Vec<u8>, n: u64) -> std::io::Result<()> {
    buffer.clear();
    match n % 1_000 {
        0 => write!(buffer, "{} {} {}", word(n, 9), word(n + 1, 9), word(n + 2, 9)),
        _ => match n % 8 {
            0 => write!(buffer, "order {n} accepted for customer {} in {} ms", word(n, 11), n % 90),
            1 => write!(
                buffer,
                "payment of {}.{} from 10.0.{}.{}:443 declined: code={}",
                n % 90,
                n % 100,
                n % 200,
                n % 250,
                n % 7
            ),
            2 => write!(buffer, "cache {} for key /v1/items/{n}", if n.is_multiple_of(3) { "HIT" } else { "MISS" }),
            3 => write!(buffer, "{}: connection closed by peer", word(n, 8)),
            4 => write!(buffer, "request {n:032x} took {}.{} s", n % 3, n % 10),
            5 => write!(buffer, "retry {} of 5, waiting", n % 5),
            6 => write!(buffer, "user={} signed in from region=eu", word(n, 7)),
            _ => write!(buffer, "connection pool is exhausted"),
        },
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let lines: u64 = std::env::args().nth(1).map_or(Ok(10_000_000), |n| n.parse())?;
    let mut miner = Miner::new(Limits::default());
    let mut buffer = Vec::new();
    let started = Instant::now();
    for n in 0..lines {
        line(&mut buffer, n)?;
        miner.stream("shop").add(&buffer);
    }
    let took = started.elapsed().as_secs_f64();
    let stream = miner.stream("shop");
    let (shapes, tally) = (stream.shapes(), stream.tally());
    println!("{lines} lines in {took:.1} s, the making of lines included");
    println!(
        "{shapes} shapes, {} templates, {} lines beyond the limits",
        stream.templates().list().len(),
        tally.beyond
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("{peak}");
    }
    Ok(())
}
