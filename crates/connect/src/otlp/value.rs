//! Values of any kind as text.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

/// Attributes kept of a record or resource.
const PAIRS: usize = 32;
/// Bytes kept of an attribute's name, and of its value.
const NAME_BYTES: usize = 128;
const TEXT_BYTES: usize = 1_024;
/// How deep lists in lists are written out.
const DEPTH: usize = 4;

/// Attributes as text, those of further ones left away, long ones cut.
pub fn pairs(attributes: Vec<KeyValue>) -> Vec<(String, String)> {
    let one = |pair: KeyValue| {
        let text = pair.value.map(|value| text(value, TEXT_BYTES)).unwrap_or_default();
        (cut(pair.key, NAME_BYTES), text)
    };
    attributes.into_iter().take(PAIRS).map(one).collect()
}

/// A value as one would write it in a log line.
pub fn text(value: AnyValue, bytes: usize) -> String {
    match value.value {
        Some(Value::StringValue(text)) => cut(text, bytes),
        other => {
            let mut text = String::new();
            write(&mut text, AnyValue { value: other }, bytes, DEPTH);
            cut(text, bytes)
        }
    }
}

fn write(text: &mut String, value: AnyValue, bytes: usize, depth: usize) {
    use std::fmt::Write as _;
    if text.len() >= bytes {
        return;
    }
    // Writing into a string cannot fail.
    let _ = match value.value {
        None => Ok(()),
        Some(Value::StringValue(inner)) => {
            text.push_str(&inner);
            Ok(())
        }
        Some(Value::BoolValue(inner)) => write!(text, "{inner}"),
        Some(Value::IntValue(inner)) => write!(text, "{inner}"),
        Some(Value::DoubleValue(inner)) => write!(text, "{inner}"),
        Some(Value::BytesValue(inner)) => write!(text, "({} bytes)", inner.len()),
        Some(Value::StringValueStrindex(_)) => Ok(()),
        Some(Value::ArrayValue(_) | Value::KvlistValue(_)) if depth == 0 => write!(text, "..."),
        Some(Value::ArrayValue(list)) => {
            for (n, inner) in list.values.into_iter().enumerate() {
                text.push_str(if n > 0 { ", " } else { "" });
                write(text, inner, bytes, depth - 1);
            }
            Ok(())
        }
        Some(Value::KvlistValue(list)) => {
            for (n, pair) in list.values.into_iter().enumerate() {
                let _ = write!(text, "{}{}=", if n > 0 { " " } else { "" }, pair.key);
                write(text, pair.value.unwrap_or_default(), bytes, depth - 1);
            }
            Ok(())
        }
    };
}

/// The beginning of a text, cut between characters.
pub fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
    }
    text
}
