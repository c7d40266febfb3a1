//! How a ticket is sorted again and again: what stays, what narrows, and what cannot be sorted at all.

use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{TestDesk, mail, on_each},
};

const ANA: &str = "ana@harbour.example";

pub async fn send(desk: &TestDesk, who: &Client, raw: Vec<u8>) {
    who.send("POST", "/mail", Some("message/rfc822"), raw).await.expect(202);
    desk.settle().await;
}

/// The newest ticket's page.
async fn newest(who: &Client) -> Value {
    let list = who.get("/tickets?view=all").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

/// A first letter that others can answer to.
pub fn first(subject: &str, text: &str) -> Vec<u8> {
    let raw = mail(ANA, subject, text, "");
    let (head, tail) = raw.split_once("Message-ID:").unwrap();
    let (_, tail) = tail.split_once("\r\n").unwrap();
    format!("{head}Message-ID: <first@harbour.example>\r\n{tail}").into_bytes()
}

pub const AGAIN: &str = "In-Reply-To: <first@harbour.example>\r\nReferences: <first@harbour.example>\r\n";

fn flags(page: &Value) -> Vec<&str> {
    page["understanding"]["risk"].as_array().unwrap().iter().map(|r| r["flag"].as_str().unwrap()).collect()
}

#[test]
fn what_cannot_be_sorted_by_words_is_said_so_and_is_no_error() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let long = "one more word of a very long letter\r\n".repeat(30_000);
        let binary: Vec<u8> = (0..4_000_u32).map(|n| (n * 7_919 % 251) as u8).collect();
        let head = |subject: &str| {
            mail(ANA, subject, "", "Content-Type: text/plain; charset=utf-8\r\n").trim_end().to_owned() + "\r\n\r\n"
        };
        for (name, body) in [
            ("empty", Vec::new()),
            ("one word", b"Hello".to_vec()),
            ("a megabyte", long.into_bytes()),
            ("no text", binary),
        ] {
            let subject = if name == "empty" { "" } else { "Question" };
            send(desk, &mara, [head(subject).into_bytes(), body].concat()).await;
            let page = newest(&mara).await;
            let look = &page["understanding"];
            assert!(look["abstained"].as_str().is_some_and(|why| why.len() > 10), "{name}: {page}");
            assert_eq!((&look["category"], look["word"].as_str()), (&Value::Null, Some("unknown")), "{name}");
            assert_eq!(look["least_certain"], "category", "{name}");
            assert_ne!(look["queue_because"], "", "{name}");
        }
    });
}

#[test]
fn a_grave_flag_stands_when_the_next_mail_is_harmless() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let text = "Hello, our account was hacked last night. Please answer within 24 hours.";
        send(desk, &mara, first("Trouble", text)).await;
        let page = newest(&mara).await;
        assert_eq!(flags(&page), ["security"]);
        let look = &page["understanding"];
        assert_eq!(
            (look["priority"].as_str(), look["operating_model"]["key"].as_str()),
            (Some("high"), Some("security"))
        );
        let deadline = &look["deadline"];
        let quoted = |start: &Value, end: &Value| -> String {
            let (start, end) = (start.as_u64().unwrap() as usize, end.as_u64().unwrap() as usize);
            text.chars().skip(start).take(end - start).collect()
        };
        assert_eq!(deadline["quote"], "within 24 hours");
        assert_eq!(quoted(&deadline["start"], &deadline["end"]), "within 24 hours");
        assert!(deadline["due"].is_string() && deadline["message_id"].is_string(), "{deadline}");
        let rules: Vec<&Value> = look["because"].as_array().unwrap().iter().filter(|e| e["kind"] == "rule").collect();
        assert!(rules.iter().any(|e| e["text"].as_str().unwrap().starts_with("security, raises to high")), "{rules:?}");
        let first = rules[0];
        assert_eq!(quoted(&first["start"], &first["end"]), "account was hacked");

        desk.receive_with(ANA, "Re: Trouble", "Thanks, and where is the price list?", AGAIN).await;
        let page = newest(&mara).await;
        assert_eq!(page["messages"].as_array().unwrap().len(), 2);
        assert_eq!(flags(&page), ["security"]);
        assert_eq!(page["understanding"]["operating_model"]["key"], "security");
    });
}

#[test]
fn what_a_person_moved_stays_until_something_grave_is_new() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        send(desk, &mara, first("Price list", "Hello, where is the price list of this year?")).await;
        let page = newest(&mara).await;
        let path = format!("/tickets/{}", page["id"].as_str().unwrap());
        let etag = mara.get(&path).await.etag();
        let change = json!({ "queue": "security", "priority": "low" });
        mara.with("if-match", &etag).patch(&path, change).await.expect(200);

        desk.receive_with(ANA, "Re: Price list", "And the one of last year, please?", AGAIN).await;
        let page = mara.get(&path).await.expect(200);
        assert_eq!((page["queue"].as_str(), page["priority"].as_str()), (Some("security"), Some("low")), "{page}");
        assert_eq!(page["understanding"]["kept"], json!(["queue", "priority"]));

        desk.receive_with(ANA, "Re: Price list", "By the way, our account was hacked.", AGAIN).await;
        let page = mara.get(&path).await.expect(200);
        assert_eq!((page["queue"].as_str(), page["priority"].as_str()), (Some("security"), Some("high")));
        assert_eq!(flags(&page), ["security"]);
    });
}
