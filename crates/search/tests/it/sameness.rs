use super::{feed, passage, search};
use proptest::prelude::*;
use search::{Filter, Hit, Index, Passage};

const WORDS: [&str; 12] =
    ["refund", "card", "login", "error", "AUTH-412", "the", "walrus", "delay", "invoice", "e-mail", "reset", "order"];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.as_slice()), 1..30).prop_map(|words| words.join(" "))
}

fn documents() -> impl Strategy<Value = Vec<Passage>> {
    prop::collection::vec((text(), text(), prop::sample::select(vec!["red", "blue"])), 1..25).prop_map(|documents| {
        let numbered = documents.into_iter().enumerate();
        numbered.map(|(at, (title, text, scope))| passage(&format!("p{at:02}"), &title, &text, scope)).collect()
    })
}

/// Everything an asker sees; scores to the last bit.
fn answers(index: &Index, filter: &Filter) -> Vec<Hit> {
    ["refund card", "AUTH-412 error login", "the", "walrus invoice reset order e-mail"]
        .iter()
        .flat_map(|words| search(index, words, filter))
        .collect()
}

fn fresh(passages: &[Passage]) -> Index {
    let index = Index::in_memory().unwrap();
    feed(&index, passages);
    index
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_long_lived_index_answers_as_a_rebuilt_one(passages in documents(), old in documents()) {
        let lived = Index::in_memory().unwrap();
        feed(&lived, &old);
        for passage in passages.iter().rev() {
            lived.replace_group(&passage.group, vec![passage.clone()]).unwrap();
            lived.commit(2).unwrap();
        }
        for gone in old.iter().skip(passages.len()) {
            lived.remove_group(&gone.group);
        }
        lived.commit(3).unwrap();
        let rebuilt = fresh(&passages);
        prop_assert_eq!(answers(&lived, &Filter::everything()), answers(&rebuilt, &Filter::everything()));
        lived.purge().unwrap();
        prop_assert_eq!(answers(&lived, &Filter::everything()), answers(&rebuilt, &Filter::everything()));
    }

    #[test]
    fn hidden_passages_leave_no_trace(passages in documents()) {
        let filter = Filter::any_of(["red"]);
        let visible: Vec<Passage> = passages.iter().filter(|p| p.scopes == ["red"]).cloned().collect();
        prop_assert_eq!(answers(&fresh(&passages), &filter), answers(&fresh(&visible), &Filter::everything()));
    }
}
