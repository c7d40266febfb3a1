use super::{feed, filled, ids, passage, search};
use proptest::prelude::*;
use search::{Filter, Index, IndexError, Passage, Query, SearchError, Why};

fn desk() -> Vec<Passage> {
    vec![
        passage("billing", "Refunds", "Refunds reach the card within five days.", "billing"),
        passage("login", "Sign-in errors", "AUTH-412 means the session expired. Sign in again.", "login"),
        passage("limits", "Limits", "The API answers rate_limit_exceeded with status 429.", "api"),
        passage("cafe", "Caf\u{e9} rewards", "Rewards of the cr\u{e8}me club.", "billing"),
        passage("auth", "Authentication", "Error 412 of the authentication proxy.", "login"),
    ]
}

#[test]
fn first_hit_of() {
    let index = filled(&desk());
    for (words, expected) in [
        ("refunded", "billing"),
        ("my AUTH-412 error", "login"),
        ("rate_limit_exceeded", "limits"),
        ("CAFE CREME", "cafe"),
        ("title:\"(AND) OR ] AUTH-412 +-~*^", "login"),
    ] {
        let hits = search(&index, words, &Filter::everything());
        assert_eq!(hits.first().map(|hit| hit.id.as_str()), Some(expected), "{words}");
    }
    assert_eq!(search(&index, "the of", &Filter::everything()).len(), 5, "stop words alone still find");
    for words in ["", "   ", "zebra", "!?", "\u{0}"] {
        assert!(search(&index, words, &Filter::everything()).is_empty(), "{words}");
    }
}

#[test]
fn a_hit_says_why_and_where() {
    let index = filled(&desk());
    let hits = search(&index, "what is AUTH-412", &Filter::everything());
    let hit = hits.first().unwrap();
    assert!(hit.why.contains(&Why::Identifier { value: "AUTH-412".into() }), "{:?}", hit.why);
    let spans: Vec<&str> = hit.spans.iter().map(|span| &hit.text[span.start..span.end]).collect();
    assert_eq!(spans, ["AUTH-412"]);
    assert_eq!(&hit.text[hit.sentence.start..hit.sentence.end], "AUTH-412 means the session expired.");
    assert!(matches!(&hit.why[0], Why::Words { coverage, .. } if (coverage - 1.0).abs() < 1e-6));
}

#[test]
fn filters_fail_closed() {
    let mut passages = desk();
    passages.push(Passage { scopes: vec![], ..passage("bare", "Refunds", "Refunds.", "") });
    let index = filled(&passages);
    let none: [&str; 0] = [];
    for (filter, expected) in [
        (Filter::any_of(["billing"]), vec!["billing"]),
        (Filter::any_of(["login", "billing"]), vec!["billing"]),
        (Filter::any_of(["login"]), vec![]),
        (Filter::any_of(["bill"]), vec![]),
        (Filter::any_of(["BILLING"]), vec![]),
        (Filter::any_of([""]), vec![]),
        (Filter::any_of(none), vec![]),
        (Filter::any_of(["billing"]).and_any_of(none), vec![]),
        (Filter::any_of(["billing"]).and_any_of(["login"]), vec![]),
    ] {
        assert_eq!(ids(&search(&index, "refunds", &filter)), expected, "{filter:?}");
    }
    assert_eq!(search(&index, "refunds", &Filter::everything()).len(), 2);
}

#[test]
fn the_filter_holds_for_vectors_too_and_both_lists_fuse() {
    let index = filled(&desk());
    for missing in index.missing_vectors(10).unwrap() {
        let vector = if missing.id == "login" { [1.0, 0.0] } else { [0.6, 0.8] };
        index.set_vector(missing.key, &vector).unwrap();
    }
    index.commit(2).unwrap();
    assert!(index.missing_vectors(10).unwrap().is_empty());
    let ask = |words, filter: &Filter| index.search(&Query { vector: Some(&[1.0, 0.0]), ..Query::new(words, filter) });
    assert_eq!(ask("refund", &Filter::everything()).unwrap()[0].id, "billing");
    let hits = ask("session", &Filter::everything()).unwrap();
    assert_eq!(hits[0].id, "login");
    assert!(matches!(hits[0].why.last(), Some(Why::Meaning { cosine }) if *cosine > 0.99));
    let hits = ask("refund", &Filter::any_of(["api"])).unwrap();
    assert_eq!(ids(&hits), ["limits"]);
    assert!(ask("refund", &Filter::any_of(["nobody"])).unwrap().is_empty());
}

#[test]
fn a_story_is_near_what_one_of_its_parts_is_near() {
    let index = filled(&desk());
    for missing in index.missing_vectors(10).unwrap() {
        let vector = match missing.id.as_str() {
            "login" => [0.0, 1.0],
            "limits" => [0.7, 0.3],
            _ => [-1.0, 0.0],
        };
        index.set_vector(missing.key, &vector).unwrap();
    }
    index.commit(2).unwrap();
    let everything = Filter::everything();
    let whole = Query { vector: Some(&[0.8, 0.6]), ..Query::new("zebra", &everything) };
    let parts = Query { parts: vec![&[0.0, 1.0], &[0.5, -1.0]], ..whole.clone() };
    let first = |query: &Query<'_>| index.search(query).unwrap().swap_remove(0);
    assert_eq!(first(&whole).id, "limits");
    let hit = first(&parts);
    assert_eq!(hit.id, "login", "one part says exactly this");
    assert!(matches!(hit.why.last(), Some(Why::Meaning { cosine }) if *cosine < 0.7), "{:?}", hit.why);
    let unfit = Query { parts: vec![&[1.0]], ..whole };
    assert!(matches!(index.search(&unfit), Err(SearchError::BadVector { expected: 2, got: 1 })));
}

#[test]
fn every_word_of_a_long_story_is_asked_for() {
    let rare = |at: usize| format!("rare{at}word");
    let mut passages = vec![passage("refunds", "Refunds", "A refund takes five days.", "x")];
    passages.extend((0..9).map(|at| passage(&format!("d{at}"), "", "Another refund, in other words.", "x")));
    passages.extend((0..60).map(|at| passage(&format!("r{at}"), "", &rare(at), "x")));
    let index = filled(&passages);
    let story: Vec<String> = (0..60).map(rare).collect();
    let hits = index
        .search(&Query { limit: 80, ..Query::new(&format!("{} days refund", story.join(" ")), &Filter::everything()) });
    let why = hits.unwrap().into_iter().find(|hit| hit.id == "refunds").unwrap().why;
    assert!(matches!(&why[0], Why::Words { matched, .. } if matched == &["days", "refund"]), "{why:?}");
}

#[test]
fn vectors_that_do_not_fit_are_refused_and_stale_ones_forgotten() {
    let index = filled(&desk());
    let key = desk()[0].vector_key();
    index.set_vector(key, &[1.0, 0.0]).unwrap();
    assert!(matches!(index.set_vector(key, &[1.0]), Err(IndexError::BadVector { expected: 2, got: 1 })));
    assert!(matches!(index.set_vector(key, &[f32::NAN, 1.0]), Err(IndexError::BadVector { .. })));
    index.commit(2).unwrap();
    let everything = Filter::everything();
    let query = Query { vector: Some(&[1.0]), ..Query::new("x", &everything) };
    assert!(matches!(index.search(&query), Err(SearchError::BadVector { expected: 2, got: 1 })));
    let edited = Passage { text: "Other words.".into(), ..desk()[0].clone() };
    feed(&index, &[edited]);
    assert_eq!(index.missing_vectors(10).unwrap().len(), 5);
    index.use_vector_space("another model");
    index.set_vector(key, &[1.0, 2.0, 3.0]).unwrap();
}

#[test]
fn replacing_and_removing_act_on_the_whole_group() {
    let index = filled(&desk());
    let two = ["a", "b"].map(|id| passage(id, "Walrus", "walrus", "x")).to_vec();
    index.replace_group("walruses", two).unwrap();
    index.commit(2).unwrap();
    assert_eq!(search(&index, "walrus", &Filter::everything()).len(), 2);
    index.replace_group("walruses", vec![passage("c", "Walrus", "walrus", "x")]).unwrap();
    assert_eq!(search(&index, "walrus", &Filter::everything()).len(), 2, "not before the commit");
    index.commit(3).unwrap();
    assert_eq!(ids(&search(&index, "walrus", &Filter::everything())), ["c"]);
    index.remove_group("walruses");
    index.commit(4).unwrap();
    assert!(search(&index, "walrus", &Filter::everything()).is_empty());
    assert!(matches!(index.replace_group("", vec![]), Err(IndexError::BadKey { what: "group", .. })));
    let long = passage(&"x".repeat(2000), "", "", "x");
    assert!(matches!(index.replace_group("g", vec![long]), Err(IndexError::BadKey { what: "id", len: 2000 })));
}

#[test]
fn one_group_does_not_fill_the_answer_and_ties_go_by_id() {
    let index = Index::in_memory().unwrap();
    let many = (0..9).rev().map(|at| passage(&format!("m{at}"), "", "walrus", "x")).collect();
    index.replace_group("many", many).unwrap();
    index.replace_group("one", vec![passage("z", "", "walrus and other animals", "x")]).unwrap();
    index.commit(1).unwrap();
    let everything = Filter::everything();
    let hits = index.search(&Query { per_group: 9, ..Query::new("walrus", &everything) }).unwrap();
    assert_eq!(ids(&hits), ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "z"]);
    let hits = index.search(&Query { per_group: 2, ..Query::new("walrus", &everything) }).unwrap();
    assert_eq!((hits.len(), hits[2].id.as_str()), (3, "z"));
    assert!(index.search(&Query { limit: 0, ..Query::new("walrus", &everything) }).unwrap().is_empty());
}

#[test]
fn a_boost_lifts_and_title_counts_more_than_text() {
    let mut passages =
        vec![passage("text", "Animals", "walrus seal", "x"), passage("title", "Walrus", "animals seal", "x")];
    assert_eq!(ids(&search(&filled(&passages), "walrus", &Filter::everything())), ["title", "text"]);
    passages[0].boost = 5.0;
    assert_eq!(ids(&search(&filled(&passages), "walrus", &Filter::everything())), ["text", "title"]);
}

#[test]
fn a_very_long_query_is_answered() {
    let index = filled(&desk());
    let noise: String = (0..9000).map(|at| format!("w{at} the ")).collect();
    assert_eq!(search(&index, &format!("AUTH-412 {noise}"), &Filter::everything())[0].id, "login");
    assert_eq!(search(&index, &"refund ".repeat(10_000), &Filter::everything())[0].id, "billing");
    search(&index, &"\u{e9}".repeat(50_000), &Filter::everything());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_query_panics(words in "(?s).{0,200}") {
        thread_local!(static INDEX: Index = filled(&desk()));
        INDEX.with(|index| for hit in search(index, &words, &Filter::everything()) {
            for span in hit.spans.iter().chain([&hit.sentence]) {
                assert!(hit.text.get(span.start..span.end).is_some());
            }
        });
    }
}
