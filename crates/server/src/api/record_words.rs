//! Entries of the record in a sentence each, for people.

use desk::audit::{AuditEvent, Entry};
use store::EntryRow;

/// Who did it, by the best name there is.
pub fn actor_name(entry: &EntryRow) -> String {
    match (entry.actor_kind.as_str(), &entry.actor_name) {
        (_, Some(name)) => name.clone(),
        ("service", None) => service_name(&entry.actor_id).to_owned(),
        (_, None) => entry.actor_id.clone(),
    }
}

fn service_name(word: &str) -> &str {
    match word {
        "intake" => "Intake",
        "preparation" => "Preparation",
        "delivery" => "Delivery",
        "sequencer" => "Sequencer",
        "sign_in" => "Sign-in",
        "requester" => "The requester, by a link in a mail",
        "command_line" => "Command line",
        other => other,
    }
}

/// What happened. A leaf that does not read says so.
pub fn said(leaf: &str) -> String {
    match serde_json::from_str::<Entry>(leaf) {
        Ok(entry) => sentence(&entry.event),
        Err(_) => "An entry that this version cannot read.".to_owned(),
    }
}

fn sentence(event: &AuditEvent) -> String {
    use AuditEvent as E;
    match event {
        E::DeskPrepared { .. } => "The desk was set up.".to_owned(),
        E::MailReceived { .. } => "A mail arrived and is safe.".to_owned(),
        E::MailAccepted { .. } => "The mail became a message on this ticket.".to_owned(),
        E::MailQuarantined { why, .. } => format!("A mail was set aside for a person: {why}."),
        E::MailRepeated { .. } => "A mail came that was here before; nothing was added.".to_owned(),
        E::MailRetried { .. } => "A mail from quarantine goes round again.".to_owned(),
        E::TicketTriaged { .. } => "The machine looked at the ticket.".to_owned(),
        E::VerdictGiven { verdict, .. } => format!("The machine's suggestion was {verdict}."),
        E::VerdictWithdrawn { .. } => "An answer to the machine's suggestion was taken back.".to_owned(),
        E::TicketSortedAgain { kind, version, way, .. } => {
            format!("The ticket was {way} after a new version of a policy: {}, {version}.", kind.replace('_', " "))
        }
        E::TicketMoved { way, .. } => format!("The ticket was {way} with a correction of another one."),
        E::TicketChanged { change, .. } => format!("Changed: {change}."),
        E::SourcesFound { .. } => "Sources and similar cases were found.".to_owned(),
        E::MailboxWatched { .. } => "A mailbox is watched from now on.".to_owned(),
        E::EscalationMade { state, signals, .. } if state == "proposed" => {
            format!("The machine proposes to escalate: {}.", signals.replace(',', ", ").replace('_', " "))
        }
        E::EscalationMade { signals, .. } => {
            format!("The case went up: {}.", signals.replace(',', ", ").replace('_', " "))
        }
        E::EscalationAnswered { state, .. } => format!("The escalation was {state}."),
        E::EscalationPaged { how, attempt, .. } => match how.as_str() {
            "person" => format!("Person {attempt} on call was called."),
            "mail" => "Everybody on call was written to.".to_owned(),
            "system" => "Another system was told.".to_owned(),
            _ => "Nobody on call answered; everybody who looks here is shown it.".to_owned(),
        },
        E::EscalationUpdated { direction, .. } if direction == "out" => {
            "The receiver of the escalation was told something.".to_owned()
        }
        E::EscalationUpdated { .. } => "The receiver of the escalation told something.".to_owned(),
        E::ClockRang { promised, stage, .. } if stage == "warned" => {
            format!("The time for the {} comes near.", promised.replace('_', " "))
        }
        E::ClockRang { promised, .. } => format!("The time for the {} passed.", promised.replace('_', " ")),
        moved @ (E::TicketsMerged { .. } | E::MergeUndone { .. } | E::TicketSplit { .. }) => relocated(moved),
        E::TicketSnoozed { until: Some(until), .. } => format!("Put off until {}.", minute(*until)),
        E::TicketSnoozed { .. } => "Put off until the requester writes.".to_owned(),
        E::TicketWoken { why, .. } => match why.as_str() {
            "time" => "Back: its time has come.".to_owned(),
            "reply" => "Back: the requester wrote.".to_owned(),
            "over" => "Put off no longer: it is over.".to_owned(),
            _ => "Brought back by hand.".to_owned(),
        },
        E::TicketFollowed { way, .. } if way == "followed" => "Somebody follows the ticket.".to_owned(),
        E::TicketFollowed { .. } => "Somebody follows the ticket no longer.".to_owned(),
        E::PromiseFound { due, .. } => format!("A reply seems to promise something for {}.", due.date()),
        E::PromiseAnswered { state, .. } => format!("A promise was {state}."),
        E::NoteWritten { .. } => "A note was written.".to_owned(),
        E::DraftWithheld { why, .. } => format!("No draft: {}.", withheld(why)),
        E::DraftChecked { found, .. } if found == "holds" => {
            "The night's draft was checked again and holds.".to_owned()
        }
        E::DraftChecked { .. } => "Something the night's draft rested on changed; it is made anew.".to_owned(),
        E::DraftAsked { origin, .. } => format!("A person asked for a draft ({origin})."),
        E::DraftRejected { why, .. } if why == "unsaid" => "The machine's draft was turned down.".to_owned(),
        E::DraftRejected { why, .. } => format!("The machine's draft was turned down: {}.", why.replace('_', " ")),
        said @ (E::EvalCaseProposed { .. }
        | E::EvalCaseApproved { .. }
        | E::EvalCaseRetired { .. }
        | E::EvalCaseJoined { .. }
        | E::EvalCaseParted { .. }
        | E::EvalCaseChallenged { .. }
        | E::EvalCaseKept { .. }) => of_cases(said),
        said @ (E::SurveyAsked { .. }
        | E::SurveyAnswered { .. }
        | E::SurveyFollowedUp { .. }
        | E::TextReviewed { .. }
        | E::ReviewSettled { .. }) => judged(said),
        E::DraftProposed { origin, .. } => format!("A draft was proposed ({origin})."),
        E::DraftEdited { revision, .. } => format!("The draft was edited (revision {revision})."),
        E::DraftRewritten { revision, tool, made_by, .. } => {
            format!("Words of the draft were rewritten ({tool}, by {made_by}, revision {revision}).")
        }
        E::ExchangeKept { state, .. } => format!("What the model was given and said is kept ({state})."),
        E::DraftSealed { .. } => "The exact reply was shown.".to_owned(),
        E::ReplyApproved { .. } => "The reply was approved as shown.".to_owned(),
        E::FirstApproved { .. } => "The reply was approved as shown by the first of two people.".to_owned(),
        E::FirstApprovalTakenBack { .. } => "The first of two approvals was taken back.".to_owned(),
        E::StandingUsed { .. } => "A text approved beforehand answers this.".to_owned(),
        E::BulkLetterRead { .. } => "The letter was read before many of its kind were approved.".to_owned(),
        E::ApprovalWithdrawn { why, .. } => format!("The approval was withdrawn: {why}."),
        E::RequestsAsked { .. } => {
            "The requester asked for the link to everything they asked; it goes to their own address.".to_owned()
        }
        E::NoticeQueued { notice, .. } => format!("A fixed notice was queued ({notice})."),
        delivery @ (E::DeliveryStarted { .. }
        | E::ReplySent { .. }
        | E::DeliveryUncertain { .. }
        | E::DeliveryFailed { .. }
        | E::DeliveryStopped { .. }
        | E::UncertaintyResolved { .. }) => delivered(delivery),
        other => house(other),
    }
}

/// Why there is no draft: the words `flow::prepare_reply` writes, for people.
fn withheld(why: &str) -> &str {
    match why {
        "consent" => "somebody chose no AI",
        "operating-model" => "this kind of ticket is left to people",
        "a-person-writes" => "a person is writing",
        "set-aside" => "its writer set it aside for a fresh one",
        "machine-mail" => "a machine wrote the mail",
        "no-source" => "no source answers the question",
        "sources-disagree" => "the sources disagree",
        "policy-lapsed" => "nobody answers for a policy any more",
        "too-unsure" => "drafts like this one are changed too often",
        other => other,
    }
}

/// Letters that went to another ticket.
fn relocated(event: &AuditEvent) -> String {
    use AuditEvent as E;
    match event {
        E::TicketsMerged { ticket, from, .. } if ticket == from => "It was merged into another ticket.".to_owned(),
        E::TicketsMerged { .. } => "Another ticket was merged into it.".to_owned(),
        E::MergeUndone { ticket, from, .. } if ticket == from => {
            "Its merge was undone; it goes on by itself.".to_owned()
        }
        E::MergeUndone { .. } => "The merge of another ticket into it was undone.".to_owned(),
        E::TicketSplit { ticket, from, letters, .. } if ticket == from => {
            format!("{letters} of its letters became a ticket of their own.")
        }
        E::TicketSplit { letters, .. } => format!("It began with {letters} letters of another ticket."),
        other => other.kind().to_owned(),
    }
}

/// What happened to an eval case.
fn of_cases(event: &AuditEvent) -> String {
    use AuditEvent as E;
    match event {
        E::EvalCaseProposed { .. } => "An eval case was taken from the ticket.".to_owned(),
        E::EvalCaseApproved { .. } => "An eval case was checked and approved.".to_owned(),
        E::EvalCaseRetired { .. } => "An eval case was retired.".to_owned(),
        E::EvalCaseJoined { .. } => "An eval case joined one that asks the same.".to_owned(),
        E::EvalCaseParted { .. } => "A joined eval case stands alone again.".to_owned(),
        E::EvalCaseChallenged { .. } => "An eval case was challenged.".to_owned(),
        E::EvalCaseKept { .. } => "A challenged eval case was kept.".to_owned(),
        _ => String::new(),
    }
}

/// What people said of how it went.
fn judged(event: &AuditEvent) -> String {
    use AuditEvent as E;
    match event {
        E::SurveyAsked { .. } => "The requester was asked how it went.".to_owned(),
        E::SurveyAnswered { rating, .. } => format!("The requester rated it {rating} of 5."),
        E::SurveyFollowedUp { .. } => "Somebody saw to the low rating.".to_owned(),
        E::TextReviewed { verdict, .. } => format!("A text was reviewed: it {verdict}."),
        E::ReviewSettled { verdict, .. } => format!("Its reviewers saw it differently; settled: it {verdict}."),
        other => other.kind().to_owned(),
    }
}

fn delivered(event: &AuditEvent) -> String {
    use AuditEvent as E;
    match event {
        E::DeliveryStarted { attempt, .. } => format!("Delivery began (attempt {attempt})."),
        E::ReplySent { .. } => "The letter left.".to_owned(),
        E::DeliveryUncertain { .. } => "Nobody can know whether the letter left; a person decides.".to_owned(),
        E::DeliveryFailed { why, .. } => format!("The mail server refused: {why}."),
        E::DeliveryStopped { why, .. } => format!("A lock held, the letter did not leave: {why}."),
        E::UncertaintyResolved { verdict, .. } => format!("A person decided about the uncertain delivery: {verdict}."),
        other => other.kind().to_owned(),
    }
}

fn house(event: &AuditEvent) -> String {
    use AuditEvent as E;
    match event {
        E::ArticleProposed { .. } => "A new text for an article was proposed.".to_owned(),
        E::ArticleDeclined { .. } => "A proposed text was turned down.".to_owned(),
        E::ArticleReviewed { .. } => "An article was read again and still holds.".to_owned(),
        E::ArticleApproved { .. } => "A version of an article was approved.".to_owned(),
        E::ArticleRetired { state, .. } => format!("An article is {state}."),
        E::SourceAdded { fed_by, arrival, .. } => format!("A {fed_by} became a source ({arrival} on arrival)."),
        E::SyncAsked { why, .. } => format!("A source is to be read ({why})."),
        E::SourceSynced { state, added, changed, vanished, .. } => {
            format!("A source was read ({state}): {added} new, {changed} changed, {vanished} gone.")
        }
        E::DigestMade { way, .. } => match way.as_str() {
            "on" => "Somebody gets their week by mail from now on.".to_owned(),
            "off" => "Somebody gets their week by mail no longer.".to_owned(),
            "queued" => "Somebody's week was mailed to them.".to_owned(),
            _ => "Somebody's week asked for no mail.".to_owned(),
        },
        E::SurveysDeclined { .. } => "A customer does not want to be asked how it went.".to_owned(),
        E::GraderCompared { drafts, standing } => {
            format!("A model's reading was held against reviewers' answers on {drafts} drafts ({standing}).")
        }
        E::ReviewsDrawn { texts } => format!("{texts} texts were drawn for a second look."),
        E::SignedIn { .. } => "A person signed in.".to_owned(),
        E::IdentityLinked { .. } => "A person of the identity provider was linked with their account.".to_owned(),
        E::SignInFailed { .. } => "A sign-in failed.".to_owned(),
        E::TicketDiagnosed { .. } => "The machine looked into telemetry.".to_owned(),
        E::CauseMarked { verdict, .. } => {
            format!("A probable cause was marked {}.", if verdict == "accepted" { "right" } else { "wrong" })
        }
        E::IncidentProposed { tickets, .. } => format!("An incident was proposed from {tickets} tickets."),
        E::IncidentTicket { way, .. } => format!("The ticket was {way} with an incident."),
        E::IncidentMoved { status, .. } => format!("An incident is {status} now."),
        E::BulkPrepared { letters, left_out, .. } => {
            format!("One text was prepared for {letters} tickets; {left_out} were left out.")
        }
        E::BulkApproved { letters, refused, .. } => {
            format!("{letters} letters of one text were approved together, {refused} were refused.")
        }
        E::StandingBegun { .. } => "A text was approved beforehand for one category.".to_owned(),
        E::StandingEnded { .. } => "A standing approval was ended.".to_owned(),
        E::BulkStopped { .. } => "A reply to many was stopped.".to_owned(),
        E::BulkDiscarded { letters, .. } => format!("{letters} letters of a reply to many were put aside."),
        E::SessionConfirmed { method, .. } => format!("A person proved again that it is them ({method})."),
        E::SignedOut { .. } => "A person signed out.".to_owned(),
        E::TokenMade { .. } => "A program got a key.".to_owned(),
        E::TokenRevoked { .. } => "A key was taken back.".to_owned(),
        E::RequesterAttributes { count, .. } => format!("A customer's attributes were set: {count}."),
        E::RequesterRole { .. } => "What a customer does at their company was written down.".to_owned(),
        E::RequesterConsent { setting, .. } => format!("A customer's AI setting is now “{setting}”."),
        E::TicketRedacted { class, places, .. } => {
            format!("Words ({class}) were removed from a ticket for good, in {places} places.")
        }
        E::TelemetrySeen { what, shown, .. } if what == "query" => {
            format!("A store of telemetry was asked; {shown} lines and series were shown.")
        }
        E::TelemetrySeen { shown, .. } => format!("{shown} lines of telemetry were shown."),
        E::AttachmentRedacted { .. } => "A file was removed from a ticket for good.".to_owned(),
        E::TicketErased { .. } => "The words of a ticket were erased.".to_owned(),
        E::RequesterErased { tickets, .. } => format!("A requester was erased, with {tickets} tickets."),
        E::RequesterExported { .. } => "Everything of a customer was given out as a document.".to_owned(),
        E::HoldPlaced { .. } => "A customer's data is under a legal hold.".to_owned(),
        E::HoldEnded { .. } => "A legal hold on a customer's data ended.".to_owned(),
        E::RetentionApplied { class, count } => format!("By age, {count} of {} went.", class.replace('_', " ")),
        E::OrganizationConsent { setting, .. } => format!("An organization's AI setting is now “{setting}”."),
        E::DisclosureChanged { setting } => format!("The line in mails about the machine's part is now “{setting}”."),
        E::ModelForgotten { .. } => {
            "A trained model that had learnt from somebody who said no was taken away.".to_owned()
        }
        E::InvitationMade { role, .. } => format!("Somebody was invited as {}.", role.replace('_', " ")),
        E::InvitationEnded { why, .. } => format!("An invitation was {why}."),
        E::PasskeyAdded { .. } => "An agent registered a passkey.".to_owned(),
        E::PasskeyRemoved { .. } => "An agent removed a passkey.".to_owned(),
        E::ReadingsShared { setting, .. } => format!("How an agent reads drafts is {setting} from now on."),
        E::AgentConsent { setting, .. } => format!("An agent's own AI setting is now “{setting}”."),
        E::AgentChanged { change, .. } => format!("An agent's account: {change}."),
        E::RungChanged { rung, cause, .. } => {
            format!("A category came to the rung “{}” ({}).", rung.replace('_', " "), cause.replace('_', " "))
        }
        E::PolicyChanged { kind, version, .. } => format!("A policy has a new version: {kind}, {version}."),
        E::ShadowAsked { .. } => "A candidate model is asked for a draft beside the present one.".to_owned(),
        E::ShadowEnded { state, .. } => format!("A candidate's draft beside the present one: {state}."),
        E::GateAsked { subject, cases, .. } => format!("A change is held against {cases} eval cases: {subject}."),
        E::GateJudged { subject, judgement, failing, .. } => {
            format!("Eval cases were run under a change ({subject}): {judgement}, {failing} fail that held.")
        }
        E::GateEnded { subject, state, .. } => format!("A change was {state} ({subject})."),
        E::RolledBack { subject, .. } => format!("What held before holds again ({subject})."),
        E::ModelTrained { examples, .. } => format!("Triage was trained with {examples} examples."),
        E::TrainingAsked { .. } => "A new training of triage was asked for.".to_owned(),
        E::ModelPromoted { why, .. } => format!("A trained model sorts from now on ({}).", why.replace('_', " ")),
        E::ModelRefused { .. } => "A trained model did worse than the running one and is not used.".to_owned(),
        E::ImportFinished { taken, repeated } => format!("An import ended: {taken} new mails, {repeated} seen before."),
        E::RecordExported { size } => format!("The record was exported ({size} entries)."),
        E::DoorTried { door } => format!("A door was tried that is closed to the one who tried: {door}."),
        E::JobGivenUp { job } => format!("Background work was given up on and waits for a person: {job}."),
        E::PagesCleared { pages } => format!("{pages} sealed pages that nobody approved were taken away."),
        other => other.kind().to_owned(),
    }
}

/// An instant to the minute, as the record's other times are read.
fn minute(at: desk::Timestamp) -> String {
    format!("{} UTC", at.rfc3339().replace('T', " ").chars().take(16).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_sentences_and_damage_is_said() {
        assert_eq!(
            sentence(&AuditEvent::DoorTried { door: "POST /x".into() }),
            "A door was tried that is closed to the one who tried: POST /x."
        );
        assert_eq!(
            sentence(&AuditEvent::ImportFinished { taken: 2, repeated: 1 }),
            "An import ended: 2 new mails, 1 seen before."
        );
        let ticket = "00000000-0000-7000-8000-000000000000".parse().expect("an id");
        let event = AuditEvent::DraftWithheld { ticket, why: "no-source".into() };
        assert_eq!(sentence(&event), "No draft: no source answers the question.");
        assert_eq!(said("{}"), "An entry that this version cannot read.");
    }
}
