//! What was wrong with something the machine made, in the words of one list.

use crate::closed_list;

closed_list! {
    /// What was wrong. The order is that of the digits 1 to 9 and 0 that say it of a draft.
    pub enum Failure ("kind of failure") {
        /// It states something untrue.
        WrongFact = "wrong_fact",
        /// It follows a rule that does not apply here.
        WrongPolicy = "wrong_policy",
        /// It promises something the product cannot do.
        InventedCapability = "invented_capability",
        /// It sounds wrong.
        WrongTone = "wrong_tone",
        /// It leaves a question open.
        MissedQuestion = "missed_question",
        /// It asks what was answered.
        AskedAgain = "asked_again",
        /// It should have gone to somebody else.
        MissedEscalation = "missed_escalation",
        /// It says what this customer must not know.
        LeakedContext = "leaked_context",
        /// It rests on a text that is out of date.
        StaleSource = "stale_source",
        /// It proposes to do the wrong thing.
        WrongAction = "wrong_action",
        /// It did something it was not asked for. The machine here calls no tools; a company's own AI product may.
        WrongToolCall = "wrong_tool_call",
    }
}

impl Failure {
    /// Whether a draft can be wrong this way.
    #[must_use]
    pub fn is_of_drafts(self) -> bool {
        self != Self::WrongToolCall
    }
}
