//! What a made-up candidate model would have drafted beside a made-up one, on solved cases of the invented company: marked as
//! generated, so that the page that compares two models shows something before anybody has two.

use desk::{
    audit::{AuditEvent, Service},
    shadow::{Came, Side},
};
use store::{NewShadow, PastCase, Purpose, new_id};

use crate::{App, FlowError, dice::Dice, flow::train_triage::COMMAND_LINE, library::may_use};

/// Pairs.
const PAIRS: usize = 48;
/// Stands for a candidate that nobody configured.
const CANDIDATE: &str = "generated";

/// Keeps them unless they are there.
///
/// # Errors
/// Whatever the database says.
pub async fn load(app: &App) -> Result<(), FlowError> {
    let mut conn = app.store.read().await?;
    if conn.newest_shadowed().await?.is_some() {
        return Ok(());
    }
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut cases = conn.past_cases(&grant).await?;
    drop(conn);
    cases.retain(|case| may_use(case, app.config.desk.ai_default));
    cases.sort_by_key(|case| case.number);
    let mut dice = Dice(7_021);
    let mut tx = app.store.begin(&COMMAND_LINE, app.clock.now()).await?;
    for (n, case) in (0_i64..).zip(cases.iter().rev().take(PAIRS)) {
        let (present, candidate, words) = made_up(&mut dice, case);
        let new = NewShadow {
            ticket: case.ticket,
            message: new_id(),
            candidate: CANDIDATE,
            present: &present,
            present_body: &case.reply,
        };
        let at = app.clock.now().plus_seconds(-(n + 1) * 9_000);
        tx.add_generated_shadow(new, &candidate, &words, at).await?;
    }
    tx.commit(AuditEvent::ImportFinished { taken: 0, repeated: 0 }).await?;
    Ok(())
}

/// The present one answers as people did; the candidate is shorter and quicker, and now and then says too little.
fn made_up(dice: &mut Dice, case: &PastCase) -> (Side, Side, String) {
    let paragraphs: Vec<&str> = case.reply.split("\n\n").collect();
    let kept = if paragraphs.len() > 2 { paragraphs.len() - 1 } else { paragraphs.len() };
    let words = paragraphs.iter().take(kept).copied().collect::<Vec<_>>().join("\n\n");
    let claims = u32::try_from(2 + dice.below(3)).unwrap_or(2);
    let slips = |share: usize, dice: &mut Dice| u32::from(dice.below(100) < share);
    let side = |body: &str, carried: u32, breaches: u32, ms: usize, dice: &mut Dice| Side {
        came: Came::Answered,
        claims,
        carried,
        words: u32::try_from(body.split_whitespace().count()).unwrap_or(0),
        breaches,
        ms: i64::try_from(ms + dice.below(900)).ok(),
        tokens: i64::try_from(700 + dice.below(400)).ok(),
        near: Some(0.6 + hundredths(dice, 35)),
    };
    let (loose, breach) = (slips(12, dice), slips(20, dice));
    let present = side(&case.reply, claims - loose, breach, 2_100, dice);
    let (loose, breach) = (slips(8, dice), slips(6, dice));
    let candidate = side(&words, claims - loose, breach, 900, dice);
    let near = present.near.map(|near| near - 0.03 + hundredths(dice, 10));
    let candidate = Side { near, ..candidate };
    (present, candidate, words)
}

fn hundredths(dice: &mut Dice, below: usize) -> f64 {
    f64::from(u32::try_from(dice.below(below)).unwrap_or(0)) / 100.0
}
