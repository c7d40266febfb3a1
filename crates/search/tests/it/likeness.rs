use super::{feed, ids, passage};
use search::{Filter, Index, Passage, Query, Ranking};

/// A vector of the length the shipped directions know.
fn vector(at: usize) -> Vec<f32> {
    (0..384).map(|n| if n % 7 == at { 1.0 } else { 0.1 }).collect()
}

#[test]
fn alike_requests_come_first_and_a_bad_outcome_lowers_them() {
    let index = Index::in_memory().unwrap();
    let mut passages = vec![
        passage("near", "", "the card never came", "x"),
        passage("far", "", "the card was charged twice", "x"),
        Passage { boost: 0.6, as_of: Some(7), ..passage("bad", "", "the card is missing", "x") },
    ];
    feed(&index, &passages);
    for (passage, at) in passages.iter().zip([1, 2, 1]) {
        index.set_vector(passage.vector_key(), &vector(at)).unwrap();
    }
    index.commit(2).unwrap();
    let everything = Filter::everything();
    let asked = vector(1);
    let query = Query { vector: Some(&asked), ranking: Ranking::Alike, ..Query::new("where is my card", &everything) };
    let hits = index.search(&query).unwrap();
    assert_eq!(ids(&hits)[0], "near");
    let bad = hits.iter().find(|hit| hit.id == "bad").unwrap();
    assert_eq!(bad.as_of, Some(7));
    assert!(bad.score < hits[0].score * 0.7 && bad.score > 0.0);
    passages[2].boost = 1.0;
    feed(&index, &passages);
    let words = Query { ranking: Ranking::Alike, ..Query::new("card is missing", &everything) };
    assert_eq!(ids(&index.search(&words).unwrap())[0], "bad", "without a vector, words decide");
}
