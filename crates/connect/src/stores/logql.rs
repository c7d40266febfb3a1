//! Labels in every stream selector of a LogQL query. Outside quotes, braces are selectors and nothing else.

use std::collections::BTreeMap;

/// # Errors
/// One clause that says why the query is not asked.
pub fn scoped(query: &str, labels: &BTreeMap<String, String>) -> Result<String, String> {
    let matchers: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
    let mut written = String::with_capacity(query.len() + 64);
    let (mut rest, mut selectors) = (query, 0);
    while let Some(next) = rest.chars().next() {
        match next {
            '"' | '`' => {
                let (text, after) = string(rest)?;
                written.push_str(text);
                rest = after;
            }
            '{' => {
                let (selector, after) = selector(rest)?;
                let own = said(selector, labels)?;
                let inner = selector[1..selector.len() - 1].trim();
                let missing = matchers.iter().zip(labels.keys()).filter(|(_, name)| !own.contains(name));
                let mut parts: Vec<&str> = missing.map(|(matcher, _)| matcher.as_str()).collect();
                parts.extend((!inner.is_empty()).then_some(inner));
                written.push_str(&format!("{{{}}}", parts.join(",")));
                (rest, selectors) = (after, selectors + 1);
            }
            '}' | '#' | '\'' => return Err(format!("it has a {next} where none can stand")),
            other => {
                written.push(other);
                rest = &rest[other.len_utf8()..];
            }
        }
    }
    if selectors == 0 { Err("it selects no stream; begin with {app=\"...\"}".to_owned()) } else { Ok(written) }
}

/// A quoted text at the beginning, and what follows.
fn string(text: &str) -> Result<(&str, &str), String> {
    let quote = text.chars().next().unwrap_or('"');
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return Ok(text.split_at(at + 1)),
            _ => {}
        }
    }
    Err("a quote is not closed".to_owned())
}

/// A selector with its braces at the beginning, and what follows.
fn selector(text: &str) -> Result<(&str, &str), String> {
    let mut at = 1;
    while let Some(next) = text[at..].chars().next() {
        match next {
            '"' | '`' => at += string(&text[at..])?.0.len(),
            '}' => return Ok(text.split_at(at + 1)),
            '{' | '#' | '\'' => return Err(format!("it has a {next} where none can stand")),
            other => at += other.len_utf8(),
        }
    }
    Err("a brace is not closed".to_owned())
}

/// Labels that a selector itself holds to the value that may be seen.
fn said<'a>(selector: &str, labels: &'a BTreeMap<String, String>) -> Result<Vec<&'a String>, String> {
    let mut own = Vec::new();
    let mut rest = &selector[1..selector.len() - 1];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return Ok(own);
        }
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        let operator = ["=~", "!~", "!=", "="].into_iter().find(|op| after.starts_with(op));
        let Some(operator) = operator.filter(|_| !name.is_empty()) else {
            return Err("a selector cannot be read".to_owned());
        };
        let after = after[operator.len()..].trim_start();
        if !after.starts_with(['"', '`']) {
            return Err("a selector cannot be read".to_owned());
        }
        let (value, next) = string(after)?;
        if let Some((label, seen)) = labels.get_key_value(name) {
            let plain = value.starts_with('`') && value.trim_matches('`') == seen;
            if operator != "=" || !(value == quoted(seen) || plain) {
                return Err(format!("it asks for another {name} than the one that may be seen"));
            }
            own.push(label);
        }
        rest = next;
    }
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(query: &str) -> Result<String, String> {
        scoped(query, &BTreeMap::from([("team".to_owned(), "a".to_owned())]))
    }

    #[test]
    fn every_selector_gets_the_labels_and_texts_stay_as_they_are() {
        let cases = [
            (r#"{app="web"} |= "a {b} # c""#, r#"{team="a",app="web"} |= "a {b} # c""#),
            (r#"{}"#, r#"{team="a"}"#),
            (r#"{team="a", app="x"}"#, r#"{team="a", app="x"}"#),
            (r#"{team=`a`}"#, r#"{team=`a`}"#),
            (
                r#"sum(rate({app="a"}[5m])) / sum(rate({app="b"}[5m]))"#,
                r#"sum(rate({team="a",app="a"}[5m])) / sum(rate({team="a",app="b"}[5m]))"#,
            ),
            (r#"{app="we}b\"{"} | line_format `{{.x}}`"#, r#"{team="a",app="we}b\"{"} | line_format `{{.x}}`"#),
        ];
        for (query, written) in cases {
            assert_eq!(scope(query).as_deref(), Ok(written), "{query}");
        }
    }

    #[test]
    fn a_query_that_says_otherwise_or_cannot_be_read_is_refused() {
        for query in [
            r#"{team="b"}"#,
            r#"{team=~"a"}"#,
            r#"{team!="a"}"#,
            r#"{team="a"} or {team="b"}"#,
            r#"{app="x", team=~".+"}"#,
            r#"rate(x[5m])"#,
            "{app=\"x\"} # {team=\"a\"}",
            r#"{app="x"#,
            r#"{app="x"} |= "open"#,
            r#"{app='x'}"#,
            r#"{{app="x"}}"#,
            r#"{app=x}"#,
        ] {
            assert!(scope(query).is_err(), "{query} became {:?}", scope(query));
        }
    }
}
