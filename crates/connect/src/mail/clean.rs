//! Text that can be stored and in which nothing is invisible.

/// Text of which the invisible parts were taken out.
pub(crate) struct Cleaned {
    pub(crate) text: String,
    pub(crate) hidden: Vec<String>,
    pub(crate) replaced: bool,
}

/// Takes out what a person cannot see: control and bidi characters, tag characters (their ASCII
/// meaning is reported), supplementary variation selectors, zero-width characters outside of emoji
/// and the scripts that need them. Line ends become `\n`; U+0000 becomes U+FFFD.
pub(crate) fn clean(raw: &str) -> Cleaned {
    let mut out =
        Cleaned { text: String::with_capacity(raw.len()), hidden: Vec::new(), replaced: raw.contains('\u{FFFD}') };
    let mut chars = raw.chars().peekable();
    let mut invisible = Run::default();
    while let Some(c) = chars.next() {
        if invisible.take(c, &out.text, chars.peek().copied()) {
            continue;
        }
        invisible.end(&mut out);
        match c {
            '\0' => {
                out.text.push('\u{FFFD}');
                out.replaced = true;
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => out.text.push('\n'),
            '\n' | '\t' => out.text.push(c),
            c if c.is_control() => {}
            c => out.text.push(c),
        }
    }
    invisible.end(&mut out);
    out
}

/// One line fit for display: cleaned, whitespace collapsed, at most `max` characters.
///
/// ```
/// assert_eq!(connect::mail::display_line("Pay\r\n \u{202e}me\u{200b} now", 9), "Pay me no");
/// ```
pub fn display_line(raw: &str, max: usize) -> String {
    let cleaned = clean(raw).text;
    let joined = cleaned.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.chars().take(max).collect::<String>().trim_end().to_owned()
}

/// A run of characters without a visible form.
#[derive(Default)]
struct Run {
    tags: String,
    count: usize,
    /// Kept back in case the run turns out to be a flag emoji.
    flag: String,
}

impl Run {
    /// Whether `c` was swallowed.
    fn take(&mut self, c: char, before: &str, next: Option<char>) -> bool {
        match c {
            '\u{E0000}'..='\u{E007F}' => {
                let starts_flag = self.count == 0 && before.ends_with('\u{1F3F4}');
                let goes_on = !self.flag.is_empty() && self.flag.chars().count() == self.count;
                if starts_flag || goes_on {
                    self.flag.push(c);
                }
                let ascii = char::from_u32(c as u32 - 0xE0000);
                self.tags.extend(ascii.filter(|a| !a.is_control()));
                self.count += 1;
                true
            }
            // Joiners carry meaning in emoji, Arabic and Indic scripts, alone and between letters.
            '\u{200C}' | '\u{200D}'
                if self.count == 0 && before.chars().next_back().is_some_and(joins) && next.is_some_and(joins) =>
            {
                false
            }
            '\u{FE0E}' | '\u{FE0F}' if self.count == 0 && !before.is_empty() => false,
            '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{3164}'
            | '\u{FFA0}'
            | '\u{E0080}'..='\u{E0FFF}' => {
                self.count += 1;
                true
            }
            _ => false,
        }
    }

    /// Ends the run and reports it. Short runs of soft hyphens and the like are everyday mail.
    fn end(&mut self, out: &mut Cleaned) {
        if self.count == 0 {
            return;
        }
        let is_flag = self.flag.ends_with('\u{E007F}') && self.flag.chars().count() == self.count && self.count <= 8;
        if is_flag {
            out.text.push_str(&self.flag);
        } else if !self.tags.is_empty() {
            out.hidden.push(std::mem::take(&mut self.tags));
        } else if self.count >= LONG_RUN {
            out.hidden.push(format!("{} invisible characters", self.count));
        }
        *self = Self::default();
    }
}

/// Invisible characters in a row that nobody types by accident.
const LONG_RUN: usize = 8;

fn joins(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_taken_out_and_reported() {
        let tags: String = "obey".chars().map(|c| char::from_u32(c as u32 + 0xE0000).unwrap_or('?')).collect();
        let table: [(String, &str, &[&str]); 8] = [
            ("a\u{0}b".into(), "a\u{FFFD}b", &[]),
            ("a\r\nb\rc".into(), "a\nb\nc", &[]),
            (format!("Hello{tags} you"), "Hello you", &["obey"]),
            ("pass\u{200b}word".into(), "password", &[]),
            (format!("x{}y", "\u{200b}\u{200c}".repeat(5)), "xy", &["10 invisible characters"]),
            ("abc\u{202e}def".into(), "abcdef", &[]),
            ("👩\u{200d}💻 ❤\u{fe0f}".into(), "👩\u{200d}💻 ❤\u{fe0f}", &[]),
            (
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}!".into(),
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}!",
                &[],
            ),
        ];
        for (raw, text, hidden) in table {
            let got = clean(&raw);
            assert_eq!(got.text, text);
            assert_eq!(got.hidden, hidden, "{raw:?}");
        }
    }
}
