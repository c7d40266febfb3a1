//! A rule's no, with a reason fit to show. Not a failure: nothing is broken when one appears.

use serde::{Deserialize, Serialize};

/// Why a rule said no. `Display` is one sentence for the person it stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// The requester wrote after the page was shown.
    #[error("A new message arrived after you opened this reply. Read it, then seal the reply again.")]
    NewMessage,
    /// The draft is not the one that was shown.
    #[error("The draft changed after you saw it. Look at the new text, then seal it again.")]
    Edited,
    /// What was shown is not what would leave.
    #[error("What would leave is not what this page showed. Nothing was sent; open the sealed view again.")]
    DigestMismatch,
    /// The page token was used, is unknown, or is another person's.
    #[error("This page was already used or belongs to another session. Open the sealed view again.")]
    PageSpent,
    /// Page or approval ran out.
    #[error("This approval ran out. Open the sealed view again to approve what is current.")]
    Expired,
    /// A cited source changed or may no longer be used.
    #[error("A source this reply cites changed: {title}. Check the sentence against the new wording.")]
    SourceChanged {
        /// The article's title.
        title: String,
    },
    /// The person may not approve here.
    #[error("You may not approve replies in this queue. A colleague with access to it can.")]
    NotYours,
    /// A program tried to do what only a person may.
    #[error("Only a signed-in person may do this; a token, job or import never can.")]
    NotAPerson,
    /// The session ended.
    #[error("You are signed out. Sign in and open the sealed view again.")]
    SignedOut,
    /// The category's operating model keeps every word with people.
    #[error("In {model} cases the machine writes no reply; please write this one yourself.")]
    Category {
        /// The operating model's name.
        model: String,
    },
    /// Drafts of the category stay inside the team.
    #[error(
        "Drafts of this category stay inside the team for now. Write the reply yourself; the draft may be read beside it."
    )]
    Inside,
    /// The category has not come to the rung on which the machine writes.
    #[error("This category is on the rung “{rung}”: please write this reply yourself.")]
    Rung {
        /// The rung's name.
        rung: String,
    },
    /// A policy that applies here has lapsed.
    #[error("{why} Until a lead renews it, nothing the machine wrote can leave here.")]
    Lapsed {
        /// Which, and why.
        why: String,
    },
    /// The category's policy gives the yes to others.
    #[error("Replies of this kind are approved by {needs}. Ask one of them to approve it.")]
    Approver {
        /// Who may.
        needs: String,
    },
    /// The case asks for two people, and this one said yes already.
    #[error("You approved this reply; it leaves when a colleague approves the same words.")]
    NeedsSecond,
    /// The case asks for more than a session.
    #[error("Replies of this kind need your passkey or password again. Confirm that it is you, then approve.")]
    Unconfirmed,
    /// Rights change only for somebody who proved just now that it is them.
    #[error("Confirm with your password or passkey that it is you, then repeat this.")]
    ConfirmFirst,
    /// The hour is past or too far away.
    #[error("A reply can wait for an hour within the next two weeks. Choose another.")]
    Schedule,
    /// A standing approval that may not begin.
    #[error("{why}")]
    Unfit {
        /// Why.
        why: String,
    },
    /// The count typed by hand is not the number of letters.
    #[error(
        "The number you typed is not the number of letters that would leave. Count them on the page and type it again."
    )]
    Counted,
    /// Letters of the sample were not read.
    #[error("{left} letters of the sample still have to be read, one at a time.")]
    Unread {
        /// How many.
        left: i64,
    },
    /// One person's letters of the day are used up.
    #[error(
        "One person may send only so many letters in bulk within a day; {left} are left. Leave tickets out, or ask a colleague."
    )]
    DayIsFull {
        /// How many are left.
        left: i64,
    },
    /// The bulk reply was stopped before the letter left.
    #[error("This bulk reply was stopped before the letter left. Review what is left of it and approve it again.")]
    Halted,
    /// Many yeses in a short time, or too fast for anybody to read.
    #[error("Take your time: this letter can be approved in {seconds} seconds. Read it once more until then.")]
    Hurried {
        /// How many are left.
        seconds: i64,
    },
    /// A policy is another than the one the page was shown under.
    #[error("The policy for this kind of case changed after you saw this reply. Open the sealed view again.")]
    PolicyChanged,
    /// Severe eval cases fail by it that held.
    #[error(
        "Nothing was saved: with this, severe eval cases would fail that hold today: {cases}. Change the text, or retire a case that is wrong."
    )]
    Regressed {
        /// Their titles.
        cases: String,
    },
    /// A check that must be acknowledged was not.
    #[error("Please confirm first: {label}.")]
    Unacknowledged {
        /// The check's label.
        label: String,
    },
    /// A check that cannot be acknowledged away.
    #[error("This reply cannot leave: {label}.")]
    Blocked {
        /// What blocks it.
        label: String,
    },
    /// The draft was sent, superseded or withdrawn.
    #[error("This draft is {state} and can no longer be sent.")]
    DraftState {
        /// Its state's word.
        state: String,
    },
    /// A colleague wrote or changed the open draft.
    #[error("{by} is writing this reply. Ask them, or go on in their draft; it is not replaced without them.")]
    InHand {
        /// Their name.
        by: String,
    },
    /// There is nobody to send to, or the address cannot be written to.
    #[error("There is no address this reply could go to: {detail}.")]
    NoRecipient {
        /// What is wrong with it.
        detail: String,
    },
    /// Text that cannot be put into a mail safely.
    #[error("This text cannot be sent as it is: {detail}.")]
    Unsendable {
        /// What is wrong with it.
        detail: String,
    },
    /// The ticket is not in a state that allows this.
    #[error("A ticket that is {from} cannot become {to}.")]
    Transition {
        /// Its present status.
        from: String,
        /// What was asked for.
        to: String,
    },
    /// Letters that cannot go to another ticket.
    #[error("{why}")]
    Stays {
        /// Why.
        why: String,
    },
    /// AI is switched off for this person, organisation, agent or desk.
    #[error("AI is off here: {because}.")]
    Consent {
        /// Whose setting says so.
        because: String,
    },
    /// It left already.
    #[error("Too late to undo: the reply has left.")]
    Left,
    /// Not allowed for this role.
    #[error("Your role does not allow this: {needs}.")]
    Role {
        /// Who can.
        needs: String,
    },
}
