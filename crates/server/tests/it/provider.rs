//! Signing in through an identity provider: who gets which account, on both engines. The provider here is small and signs whatever a
//! test says; a real one is asked in `console/e2e/provider.spec.mjs`.

use std::sync::{Arc, Mutex};

use axum::{Form, Json, Router, extract::State, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use server::config::{Config, Identity};

use crate::{
    client::{Answer, Client},
    harness::{NOON, TestDesk, add_person},
};

/// Says about whoever comes what it was told to say.
struct Provider {
    address: String,
    key: EcdsaKeyPair,
    says: Mutex<Value>,
}

impl Provider {
    async fn start() -> Arc<Self> {
        let random = SystemRandom::new();
        let bytes = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes.as_ref(), &random).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Self { address, key, says: Mutex::new(Value::Null) });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", axum::routing::post(token))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    fn say(&self, claims: Value) {
        *self.says.lock().unwrap() = claims;
    }
}

async fn describe(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let at = &provider.address;
    Json(json!({ "issuer": at, "authorization_endpoint": format!("{at}/authorize"),
        "token_endpoint": format!("{at}/token"), "jwks_uri": format!("{at}/keys") }))
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let point = provider.key.public_key().as_ref();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Json(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) }] }))
}

/// The code is the nonce: what a person would do at the provider is left out.
async fn token(State(provider): State<Arc<Provider>>, Form(form): Form<Value>) -> Json<Value> {
    let mut claims = provider.says.lock().unwrap().clone();
    let now = NOON.micros() / 1_000_000;
    for (name, value) in [
        ("iss", json!(provider.address)),
        ("aud", json!("desk")),
        ("exp", json!(now + 300)),
        ("iat", json!(now)),
        ("nonce", form["code"].clone()),
    ] {
        claims[name] = value;
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&json!({ "alg": "ES256" })), encode(&claims));
    let signature = provider.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    Json(json!({ "access_token": "a", "id_token": format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)) }))
}

/// A browser's two steps, with what it keeps in between.
struct Trip {
    state: String,
    nonce: String,
    note: String,
}

async fn leave(nobody: &Client, query: &str) -> Trip {
    let sent = nobody.get(&format!("/session/provider{query}")).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let url = header(&sent, "location");
    let part = |name: &str| url.split(['?', '&']).find_map(|p| p.strip_prefix(&format!("{name}="))).unwrap().to_owned();
    assert!(url.contains("code_challenge_method=S256"), "{url}");
    let note = header(&sent, "set-cookie").split(';').next().unwrap().to_owned();
    Trip { state: part("state"), nonce: part("nonce"), note }
}

async fn come_back(nobody: &Client, trip: &Trip) -> Answer {
    let path = format!("/session/provider/return?state={}&code={}", trip.state, trip.nonce);
    nobody.with("cookie", &trip.note).get(&path).await
}

fn header(answer: &Answer, name: &str) -> String {
    answer.headers.get(name).unwrap().to_str().unwrap().to_owned()
}

/// Whoever the provider names now, there and back.
async fn sign_in(nobody: &Client, query: &str) -> Result<Client, String> {
    let trip = leave(nobody, query).await;
    let back = come_back(nobody, &trip).await;
    if back.status == 303 {
        return Err(header(&back, "location"));
    }
    let cookie = header(&back, "set-cookie").split(';').next().unwrap().to_owned();
    Ok(nobody.with("cookie", &cookie).with("origin", "http://desk.example"))
}

async fn name(client: &Client) -> Value {
    client.get("/session").await.expect(200)["agent"]["email"].clone()
}

fn on_each_with_provider(test: impl AsyncFn(&TestDesk, &Provider)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let provider = Provider::start().await;
        let identity = Identity {
            name: "Fernhill ID".to_owned(),
            issuer: provider.address.clone(),
            client_id: "desk".to_owned(),
            client_secret: "shared".to_owned(),
            allow_private: true,
        };
        let with = |config: &mut Config| {
            config.identity = Some(identity.clone());
            config.desk.address = "http://desk.example".to_owned();
        };
        for desk in TestDesk::each_with(&with).await {
            test(&desk, &provider).await;
            desk.close().await;
        }
    });
}

fn person(subject: &str, email: &str) -> Value {
    json!({ "sub": subject, "email": email, "email_verified": true })
}

#[test]
fn a_verified_address_opens_its_account_and_the_person_keeps_it() {
    on_each_with_provider(async |desk, provider| {
        let nobody = desk.nobody();
        assert_eq!(nobody.get("/session/ways").await.expect(200)["provider"], "Fernhill ID");
        provider.say(person("p-timo", "Timo@fernhill.example"));
        let timo = sign_in(&nobody, "?to=/tasks").await.unwrap();
        assert_eq!(name(&timo).await, "timo@fernhill.example");
        assert_eq!(timo.get("/sessions").await.expect(200)["items"][0]["opened_with"], "provider");

        // Their address changes at the provider: it is still them, and whoever gets the old address is not.
        provider.say(person("p-timo", "timo.new@fernhill.example"));
        assert_eq!(name(&sign_in(&nobody, "").await.unwrap()).await, "timo@fernhill.example");
        provider.say(person("p-other", "timo@fernhill.example"));
        assert_eq!(sign_in(&nobody, "").await.err().unwrap(), "/sign-in?refused=unknown");
    });
}

#[test]
fn who_has_no_account_no_verified_address_or_no_attempt_stays_outside() {
    on_each_with_provider(async |desk, provider| {
        let nobody = desk.nobody();
        let refused = async |claims: Value| {
            provider.say(claims);
            sign_in(&nobody, "").await.err().unwrap()
        };
        assert_eq!(refused(person("x", "stranger@fernhill.example")).await, "/sign-in?refused=unknown");
        assert_eq!(
            refused(json!({ "sub": "x", "email": "timo@fernhill.example" })).await,
            "/sign-in?refused=unverified"
        );
        assert_eq!(refused(json!({ "sub": "x" })).await, "/sign-in?refused=unverified");
        assert_eq!(refused(json!({ "email": "timo@fernhill.example" })).await, "/sign-in?refused=provider");

        provider.say(person("p-timo", "timo@fernhill.example"));
        let trip = leave(&nobody, "").await;
        let forged = Trip { state: "another".to_owned(), ..leave(&nobody, "").await };
        assert_eq!(header(&come_back(&nobody, &forged).await, "location"), "/sign-in?refused=over");
        let foreign = Trip { note: "countersign_attempt=AAAA".to_owned(), ..leave(&nobody, "").await };
        assert_eq!(header(&come_back(&nobody, &foreign).await, "location"), "/sign-in?refused=over");
        // One attempt's answer is not another's.
        let mixed = Trip { nonce: leave(&nobody, "").await.nonce, ..leave(&nobody, "").await };
        assert_eq!(header(&come_back(&nobody, &mixed).await, "location"), "/sign-in?refused=provider");
        desk.pass(601).await;
        assert_eq!(header(&come_back(&nobody, &trip).await, "location"), "/sign-in?refused=over");
    });
}

#[test]
fn an_invited_address_becomes_an_account_without_a_password_and_can_prove_itself() {
    on_each_with_provider(async |desk, provider| {
        add_person(&desk.app, "alex", desk::people::Role::Admin, &[]).await;
        let nobody = desk.nobody();
        provider.say(person("p-alex", "alex@fernhill.example"));
        let alex = sign_in(&nobody, "").await.unwrap();
        let invitation =
            json!({ "name": "New Person", "email": "new@fernhill.example", "role": "agent", "queues": ["billing"] });
        assert_eq!(alex.post("/invitations", invitation.clone()).await.problem(403), "confirm");
        // A provider that does not say when it asked the person proves nothing afresh.
        assert_eq!(sign_in(&nobody, "?again=1").await.err().unwrap(), "/sign-in?refused=provider");
        let mut asked = person("p-alex", "alex@fernhill.example");
        asked["auth_time"] = json!(NOON.micros() / 1_000_000);
        provider.say(asked);
        let alex = sign_in(&nobody, "?again=1").await.unwrap();
        alex.post("/invitations", invitation).await.expect(201);

        provider.say(person("p-new", "new@fernhill.example"));
        let new = sign_in(&nobody, "").await.unwrap();
        assert_eq!(name(&new).await, "new@fernhill.example");
        let email = json!({ "email": "new@fernhill.example", "password": "" });
        nobody.post("/session", email).await.problem(401);

        // Switched off is outside, whatever the provider says.
        let people = alex.get("/accounts").await.expect(200);
        let id =
            people["items"].as_array().unwrap().iter().find(|p| p["email"] == "new@fernhill.example").unwrap()["id"]
                .clone();
        let change = json!({ "change": "off" });
        alex.post(&format!("/accounts/{}/changes", id.as_str().unwrap()), change).await.expect(204);
        desk.settle().await;
        assert_eq!(sign_in(&nobody, "").await.err().unwrap(), "/sign-in?refused=unknown");
    });
}
