//! One box for tickets and knowledge: what was written is found at once, and only by whom it concerns.

use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

async fn search(who: &Client, typed: &str) -> Value {
    let typed: String = typed.bytes().map(|b| format!("%{b:02x}")).collect();
    who.get(&format!("/search?q={typed}")).await.expect(200)
}

async fn subjects(who: &Client, typed: &str) -> Vec<String> {
    let found = search(who, typed).await;
    found["tickets"].as_array().unwrap().iter().map(|t| t["subject"].as_str().unwrap().to_owned()).collect()
}

async fn furnish(desk: &TestDesk) {
    let long = "We moved the office last week and everything else works. ".repeat(8);
    let buried = format!("{long} Since then the torque limiter reports E-4711.");
    desk.receive("ana@harbour.example", "Question about the office", &buried).await;
    desk.receive("bo@orchard.example", "Invoice missing", "The invoice of October did not arrive.").await;
}

#[test]
fn every_word_of_a_letter_is_found_with_the_sentence_that_holds_it() {
    on_each(async |desk| {
        furnish(desk).await;
        let mara = desk.sign_in("mara").await;
        for typed in ["torque limiter", "E-4711", "ana@harbour.example E-4711", "from:@harbour.example torque"] {
            let found = search(&mara, typed).await;
            assert_eq!(found["tickets"][0]["subject"], "Question about the office", "{typed}: {found}");
            assert!(found["tickets"][0]["snippet"].as_str().unwrap().contains("torque limiter"), "{typed}: {found}");
            assert_ne!(found["tickets"][0]["spans"], json!([]), "{typed}: the words are shown");
        }
        assert_eq!(subjects(&mara, "is:open from:@orchard.example").await, ["Invoice missing"]);
        assert_eq!(subjects(&mara, "from:orchard").await, ["Invoice missing"]);
        assert_eq!(subjects(&mara, "torque from:orchard").await, Vec::<String>::new());
        assert_eq!(subjects(&mara, "torque is:solved").await, Vec::<String>::new());
        assert_eq!(subjects(&mara, "invo").await, ["Invoice missing"], "part of a word");
        let number = search(&mara, "from:@orchard.example").await["tickets"][0]["number"].as_i64().unwrap();
        assert_eq!(subjects(&mara, &format!("#{number}")).await[0], "Invoice missing");
    });
}

#[test]
fn names_narrow_to_what_has_them_and_mistakes_are_said() {
    on_each(async |desk| {
        furnish(desk).await;
        let mara = desk.sign_in("mara").await;
        let found = search(&mara, "VAT id").await;
        assert_ne!(found["passages"], json!([]), "{found}");
        assert_eq!(search(&mara, "VAT id is:open").await["passages"], json!([]), "articles have no status");
        let public = search(&mara, "VAT id audience:public").await;
        assert_ne!(public["passages"], json!([]), "{public}");
        assert_eq!(public["tickets"], json!([]), "tickets have no audience");
        for other in ["VAT id audience:internal", "VAT id product:kettles", "VAT id language:pt"] {
            assert_eq!(search(&mara, other).await["passages"], json!([]), "{other}");
        }
        let wrong = search(&mara, "is:opne invoice").await;
        assert!(wrong["unclear"][0].as_str().unwrap().contains("is:open"), "{wrong}");
        assert_eq!(wrong["tickets"], json!([]));
        assert_eq!(mara.get("/tickets?q=is%3Aopne").await.problem(422), "invalid");
        let listed = mara.get("/tickets?q=from%3A%40orchard.example%20is%3Aopen").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    });
}

#[test]
fn a_note_is_found_and_a_ticket_that_moved_away_is_not() {
    on_each(async |desk| {
        furnish(desk).await;
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let ticket = search(&mara, "torque").await["tickets"][0].clone();
        let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
        mara.post(&format!("{path}/notes"), json!({ "body": "Asked the fitter about the flywheel." }))
            .await
            .expect(201);
        desk.settle().await;
        assert_eq!(subjects(&mara, "flywheel").await, ["Question about the office"]);

        let revision = mara.get(&path).await.expect(200)["revision"].as_i64().unwrap();
        let seen = mara.with("if-match", &format!("\"{revision}\""));
        seen.patch(&path, json!({ "queue": "security" })).await.expect(200);
        assert_eq!(subjects(&timo, "torque").await, Vec::<String>::new(), "before the index knows");
        desk.settle().await;
        assert_eq!(subjects(&timo, "torque").await, Vec::<String>::new(), "and after");
        assert_eq!(subjects(&mara, "torque queue:security").await, ["Question about the office"]);
    });
}
