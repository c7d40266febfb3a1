//! Text made even: line ends, blank lines, no NUL.

/// Line feeds alone, no blanks at line ends, at most one blank line in a row outside fenced code.
pub fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{c}'], "\n").replace('\0', "\u{FFFD}");
    let mut out = String::with_capacity(text.len());
    // Marks of the open fence; only as many of them close it.
    let (mut blank, mut fence) = (0, 0);
    for line in text.lines() {
        let kept = line.trim_end();
        let marks = kept.trim_start().chars().take_while(|c| *c == '`').count();
        if fence == 0 && marks >= 3 {
            fence = marks;
        } else if fence > 0 && marks >= fence {
            fence = 0;
        }
        blank = if kept.is_empty() { blank + 1 } else { 0 };
        if (blank <= 1 || fence > 0) && !(kept.is_empty() && out.is_empty()) {
            out.push_str(kept);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_and_line_ends_are_even() {
        assert_eq!(tidy("\n\n# A  \r\n\r\n\r\n\r\nb\rc\n\n"), "# A\n\nb\nc\n");
        assert_eq!(tidy("```\na\n\n\nb\n```\n"), "```\na\n\n\nb\n```\n");
        let nested = "````\n```\n\n\nb\n````\n";
        assert_eq!(tidy(nested), nested);
    }
}
