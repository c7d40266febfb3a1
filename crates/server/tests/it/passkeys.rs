//! A passkey proves that a signed-in person is there, where a case asks for more than a session.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{PASSWORD, on_each},
};

const HOST: &str = "desk.example";

/// An authenticator in software that checks its person.
struct Token {
    pair: EcdsaKeyPair,
    id: String,
}

impl Token {
    fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        Self { pair, id: id.to_owned() }
    }

    fn data(&self, flags: u8, count: u32) -> Vec<u8> {
        let mut data = digest::digest(&digest::SHA256, HOST.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(count.to_be_bytes());
        data
    }

    fn create(&self, question: &Value) -> Value {
        let head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
        let mut info: Vec<u8> =
            (0..head.len()).step_by(2).map(|i| u8::from_str_radix(&head[i..i + 2], 16).unwrap()).collect();
        info.extend(self.pair.public_key().as_ref());
        let mut data = self.data(0x45, 1);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(self.id.as_bytes());
        json!({ "name": "Blue key", "password": PASSWORD, "credential": b64(self.id.as_bytes()), "client_data": client(question, "webauthn.create"),
            "authenticator_data": b64(&data), "public_key": b64(&info) })
    }

    fn answer(&self, question: &Value, count: u32) -> Value {
        let (data, client) = (self.data(0x05, count), client(question, "webauthn.get"));
        let hash = digest::digest(&digest::SHA256, &URL_SAFE_NO_PAD.decode(&client).unwrap());
        let signed = [&data[..], hash.as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        json!({ "credential": b64(self.id.as_bytes()), "client_data": client, "authenticator_data": b64(&data), "signature": b64(signature.as_ref()) })
    }
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn client(question: &Value, kind: &str) -> String {
    let said = json!({ "type": kind, "challenge": question["challenge"], "origin": format!("https://{HOST}") });
    b64(said.to_string().as_bytes())
}

async fn question(who: &Client, path: &str) -> Value {
    who.post(path, json!({})).await.expect(200)
}

#[test]
fn a_passkey_confirms_once_per_question_and_is_its_persons_alone() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let timo = desk.sign_in("timo").await;
        let token = Token::new("blue");
        let no = mara.post("/session/confirmation/question", json!({})).await.expect(422);
        assert!(no["detail"].as_str().unwrap().starts_with("You have no passkey yet."), "{no}");

        let asked = question(&mara, "/passkeys/question").await;
        let mut wrong = token.create(&asked);
        wrong["password"] = json!("not it");
        mara.post("/passkeys", wrong).await.problem(422);
        let list = mara.post("/passkeys", token.create(&asked)).await.expect(201);
        assert_eq!((&list["items"][0]["name"], &list["items"][0]["site"]), (&json!("Blue key"), &json!(HOST)));
        mara.post("/passkeys", token.create(&asked)).await.problem(422);
        let theirs = question(&timo, "/passkeys/question").await;
        let taken = timo.post("/passkeys", token.create(&theirs)).await.expect(422);
        assert_eq!(taken["detail"], "This passkey is known already.");

        let asked = question(&mara, "/session/confirmation/question").await;
        assert_eq!(asked["known"], json!([b64(b"blue")]));
        let answer = token.answer(&asked, 5);
        mara.post("/session/confirmation/passkey", answer.clone()).await.expect(204);
        mara.post("/session/confirmation/passkey", answer).await.problem(422);

        // A copy of it counts behind; another key has no say; neither counts as a yes.
        let asked = question(&mara, "/session/confirmation/question").await;
        let copy = mara.post("/session/confirmation/passkey", token.answer(&asked, 4)).await.expect(422);
        assert!(copy["detail"].as_str().unwrap().contains("a copy"), "{copy}");
        let asked = question(&mara, "/session/confirmation/question").await;
        mara.post("/session/confirmation/passkey", Token::new("blue").answer(&asked, 9)).await.problem(422);
        let asked = question(&mara, "/session/confirmation/question").await;
        desk.pass(6 * 60).await;
        mara.post("/session/confirmation/passkey", token.answer(&asked, 9)).await.problem(422);
        let elsewhere = mara.with("host", "other.example").with("sec-fetch-site", "same-origin");
        let asked = question(&elsewhere, "/session/confirmation/question").await;
        assert_eq!(asked["known"], json!([]));
        elsewhere.post("/session/confirmation/passkey", token.answer(&asked, 9)).await.problem(422);

        let id = list["items"][0]["id"].as_str().unwrap();
        timo.delete(&format!("/passkeys/{id}")).await.problem(404);
        mara.delete(&format!("/passkeys/{id}")).await.expect(204);
        assert_eq!(mara.get("/passkeys").await.expect(200)["items"], json!([]));
    });
}
