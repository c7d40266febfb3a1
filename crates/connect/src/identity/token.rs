//! What a provider signed: whether it is for this desk and this attempt, and what it says about the person.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::{Deserialize, de::DeserializeOwned};

use super::IdentityError;

/// How far two clocks may be apart, in seconds.
const SKEW_SECONDS: i64 = 60;
/// How fresh a proof is that was asked for again, in seconds.
const FRESH_SECONDS: i64 = 5 * 60;
/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// The provider's public keys.
#[derive(Debug, Deserialize)]
pub struct Keys {
    keys: Vec<Key>,
}

/// A public key (RFC 7517). Other kinds are read and never fit.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Key {
    kid: Option<String>,
    kty: String,
    r#use: Option<String>,
    crv: String,
    n: String,
    e: String,
    x: String,
    y: String,
}

/// What the provider says about a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// Who it is to the provider; never given to somebody else.
    #[serde(rename = "sub")]
    pub subject: String,
    /// Their address.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the provider verified that address; only a plain yes counts.
    #[serde(default)]
    pub email_verified: bool,
    /// Their name.
    #[serde(default)]
    pub name: Option<String>,
    /// When they last proved it is them, in seconds since 1970.
    #[serde(default, rename = "auth_time")]
    pub authenticated_at: Option<i64>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What a token must say.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// Whether the person had to prove it just now.
    pub again: bool,
}

/// Reads a token that the provider signed for this desk, this attempt and now.
pub fn check(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, IdentityError> {
    let broken = IdentityError::Proof("it is no signed answer");
    if token.len() > TOKEN_BYTES_MAX {
        return Err(broken);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(broken.clone())?;
    let (head, body) = signed.split_once('.').ok_or(broken.clone())?;
    let header: Header = part(head)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| broken)?;
    let fits = |key: &&Key| header.kid.is_none() || key.kid == header.kid;
    if !keys.keys.iter().filter(fits).any(|key| key.verifies(&header.alg, signed.as_bytes(), &signature)) {
        return Err(IdentityError::Proof("none of its keys made this signature"));
    }
    holds(&part::<Body>(body)?, expected)?;
    let claims: Claims = part(body)?;
    if claims.subject.is_empty() || claims.subject.len() > 255 {
        return Err(IdentityError::Proof("it names nobody"));
    }
    let fresh = claims.authenticated_at.is_some_and(|at| at >= expected.now - FRESH_SECONDS);
    if expected.again && !fresh {
        return Err(IdentityError::Proof("it did not ask the person again"));
    }
    Ok(claims)
}

fn holds(body: &Body, expected: &Expected<'_>) -> Result<(), IdentityError> {
    let (ours, several) = match &body.aud {
        Audience::One(one) => (one == expected.client, false),
        Audience::Many(all) => (all.iter().any(|a| a == expected.client), all.len() > 1),
    };
    let presented = body.azp.as_deref().map_or(!several, |azp| azp == expected.client);
    let why = match () {
        () if body.iss != expected.issuer => "somebody else issued it",
        () if !ours || !presented => "it is for another program",
        () if body.nonce.as_deref() != Some(expected.nonce) => "it is for another attempt",
        () if body.exp <= expected.now - SKEW_SECONDS => "it is too old",
        () if body.iat > expected.now + SKEW_SECONDS => "it comes from the future; compare the clocks",
        () => return Ok(()),
    };
    Err(IdentityError::Proof(why))
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, IdentityError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| IdentityError::Proof("it is no signed answer"))?;
    serde_json::from_slice(&bytes).map_err(|_| IdentityError::Proof("it leaves out what an answer must say"))
}

impl Key {
    /// The header chooses among two algorithms, never a key's kind: `none` and shared secrets verify nothing.
    fn verifies(&self, algorithm: &str, signed: &[u8], signature: &[u8]) -> bool {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        if self.r#use.as_deref().is_some_and(|u| u != "sig") {
            return false;
        }
        match (algorithm, self.kty.as_str(), self.crv.as_str()) {
            ("RS256", "RSA", _) => RsaPublicKeyComponents { n: decode(&self.n), e: decode(&self.e) }
                .verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
                .is_ok(),
            ("ES256", "EC", "P-256") => {
                let point = [&[4][..], &decode(&self.x), &decode(&self.y)].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
    };
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_795_000_000;

    struct Issuer(EcdsaKeyPair);

    impl Issuer {
        fn new() -> Self {
            let random = SystemRandom::new();
            let bytes = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes.as_ref(), &random);
            Self(pair.expect("the same key"))
        }

        fn keys(&self) -> Keys {
            let point = self.0.public_key().as_ref();
            let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let key =
                json!({"kid": "k", "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])});
            serde_json::from_value(json!({ "keys": [key] })).expect("keys")
        }

        fn sign(&self, header: &Value, body: &Value) -> String {
            let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let signed = format!("{}.{}", encode(header), encode(body));
            let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
        }
    }

    fn expected(again: bool) -> Expected<'static> {
        Expected { issuer: "https://id.example", client: "desk", nonce: "n", now: NOW, again }
    }

    fn good() -> Value {
        json!({"iss": "https://id.example", "aud": "desk", "sub": "7", "exp": NOW + 60, "iat": NOW, "nonce": "n",
            "email": "ana@company.example", "email_verified": true})
    }

    fn header() -> Value {
        json!({"alg": "ES256", "kid": "k"})
    }

    #[test]
    fn what_was_signed_for_this_attempt_says_who_it_is() {
        let issuer = Issuer::new();
        let claims = check(&issuer.sign(&header(), &good()), &issuer.keys(), &expected(false)).expect("holds");
        assert_eq!(
            (claims.subject.as_str(), claims.email.as_deref(), claims.email_verified),
            ("7", Some("ana@company.example"), true)
        );
    }

    #[test]
    fn each_way_to_be_wrong_is_refused() {
        let issuer = Issuer::new();
        let with = |key: &str, value: Value| {
            let mut body = good();
            body[key] = value;
            body
        };
        let bodies = [
            ("somebody else issued it", with("iss", json!("https://id.example/"))),
            ("it is for another program", with("aud", json!("shop"))),
            ("it is for another program", with("aud", json!(["desk", "shop"]))),
            ("it is for another program", with("azp", json!("shop"))),
            ("it is for another attempt", with("nonce", json!("m"))),
            ("it is for another attempt", with("nonce", Value::Null)),
            ("it is too old", with("exp", json!(NOW - 60))),
            ("it comes from the future; compare the clocks", with("iat", json!(NOW + 61))),
            ("it leaves out what an answer must say", with("exp", json!("soon"))),
            ("it leaves out what an answer must say", with("sub", Value::Null)),
            ("it names nobody", with("sub", json!(""))),
        ];
        for (why, body) in bodies {
            let answer = check(&issuer.sign(&header(), &body), &issuer.keys(), &expected(false));
            assert_eq!(answer.map_err(|e| e.to_string()), Err(IdentityError::Proof(why).to_string()));
        }
        for head in [
            json!({"alg": "none"}),
            json!({"alg": "HS256"}),
            json!({"alg": "RS256"}),
            json!({"alg": "ES256", "kid": "other"}),
        ] {
            assert!(check(&issuer.sign(&head, &good()), &issuer.keys(), &expected(false)).is_err(), "{head}");
        }
        assert!(check(&issuer.sign(&header(), &good()), &Issuer::new().keys(), &expected(false)).is_err());
    }

    #[test]
    fn a_yes_in_a_string_verifies_no_address() {
        let issuer = Issuer::new();
        let mut body = good();
        body["email_verified"] = json!("true");
        assert!(check(&issuer.sign(&header(), &body), &issuer.keys(), &expected(false)).is_err());
    }

    #[test]
    fn whoever_was_to_be_asked_again_was_asked_now() {
        let issuer = Issuer::new();
        let at = |value: Value| {
            let mut body = good();
            body["auth_time"] = value;
            check(&issuer.sign(&header(), &body), &issuer.keys(), &expected(true)).is_ok()
        };
        assert!(at(json!(NOW - 10)));
        assert!(!at(json!(NOW - 301)));
        assert!(!at(Value::Null));
    }

    proptest! {
        #[test]
        fn arbitrary_words_are_refused_quietly(token in "[A-Za-z0-9_.-]{0,400}") {
            prop_assert!(check(&token, &Issuer::new().keys(), &expected(false)).is_err());
        }
    }
}
