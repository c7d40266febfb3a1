//! Measures milliseconds per text on one thread: `cargo run --release -p embed --example measure_embed -- MODEL_FOLDER`.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use embed::Encoder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: measure MODEL_FOLDER")?;
    let mut out = std::io::stdout().lock();
    let started = Instant::now();
    let encoder = Encoder::open(Path::new(&folder))?;
    writeln!(out, "open {:.0} ms", started.elapsed().as_secs_f64() * 1e3)?;
    for words in [18, 198] {
        let text = "order ".repeat(words);
        let tokens = encoder.tokens(&text).len();
        let mut times: Vec<f64> = (0..15)
            .map(|_| {
                let started = Instant::now();
                std::hint::black_box(encoder.encode(&text));
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let texts = vec![text.as_str(); 64];
        let started = Instant::now();
        std::hint::black_box(encoder.encode_all(&texts, 1));
        let together = started.elapsed().as_secs_f64() * 1e3 / 64.0;
        let (median, least) = (times.get(7).unwrap_or(&0.0), times.first().unwrap_or(&0.0));
        writeln!(out, "{tokens} tokens: alone {median:.1} ms (least {least:.1}), 64 at once {together:.1} ms each")?;
    }
    Ok(())
}
