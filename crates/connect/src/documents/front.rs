//! Front matter: `key: value` lines between two `---` lines above a Markdown text.

use super::Meta;

/// Lines of front matter that are read.
const LINES_MAX: usize = 100;
/// Longest value kept, in characters.
const VALUE_CHARS_MAX: usize = 100;

/// Splits a text into what it says of itself and the rest. A text without front matter is all rest.
///
/// # Errors
/// One sentence for an audience or purpose that does not exist: it must not be read as something wider.
pub fn split(text: &str) -> Result<(Meta, &str), String> {
    let start = text.trim_start_matches('\u{feff}');
    let Some(inside) = start.strip_prefix("---\n").or_else(|| start.strip_prefix("---\r\n")) else {
        return Ok((Meta::default(), text));
    };
    let mut lines = Vec::new();
    let mut at = 0;
    for line in inside.split_inclusive('\n').take(LINES_MAX) {
        at += line.len();
        if matches!(line.trim_end(), "---" | "...") {
            return Ok((meta(&lines)?, inside.get(at..).unwrap_or_default()));
        }
        lines.push(line.trim_end());
    }
    Ok((Meta::default(), text))
}

fn meta(lines: &[&str]) -> Result<Meta, String> {
    let mut meta = Meta::default();
    for (key, values) in pairs(lines) {
        let text =
            || Some(values.join(", ")).filter(|t| !t.is_empty()).map(|t| t.chars().take(VALUE_CHARS_MAX).collect());
        match key.as_str() {
            "title" => meta.title = values.first().cloned(),
            "product" | "products" => meta.product = text(),
            "version" | "versions" | "applies_to" => meta.versions = text(),
            "region" | "regions" => meta.region = text(),
            "audience" => {
                let word = values.join(" ").to_lowercase();
                let known = word.parse();
                meta.audience =
                    Some(known.map_err(|_| format!("Its audience is {word:?}; write `public` or `internal`."))?);
            }
            "purpose" | "purposes" => {
                let words = values.iter().map(|w| w.to_lowercase().parse()).collect::<Result<Vec<_>, _>>();
                meta.purposes = Some(words.map_err(|_| "Its purposes are unknown; write `reply`, `work` or both.")?);
            }
            "canonical" | "canonical_url" => meta.canonical = values.first().cloned(),
            _ => {}
        }
    }
    Ok(meta)
}

/// Keys in lower case with their values: one, a `[list]`, or `- items` on the lines below.
fn pairs(lines: &[&str]) -> Vec<(String, Vec<String>)> {
    let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines {
        let item = line.trim_start().strip_prefix("- ");
        if let (Some(item), Some((_, values))) = (item, pairs.last_mut()) {
            values.extend(plain(item));
        } else if let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t', '#'])) {
            let value = value.trim();
            let listed = value.strip_prefix('[').and_then(|v| v.strip_suffix(']'));
            let values = match listed {
                Some(list) => list.split(',').filter_map(plain).collect(),
                None => plain(value).into_iter().collect(),
            };
            pairs.push((key.trim().to_lowercase(), values));
        }
    }
    pairs
}

/// A value without its quotes; none when nothing is left.
fn plain(value: &str) -> Option<String> {
    let value = value.trim();
    let inner = ['"', '\''].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q)).unwrap_or(value);
    Some(inner.trim().to_owned()).filter(|v| !v.is_empty())
}

#[cfg(test)]
mod tests {
    use desk::{knowledge::Audience, source::Use};

    use super::*;

    #[test]
    fn what_a_text_says_of_itself_is_read_and_the_rest_is_the_text() {
        let text = "---\ntitle: \"Refunds: how\"\nproduct: [ledger, 'shop']\nversions:\n  - 4\n  - 5\naudience: Internal\nregion: EU\npurposes: [work]\nauthor: x\n---\n# Refunds\n";
        let (meta, rest) = split(text).expect("read");
        let expected = Meta {
            title: Some("Refunds: how".to_owned()),
            product: Some("ledger, shop".to_owned()),
            versions: Some("4, 5".to_owned()),
            region: Some("EU".to_owned()),
            audience: Some(Audience::Internal),
            purposes: Some(vec![Use::Work]),
            canonical: None,
        };
        assert_eq!((meta, rest), (expected, "# Refunds\n"));
    }

    #[test]
    fn a_rule_in_a_text_is_no_front_matter_and_a_wrong_word_is_refused() {
        for text in ["# T\n\n---\n\nb\n", "---\nopen: for ever\n", "---", ""] {
            assert_eq!(split(text), Ok((Meta::default(), text)));
        }
        assert!(split("---\naudience: everyone\n---\n").expect_err("unknown").contains("everyone"));
        assert!(split("---\npurposes: [ads]\n---\n").is_err());
    }
}
