//! How fast log records come in over OTLP: unpacked, decoded, mined and kept, without the network.

use connect::otlp::{self, Format};
use logmine::window::{Settings, Window};

use super::{Figure, Goal, cpu};
use crate::{cli::Failure, flow::take_telemetry, telemetry::Masks};

/// Records of a batch, as collectors send them by default.
const BATCH: usize = 8_192;
/// Batches of a measurement.
const BATCHES: usize = 48;
/// Microseconds since 1970 at which it begins.
const BEGIN: i64 = 1_795_000_000_000_000;

/// Records per second of one core, in both encodings.
pub fn measure(lines: &[Vec<u8>]) -> Result<Vec<Figure>, Failure> {
    let texts: Vec<&str> = lines.iter().filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let goal = Goal::AtLeast(20_000.0);
    Ok(vec![
        figure("protobuf", rate(&texts, Format::Protobuf)?, goal),
        figure("json", rate(&texts, Format::Json)?, goal),
    ])
}

fn figure(format: &str, value: f64, goal: Goal) -> Figure {
    Figure::new("diagnostics", format!("otlp.{format}.records_per_cpu_s"), value, "1/s", BATCH * BATCHES, goal)
}

fn rate(texts: &[&str], format: Format) -> Result<f64, Failure> {
    let mut source = texts.iter().copied().cycle();
    let bodies: Vec<Vec<u8>> = (0..BATCHES as i64)
        .map(|n| {
            let lines: Vec<&str> = source.by_ref().take(BATCH).collect();
            otlp::fake::logs(&format!("service-{}", n % 6), &lines, BEGIN + n * 10_000_000, format)
        })
        .collect();
    let masks = Masks::new(&["user.email".to_owned()]);
    let (kept, took) = cpu::of(|| {
        let mut window = Window::new(Settings::default());
        let now = BEGIN + 3_600_000_000;
        let mut late = 0;
        for body in &bodies {
            let batch = otlp::logs(body, format)?;
            late += take_telemetry::lines(&masks, &mut window, batch.records, now);
            window.tidy(now);
        }
        let lines: u64 = window.services().iter().map(|service| service.lines).sum();
        Ok::<_, otlp::Unreadable>((lines, late))
    });
    match kept {
        Ok((lines, 0)) if lines == (BATCH * BATCHES) as u64 => Ok(BATCH as f64 * BATCHES as f64 / took),
        Ok((lines, late)) => {
            Err(Failure::told(format!("{lines} lines were taken and {late} were late; all were sent.")))
        }
        Err(error) => Err(Failure::told(error.to_string())),
    }
}
