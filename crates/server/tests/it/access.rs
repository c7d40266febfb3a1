//! Who gets in, with what, and for how long: codes, sessions, invitations, roles.

use std::time::Duration;

use desk::people::Role;
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{PASSWORD, TestDesk, add_person, on_each},
};

/// What an app shows for a secret in base32.
fn code(secret: &str, seconds: i64) -> String {
    let bits: String =
        secret.chars().map(|c| format!("{:05b}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap())).collect();
    let bytes: Vec<u8> = (0..bits.len() / 8).map(|i| u8::from_str_radix(&bits[i * 8..i * 8 + 8], 2).unwrap()).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = hmac::sign(&key, &(seconds / 30).to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let four = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", four % 1_000_000)
}

fn now(desk: &TestDesk) -> i64 {
    desk.app.clock.now().micros() / 1_000_000
}

async fn knock(desk: &TestDesk, name: &str, code: Option<&str>) -> crate::client::Answer {
    let email = format!("{name}@fernhill.example");
    desk.nobody().post("/session", json!({ "email": email, "password": PASSWORD, "code": code })).await
}

async fn confirm(who: &Client) {
    who.post("/session/confirmation", json!({ "password": PASSWORD })).await.expect(204);
}

#[test]
fn a_code_is_asked_for_once_it_was_proven_and_each_opens_once() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        assert_eq!(mara.post("/second-factor", json!({})).await.problem(403), "confirm");
        confirm(&mara).await;
        let begun = mara.post("/second-factor", json!({})).await.expect(201);
        let secret = begun["secret"].as_str().unwrap().to_owned();
        assert!(begun["address"].as_str().unwrap().starts_with("otpauth://totp/"), "{begun}");
        knock(desk, "mara", None).await.expect(201);
        mara.post("/second-factor/confirmation", json!({ "code": "000000x" })).await.problem(422);
        let first = code(&secret, now(desk));
        let told = mara.post("/second-factor/confirmation", json!({ "code": first })).await.expect(200);
        let codes: Vec<String> =
            told["codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect();
        assert_eq!(codes.len(), 10);
        mara.post("/second-factor", json!({})).await.problem(409);

        assert_eq!(knock(desk, "mara", None).await.problem(401), "second-factor");
        assert_eq!(knock(desk, "mara", Some(&first)).await.problem(401), "second-factor");
        desk.pass(60).await;
        let next = code(&secret, now(desk));
        knock(desk, "mara", Some(&next)).await.expect(201);
        assert_eq!(knock(desk, "mara", Some(&next)).await.problem(401), "second-factor");
        let recovery = codes[3].to_ascii_lowercase();
        knock(desk, "mara", Some(&recovery)).await.expect(201);
        assert_eq!(knock(desk, "mara", Some(&recovery)).await.problem(401), "second-factor");
        let state = mara.get("/second-factor").await.expect(200);
        assert_eq!(state["recovery_codes"], 9);
        let ways: Vec<Value> = mara.get("/sessions").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["opened_with"].clone())
            .collect();
        assert_eq!(ways, [json!("recovery"), json!("code"), json!("password"), json!("password")]);

        // Guessing codes closes the door like guessing passwords.
        for _ in 0..10 {
            knock(desk, "mara", Some("123456")).await;
        }
        assert_eq!(knock(desk, "mara", Some(&codes[4])).await.problem(429), "rate-limited");
        desk.pass(16 * 60).await;
        confirm(&mara).await;
        mara.delete("/second-factor").await.expect(204);
        knock(desk, "mara", None).await.expect(201);
    });
}

#[test]
fn a_person_ends_their_own_sessions_and_nobody_elses() {
    on_each(async |desk| {
        let (here, there, timo) = (desk.sign_in("mara").await, desk.sign_in("mara").await, desk.sign_in("timo").await);
        let list = here.get("/sessions").await.expect(200);
        let other = list["items"].as_array().unwrap().iter().find(|s| s["current"] == false).unwrap();
        let path = format!("/sessions/{}", other["id"].as_str().unwrap());
        timo.delete(&path).await.problem(404);
        // An open stream of events ends too, within five seconds.
        let stream = there.open("GET", "/events", None, Vec::new()).await;
        assert_eq!(stream.status(), 200);
        here.delete(&path).await.expect(204);
        here.delete(&path).await.problem(404);
        assert_eq!(there.get("/session").await.problem(401), "signed-out");
        let ended = axum::body::to_bytes(stream.into_body(), usize::MAX);
        tokio::time::timeout(Duration::from_secs(5), ended).await.expect("the stream ends").unwrap();
        here.get("/session").await.expect(200);
    });
}

/// T071.
#[test]
fn an_invitation_is_good_once_and_for_three_days() {
    on_each(async |desk| {
        let (root, mara) = (admin(desk).await, desk.sign_in("mara").await);
        let nina =
            json!({ "name": "Nina New", "email": "Nina@fernhill.example", "role": "agent", "queues": ["billing"] });
        assert_eq!(mara.post("/invitations", nina.clone()).await.problem(403), "forbidden");
        assert_eq!(root.post("/invitations", nina.clone()).await.problem(403), "confirm");
        confirm(&root).await;
        let odd = json!({ "name": "Nina", "email": "nina@fernhill.example", "role": "agent", "queues": ["moon"] });
        root.post("/invitations", odd).await.problem(422);
        let token = |made: Value| made["token"].as_str().unwrap().to_owned();
        let late = token(root.post("/invitations", nina.clone()).await.expect(201));
        desk.pass(73 * 3600).await;
        let nobody = desk.nobody();
        let refused = nobody.post("/invitations/look", json!({ "token": late })).await.expect(422);
        let root = desk.sign_in("root").await;
        confirm(&root).await;
        let good = token(root.post("/invitations", nina.clone()).await.expect(201));
        let back = root.post("/invitations", nina.clone()).await.expect(201);
        root.delete(&format!("/invitations/{}", back["id"].as_str().unwrap())).await.expect(204);
        for bad in [token(back), "made up".to_owned()] {
            assert_eq!(
                nobody.post("/invitations/look", json!({ "token": bad })).await.expect(422),
                refused,
                "one answer"
            );
        }
        let seen = nobody.post("/invitations/look", json!({ "token": good })).await.expect(200);
        assert_eq!((&seen["email"], &seen["by"]), (&json!("nina@fernhill.example"), &json!("Root Test")));
        nobody.post("/invitations/acceptance", json!({ "token": good, "password": "short" })).await.problem(422);
        let yes = json!({ "token": good, "password": PASSWORD });
        nobody.post("/invitations/acceptance", yes.clone()).await.expect(204);
        nobody.post("/invitations/acceptance", yes).await.problem(422);
        let who = desk.sign_in("nina").await.get("/session").await.expect(200);
        assert_eq!((&who["agent"]["role"], &who["agent"]["queues"]), (&json!("agent"), &json!(["billing"])));
        root.post("/invitations", nina).await.problem(409);
        let states: Vec<Value> = root.get("/invitations").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["state"].clone())
            .collect();
        assert_eq!(states, [json!("withdrawn"), json!("accepted"), json!("expired")]);
    });
}

#[test]
fn rights_change_at_once_and_never_ones_own() {
    on_each(async |desk| {
        let (root, timo) = (admin(desk).await, desk.sign_in("timo").await);
        let accounts = root.get("/accounts").await.expect(200);
        let id = |name: &str| {
            let all = accounts["items"].as_array().unwrap();
            all.iter().find(|a| a["name"] == format!("{name} Test")).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let path = |name: &str| format!("/accounts/{}/changes", id(name));
        timo.post(&path("Olga"), json!({ "change": "off" })).await.problem(403);
        confirm(&root).await;
        let own = root.post(&path("Root"), json!({ "change": "off" })).await.expect(422);
        assert_eq!(own["detail"], "You cannot change your own account. Ask another administrator.");
        assert_eq!(timo.get("/audit").await.problem(403), "forbidden");
        root.post(&path("Timo"), json!({ "change": "role", "role": "auditor", "queues": [] })).await.expect(204);
        timo.get("/audit").await.expect(200);
        assert_eq!(timo.post("/drafts/none/seal", json!({})).await.problem(403), "forbidden");
        root.post(&path("Timo"), json!({ "change": "off" })).await.expect(204);
        assert_eq!(timo.get("/session").await.problem(401), "signed-out");
        assert_eq!(knock(desk, "timo", None).await.problem(401), "wrong-password");
        root.post(&path("Timo"), json!({ "change": "on" })).await.expect(204);
        let timo = desk.sign_in("timo").await;
        root.post(&path("Timo"), json!({ "change": "signed_out" })).await.expect(204);
        timo.get("/session").await.problem(401);
        desk.pass(6 * 60).await;
        assert_eq!(root.post(&path("Timo"), json!({ "change": "off" })).await.problem(403), "confirm");
    });
}

async fn admin(desk: &TestDesk) -> Client {
    use desk::people::Role;
    crate::harness::add_person(&desk.app, "root", Role::Admin, &[]).await;
    desk.sign_in("root").await
}

#[test]
fn two_administrators_who_demote_each_other_leave_one() {
    on_each(async |desk| {
        let alex = add_person(&desk.app, "alex", Role::Admin, &[]).await;
        let bea = add_person(&desk.app, "bea", Role::Admin, &[]).await;
        for _ in 0..5 {
            let (a, b) = (desk.sign_in("alex").await, desk.sign_in("bea").await);
            confirm(&a).await;
            confirm(&b).await;
            let demoted = json!({ "change": "role", "role": "agent", "queues": ["billing"] });
            let (to_bea, to_alex) = (format!("/accounts/{bea}/changes"), format!("/accounts/{alex}/changes"));
            let (one, other) = tokio::join!(a.post(&to_bea, demoted.clone()), b.post(&to_alex, demoted));
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [204, 403], "{} {}", one.text(), other.text());
            let (left, path) = if one.status == 204 { (&a, &to_bea) } else { (&b, &to_alex) };
            left.post(path, json!({ "change": "role", "role": "admin", "queues": [] })).await.expect(204);
        }
    });
}
