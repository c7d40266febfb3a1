//! Telemetry as collectors send it and people look at it: who may, what is masked, what is recorded, what survives.

use std::{io::Write as _, sync::Arc};

use desk::{Timestamp, audit::Service, diagnosis};
use serde_json::{Value, json};
use server::{
    App, api,
    app::World,
    clock::Clock,
    config::Config,
    flow,
    telemetry::{Telemetry, config::Scope},
};
use store::Purpose;

use crate::{
    client::{Answer, Client},
    harness::{NOON, TestDesk, on_each},
};

/// Minutes before noon, as OTLP writes a time.
fn nanos(minutes_ago: i64) -> String {
    format!("{}000", NOON.plus_seconds(-60 * minutes_ago).micros())
}

fn record(minutes_ago: i64, severity: u8, text: &str) -> Value {
    json!({ "timeUnixNano": nanos(minutes_ago), "severityNumber": severity, "body": { "stringValue": text },
        "traceId": "5b8efff798038103d269b633813fc60c",
        "attributes": [{ "key": "user.email", "value": { "stringValue": "ana@harbour.example" } }, { "key": "region", "value": { "stringValue": "eu-west-1" } }] })
}

fn logs(service: &str, version: &str, records: &[Value]) -> Value {
    let attributes = json!([{ "key": "service.name", "value": { "stringValue": service } }, { "key": "service.version", "value": { "stringValue": version } }]);
    json!({ "resourceLogs": [{ "resource": { "attributes": attributes }, "scopeLogs": [{ "logRecords": records }] }] })
}

async fn send(who: &Client, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
    let response = who.open("POST", path, Some(media_type), body).await;
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn send_logs(who: &Client, service: &str, version: &str, records: &[Value]) -> Answer {
    send(who, "/v1/logs", "application/json", logs(service, version, records).to_string().into_bytes()).await
}

/// The desk's configuration with scopes, as a new app beside the first.
async fn with_scopes(desk: &TestDesk) -> Arc<App> {
    let scope = |queue: &str, services: &[&str]| Scope {
        queue: queue.to_owned(),
        services: services.iter().map(|s| (*s).to_owned()).collect(),
        labels: [("team".to_owned(), queue.to_owned())].into(),
    };
    let folder = desk.app.config.data.join("second");
    let telemetry = server::config::Telemetry {
        scopes: vec![scope("billing", &["ledger*"]), scope("security", &["vault"])],
        ..server::config::Telemetry::default()
    };
    let config = Config { data: folder, telemetry, database: desk.app.config.database(), ..desk.app.config.clone() };
    App::open_with(config, World::Demo, Clock::fixed(NOON), Some(outbox::Transport::Tray)).await.unwrap()
}

async fn sign_in(app: &Arc<App>, name: &str) -> Client {
    let nobody = Client::nobody(api::router(Arc::clone(app)));
    nobody.sign_in(&format!("{name}@fernhill.example"), crate::harness::PASSWORD).await
}

async fn program(app: &Arc<App>, scope: &str) -> Client {
    let lead = sign_in(app, "mara").await;
    let made = lead.post("/tokens", json!({ "name": "a collector", "scopes": [scope], "days": 7 })).await.expect(201);
    Client::nobody(api::router(Arc::clone(app))).token(made["secret"].as_str().unwrap())
}

#[test]
fn what_a_collector_sends_is_seen_by_its_queue_alone_masked_and_recorded() {
    on_each(async |desk| {
        let app = with_scopes(desk).await;
        let collector = program(&app, "telemetry:write").await;
        let records: Vec<Value> = (0..20)
            .map(|n| record(n, 9, &format!("invoice {n} sent to ana@harbour.example")))
            .chain([record(3, 17, "payment 4711 refused: card expired")])
            .collect();
        for service in ["ledger-api", "vault"] {
            let answer = send_logs(&collector, service, "5.1", &records).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
        }
        send_logs(&collector, "ledger-api", "5.2", &[record(0, 9, "started")]).await.expect(200);

        let timo = sign_in(&app, "timo").await;
        let seen = timo.get("/telemetry").await.expect(200);
        let names: Vec<&str> =
            seen["services"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["ledger-api"]);
        assert_eq!(seen["services"][0]["versions"], json!(["5.1", "5.2"]));
        let templates = timo.get("/telemetry/templates?service=ledger-api").await.expect(200);
        let first = &templates["items"][0];
        assert_eq!((&first["text"], &first["failing"]), (&json!("payment <*> refused: card expired"), &json!(true)));
        assert_eq!(templates["items"][1]["lines"], 20);
        assert!(!templates.to_string().contains("harbour.example"), "{templates}");
        let at = NOON.rfc3339();
        let lines = timo.get(&format!("/telemetry/lines?service=ledger-api&at={at}&seconds=600")).await.expect(200);
        let lines = lines["items"].as_array().unwrap();
        assert_eq!(lines.len(), 13, "ten minutes before, and the start");
        let sent: Vec<&Value> = lines.iter().filter(|l| l["text"].as_str().unwrap().starts_with("invoice")).collect();
        assert!(sent.iter().all(|l| l["text"].as_str().unwrap().ends_with("sent to <email>")), "{sent:?}");
        assert!(sent[0]["attributes"].as_array().unwrap().contains(&json!("user.email=(masked)")));
        assert!(sent[0]["attributes"].as_array().unwrap().contains(&json!("region=eu-west-1")));
        let of = first["id"].as_str().unwrap();
        let one = timo.get(&format!("/telemetry/lines?service=ledger-api&at={at}&template={of}")).await.expect(200);
        assert_eq!((one["items"].as_array().unwrap().len(), &one["more"]), (1, &json!(false)));

        // Another queue's service is not there, like one that never was.
        for service in ["vault", "nothing"] {
            assert_eq!(timo.get(&format!("/telemetry/templates?service={service}")).await.problem(404), "not-found");
            assert_eq!(timo.get(&format!("/telemetry/lines?service={service}")).await.problem(404), "not-found");
        }
        let mara = sign_in(&app, "mara").await.get("/telemetry").await.expect(200);
        assert_eq!(mara["services"].as_array().unwrap().len(), 2, "who sees every queue sees every service");
        assert_eq!(sign_in(&app, "helene").await.get("/telemetry").await.problem(403), "forbidden");
        collector.get("/telemetry").await.problem(403);
        program(&app, "telemetry:read").await.get("/telemetry").await.expect(200);
        let reader = program(&app, "tickets:read").await;
        assert_eq!(send_logs(&reader, "x", "1", &[record(0, 9, "x")]).await.status, 403);

        flow::keep_record::sequence(&app).await.unwrap();
        let record = sign_in(&app, "helene").await.get("/audit?limit=200").await.expect(200).to_string();
        assert_eq!(record.matches("telemetry.seen").count(), 2, "one entry a look: {record}");
        assert!(!record.contains("ledger-api") && record.contains("13 lines of telemetry were shown"), "{record}");
        app.store.close().await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_are_told_in_the_protocol_s_words() {
    let desk = TestDesk::sqlite().await;
    let collector = desk.program(&["telemetry:write"]).await;
    let json = "application/json";
    let body = logs("web", "1", &[record(0, 9, "hello")]).to_string().into_bytes();
    assert_eq!(send(&desk.nobody(), "/v1/logs", json, body.clone()).await.status, 401);
    assert_eq!(
        send(&desk.sign_in("mara").await, "/v1/logs", json, body.clone()).await.status,
        403,
        "a person is no collector"
    );
    let wrong = send(&collector, "/v1/logs", json, b"{\"resourceLogs\":7}".to_vec()).await;
    assert_eq!((wrong.status, wrong.expect(400)["code"].as_i64()), (400, Some(3)));
    assert_eq!(send(&collector, "/v1/logs", "text/plain", body.clone()).await.status, 415);
    let protobuf = send(&collector, "/v1/traces", "application/x-protobuf", vec![0xff; 40]).await;
    assert_eq!((protobuf.status, &protobuf.headers["content-type"]), (400, &"application/x-protobuf".parse().unwrap()));
    let empty = send(&collector, "/v1/metrics", "application/x-protobuf", Vec::new()).await;
    assert_eq!((empty.status, empty.body.len()), (200, 0), "an empty batch is a whole success");
    assert_eq!(send(&collector, "/v1/logs", json, vec![b' '; 9 << 20]).await.status, 413);

    let mut packer = Vec::new();
    std::io::copy(&mut gzip(&body).as_slice(), &mut packer).unwrap();
    assert_eq!(send(&collector.with("content-encoding", "gzip"), "/v1/logs", json, packer).await.status, 200);
    let late =
        send_logs(&collector, "web", "1", &[record(60 * 30, 9, "yesterday"), record(0, 9, "today")]).await.expect(200);
    assert_eq!(late["partialSuccess"]["rejectedLogRecords"], "1");
    assert_eq!(late["partialSuccess"]["errorMessage"], "Not kept: 1 older than the window.");
    send(&collector, "/v1/logs", json, body.clone()).await.expect(200);
    let seen = desk.sign_in("mara").await.get("/telemetry").await.expect(200);
    assert_eq!(seen["services"][0]["lines"], 2, "a batch that came twice counts once: {seen}");
    let losses: Vec<&str> = seen["losses"].as_array().unwrap().iter().map(|l| l["kind"].as_str().unwrap()).collect();
    assert_eq!(losses, ["batch_repeated", "batch_unreadable", "line_late"]);

    let places: Vec<_> = std::iter::from_fn(|| desk.app.telemetry.place()).collect();
    let busy = send(&collector, "/v1/logs", json, body).await;
    assert_eq!((busy.status, busy.headers["retry-after"].to_str().unwrap()), (429, "5"));
    drop(places);
    desk.close().await;
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // Stored, not packed: one block of a gzip stream, written by hand so that no library reads what it wrote itself.
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let length = u16::try_from(bytes.len()).unwrap();
    out.write_all(&length.to_le_bytes()).unwrap();
    out.write_all(&(!length).to_le_bytes()).unwrap();
    out.write_all(bytes).unwrap();
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    out.write_all(&(!crc).to_le_bytes()).unwrap();
    out.write_all(&u32::from(length).to_le_bytes()).unwrap();
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_survive_a_restart_and_no_line_is_on_the_disk() {
    let desk = TestDesk::sqlite().await;
    let collector = desk.program(&["telemetry:write"]).await;
    let records: Vec<Value> =
        (0..50).map(|n| record(n % 9, 9, &format!("order {n} of canary{n}@harbour.example paid"))).collect();
    send_logs(&collector, "web", "1", &records).await.expect(200);
    let event = json!({ "kind": "deploy", "service": "web", "text": "5.2.0" });
    assert_eq!(collector.post("/telemetry/events", event.clone()).await.status, 202);
    let others = [desk.program(&["telemetry:read"]).await, desk.sign_in("helene").await];
    for other in others {
        assert_eq!(other.post("/telemetry/events", event.clone()).await.problem(403), "forbidden");
    }
    assert_eq!(
        collector.post("/telemetry/events", json!({ "kind": "party", "text": "x" })).await.problem(422),
        "invalid"
    );
    desk.app.telemetry.keep().unwrap();
    let data = &desk.app.config.data;
    let kept = std::fs::read_to_string(data.join("telemetry.json")).unwrap();
    assert!(!kept.contains("canary") && kept.contains("5.2.0") && kept.contains("paid"), "{kept}");
    let again = Telemetry::open(&desk.app.config.telemetry, data).unwrap();
    let grant = desk.app.service_grant(Service::Preparation, Purpose::Telemetry).unwrap();
    assert!(again.seen(&grant).shows("web"));
    std::fs::write(data.join("telemetry.json"), "{\"half\":").unwrap();
    Telemetry::open(&desk.app.config.telemetry, data).unwrap();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_ticket_names_is_observed_within_its_queue() {
    let desk = TestDesk::sqlite().await;
    let app = with_scopes(&desk).await;
    let collector = program(&app, "telemetry:write").await;
    let mut records: Vec<Value> = (0..240)
        .flat_map(|n| [record(n, 9, "heartbeat is fine"), record(n, 9, &format!("invoice {n} sent"))])
        .collect();
    records.extend((0..20).map(|n| record(n, 17, &format!("payment {} refused: signature SIG-401", 4_700 + n))));
    send_logs(&collector, "ledger", "5.1", &records).await.expect(200);
    send_logs(&collector, "ledger", "5.2", &[record(25, 9, "started")]).await.expect(200);
    send_logs(&collector, "vault", "1", &[record(3, 17, "payment 4711 leaked")]).await.expect(200);
    let span = json!({ "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "POST /pay", "startTimeUnixNano": nanos(5), "endTimeUnixNano": nanos(4), "status": { "code": 2, "message": "refused for ana@harbour.example" } });
    let service = json!([{ "key": "service.name", "value": { "stringValue": "ledger" } }]);
    let spans =
        json!({ "resourceSpans": [{ "resource": { "attributes": service }, "scopeSpans": [{ "spans": [span] }] }] });
    send(&collector, "/v1/traces", "application/json", spans.to_string().into_bytes()).await.expect(200);
    let points: Vec<Value> = (0..120).map(|n| json!({ "timeUnixNano": nanos(n), "asDouble": if n < 10 { 90.0 } else { 5.0 + f64::from(i32::try_from(n % 3).unwrap()) } })).collect();
    let metrics = json!({ "resourceMetrics": [{ "resource": { "attributes": service }, "scopeMetrics": [{ "metrics": [{ "name": "pool.waiting", "gauge": { "dataPoints": points } }] }] }] });
    send(&collector, "/v1/metrics", "application/json", metrics.to_string().into_bytes()).await.expect(200);

    let grant = app.service_grant(Service::Preparation, Purpose::Telemetry).unwrap();
    let seen = app.telemetry.seen_of_queue(&grant, "billing");
    let needles = diagnosis::entities("payment 4711 fails with SIG-401");
    let observed = flow::observe::observe(&app, &seen, &needles, NOON.plus_seconds(-1_800), NOON);
    assert_eq!(observed.services, ["ledger"]);
    let first = &observed.templates[0];
    assert_eq!((first.text.contains("refused: signature"), first.course), (true, diagnosis::Course::New));
    assert!(first.lines.iter().any(|line| line.text.contains("4711")), "{first:?}");
    assert_eq!(first.total(), 20);
    assert!(!observed.templates.iter().any(|t| t.text.contains("heartbeat")), "what is usual is left out");
    let [metric] = &observed.metrics[..] else { panic!("one metric: {:?}", observed.metrics) };
    assert_eq!((metric.name.as_str(), metric.course), ("pool.waiting", diagnosis::Course::More));
    assert_eq!(metric.odd_from, Timestamp::from_micros(NOON.plus_seconds(-540).micros() / 60_000_000 * 60_000_000));
    assert_eq!(observed.traces[0].path[0].failed.as_deref(), Some("refused for <email>"));
    assert_eq!(observed.deploys.iter().map(|d| d.version.as_str()).collect::<Vec<_>>(), ["5.2"]);
    let nobody = flow::observe::observe(
        &app,
        &app.telemetry.seen_of_queue(&grant, "mail"),
        &needles,
        NOON.plus_seconds(-1_800),
        NOON,
    );
    assert!(nobody.services.is_empty() && nobody.templates.is_empty() && nobody.traces.is_empty());
    app.store.close().await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn followed_files_are_read_on_and_from_the_beginning_once_replaced() {
    let desk = TestDesk::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.log");
    std::fs::write(&path, "before anybody followed\n").unwrap();
    let mut config = Config { data: folder.path().join("data"), ..desk.app.config.clone() };
    config.database = String::new();
    config.telemetry.files =
        vec![server::telemetry::config::LogFile { path: folder.path().to_owned(), service: "app".to_owned() }];
    let app = App::open_with(config, World::Real, Clock::fixed(NOON), Some(outbox::Transport::Tray)).await.unwrap();
    let append = |text: &str| {
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(text.as_bytes()).unwrap();
    };
    assert_eq!(flow::follow_files::follow(&app).unwrap(), 0);
    append("2026-01-01T00:00:00Z INFO too old\nERROR disk is full\nhalf a li");
    assert_eq!(flow::follow_files::follow(&app).unwrap(), 2);
    append("ne\n");
    assert_eq!(flow::follow_files::follow(&app).unwrap(), 1);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "a new file\n").unwrap();
    assert_eq!(flow::follow_files::follow(&app).unwrap(), 1);
    assert_eq!(flow::follow_files::follow(&app).unwrap(), 0);
    let grant = app.service_grant(Service::Preparation, Purpose::Telemetry).unwrap();
    let templates = flow::look_at_telemetry::templates(&app, &app.telemetry.seen(&grant), "app").unwrap();
    let texts: Vec<(&str, bool)> = templates.iter().map(|t| (t.text.as_str(), t.seen.failing)).collect();
    assert_eq!(texts[0], ("ERROR disk is full", true));
    assert_eq!(texts.len(), 3, "{texts:?}");
    app.store.close().await;
    desk.close().await;
}
