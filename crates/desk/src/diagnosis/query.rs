//! Queries a person can rerun, in LogQL, which Loki and what speaks like it answer.

/// The lines of a template: its service, and the longest of its fixed parts.
pub(crate) fn lines(service: &str, template: &str) -> String {
    let fixed = template.split("<*>").map(str::trim).max_by_key(|part| part.chars().count()).unwrap_or_default();
    if fixed.is_empty() {
        return format!("{{service_name={}}}", quoted(service));
    }
    format!("{{service_name={}}} |= {}", quoted(service), quoted(fixed))
}

/// A string as LogQL writes it; nothing inside can end it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_log_stay_inside_their_quotes() {
        assert_eq!(lines("ledger", "<*> no space left on <*>"), r#"{service_name="ledger"} |= "no space left on""#);
        assert_eq!(lines("a\"} or {b=\"", "x\\\" |= y"), r#"{service_name="a\"} or {b=\""} |= "x\\\" |= y""#);
        assert_eq!(lines("a", "<*>"), r#"{service_name="a"}"#);
    }
}
