use proptest::prelude::*;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};

use super::*;

const HOST: &str = "desk.example";
const CHALLENGE: &str = "Zm9vYmFyYmF6";

/// An authenticator in software.
struct Token {
    pair: EcdsaKeyPair,
}

impl Token {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a test value");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random)
            .expect("a test value");
        Self { pair }
    }

    fn created(&self) -> Created {
        let info = [&P256_HEAD[..], self.pair.public_key().as_ref()].concat();
        let mut data = told(HOST, PRESENT | VERIFIED | ATTESTED, 1);
        data.extend([0; 16]);
        data.extend([0, 3]);
        data.extend(b"key");
        Created {
            id: b64(b"key"),
            client_data: client("webauthn.create", CHALLENGE, "https://desk.example"),
            authenticator_data: b64(&data),
            public_key: b64(&info),
        }
    }

    fn answered(&self, client: String, data: &[u8]) -> Answered {
        let hash = digest::digest(&digest::SHA256, &URL_SAFE_NO_PAD.decode(&client).expect("a test value"));
        let signed = [data, hash.as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).expect("a test value");
        Answered {
            id: b64(b"key"),
            client_data: client,
            authenticator_data: b64(data),
            signature: b64(signature.as_ref()),
        }
    }
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn told(site: &str, flags: u8, count: u32) -> Vec<u8> {
    let mut data = digest::digest(&digest::SHA256, site.as_bytes()).as_ref().to_vec();
    data.push(flags);
    data.extend(count.to_be_bytes());
    data
}

fn client(kind: &str, challenge: &str, origin: &str) -> String {
    b64(serde_json::json!({ "type": kind, "challenge": challenge, "origin": origin }).to_string().as_bytes())
}

fn get(origin: &str) -> String {
    client("webauthn.get", CHALLENGE, origin)
}

fn asked() -> Asked<'static> {
    Asked { challenge: CHALLENGE, host: HOST }
}

#[test]
fn a_key_that_was_taken_proves_its_person_and_counts() {
    let token = Token::new();
    let key = take(asked(), &token.created()).expect("a test value");
    assert_eq!((key.relying_party.as_str(), key.count), ("desk.example", 1));
    let answer = token.answered(get("https://desk.example"), &told(HOST, PRESENT | VERIFIED, 7));
    assert_eq!(prove(asked(), &key, &answer), Ok(7));
}

#[test]
fn every_other_answer_proves_nothing() {
    use PasskeyError as E;
    let token = Token::new();
    let key = take(asked(), &token.created()).expect("a test value");
    let good = told(HOST, PRESENT | VERIFIED, 7);
    let said = |client: String| token.answered(client, &good);
    let data = |data: &[u8]| token.answered(get("https://desk.example"), data);
    for (name, answer, why) in [
        ("another challenge", said(client("webauthn.get", "b3RoZXI", "https://desk.example")), E::NotOurs),
        ("another site", said(get("https://desk.example.evil.example")), E::NotOurs),
        ("without TLS", said(get("http://desk.example")), E::NotOurs),
        ("a registration", said(client("webauthn.create", CHALLENGE, "https://desk.example")), E::NotOurs),
        ("no JSON", said(b64(b"nothing")), E::Unreadable),
        ("another site's key", data(&told("evil.example", PRESENT | VERIFIED, 7)), E::NotOurs),
        ("nobody touched it", data(&told(HOST, VERIFIED, 7)), E::Unverified),
        ("touched, not checked", data(&told(HOST, PRESENT, 7)), E::Unverified),
        ("too short", data(&good[..36]), E::Unreadable),
        ("a copy", data(&told(HOST, PRESENT | VERIFIED, 1)), E::Copied),
        ("a signature of another key", Token::new().answered(get("https://desk.example"), &good), E::Forged),
        (
            "bytes changed after signing",
            Answered { authenticator_data: b64(&told(HOST, PRESENT | VERIFIED, 8)), ..data(&good) },
            E::Forged,
        ),
        ("not base64url", Answered { signature: "%%".into(), ..data(&good) }, E::Unreadable),
        ("endless", Answered { signature: "A".repeat(100_000), ..data(&good) }, E::Unreadable),
    ] {
        assert_eq!(prove(asked(), &key, &answer), Err(why), "{name}");
    }
    let elsewhere = Key { relying_party: "other.example".into(), ..key };
    assert_eq!(prove(asked(), &elsewhere, &data(&good)), Err(E::NotOurs));
}

#[test]
fn keys_that_do_not_count_are_taken_and_odd_ones_are_not() {
    let token = Token::new();
    let key = Key { count: 0, ..take(asked(), &token.created()).expect("a test value") };
    let still = token.answered(get("https://desk.example"), &told(HOST, PRESENT | VERIFIED, 0));
    assert_eq!(prove(asked(), &key, &still), Ok(0));
    let odd = Created { public_key: b64(b"a key of the future"), ..token.created() };
    assert_eq!(take(asked(), &odd), Err(PasskeyError::Unsupported));
    let other = Created { id: b64(b"other"), ..token.created() };
    assert_eq!(take(asked(), &other), Err(PasskeyError::NotOurs));
}

#[test]
fn a_name_is_a_host_without_its_port_and_localhost_needs_no_tls() {
    for (host, name) in [("desk.example", "desk.example"), ("localhost:8080", "localhost"), ("a:b", "a:b")] {
        assert_eq!(relying_party(host), name);
    }
    let here = Asked { challenge: CHALLENGE, host: "localhost:8080" };
    let json = |origin: &str| serde_json::json!({ "type": "webauthn.get", "challenge": CHALLENGE, "origin": origin });
    let says = |origin: &str| client_says(here, "webauthn.get", json(origin).to_string().as_bytes());
    assert_eq!(says("http://localhost:8080"), Ok(()));
    assert_eq!(says("http://localhost:9090"), Err(PasskeyError::NotOurs));
}

proptest! {
    #[test]
    fn whatever_comes_is_refused_without_a_panic(id in ".{0,40}", client in ".{0,80}", data in proptest::collection::vec(any::<u8>(), 0..120), rest in proptest::collection::vec(any::<u8>(), 0..120)) {
        let created = Created { id, client_data: b64(client.as_bytes()), authenticator_data: b64(&data), public_key: b64(&rest) };
        prop_assert!(take(asked(), &created).is_err());
        let key = Key { public_key: b64(&rest), relying_party: HOST.into(), count: 0 };
        let answered = Answered { id: created.id.clone(), client_data: created.client_data.clone(), authenticator_data: b64(&data), signature: b64(&rest) };
        prop_assert!(prove(asked(), &key, &answered).is_err());
    }
}
