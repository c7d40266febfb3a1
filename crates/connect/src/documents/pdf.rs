//! Text of a PDF. The library behind it was not written for hostile files, so whatever could grow or hang is looked at
//! before, and it works on a thread of its own with a time limit.

use std::{
    io::Read as _,
    sync::{LazyLock, mpsc},
    time::Duration,
};

use regex::bytes::Regex;

use super::{TEXT_BYTES_MAX, markdown::tidy};

/// Time to read one file. A thread that takes longer is left behind; what it works on is bounded below.
const TIME_MAX: Duration = Duration::from_secs(20);
/// Bytes that everything compressed in a file may come to.
const UNPACKED_MAX: u64 = 96 * 1024 * 1024;
/// Longest file that may hold the old compression, whose packed size says nothing.
const LZW_FILE_MAX: usize = 64 * 1024;

const HOSTILE: &str = "It unpacks to more than is read (96 MB); save it again in a simpler form.";
const BROKEN: &str = "It is not a PDF that can be read; save it again, or as HTML or Markdown.";

/// The text of a PDF, one paragraph per block.
///
/// # Errors
/// One sentence.
pub fn text(bytes: &[u8]) -> Result<String, String> {
    look(bytes)?;
    let (sender, receiver) = mpsc::channel();
    let held = bytes.to_vec();
    let worker = std::thread::Builder::new().name("pdf".to_owned()).stack_size(16 << 20);
    let spawned = worker.spawn(move || {
        let read = std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem(&held));
        let _ = sender.send(read.ok().and_then(Result::ok));
    });
    if spawned.is_err() {
        return Err("The system gave no thread to read it with; sync again later.".to_owned());
    }
    let read = receiver
        .recv_timeout(TIME_MAX)
        .map_err(|_| format!("Reading it took longer than {} seconds; split it.", TIME_MAX.as_secs()))?;
    let text = read.ok_or(BROKEN)?;
    if text.len() > 2 * TEXT_BYTES_MAX {
        return Err(format!("Its text is longer than {} MB; split it.", TEXT_BYTES_MAX >> 20));
    }
    let text = tidy(&text);
    if !text.chars().any(char::is_alphanumeric) {
        return Err("It holds pictures and no text (a scan); run text recognition over it first.".to_owned());
    }
    Ok(text)
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
