use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    assemble::{Request, assemble},
    draft::{Composed, ModelText, Sentence, Support},
    grounding::{facts, words_alone},
    knowledge::Cited,
    people::Cohort,
    policy::{Owner, Policies, Policy, PolicyKind},
    prompt::{Given, read_answer},
    time::Timestamp,
};

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

const ENTERPRISE: &str = r#"
for = { segments = ["enterprise"] }
contractions = "never"
emoji = "never"
exclamation = "never"
words_max = 180
greeting = { en = "Dear {name},", de = "Guten Tag {name}," }
escalation = { en = "Mara Lindqvist looks after your account and takes over where this is not enough." }
closing = { en = "Kind regards from all of us" }
forbidden = ["no problem", "ASAP"]
"#;
const DEVELOPER: &str = r#"
for = { segments = ["developer"], plans = ["Relay*"] }
address = "familiar"
form = "code"
citations = "shown"
opening = { en = "" }
"#;

fn policy(key: &str, body: &str) -> Policy {
    Policy {
        kind: PolicyKind::Persona,
        key: key.into(),
        name: key.into(),
        version: 3,
        body: body.into(),
        categories: Vec::new(),
        owner: Owner::Active { id: Uuid::from_u128(1).into(), name: "Mara".into() },
        review_by: Some(NOW.plus_seconds(86_400)),
        made_by: None,
        made_at: None,
        note: String::new(),
    }
}

fn facts_of(segment: Option<Cohort>, organization: Option<(&'static str, &'static str)>) -> Facts<'static> {
    Facts { category: Some("technical.api"), segment, role: None, organization, language: Language::English }
}

fn voice(text: &str) -> Voice {
    Voice::shipped().with(&Overlay::parse(text).expect(text))
}

#[test]
fn the_narrowest_cohort_decides_and_the_reason_is_told() {
    let all = vec![
        policy("default", "exclamation = \"never\""),
        policy("enterprise", ENTERPRISE),
        policy("developer", DEVELOPER),
        policy("aldermoor", "for = { organisations = [\"Aldermoor*\"] }\nwords_max = 60"),
        policy("finance", "for = { roles = [\"cfo*\", \"Head of Finance\"] }"),
        policy("german", "for = { languages = [\"de\"] }"),
    ];
    let policies = Policies::new(Vec::new(), all);
    let chosen = |facts: Facts<'_>| choose(&policies, &facts, NOW).expect("a voice");
    let cases = [
        (facts_of(None, None), None, "no persona is for this requester"),
        (facts_of(Some(Cohort::Enterprise), None), Some("enterprise"), "segment enterprise"),
        (facts_of(Some(Cohort::Developer), None), None, "no persona is for this requester"),
        (
            facts_of(Some(Cohort::Developer), Some(("Hexa", "Relay Growth"))),
            Some("developer"),
            "plan Relay Growth, segment developer",
        ),
        (
            facts_of(Some(Cohort::Enterprise), Some(("Aldermoor Logistics", "Relay Scale"))),
            Some("aldermoor"),
            "organisation Aldermoor Logistics",
        ),
        (Facts { language: Language::German, ..facts_of(None, None) }, Some("german"), "language German"),
        (
            Facts { role: Some("CFO, Europe"), ..facts_of(Some(Cohort::Enterprise), None) },
            Some("finance"),
            "role CFO, Europe",
        ),
    ];
    for (facts, key, because) in cases {
        let chosen = chosen(facts);
        assert_eq!((chosen.key.as_deref(), chosen.because.as_str()), (key, because));
        assert_eq!(chosen.voice.exclamation, Usage::Never, "the base holds under every overlay");
        assert!(chosen.pins.starts_with("persona/shipped@1 persona/default@3"), "{}", chosen.pins);
    }
    assert!(chosen(facts_of(Some(Cohort::Enterprise), None)).pins.ends_with("persona/enterprise@3"));
}

#[test]
fn a_category_narrows_a_persona_and_a_lapsed_one_leaves_the_machine_silent() {
    let narrow = Policy {
        categories: vec!["technical.api".into()],
        ..policy("narrow", "for = { segments = [\"enterprise\"] }")
    };
    let policies = Policies::new(Vec::new(), vec![policy("wide", ENTERPRISE), narrow.clone()]);
    let enterprise = facts_of(Some(Cohort::Enterprise), None);
    let chosen = choose(&policies, &enterprise, NOW).expect("a voice");
    assert_eq!(
        (chosen.key.as_deref(), chosen.because.as_str()),
        (Some("narrow"), "segment enterprise, category technical.api")
    );
    let elsewhere = Facts { category: Some("billing"), ..enterprise };
    assert_eq!(choose(&policies, &elsewhere, NOW).expect("a voice").key.as_deref(), Some("wide"));

    let lapsed = policies.with(Policy { review_by: Some(NOW), ..narrow });
    assert!(choose(&lapsed, &enterprise, NOW).expect_err("lapsed").contains("was to be reviewed"));
    assert!(choose(&lapsed, &elsewhere, NOW).is_ok());
}

#[test]
fn wording_that_states_something_is_refused_with_its_line() {
    let cases = [
        ("closing = { en = \"We answer within 2 hours.\" }", 1, "states and promises nothing"),
        ("\nopening = { en = \"You get a refund.\" }", 2, "states and promises nothing"),
        ("escalation = { en = \"Write to boss@fernhill.example.\" }", 1, "states and promises nothing"),
        ("greeting = { en = \"Dear customer,\" }", 1, "{name} once"),
        ("closing = { en = \"Bye {name}\" }", 1, "Only a greeting"),
        ("words_max = 5", 1, "between 20"),
        ("address = \"royal\"", 1, "form of address"),
        ("for = { segments = [\"rich\"] }", 1, "cohort"),
        ("greeting = { xx = \"Hi {name}\" }", 1, "TOML"),
        ("mood = \"angry\"", 1, "TOML"),
        ("forbidden = [\"no\"]", 1, "three characters"),
        ("Be calm.", 1, "TOML"),
    ];
    for (text, line, part) in cases {
        let problems = Overlay::parse(text).expect_err(text);
        assert!(problems.iter().any(|p| p.line == line && p.why.contains(part)), "{text}: {problems:?}");
    }
    assert_eq!(Overlay::parse(""), Ok(Overlay::default()), "nothing changes nothing");
}

#[test]
fn every_breach_is_named_with_its_place() {
    let strict = Voice { words_max: 20, ..voice(ENTERPRISE) };
    let text = "Hey Ana,\n\nNo problem! It doesn't hurt 🎉 and `x != 1` says [2]. One two three four five six seven eight nine ten eleven.";
    let cut = |b: &Breach| text.chars().skip(b.start).take(b.end - b.start).collect::<String>();
    let found: Vec<(Rule, String)> = lint(text, &strict, Language::English).iter().map(|b| (b.rule, cut(b))).collect();
    let expect = [
        (Rule::Greeting, ""),
        (Rule::Forbidden, "No problem"),
        (Rule::Exclamation, "!"),
        (Rule::Contraction, "doesn't"),
        (Rule::Emoji, "🎉"),
        (Rule::Code, "`"),
        (Rule::Code, "`"),
        (Rule::Citation, "[2]"),
        (Rule::Length, "seven eight nine ten eleven."),
        (Rule::Escalation, ""),
        (Rule::Closing, ""),
    ];
    assert_eq!(found, expect.map(|(rule, text)| (rule, text.to_owned())));
    assert_eq!(
        lint(text, &Voice { form: Form::Code, citations: Citations::Shown, ..Voice::shipped() }, Language::English),
        []
    );
}

#[test]
fn the_form_of_address_is_held_in_every_language_that_has_two() {
    let formal = Voice::shipped();
    let familiar = Voice { address: Address::Familiar, ..Voice::shipped() };
    let cases = [
        (Language::German, "Wir haben dir geschrieben.", "Wir haben Ihnen geschrieben."),
        (Language::French, "Nous avons vu ton message.", "Nous avons vu votre message."),
        (Language::Spanish, "Vimos tu mensaje.", "Puede usted escribir."),
        (Language::Portuguese, "Vimos a tua mensagem.", "O senhor pode escrever."),
    ];
    for (language, close, distant) in cases {
        let rules = |text: &str, voice: &Voice| lint(text, voice, language).iter().map(|b| b.rule).collect::<Vec<_>>();
        assert_eq!((rules(close, &formal), rules(distant, &formal)), (vec![Rule::Address], vec![]), "{language}");
        assert_eq!((rules(close, &familiar), rules(distant, &familiar)), (vec![], vec![Rule::Address]), "{language}");
        for voice in [&formal, &familiar] {
            let frame = voice.frame(language, Some("Ana"));
            let said = format!(
                "{}\n{}\n{}",
                frame.greeting,
                frame.opening.unwrap_or_default(),
                frame.closing.unwrap_or_default()
            );
            assert_eq!(lint(&said, voice, language), [], "our own frame: {said}");
        }
    }
    assert_eq!(
        lint("Sie sind da. Die Dateien? Sie fehlen.", &familiar, Language::German),
        [],
        "they, at the start of a sentence"
    );
}

#[test]
fn a_rule_repairs_what_it_can_without_touching_what_is_said() {
    let strict = voice(ENTERPRISE);
    let cases = [
        ("It works!", "It works."),
        ("Really?! Yes!!", "Really? Yes."),
        ("Use a != b.", "Use a != b."),
        ("Done 🎉 now.", "Done now."),
        ("You can't, won't and don't.", "You cannot, will not and do not."),
        ("Let's say they're here and I'm not.", "Let us say they are here and I am not."),
        ("It's late and he'd know.", "It's late and he'd know."),
        ("Run `relay login`.", "Run relay login."),
    ];
    for (text, expected) in cases {
        assert_eq!(said(text, &strict, &[]), expected);
    }
    let source = Cited::loose(1, "Login", "Run `relay login` with the key `fh_key`.");
    let code = Voice { form: Form::Code, ..Voice::shipped() };
    assert_eq!(
        said("Run relay login with the key fh_key.", &code, &[source]),
        "Run `relay login` with the key `fh_key`."
    );
}

/// One sentence through a repair.
fn said(text: &str, voice: &Voice, cited: &[Cited]) -> String {
    let frame = voice.frame(Language::English, None);
    let sentence = Sentence {
        text: text.into(),
        start: 0,
        end: text.chars().count(),
        citations: vec![1],
        support: Support::Supported,
    };
    let composed = Composed { body: text.into(), sentences: vec![sentence], doubts: vec![], score: 1.0 };
    repair(composed, voice, &frame, cited).body
}

/// Questions with and without an answer, with numbers, deadlines, refusals and steps.
const ASKED: [&str; 6] = [
    "Limits\n\nIs the limit per key or per account? Can you raise it?",
    "VAT id\n\nHow can I change our VAT id, and can I get a corrected invoice for October?",
    "Refund\n\nI want my money back for day 45.",
    "Discount\n\nDo you offer a discount for charities?",
    "SIG-401\n\nEvery webhook fails with SIG-401 since we don't use Express. What changed?",
    "Hello\n\n",
];

fn sources() -> Vec<Cited> {
    let texts = [
        (
            "Rate limits",
            "The limit is 100 requests per second for each key! It isn't counted per account. The limit on Growth can't be raised.",
        ),
        (
            "VAT id",
            "The VAT id is changed in **Settings > Billing**.\n\n1. Open Settings > Billing.\n2. Enter the new VAT id and save.\n\nA corrected invoice for the last 90 days is sent on request.",
        ),
        (
            "SIG-401",
            "SIG-401 means that the signature doesn't match the raw body. Compute it over the raw body, before `JSON.parse`.",
        ),
        ("Refunds", "A refund is possible within 30 days of the charge. After 30 days there is no refund."),
    ];
    (1..).zip(texts).map(|(n, (title, text))| Cited::loose(n, title, text)).collect()
}

fn drafted(asked: &str, voice: &Voice) -> Result<Composed, Vec<String>> {
    let cited = sources();
    let request = Request { whole: asked, said: &[], first_name: Some("Ana"), language: Language::English, voice };
    assemble(&request, &cited, &words_alone)
}

/// What is stated: every statement with its sources and support, spelling aside.
fn stated(composed: &Composed) -> Vec<(String, Vec<u32>, Support)> {
    let strict = voice("contractions = \"never\"\nexclamation = \"never\"\nemoji = \"never\"");
    let statements = composed.sentences.iter().filter(|s| s.support != Support::Frame);
    statements.map(|s| (said(&s.text.replace('`', ""), &strict, &[]), s.citations.clone(), s.support)).collect()
}

fn is_the_same_in(voice: &Voice) {
    for asked in ASKED {
        match (drafted(asked, &Voice::shipped()), drafted(asked, voice)) {
            (Ok(base), Ok(other)) => {
                assert_eq!(stated(&base), stated(&other), "{asked}");
                assert_eq!((base.doubts, base.score), (other.doubts, other.score), "{asked}");
                let numbers =
                    |c: &[(String, Vec<u32>, Support)]| c.iter().flat_map(|(t, ..)| facts(t)).collect::<Vec<_>>();
                assert_eq!(
                    numbers(&stated(&drafted(asked, &Voice::shipped()).expect("a draft"))),
                    numbers(&stated(&drafted(asked, voice).expect("a draft")))
                );
            }
            (Err(base), Err(other)) => assert_eq!(base, other, "a refusal is the same: {asked}"),
            (base, other) => panic!("{asked}: {base:?} and {other:?}"),
        }
    }
}

#[test]
fn facts_and_refusals_are_the_same_in_every_persona() {
    let voices = [
        voice(""),
        voice(ENTERPRISE),
        voice(DEVELOPER),
        voice("words_max = 20\nexclamation = \"never\"\naddress = \"familiar\""),
    ];
    voices.iter().for_each(is_the_same_in);
    assert!(drafted(ASKED[3], &voices[1]).is_err(), "no voice makes up a discount");
    let long = drafted(ASKED[1], &voices[3]).expect("a draft");
    assert!(
        lint(&long.body, &voices[3], Language::English).iter().any(|b| b.rule == Rule::Length),
        "marked, never cut"
    );
    assert!(!long.body.contains("Thank you for your message."), "the opening goes first: {}", long.body);
}

#[test]
fn a_draft_in_its_own_voice_needs_no_hand() {
    for text in [ENTERPRISE, DEVELOPER, ""] {
        for asked in &ASKED[..2] {
            let draft = drafted(asked, &voice(text)).expect("a draft");
            assert_eq!(lint(&draft.body, &voice(text), Language::English), [], "{}", draft.body);
        }
    }
    let enterprise = drafted(ASKED[0], &voice(ENTERPRISE)).expect("a draft").body;
    assert!(
        enterprise.starts_with("Dear Ana,")
            && enterprise.contains("cannot be raised")
            && enterprise.ends_with("Kind regards from all of us"),
        "{enterprise}"
    );
    let developer = drafted(ASKED[4], &voice(DEVELOPER)).expect("a draft").body;
    assert!(developer.contains("`JSON.parse`") && developer.contains("Sources: “SIG-401”"), "{developer}");
}

#[test]
fn a_models_words_keep_what_carries_them_in_every_voice() {
    let answer = r#"{"sentences":[{"text":"The limit is 100 requests per second for each key!","cite":[1]},{"text":"You'll get a free month.","cite":[1]}],"questions":[],"refuse":null}"#;
    let cited = sources();
    let read = |voice: &Voice| {
        let given = Given {
            question: ASKED[0],
            cited: &cited,
            voice,
            language: Language::English,
            first_name: None,
            earlier: &[],
            closeness: &words_alone,
        };
        read_answer(&ModelText::from_model(answer.to_owned()), &given).expect("agreed form")
    };
    let base = read(&Voice::shipped());
    for text in [ENTERPRISE, DEVELOPER] {
        let other = read(&voice(text));
        assert_eq!(stated(&base), stated(&other));
        assert_eq!(base.doubts, other.doubts);
        assert!(other.sentences.iter().any(|s| s.support == Support::Unsupported), "no voice carries a promise");
    }
}

proptest! {
    #[test]
    fn any_voice_says_the_same(
        address in prop::sample::select(Address::ALL), contractions in prop::sample::select(Usage::ALL), emoji in prop::sample::select(Usage::ALL),
        exclamation in prop::sample::select(Usage::ALL), form in prop::sample::select(Form::ALL), citations in prop::sample::select(Citations::ALL), words_max in 20_u32..300,
    ) {
        is_the_same_in(&Voice { address, contractions, emoji, exclamation, form, citations, words_max, ..Voice::shipped() });
    }

    #[test]
    fn places_of_breaches_lie_in_the_text(text in "\\PC{0,120}") {
        let strict = Voice { words_max: 20, ..voice(ENTERPRISE) };
        let length = text.chars().count();
        for breach in lint(&text, &strict, Language::German) {
            prop_assert!(breach.start <= breach.end && breach.end <= length, "{breach:?}");
        }
    }
}
