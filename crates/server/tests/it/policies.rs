//! Leads write policies. What they say holds when a ticket is sorted, when a draft is made, and when a reply is
//! approved; what nobody answers for any more leaves the machine nothing but sorting.

use desk::audit::{AuditEvent, Service};
use serde_json::{Value, json};
use store::ServiceIdentity;

use crate::{
    client::{Answer, Client},
    harness::{PASSWORD, TestDesk, on_each},
    triage::{AGAIN, first, send},
};

const ANA: &str = "ana@harbour.example";
const INVOICES: &str = "/policies/operating_model/billing.invoice";
const TERMS: &str = "model = \"billing_explanation\"\n";

async fn id_of(who: &Client, name: &str) -> String {
    let agents = who.get("/agents").await.expect(200);
    let found = agents["items"].as_array().unwrap().iter().find(|a| a["name"].as_str().unwrap().starts_with(name));
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Writes the version after `seen`, owned by Mara, to be reviewed by the first of December.
async fn write(lead: &Client, path: &str, seen: i64, body: &str) -> Answer {
    let owner = id_of(lead, "Mara").await;
    let new = json!({ "body": body, "owner": owner, "review_by": "2026-12-01", "note": "a test" });
    lead.with("if-match", &format!("\"{seen}\"")).put(path, new).await
}

/// The newest ticket's page.
async fn newest(who: &Client) -> Value {
    let list = who.get("/tickets?view=all").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

/// A question that the one article answers, and whose category a person chose.
async fn asked(desk: &TestDesk, lead: &Client, text: &str) -> Value {
    desk.receive(ANA, "VAT id", text).await;
    chosen(desk, lead).await
}

/// The newest ticket after a person chose its category.
async fn chosen(desk: &TestDesk, lead: &Client) -> Value {
    let suggestion = newest(lead).await["understanding"]["suggestion_id"].as_str().unwrap().to_owned();
    let edited = json!({ "verdict": "edited", "category": "billing.invoice", "reason": "it is about an invoice" });
    lead.post(&format!("/suggestions/{suggestion}/verdict"), edited).await.expect(200);
    desk.settle().await;
    newest(lead).await
}

const QUESTION: &str = "Hello, where can I change the VAT id of our company?";

async fn seal(who: &Client, page: &Value) -> (String, Value) {
    let draft = page["answer"]["draft"]["id"].as_str().unwrap();
    let sealed = who.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
    (format!("/drafts/{draft}/approval"), sealed)
}

fn yes(sealed: &Value, acknowledged: &[&str]) -> Value {
    json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": acknowledged })
}

fn check<'a>(sealed: &'a Value, key: &str) -> Option<&'a Value> {
    sealed["checks"].as_array().unwrap().iter().find(|c| c["key"] == key)
}

#[test]
fn versions_are_added_by_leads_and_read_by_everybody() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let list = timo.get("/policies?kind=operating_model").await.expect(200);
        let first = &list["items"][0];
        assert_eq!(
            (&first["key"], &first["version"], &first["owner"]),
            (&json!("billing.invoice"), &json!(1), &Value::Null)
        );
        assert_eq!(first["state"], "due", "nobody owns it yet");
        let shipped = timo.get(INVOICES).await;
        assert_eq!(shipped.etag(), "\"1\"");
        let shipped = shipped.expect(200);
        assert!(shipped["ceiling"].as_str().unwrap().contains("evidence"), "{shipped}");

        assert_eq!(write(&timo, INVOICES, 1, TERMS).await.problem(403), "forbidden");
        let wider = write(&mara, INVOICES, 1, "model = \"billing_explanation\"\nwriting = \"draft\"\n").await;
        let told: Value = serde_json::from_slice(&wider.body).unwrap();
        assert_eq!((wider.problem(422).as_str(), &told["problems"][0]["line"]), ("invalid", &json!(2)));
        assert!(told["problems"][0]["why"].as_str().unwrap().contains("evidence"), "{told}");
        let bad = [
            json!({ "review_by": "2020-01-01" }),
            json!({ "review_by": "soon" }),
            json!({ "owner": id_of(&mara, "Helene").await }),
        ];
        for part in bad {
            let mut new = json!({ "body": TERMS, "owner": id_of(&mara, "Mara").await, "review_by": "2026-12-01" });
            for (key, value) in part.as_object().unwrap() {
                new[key] = value.clone();
            }
            assert_eq!(mara.with("if-match", "\"1\"").put(INVOICES, new).await.problem(422), "invalid", "{part}");
        }
        assert_eq!(write(&mara, "/policies/operating_model/no.such", 1, TERMS).await.problem(404), "not-found");
        assert_eq!(write(&mara, "/policies/persona/calm", 0, "words_max = 80\n").await.expect(200)["version"], 1);
        assert_eq!(write(&mara, "/policies/persona/calm", 1, "Short sentences.").await.problem(422), "invalid");

        let written =
            write(&mara, INVOICES, 1, "model = \"billing_explanation\"\nwriting = \"nothing\"\n").await.expect(200);
        assert_eq!(
            (&written["version"], &written["owner"]["name"], &written["state"]),
            (&json!(2), &json!("Mara Test"), &json!("due"))
        );
        let numbers: Vec<&Value> = written["versions"].as_array().unwrap().iter().map(|v| &v["version"]).collect();
        assert_eq!(numbers, [2, 1]);
        assert_eq!(write(&mara, INVOICES, 1, TERMS).await.problem(412), "stale", "somebody was faster");
        assert_eq!(write(&mara, INVOICES, 2, TERMS).await.problem(403), "confirm", "it leaves the machine more again");
        mara.post("/session/confirmation", json!({ "password": PASSWORD })).await.expect(204);
        write(&mara, INVOICES, 2, TERMS).await.expect(200);
        let old = timo.get(&format!("{INVOICES}/versions/1")).await.expect(200);
        assert_eq!(old["body"], shipped["body"], "what was shipped stays readable");
        assert_eq!(timo.get(&format!("{INVOICES}/versions/9")).await.problem(404), "not-found");
    });
}

#[test]
fn a_dry_run_says_what_would_move_and_saves_nothing() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let page = asked(desk, &mara, QUESTION).await;
        let dry = async |path: &str, body: &str| {
            mara.post(&format!("{path}/dry-run"), json!({ "body": body })).await.expect(200)
        };
        let found = dry("/policies/routing/default", "security | billing.* | * | en | *").await;
        assert_eq!((&found["looked_at"], found["moved"].as_array().unwrap().len()), (&json!(1), 1), "{found}");
        let moved = &found["moved"][0];
        assert_eq!(
            (&moved["ticket_id"], &moved["was"]["queue"], &moved["would"]["queue"]),
            (&page["id"], &json!("billing"), &json!("security"))
        );
        let found = dry(INVOICES, "model = \"billing_explanation\"\nwriting = \"nothing\"\n").await;
        let moved = &found["moved"][0];
        assert_eq!(
            (&moved["was"]["writing"], &moved["would"]["writing"]),
            (&json!("approved_wording"), &json!("nothing"))
        );
        assert_eq!(dry(INVOICES, TERMS).await["moved"], json!([]), "the same text moves nothing");
        let rules = mara.get("/policies/risk_rules/default").await.expect(200)["body"].as_str().unwrap().to_owned();
        let found =
            dry("/policies/risk_rules/default", &format!("{rules}\nlegal | en | vat\n+ Where is the VAT id?\n")).await;
        assert_eq!(
            (&found["problems"], &found["moved"][0]["would"]["model"]),
            (&json!([]), &json!("legal")),
            "{found}"
        );
        let found = dry("/policies/routing/default", "nowhere | * | * | * | *").await;
        assert_eq!((&found["problems"][0]["line"], &found["looked_at"]), (&json!(1), &json!(0)));

        assert_eq!(mara.get("/policies/routing/default").await.etag(), "\"1\"");
        assert_eq!(newest(&mara).await["queue"], "billing");
    });
}

#[test]
fn a_security_or_legal_ticket_never_gets_a_draft_whatever_its_category() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        for (words, model) in [("Our account was hacked.", "security"), ("You will hear from our lawyer.", "legal")] {
            let page = asked(desk, &mara, &format!("{QUESTION} {words}")).await;
            assert_eq!(page["category"]["key"], "billing.invoice", "a person said so");
            let held = &page["understanding"]["operating_model"];
            assert_eq!((held["key"].as_str(), held["writing"].as_str()), (Some(model), Some("nothing")), "{page}");
            assert_eq!((page["answer"]["state"].as_str(), &page["answer"]["draft"]), (Some("withheld"), &Value::Null));
        }
    });
}

#[test]
fn who_may_approve_and_what_is_confirmed_is_the_policys_word() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let body = "model = \"billing_explanation\"\napprovers = [\"lead\"]\n[[checks]]\nkey = \"vat\"\nsentence = \"The country was looked up\"\n";
        write(&mara, INVOICES, 1, body).await.expect(200);
        let page = asked(desk, &mara, QUESTION).await;
        assert_eq!(page["understanding"]["operating_model"]["approvers"], json!(["lead"]));

        let (path, sealed) = seal(&timo, &page).await;
        assert_eq!(check(&sealed, "approver").unwrap()["state"], "block");
        let tried = timo.with("idempotency-key", "1").post(&path, yes(&sealed, &["policy.vat"])).await;
        assert_eq!(tried.problem(403), "forbidden", "{}", tried.text());

        let (path, sealed) = seal(&mara, &page).await;
        let asked = check(&sealed, "policy.vat").unwrap();
        assert_eq!((&asked["state"], &asked["label"]), (&json!("warn"), &json!("The country was looked up")));
        let warned = |but: &str| -> Vec<&str> {
            let all = sealed["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn");
            all.map(|c| c["key"].as_str().unwrap()).filter(|key| *key != but).collect()
        };
        let unticked = mara.with("idempotency-key", "2").post(&path, yes(&sealed, &warned("policy.vat"))).await;
        assert_eq!(unticked.problem(422), "refused", "{}", unticked.text());
        mara.with("idempotency-key", "3").post(&path, yes(&sealed, &warned(""))).await.expect(201);
    });
}

#[test]
fn a_lapsed_policy_leaves_the_machine_nothing_until_it_is_renewed() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        write(&mara, INVOICES, 1, TERMS).await.expect(200);
        let page = asked(desk, &mara, QUESTION).await;
        assert_eq!(page["answer"]["draft"]["origin"], "assembled", "{page}");
        desk.pass(20 * 86_400).await;
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);

        let (path, sealed) = seal(&timo, &page).await;
        assert_eq!(check(&sealed, "category").unwrap()["state"], "block", "what the machine wrote does not leave");
        let tried = timo.with("idempotency-key", "1").post(&path, yes(&sealed, &[])).await;
        assert_eq!(tried.problem(422), "refused");
        let page = asked(desk, &mara, "Hello again, where is the VAT id of our company to be changed?").await;
        assert_eq!(page["answer"]["draft"], Value::Null);
        assert!(page["answer"]["why"].as_str().unwrap().contains("was to be reviewed by 2026-12-01"), "{page}");
        let tasks = mara.get("/tasks").await.expect(200);
        let first = &tasks["items"][0];
        assert_eq!(
            (&first["kind"], &first["link"]),
            (&json!("policy_lapsed"), &json!(format!("/settings{INVOICES}"))),
            "{tasks}"
        );
        assert_eq!(timo.get("/tasks").await.expect(200)["items"], json!([]), "it is the leads' to do");

        let renewed = json!({ "body": TERMS, "owner": id_of(&mara, "Mara").await, "review_by": "2027-03-01" });
        mara.with("if-match", "\"2\"").put(INVOICES, renewed).await.expect(200);
        desk.settle().await;
        assert_eq!(newest(&mara).await["answer"]["draft"]["origin"], "assembled", "renewing prepares again");
        let tasks = mara.get("/tasks").await.expect(200);
        assert!(tasks["items"].as_array().unwrap().iter().all(|t| t["kind"] != "policy_lapsed"), "{tasks}");
    });
}

#[test]
fn tickets_go_where_the_routing_says_and_the_unsure_ones_to_those_who_sort() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let mut tx =
            desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
        tx.put_queue("triage", "To sort").await.unwrap();
        tx.commit(AuditEvent::DoorTried { door: "test".to_owned() }).await.unwrap();

        desk.receive(ANA, "Hello", "Where would I begin with all of this?").await;
        let page = newest(&mara).await;
        assert_eq!(page["queue"], "triage");
        assert_eq!(page["understanding"]["queue_because"], "No category is sure enough, so a person sorts it.");
        desk.receive(ANA, "Help", "Our account was hacked.").await;
        assert_eq!(newest(&mara).await["queue"], "security", "a grave flag does not wait to be sorted");

        write(&mara, "/policies/routing/default", 1, "security | billing.* | ledger | * | *\n").await.expect(200);
        send(desk, &mara, first("VAT id", "Where in Ledger can I change the VAT id of our company?")).await;
        assert_eq!(chosen(desk, &mara).await["queue"], "security", "the routing's first line");
        desk.receive_with(ANA, "Re: VAT id", "Is there anything new about Ledger?", AGAIN).await;
        let page = newest(&mara).await;
        assert_eq!(page["messages"].as_array().unwrap().len(), 2, "{page}");
        assert_eq!(page["queue"], "security", "{page}");
        assert_eq!(page["understanding"]["kept"], json!(["queue", "category"]), "it stays in hand");
    });
}

#[test]
fn skills_propose_people_and_assign_nobody() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let path = format!("/agents/{}/skills", id_of(&mara, "Timo").await);
        let skills = json!({ "skills": ["language:en", "category:billing.invoice", "product:relay"] });
        assert_eq!(timo.put(&path, skills.clone()).await.problem(403), "forbidden");
        assert_eq!(mara.put(&path, json!({ "skills": ["german"] })).await.problem(422), "invalid");
        assert_eq!(mara.put(&path, skills).await.expect(200)["skills"].as_array().unwrap().len(), 3);
        let page = asked(desk, &mara, QUESTION).await;
        let who = &page["understanding"]["who"];
        assert_eq!(
            (&who[0]["name"], &who[0]["skills"]),
            (&json!("Timo Test"), &json!(["category:billing.invoice", "language:en"]))
        );
        assert!(who.as_array().unwrap().iter().all(|p| p["name"] != "Olga Test"), "she does not work there: {who}");
        assert_eq!(page["assignee"], Value::Null);
    });
}

#[test]
fn a_narrower_policy_reaches_tickets_that_wait_and_taking_it_back_reaches_them_too() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        asked(desk, &mara, QUESTION).await;
        write(&mara, INVOICES, 1, "model = \"refund\"\n").await.expect(200);
        desk.settle().await;
        let page = newest(&mara).await;
        assert_eq!(page["understanding"]["operating_model"]["key"], "refund");
        assert_eq!((page["answer"]["state"].as_str(), &page["answer"]["draft"]), (Some("withheld"), &Value::Null));
        assert_eq!(page["queue"], "billing", "a policy moves nothing out of a queue");
        mara.prove().await;
        write(&mara, INVOICES, 2, TERMS).await.expect(200);
        desk.settle().await;
        let page = newest(&mara).await;
        assert_eq!(page["understanding"]["operating_model"]["key"], "billing_explanation");
        assert_eq!(page["answer"]["draft"]["origin"], "assembled", "{page}");
    });
}

#[test]
fn a_look_drawn_for_a_check_is_a_task_until_somebody_answers_it() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        desk.receive(ANA, "VAT id", QUESTION).await;
        let page = newest(&mara).await;
        let suggestion = page["understanding"]["suggestion_id"].as_str().unwrap();
        let mut tx =
            desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
        tx.ask_check(suggestion.parse().unwrap()).await.unwrap();
        tx.commit(AuditEvent::DoorTried { door: "test".to_owned() }).await.unwrap();
        let waiting = async |who: &Client| {
            let tasks = who.get("/tasks").await.expect(200);
            let items = tasks["items"].as_array().unwrap().iter();
            items.filter(|t| t["kind"] == "check_waiting").map(|t| t["link"].clone()).collect::<Vec<_>>()
        };
        let link = json!(format!("/tickets/{}", page["id"].as_str().unwrap()));
        assert_eq!((waiting(&timo).await, waiting(&mara).await), (vec![link.clone()], vec![link]));
        assert_eq!(waiting(&desk.sign_in("olga").await).await, Vec::<Value>::new(), "not her queue");
        timo.post(&format!("/suggestions/{suggestion}/verdict"), json!({ "verdict": "accepted" })).await.expect(200);
        assert_eq!(waiting(&mara).await, Vec::<Value>::new());
    });
}

const RULES: &str = "/policies/risk_rules/default";
const ROUTING: &str = "/policies/routing/default";

/// What sorting decides, as the page shows it.
fn sorted(page: &Value) -> Value {
    let understood = &page["understanding"];
    json!([page["category"], page["queue"], page["priority"], page["risk"], understood["operating_model"]["key"]])
}

async fn page(who: &Client, id: &str) -> Value {
    who.get(&format!("/tickets/{id}")).await.expect(200)
}

/// Tickets of different customers, oldest first.
async fn three(desk: &TestDesk, who: &Client) -> [String; 3] {
    let mut ids = [(); 3].map(|()| String::new());
    for (n, id) in ids.iter_mut().enumerate() {
        desk.receive(&format!("customer{n}@harbour.example"), &format!("Number {n}"), QUESTION).await;
        *id = newest(who).await["id"].as_str().unwrap().to_owned();
    }
    ids
}

fn listed(open: &Value) -> Vec<&str> {
    open["moved"].as_array().unwrap().iter().map(|t| t["ticket_id"].as_str().unwrap()).collect()
}

#[test]
fn open_tickets_nobody_touched_follow_new_rules_when_a_lead_says_so_and_go_back() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let [first, touched, late] = three(desk, &mara).await;
        desk.receive(ANA, "Other", "Where would I begin with all of this?").await;
        let open = format!("{RULES}/open-tickets");
        assert_eq!(mara.get(&open).await.expect(200), json!({ "looked_at": 0, "moved": [] }), "as shipped");
        assert_eq!(mara.get(&format!("{INVOICES}/open-tickets")).await.problem(422), "invalid");
        let note = async |id: &str| {
            mara.post(&format!("/tickets/{id}/notes"), json!({ "body": "I look into this." })).await.expect(201)
        };
        note(&touched).await;
        let before = page(&mara, &first).await;
        let body = mara.get(RULES).await.expect(200)["body"].as_str().unwrap().to_owned();
        let rules = format!("{body}\nlegal | en | vat\n+ Where is the VAT id?\n");
        write(&mara, RULES, 1, &rules).await.expect(200);
        desk.settle().await;
        assert_eq!(sorted(&page(&mara, &first).await), sorted(&before), "saving moves nothing");

        let found = mara.get(&open).await.expect(200);
        assert_eq!((listed(&found), &found["looked_at"]), (vec![late.as_str(), &first], &json!(3)), "{found}");
        assert_eq!((&found["moved"][0]["raised"], &found["moved"][0]["gone"]), (&json!(["legal"]), &json!([])));
        assert_eq!(timo.get(&open).await.problem(403), "forbidden");

        note(&late).await;
        let named = json!({ "tickets": [first, touched, late] });
        assert_eq!(timo.post(&open, named.clone()).await.problem(403), "forbidden");
        let moved = mara.post(&open, named).await.expect(200);
        assert_eq!(moved["moved"], json!([first]), "{moved}");
        assert_eq!(moved["skipped"].as_array().unwrap().len(), 2);
        let after = page(&mara, &first).await;
        assert_eq!((&after["risk"], &sorted(&after)[4]), (&json!(["legal"]), &json!("legal")), "{after}");
        assert!(after["understanding"]["risk"].to_string().contains("VAT"), "its words are quoted: {after}");
        assert_eq!(listed(&mara.get(&open).await.expect(200)), Vec::<&str>::new());

        let undo = format!("{open}/undo");
        let back = mara.send("POST", &undo, None, Vec::new()).await.expect(200);
        assert_eq!(back, json!({ "restored": [first], "skipped": [] }));
        let again = page(&mara, &first).await;
        assert_eq!(sorted(&again), sorted(&before));
        assert_eq!(again["understanding"]["risk"], before["understanding"]["risk"]);
        let nothing = mara.send("POST", &undo, None, Vec::new()).await.expect(200);
        assert_eq!(nothing["restored"], json!([]), "once");
        assert_eq!(listed(&mara.get(&open).await.expect(200)), [&first], "it can follow again");
    });
}

#[test]
fn open_tickets_follow_a_new_routing_and_what_was_sorted_otherwise_since_does_not_go_back() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let ids = three(desk, &mara).await;
        let was = page(&mara, &ids[0]).await["queue"].clone();
        write(&mara, ROUTING, 1, "security | * | * | en | *\n").await.expect(200);
        let open = format!("{ROUTING}/open-tickets");
        let found = mara.get(&open).await.expect(200);
        assert_eq!(listed(&found).len(), 3, "{found}");
        assert_eq!(
            (&found["moved"][0]["was"]["queue"], &found["moved"][0]["would"]["queue"]),
            (&was, &json!("security"))
        );
        assert_eq!(mara.post(&open, json!({ "tickets": [] })).await.problem(422), "invalid");
        let moved = mara.post(&open, json!({ "tickets": ids })).await.expect(200);
        assert_eq!(moved["moved"], json!(ids));
        let page_now = page(&mara, &ids[0]).await;
        assert_eq!(page_now["queue"], "security");

        desk.receive_with("customer1@harbour.example", "Re: Number 1", "Our account was hacked.", "").await;
        let assign = json!({ "queue": "billing" });
        let revision = page(&mara, &ids[0]).await["revision"].clone();
        mara.with("if-match", &format!("\"{revision}\""))
            .patch(&format!("/tickets/{}", ids[0]), assign)
            .await
            .expect(200);
        let back = mara.send("POST", &format!("{open}/undo"), None, Vec::new()).await.expect(200);
        let left: Vec<&Value> = back["skipped"].as_array().unwrap().iter().map(|s| &s["id"]).collect();
        assert!(left.contains(&&json!(ids[0])) && back["restored"].to_string().contains(&ids[2]), "{back}");
        assert_eq!(page(&mara, &ids[0]).await["queue"], "billing", "a person's word stays");
        assert_eq!(page(&mara, &ids[2]).await["queue"], was);
    });
}

#[test]
fn a_case_for_two_people_and_a_password_leaves_with_both() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let terms = format!(
            "{TERMS}people = \"two\"\nconfirm = \"password\"\n[[checks]]\nkey = \"identity\"\nsentence = \"Identity verified\"\nanswer = \"note\"\n"
        );
        write(&mara, INVOICES, 1, &terms).await.expect(200);
        let page = asked(desk, &mara, QUESTION).await;
        let (path, sealed) = seal(&mara, &page).await;
        assert_eq!((&sealed["people"], &sealed["confirm"]), (&json!("two"), &json!("password")));
        let full = |sealed: &Value| {
            let keys: Vec<&Value> = sealed["checks"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|c| c["state"] == "warn")
                .map(|c| &c["key"])
                .collect();
            json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": keys,
                "notes": { "policy.identity": "Called back." } })
        };
        let key = |who: &Client, n: &str| who.with("idempotency-key", n);
        let said = key(&mara, "k1").post(&path, full(&sealed)).await.expect(422);
        assert!(said["detail"].as_str().unwrap().contains("password"), "{said}");
        mara.post("/session/confirmation", json!({ "password": "not this one" })).await.problem(422);
        mara.post("/session/confirmation", json!({ "password": PASSWORD })).await.expect(204);
        let mut bare = full(&sealed);
        bare["notes"] = json!({});
        let said = key(&mara, "k2").post(&path, bare).await.expect(422);
        assert!(said["detail"].as_str().unwrap().contains("Identity verified"), "{said}");
        let first = key(&mara, "k3").post(&path, full(&sealed)).await.expect(201);
        assert_eq!((&first["state"], &first["approval_id"]), (&json!("awaits_second"), &Value::Null));

        let shown = newest(&timo).await;
        assert_eq!(shown["answer"]["draft"]["first"]["by"].as_str().map(|n| n.starts_with("Mara")), Some(true));
        let tasks = timo.get("/tasks").await.expect(200);
        assert!(tasks["items"].as_array().unwrap().iter().any(|t| t["kind"] == "second_approval"), "{tasks}");
        let (path, second) = seal(&timo, &shown).await;
        assert_eq!((&second["digest"], second["first"]["by"].is_string()), (&sealed["digest"], true));
        timo.post("/session/confirmation", json!({ "password": PASSWORD })).await.expect(204);
        let both = key(&timo, "k4").post(&path, full(&second)).await.expect(201);
        assert_eq!(both["state"], "leaves");
        desk.settle().await;
    });
}
