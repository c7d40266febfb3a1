//! English function words. They are indexed, and asked for only when a query has nothing else.

/// Folded, unstemmed. Small on purpose: a word that may carry meaning at a support desk (`not`, `off`, `down`, `up`)
/// stays out.
const STOP_WORDS: &[&str] = &[
    "a", "about", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by", "can",
    "cant", "could", "couldnt", "did", "do", "does", "doesnt", "doing", "dont", "for", "from", "get", "had", "has",
    "have", "he", "hello", "her", "hi", "him", "his", "how", "i", "id", "if", "im", "in", "into", "is", "isnt", "it",
    "its", "ive", "just", "me", "my", "of", "on", "or", "our", "please", "she", "should", "so", "some", "such",
    "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "us", "very",
    "was", "we", "were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "would", "you",
    "your", "dear", "regards", "too",
];

pub(crate) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.contains(&folded)
}
