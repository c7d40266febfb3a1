//! Lines of plain log files: when they were written and how grave they are, where they say so at their beginning.

use desk::Timestamp;

/// Time (microseconds since 1970), severity as OTLP counts it (0 where nobody said), and what is left of the line.
pub fn read_line(line: &[u8]) -> (Option<i64>, u8, &[u8]) {
    let line = line.trim_ascii();
    let (at, rest) = time(line);
    let severity = rest
        .split(|b| b.is_ascii_whitespace() || matches!(b, b'[' | b']' | b':' | b'='))
        .filter(|word| !word.is_empty())
        .take(4)
        .find_map(severity);
    (at, severity.unwrap_or_default(), rest)
}

/// RFC 3339, or the same with a space for the `T` and without a zone, which counts as UTC.
fn time(line: &[u8]) -> (Option<i64>, &[u8]) {
    let head = &line[..line.len().min(40)];
    let Ok(text) = std::str::from_utf8(head).or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()])) else {
        return (None, line);
    };
    let opened = usize::from(text.starts_with('['));
    let text = &text[opened..];
    let stop = |c: char| c.is_whitespace() || c == ']';
    let date = text.split(stop).next().unwrap_or_default();
    let clock = text.get(date.len() + 1..).and_then(|rest| rest.split(stop).next()).unwrap_or_default();
    let clock = clock.replace(',', ".");
    let zone = if clock.ends_with('Z') || clock.contains('+') { "" } else { "Z" };
    let whole = [(format!("{date}T{clock}{zone}"), date.len() + 1 + clock.len()), (date.to_owned(), date.len())];
    let found = whole
        .into_iter()
        .filter(|(text, _)| text.contains('T'))
        .find_map(|(text, length)| Some((Timestamp::parse(&text)?, length)));
    match found {
        Some((at, length)) => {
            let rest = line.get(opened + length..).unwrap_or_default();
            (Some(at.micros()), rest.trim_ascii_start().strip_prefix(b"]").unwrap_or(rest).trim_ascii_start())
        }
        None => (None, line),
    }
}

fn severity(word: &[u8]) -> Option<u8> {
    Some(match word.to_ascii_lowercase().as_slice() {
        b"trace" => 1,
        b"debug" => 5,
        b"info" | b"notice" => 9,
        b"warn" | b"warning" => 13,
        b"error" | b"err" => 17,
        b"fatal" | b"critical" | b"crit" | b"panic" => 21,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_of_lines_say_when_and_how_grave() {
        let read = |line: &'static str| {
            let (at, severity, text) = read_line(line.as_bytes());
            (at.map(|at| Timestamp::from_micros(at).rfc3339()), severity, String::from_utf8_lossy(text).into_owned())
        };
        let noon = Some("2026-11-22T12:00:00Z".to_owned());
        assert_eq!(read("2026-11-22T12:00:00Z INFO paid"), (noon.clone(), 9, "INFO paid".to_owned()));
        assert_eq!(read("2026-11-22 12:00:00 [web] ERROR: gone\r"), (noon.clone(), 17, "[web] ERROR: gone".to_owned()));
        assert_eq!(read("[2026-11-22T13:00:00+01:00] level=warn slow"), (noon, 13, "level=warn slow".to_owned()));
        assert_eq!(
            read("nothing said about error here now"),
            (None, 17, "nothing said about error here now".to_owned())
        );
        assert_eq!(read("2026 was a year"), (None, 0, "2026 was a year".to_owned()));
        assert_eq!(read_line(&[0xff, 0xfe, b'x']).0, None);
        assert_eq!(read_line(b"").2, b"");
    }
}
