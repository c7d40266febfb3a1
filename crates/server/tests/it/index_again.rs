//! The index is derived: without its folder, the next start finds the same again.

use serde_json::Value;

use crate::real::{
    self,
    person::Person,
    place::{Outside, Place, until},
};

const QUESTIONS: [&str; 10] = [
    "change the VAT number",
    "bank connection missing transactions",
    "IMP-114",
    "refund after cancelling",
    "import csv date format",
    "two-factor lost phone",
    "webhook endpoint disabled",
    "rate limit 429",
    "invoice numbering",
    "Rechnung",
];

#[test]
fn a_deleted_index_comes_back_with_the_same_answers() {
    real::run(async {
        let place = Place::furnished(Outside::default()).await;
        let running = place.run().await;
        let before = answers(&place.lead(&running)).await;
        let hits = before.iter().filter(|answer| !answer["passages"].as_array().unwrap().is_empty()).count();
        assert!(hits >= 8, "only {hits} questions find anything, so equality would say little");
        running.stop().await;

        std::fs::remove_dir_all(place.data().join("index")).unwrap();
        let running = place.run().await;
        let lead = place.lead(&running);
        let after = answers(&lead).await;
        for ((question, before), after) in QUESTIONS.iter().zip(&before).zip(&after) {
            assert_eq!(before, after, "{question}");
        }
        running.stop().await;
    });
}

/// Every answer once the index has followed the whole record.
async fn answers(person: &Person) -> Vec<Value> {
    person.quiet().await.unwrap();
    let mut passages = Value::Null;
    until("the index stands still", async || {
        let index = person.get("/status").await?["index"].clone();
        let same = index["passages"] == passages && passages.as_i64().is_some_and(|n| n > 0);
        passages = index["passages"].clone();
        if !same {
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        }
        Ok(same)
    })
    .await
    .unwrap();
    let mut answers = Vec::new();
    for question in QUESTIONS {
        answers.push(person.get(&format!("/search?q={}", question.replace(' ', "%20"))).await.unwrap());
    }
    answers
}
