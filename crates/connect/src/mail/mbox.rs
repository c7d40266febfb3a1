//! Messages of an mbox file, one after another, without reading the file whole.
//!
//! Reads mboxrd: a line `>From ` or `>>From ` loses one `>` (mboxo files come out the same but for
//! lines that were quoted by their authors).

use std::io::{self, BufRead};

/// Bytes kept of one message; the rest of a longer one is skipped.
const MAX_MESSAGE: usize = 64 << 20;

/// The raw messages of an mbox. Text before the first `From ` line is a message too, so that a file
/// without one is a single message.
pub fn split<R: BufRead>(reader: R) -> Messages<R> {
    Messages { reader, started: false, ended: false }
}

/// Iterator made by [`split`].
#[derive(Debug)]
pub struct Messages<R> {
    reader: R,
    started: bool,
    ended: bool,
}

impl<R: BufRead> Iterator for Messages<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut message: Vec<u8> = Vec::new();
        let mut line = Vec::new();
        let mut blank_before = true;
        while !self.ended {
            line.clear();
            match self.reader.read_until(b'\n', &mut line) {
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(_) => {}
            }
            if line.starts_with(b"From ") && (blank_before || !self.started) {
                let complete = self.started && !message.is_empty();
                self.started = true;
                if complete {
                    return Some(Ok(finish(message)));
                }
                continue;
            }
            self.started = true;
            blank_before = line.iter().all(u8::is_ascii_whitespace);
            let text = unescape(&line);
            if message.len() + text.len() <= MAX_MESSAGE {
                message.extend_from_slice(text);
            }
        }
        (!message.is_empty()).then(|| Ok(finish(message)))
    }
}

fn unescape(line: &[u8]) -> &[u8] {
    let marks = line.iter().take_while(|b| **b == b'>').count();
    let is_escaped = marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(b"From "));
    if is_escaped { line.get(1..).unwrap_or(line) } else { line }
}

/// The blank line before the next `From ` belongs to the mbox, not to the message.
fn finish(mut message: Vec<u8>) -> Vec<u8> {
    for end in [b"\r\n\r\n".as_slice(), b"\n\n"] {
        if message.ends_with(end) {
            message.truncate(message.len() - end.len() / 2);
            break;
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_one_by_one() -> io::Result<()> {
        let file =
            b"From a@x Mon\nSubject: 1\n\n>From here\n>>From there\nFrom inside\n\nFrom b@x Tue\nSubject: 2\n\nend\n";
        let all = split(file.as_slice()).collect::<io::Result<Vec<_>>>()?;
        assert_eq!(all.len(), 2);
        assert_eq!(all[0], b"Subject: 1\n\nFrom here\n>From there\nFrom inside\n");
        assert_eq!(all[1], b"Subject: 2\n\nend\n");
        assert_eq!(split(b"Subject: x\n\nhi".as_slice()).count(), 1);
        assert_eq!(split(b"".as_slice()).count(), 0);
        Ok(())
    }
}
