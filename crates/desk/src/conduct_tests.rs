use super::*;
use crate::{
    policy::Owner,
    risk::Raised,
    suggestion::Confidence,
    triage::{Category, Guess, Known, triage},
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn category(key: &str, operating_model: OperatingModel) -> Category {
    Category { key: key.into(), name: key.into(), description: String::new(), operating_model, queue: "q".into() }
}

fn shipped() -> Policies {
    let categories = vec![
        category("how", OperatingModel::ProductQuestion),
        category("invoice", OperatingModel::BillingExplanation),
        category("charge", OperatingModel::BillingExplanation),
        category("lawyer", OperatingModel::Legal),
    ];
    Policies::new(categories, Vec::new())
}

fn version(kind: PolicyKind, key: &str, body: &str) -> Policy {
    Policy {
        kind,
        key: key.into(),
        name: key.into(),
        version: 2,
        body: body.into(),
        categories: vec!["how".into()],
        owner: Owner::Active { id: Uuid::from_u128(1).into(), name: "Mara".into() },
        review_by: Some(NOW.plus_seconds(90 * 86_400)),
        made_by: None,
        made_at: Some(NOW),
        note: String::new(),
    }
}

fn terms(key: &str, body: &str) -> Policy {
    version(PolicyKind::OperatingModel, key, body)
}

fn of(policies: &Policies, category: Option<&str>, model: OperatingModel, flags: &[Flag]) -> Conduct {
    Conduct::of(policies, Worked { category, model: Some(model), flags, at: Where::Furthest }, NOW)
}

#[test]
fn as_shipped_the_model_decides() {
    let policies = shipped();
    for model in OperatingModel::ALL {
        let conduct = of(&policies, None, *model, &[]);
        assert_eq!((conduct.model, conduct.writing, conduct.lapsed.as_ref()), (*model, model.writing(), None));
        assert!(conduct.checks.is_empty() && conduct.approvers.contains(&Role::Agent));
        assert_eq!(conduct.withheld().is_none(), conduct.allows(DraftOrigin::Assembled).is_ok());
        assert_eq!(conduct.allows(DraftOrigin::Agent), Ok(()));
    }
}

#[test]
fn a_policy_narrows_its_own_category_and_no_other() {
    let narrow = terms("invoice", "model = \"billing_explanation\"\nwriting = \"nothing\"\napprovers = [\"lead\"]");
    let policies = shipped().with(narrow);
    let invoice = of(&policies, Some("invoice"), OperatingModel::BillingExplanation, &[]);
    assert_eq!((invoice.writing, invoice.approvers.as_slice()), (Writing::Nothing, [Role::Lead].as_slice()));
    assert!(matches!(invoice.approved_by(Role::Agent), Err(Refusal::Approver { .. })));
    assert!(invoice.pins.contains("operating_model/invoice@2"), "{}", invoice.pins);
    let charge = of(&policies, Some("charge"), OperatingModel::BillingExplanation, &[]);
    assert_eq!(charge.writing, Writing::ApprovedWording);
    assert!(!charge.pins.contains("invoice"), "{}", charge.pins);
}

#[test]
fn not_knowing_the_category_is_no_way_around_a_policy() {
    let narrow =
        terms("invoice", "model = \"billing_explanation\"\nwriting = \"sources_only\"\napprovers = [\"lead\"]");
    let unsorted = of(&shipped().with(narrow), None, OperatingModel::BillingExplanation, &[]);
    assert_eq!((unsorted.writing, unsorted.approvers), (Writing::SourcesOnly, vec![Role::Lead]));
}

#[test]
fn flags_narrow_further_and_bring_the_terms_of_that_model() {
    let lawyer = terms("lawyer", "model = \"legal\"\napprovers = [\"lead\"]\nescalate_when = [\"legal\"]");
    let conduct = of(&shipped().with(lawyer), Some("how"), OperatingModel::ProductQuestion, &[Flag::Legal]);
    assert_eq!((conduct.model, conduct.writing), (OperatingModel::Legal, Writing::Nothing));
    assert_eq!((conduct.approvers, conduct.escalate), (vec![Role::Lead], vec![Flag::Legal]));
}

#[test]
fn what_lapsed_or_cannot_be_read_leaves_the_machine_nothing() {
    let gone = Owner::Gone { id: Uuid::from_u128(1).into(), name: "Mara".into() };
    let cases = [
        (Policy { owner: gone.clone(), ..terms("how", "model = \"product_question\"") }, true),
        (Policy { review_by: Some(NOW), ..terms("how", "model = \"product_question\"") }, true),
        (Policy { owner: gone.clone(), ..terms("invoice", "model = \"billing_explanation\"") }, false),
        (Policy { key: "default".into(), owner: gone.clone(), ..version(PolicyKind::Routing, "default", "") }, true),
        (Policy { owner: gone.clone(), ..version(PolicyKind::Persona, "calm", "x") }, true),
        (terms("how", "nonsense"), true),
        (terms("how", "model = \"product_question\""), false),
    ];
    for (policy, lapsed) in cases {
        let pin = policy.pin();
        let conduct = of(&shipped().with(policy), Some("how"), OperatingModel::ProductQuestion, &[]);
        assert_eq!(conduct.lapsed.is_some(), lapsed, "{pin}");
        assert_eq!(conduct.writing == Writing::Nothing, lapsed, "{pin}");
        assert_eq!(conduct.allows(DraftOrigin::Assembled).is_err(), lapsed, "{pin}");
        assert!(conduct.approvers.contains(&Role::Lead), "somebody can always answer: {pin}");
    }
}

#[test]
fn a_model_writes_only_where_drafts_are_free() {
    let conduct = of(&shipped(), Some("invoice"), OperatingModel::BillingExplanation, &[]);
    assert_eq!(conduct.allows(DraftOrigin::Assembled), Ok(()));
    assert!(matches!(conduct.allows(DraftOrigin::Model), Err(Refusal::Category { .. })));
}

#[test]
fn no_guess_gives_a_grave_ticket_a_draft() {
    let policies = shipped();
    let categories = policies.categories();
    let grave = Flag::ALL.iter().copied().filter(|f| f.is_grave());
    let mut seen = 0;
    for flag in grave {
        for guessed in &categories {
            for chosen in [None, Some(guessed.key.as_str())] {
                let guess = Guess {
                    ranked: vec![(guessed.key.clone(), 1.0)],
                    confidence: Confidence::Probability { value: 1.0 },
                    set: Vec::new(),
                    also: Vec::new(),
                };
                let raised = Raised { flag, quote: String::new(), span: None, message: None };
                let known = Known {
                    guess: &guess,
                    risk: vec![raised],
                    deadline: None,
                    chosen,
                    categories: &categories,
                    fallback_queue: "q",
                    now: NOW,
                };
                let (look, _) = triage(known, &|_| None);
                // Whatever stands on the row: what triage put there, or what somebody wrote into it.
                for model in OperatingModel::ALL.iter().copied().chain([look.operating_model]) {
                    let conduct = of(&policies, look.category.as_deref(), model, &[flag]);
                    assert_eq!(conduct.writing, Writing::Nothing, "{flag} {}", guessed.key);
                    assert!(
                        conduct.allows(DraftOrigin::Model).is_err() && conduct.allows(DraftOrigin::Assembled).is_err()
                    );
                    assert_eq!(conduct.allows(DraftOrigin::Agent), Ok(()), "people answer");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 100);
}

#[test]
fn a_rung_narrows_what_its_category_leaves_the_machine_and_not_knowing_the_category_is_no_way_around() {
    use crate::ladder::{Cause, Ladder, Trial};
    let step = |n: u128, category: &str, rung| Step {
        id: Uuid::from_u128(n).into(),
        category: category.into(),
        pilot: None,
        rung,
        cause: Cause::Lowered,
        trial: Trial::default(),
        at: NOW,
    };
    let on = |steps: Vec<Step>| shipped().on(Ladder::new(steps));
    let question = OperatingModel::ProductQuestion;
    let low = on(vec![step(1, "how", Rung::TriageOnly)]);
    let conduct = of(&low, Some("how"), question, &[]);
    assert_eq!((conduct.rung, conduct.writing), (Rung::TriageOnly, Writing::Nothing));
    assert!(conduct.withheld().is_some_and(|why| why.contains("triage only")) && conduct.pins.contains("rung/how@"));
    assert!(matches!(conduct.allows(DraftOrigin::Assembled), Err(Refusal::Rung { .. })));
    assert_eq!(conduct.allows(DraftOrigin::Agent), Ok(()));
    assert_eq!(of(&low, None, question, &[]).rung, Rung::TriageOnly, "nobody knows that it is not one of these");
    assert_eq!(of(&low, Some("invoice"), OperatingModel::BillingExplanation, &[]).rung, Rung::Drafts);

    let inside = on(vec![step(1, "how", Rung::DraftsInside)]);
    let conduct = of(&inside, Some("how"), question, &[]);
    assert_eq!((conduct.writing, conduct.withheld()), (Writing::Draft, None), "drafted, and kept inside");
    assert_eq!(conduct.allows(DraftOrigin::Model), Err(Refusal::Inside));

    let all = ["how", "invoice", "charge", "lawyer"].into_iter().zip(1..);
    let all = on(all.map(|(key, n)| step(n, key, Rung::DraftsInside)).collect());
    assert_eq!(of(&all, None, OperatingModel::Technical, &[]).rung, Rung::DraftsInside, "no category has earned more");
}
