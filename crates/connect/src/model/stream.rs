//! Reading a chat completion, streamed or whole. Unknown fields and missing usage are fine;
//! a tool call, or bytes that are no chat completion, are not.

use serde::Deserialize;

use super::ModelError;

/// What has been read so far.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
    seen: usize,
    pieces: usize,
    /// The text.
    pub text: String,
    /// Why it ended.
    pub finish: String,
    /// Tokens of prompt and answer.
    pub usage: Option<(u64, u64)>,
    /// The end was announced.
    pub done: bool,
}

#[derive(Deserialize)]
struct Piece {
    choices: Option<Vec<Choice>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Words>,
    message: Option<Words>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Words {
    content: Option<String>,
    tool_calls: Option<serde_json::Value>,
    function_call: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

impl Reader {
    /// Takes bytes of an event stream.
    pub fn take(&mut self, bytes: &[u8], most: usize) -> Result<(), ModelError> {
        self.seen += bytes.len();
        if self.seen > most {
            return Err(ModelError::TooLong);
        }
        self.buffer.extend_from_slice(bytes);
        while let Some(end) = self.buffer.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            self.line(&line)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), ModelError> {
        let line = std::str::from_utf8(line).map_err(|_| ModelError::Form)?.trim();
        let Some(data) = line.strip_prefix("data:").map(str::trim) else { return Ok(()) };
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        self.piece(data.as_bytes())
    }

    /// Takes one whole JSON answer, or one piece of a stream.
    pub fn piece(&mut self, json: &[u8]) -> Result<(), ModelError> {
        let piece: Piece = serde_json::from_slice(json).map_err(|_| ModelError::Form)?;
        if piece.choices.is_none() && piece.usage.is_none() {
            return Err(ModelError::Form);
        }
        self.pieces += 1;
        if let Some(usage) = piece.usage {
            self.usage = usage.prompt_tokens.zip(usage.completion_tokens);
        }
        let Some(choice) = piece.choices.into_iter().flatten().next() else { return Ok(()) };
        for words in [choice.delta, choice.message].into_iter().flatten() {
            let calls = |v: &Option<serde_json::Value>| {
                v.as_ref().is_some_and(|v| !v.is_null() && v.as_array().is_none_or(|a| !a.is_empty()))
            };
            if calls(&words.tool_calls) || calls(&words.function_call) {
                return Err(ModelError::Tool);
            }
            self.text.push_str(&words.content.unwrap_or_default());
        }
        if let Some(finish) = choice.finish_reason {
            self.finish = finish.chars().take(40).collect();
        }
        Ok(())
    }

    /// At the end of the bytes: was it an answer? A stream cut off before its end is none.
    pub fn end(&mut self) -> Result<(), ModelError> {
        if self.pieces == 0 || self.text.is_empty() || (!self.done && self.finish.is_empty()) {
            return Err(ModelError::Form);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&str]) -> Result<Reader, ModelError> {
        let mut reader = Reader::default();
        for chunk in chunks {
            reader.take(chunk.as_bytes(), 10_000)?;
        }
        reader.end().map(|()| reader)
    }

    #[test]
    fn streams_cut_anywhere_into_chunks_read_the_same() {
        let whole = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n: comment\ndata: {\"choices\":[{\"delta\":{\"content\":\"Grüß \"}}]}\r\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Gott\"},\"finish_reason\":\"stop\"}],\"extra\":1}\n\ndata: [DONE]\n\n";
        for cut in 0..whole.len() {
            let mut reader = Reader::default();
            reader.take(&whole.as_bytes()[..cut], 10_000).expect("first");
            reader.take(&whole.as_bytes()[cut..], 10_000).expect("second");
            reader.end().expect("an answer");
            assert_eq!((reader.text.as_str(), reader.finish.as_str()), ("Grüß Gott", "stop"));
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let cases: [(&[&str], ModelError); 6] = [
            (&["data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n"], ModelError::Form),
            (&["<html>welcome</html>\n"], ModelError::Form),
            (&["data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":1}]}}]}\n"], ModelError::Tool),
            (&["data: {\"error\":\"x\"}\n"], ModelError::Form),
            (&["data: {\"choices\"\n"], ModelError::Form),
            (&[""], ModelError::Form),
        ];
        for (chunks, expected) in cases {
            assert_eq!(read(chunks).err(), Some(expected), "{chunks:?}");
        }
        assert_eq!(Reader::default().take(&[b'x'; 20_000], 10_000), Err(ModelError::TooLong));
    }
}
