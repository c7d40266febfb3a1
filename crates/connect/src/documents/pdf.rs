//! Text of a PDF. The library behind it was not written for hostile files, so whatever could grow is looked at before, and
//! it works in a process of its own, which is ended when it takes too long.

use std::{
    io::{self, Read, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{LazyLock, OnceLock, mpsc},
    time::Duration,
};

use regex::bytes::Regex;

use super::{TEXT_BYTES_MAX, markdown::tidy};

/// Time to read one file.
const TIME_MAX: Duration = Duration::from_secs(20);
/// Stack of the thread that reads; what nests deeper ends its process.
const STACK: usize = 16 << 20;
/// Bytes that everything compressed in a file may come to.
const UNPACKED_MAX: u64 = 96 * 1024 * 1024;
/// Longest file that may hold the old compression, whose packed size says nothing.
const LZW_FILE_MAX: usize = 64 * 1024;

const HOSTILE: &str = "It unpacks to more than is read (96 MB); save it again in a simpler form.";
const BROKEN: &str = "It is not a PDF that can be read; save it again, or as HTML or Markdown.";

/// The program that reads one file in a process of its own, with its arguments.
static READER: OnceLock<(PathBuf, &'static str)> = OnceLock::new();

/// Names the program that reads PDFs: with this argument it does what [`unguarded`] does. Said once, when a program
/// starts; where nobody says it, as in tests of this crate, a thread reads, which nothing can end.
pub fn read_with(program: PathBuf, argument: &'static str) {
    let _ = READER.set((program, argument));
}

/// What the reading process does: a file on standard input, its text on standard output.
///
/// # Errors
/// When the file is no PDF that can be read, or the pipe breaks.
pub fn unguarded(input: &mut dyn Read, output: &mut dyn io::Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || extract(&bytes))?;
    let text = worker.join().ok().flatten().ok_or_else(|| io::Error::other(BROKEN))?;
    output.write_all(text.as_bytes())?;
    output.flush()
}

fn extract(bytes: &[u8]) -> Option<String> {
    std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem(bytes)).ok()?.ok()
}

/// The text of a PDF, one paragraph per block.
///
/// # Errors
/// One sentence.
pub fn text(bytes: &[u8]) -> Result<String, String> {
    look(bytes)?;
    let text = match READER.get() {
        Some((program, argument)) => in_process(Command::new(program).arg(argument), bytes, TIME_MAX)?,
        None => in_thread(bytes, TIME_MAX)?,
    };
    if text.len() > 2 * TEXT_BYTES_MAX {
        return Err(format!("Its text is longer than {} MB; split it.", TEXT_BYTES_MAX >> 20));
    }
    let text = tidy(&text);
    if !text.chars().any(char::is_alphanumeric) {
        return Err("It holds pictures and no text (a scan); run text recognition over it first.".to_owned());
    }
    Ok(text)
}

/// Reads in another process, which sees nothing of this one's environment and is ended in any case.
fn in_process(command: &mut Command, bytes: &[u8], limit: Duration) -> Result<String, String> {
    let unstarted = |_| "The system gave no process to read it with; sync again later.".to_owned();
    let piped = command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = piped.spawn().map_err(unstarted)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let held = bytes.to_vec();
    let (sender, receiver) = mpsc::channel();
    // Both end with the process: then its pipes are closed.
    std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&held)));
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let most = 2 * TEXT_BYTES_MAX as u64 + 1;
        let read = stdout.map(|stdout| stdout.take(most).read_to_end(&mut text));
        let _ = sender.send(matches!(read, Some(Ok(_))).then_some(text));
    });
    let read = receiver.recv_timeout(limit);
    // Whoever closed its output has a moment to say how it ended; a text that is too long has no end to wait for.
    let ended = if read.is_ok() { patiently(&mut child) } else { None };
    let _ = child.kill();
    let status = child.wait().ok();
    let text = read.map_err(|_| too_long(limit))?.ok_or(BROKEN)?;
    let is_cut = text.len() > 2 * TEXT_BYTES_MAX;
    if !is_cut && !ended.or(status).is_some_and(|status| status.success()) {
        return Err(BROKEN.to_owned());
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// How a process ended that is about to: looked at for a second.
fn patiently(child: &mut std::process::Child) -> Option<std::process::ExitStatus> {
    for _ in 0..100 {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

fn in_thread(bytes: &[u8], limit: Duration) -> Result<String, String> {
    let (sender, receiver) = mpsc::channel();
    let held = bytes.to_vec();
    let worker = std::thread::Builder::new().name("pdf".to_owned()).stack_size(STACK);
    if worker.spawn(move || sender.send(extract(&held))).is_err() {
        return Err("The system gave no thread to read it with; sync again later.".to_owned());
    }
    receiver.recv_timeout(limit).map_err(|_| too_long(limit))?.ok_or_else(|| BROKEN.to_owned())
}

fn too_long(limit: Duration) -> String {
    format!("Reading it took longer than {} seconds; split it.", limit.as_secs())
}

static PACKED_TWICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)/(?:Flate|LZW)Decode(?:\s|%[^\r\n]*|/ASCII\w+Decode)*/(?:Flate|LZW)Decode").ok()
});

/// Refuses what would grow beyond reason when opened.
fn look(bytes: &[u8]) -> Result<(), String> {
    let plain = unescaped(bytes);
    let holds = |word: &[u8]| plain.windows(word.len()).any(|w| w == word);
    if holds(b"/Encrypt") {
        return Err("It is protected; save it without protection.".to_owned());
    }
    let twice = PACKED_TWICE.as_ref().is_none_or(|pattern| pattern.is_match(&plain));
    if twice || (holds(b"LZWDecode") && bytes.len() > LZW_FILE_MAX) {
        return Err(HOSTILE.to_owned());
    }
    let mut budget = Budget { out: UNPACKED_MAX, work: 4 * bytes.len() as u64 };
    for start in streams(bytes) {
        let printed = ascii85(start, &mut budget.work);
        if !(budget.covers(start) && budget.covers(&printed)) {
            return Err(HOSTILE.to_owned());
        }
    }
    Ok(())
}

/// What may still be unpacked, and how many packed bytes may still be looked at to find out.
struct Budget {
    out: u64,
    work: u64,
}

impl Budget {
    /// Unpacks without keeping anything; what is not packed comes to nothing.
    fn covers(&mut self, packed: &[u8]) -> bool {
        let mut decoder = flate2::read::ZlibDecoder::new(packed);
        let mut piece = [0_u8; 16 * 1024];
        let mut size = 0_u64;
        while let Ok(n) = decoder.read(&mut piece) {
            size += n as u64;
            if n == 0 || size > self.out || decoder.total_in() > self.work {
                break;
            }
        }
        let fits = size <= self.out && decoder.total_in() <= self.work;
        self.out = self.out.saturating_sub(size);
        self.work = self.work.saturating_sub(decoder.total_in());
        fits
    }
}

/// What follows each word `stream` that begins one.
fn streams(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const WORD: &[u8] = b"stream";
    let found = bytes.windows(WORD.len()).enumerate().filter(|(_, word)| *word == WORD);
    found.filter_map(move |(at, _)| {
        if at >= 3 && bytes.get(at - 3..at) == Some(b"end") {
            return None;
        }
        let rest = bytes.get(at + WORD.len()..)?;
        Some(rest.trim_ascii_start())
    })
}

/// Bytes written as ASCII85 up to the first that is not; `work` is spent on each that is looked at.
fn ascii85(text: &[u8], work: &mut u64) -> Vec<u8> {
    let (mut out, mut group, mut n) = (Vec::new(), 0_u32, 0);
    for &byte in text {
        *work = work.saturating_sub(1);
        match byte {
            _ if *work == 0 => break,
            b'z' if n == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                n += 1;
                if n == 5 {
                    out.extend(group.to_be_bytes());
                    (group, n) = (0, 0);
                }
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => break,
        }
    }
    out
}

/// Names may be written with `#` and two digits for a letter.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16));
        if let (b'#', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            out.push(u8::try_from(high * 16 + low).unwrap_or(b'#'));
            rest = tail.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn run(script: &str, limit: Duration) -> Result<String, String> {
        in_process(Command::new("/bin/sh").args(["-c", script]), b"%PDF", limit)
    }

    #[test]
    fn a_process_that_hangs_is_ended_and_what_it_wrote_is_not_believed() {
        let folder = tempfile::tempdir().expect("a folder");
        let pid = folder.path().join("pid");
        let started = Instant::now();
        let hangs = format!("echo $$ > {}; echo half; exec /bin/sleep 60", pid.display());
        let why = run(&hangs, Duration::from_millis(300)).expect_err("too long");
        assert!(why.contains("took longer than"), "{why}");
        assert!(started.elapsed() < Duration::from_secs(20));
        let pid = std::fs::read_to_string(pid).expect("it had started");
        assert!(!std::path::Path::new(&format!("/proc/{}", pid.trim())).exists(), "it is gone");
    }

    #[test]
    fn a_process_is_believed_when_it_ends_well() {
        let limit = Duration::from_secs(20);
        assert_eq!(run("/bin/cat > /dev/null; echo all", limit).as_deref(), Ok("all\n"));
        assert_eq!(run("echo part; exit 1", limit), Err(BROKEN.to_owned()));
        assert_eq!(run("exec /bin/cat /dev/zero", limit).map(|text| text.len()), Ok(2 * TEXT_BYTES_MAX + 1));
        let nobody = in_process(&mut Command::new("/nowhere/reader"), b"", limit);
        assert!(nobody.is_err_and(|why| why.contains("gave no process")));
    }
}
