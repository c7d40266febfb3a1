// Every shape the console receives, derived from the server's own description (schema.d.ts, generated
// by `npm run types`). What the description leaves loose is narrowed here and only here; a name or
// type that the server changes breaks the build instead of a page.
// Offsets are counted in Unicode scalar values; src/text/offsets.ts turns them into string indices.
import type { FailureKind } from "../text/failures";
import type { components } from "./schema";

type Schema = components["schemas"];
/** The server writes every field, null when there is nothing to say, though the description calls some optional. */
type Written<T> = T extends (infer Item)[] ? Written<Item>[] : T extends object ? { [K in keyof T]-?: Written<Exclude<T[K], undefined>> } : T;
/** A described shape with some fields narrowed; a field must exist and its narrow type must fit the described one. */
type Narrow<Name extends keyof Schema, Fields extends { [K in keyof Fields]: K extends keyof Written<Schema[Name]> ? Written<Schema[Name]>[K] : never } = object> =
  Omit<Written<Schema[Name]>, keyof Fields> & Fields;

export type Time = string;
export type Doubt = "sure" | "check" | "unknown";
export type Role = "agent" | "lead" | "knowledge_owner" | "auditor" | "admin";
export type AiChoice = "default" | "in" | "out";
export type Status = "new" | "open" | "pending" | "on_hold" | "solved" | "closed";
export type StatusAfter = "solved" | "pending" | "open";
export type Priority = "low" | "normal" | "high" | "urgent";
export type ViewKey = "inbox" | "mine" | "unassigned" | "waiting" | "snoozed" | "followed" | "solved" | "all";
export type Span = [number, number];
export type RewriteTool = "shorter" | "plainer" | "formal";
export type Freshness = "current" | "due" | "expired";
export type Audience = "public" | "internal";
export type AnswerState = "ready" | "preparing" | "withheld" | "none";
export type Origin = "assembled" | "model" | "agent";
type Edited = "none" | "unchanged" | "edited";
export interface List<T> { items: T[] }
export interface Page<T> { items: T[]; next_cursor: string | null }

export type Named = Narrow<"Named">;
export type Agent = Narrow<"Agent", { role: Role; ai: AiChoice }>;
export type Desk = Narrow<"Desk", {
  delivery: "tray" | "smtp";
  embedding: Narrow<"Embedding", { state: "ready" | "missing" | "filling" }>;
  model: Narrow<"Model", { state: "off" | "ready" | "unreachable" }>;
}>;
export type Session = Narrow<"Session", { agent: Agent; desk: Desk }>;
export type DemoAccount = Narrow<"Account", { role: Role }>;
export type DeskStatus = Narrow<"Status", { desk: Desk }>;

export type Person = Narrow<"Person">;
export type TicketLine = Narrow<"TicketLine", { status: Status; priority: Priority; confidence: Doubt | null; draft: AnswerState }>;
export type View = Narrow<"ViewLine", { key: ViewKey }>;
export type Message = Narrow<"Message", {
  direction: "inbound" | "outbound"; author_kind: "customer" | "agent" | "automation"; ai_assisted: Edited;
  delivery: "ready" | "sending" | "sent" | "uncertain" | "failed" | "cancelled" | null;
}>;
export type Note = Narrow<"Note">;
export type Evidence = Narrow<"Evidence", { kind: "words" | "rule" | "passage" | "similar" | "telemetry" }>;
export type Candidate = Narrow<"Candidate">;
export type Topic = Narrow<"Topic">;
export type Deadline = Narrow<"Deadline">;
export type NearCase = Narrow<"NearCase">;
export type Follower = Narrow<"Follower">;
export type Field = "category" | "priority" | "queue" | "flags";
export type Verdict = Narrow<"VerdictLine", { verdict: "accepted" | "edited" | "rejected"; priority: Priority | null }>;
export type Risk = Narrow<"Risk", { state: "standing" | "dismissed" }>;
export type Understanding = Narrow<"Understanding", {
  word: Doubt; least_certain: Field; kept: Field[]; priority: Priority; because: Evidence[]; risk: Risk[]; verdict: Verdict | null;
  ai: Narrow<"AiUse", { use: "allowed" | "refused" }>;
}>;
export type Moved = Narrow<"Moved">;
export type Restored = Narrow<"Restored">;
export type Correction = Narrow<"CorrectionLine", { state: "standing" | "withdrawn" }>;
export type Bin = Narrow<"Bin">;
export type CoveragePoint = Narrow<"CoveragePoint">;
export type CategoryLine = Narrow<"CategoryLine">;
export type Week = Narrow<"WeekLine">;
export type Drift = Narrow<"Drift", { state: "ok" | "drift" | "too_few" }>;
export type Confusion = Narrow<"Confusion">;
export type Calibration = Narrow<"Calibration", { drift: Drift }>;
export type ModelLine = Narrow<"ModelLine", {
  state: "candidate" | "running" | "refused" | "retired"; compared: Narrow<"Compared", { verdict: "not_worse" | "worse" | "too_few" }> | null;
}>;
export type Training = Narrow<"Training", { state: "waiting" | "running" | "failed" }>;
export type PolicyKind = "operating_model" | "risk_rules" | "routing" | "persona" | "macro" | "escalation" | "service";
type PolicyState = { kind: PolicyKind; state: "current" | "due" | "lapsed" };
export type PolicyLine = Narrow<"PolicyLine", PolicyState>;
export type Policy = Narrow<"Policy", PolicyState>;
export type PolicyText = Narrow<"PolicyText">;
export type LineProblem = Narrow<"LineProblem">;
export type Placement = Narrow<"Placement">;
export type DryRun = Narrow<"Tried">;
export type Voices = Narrow<"Voices", { items: VoicePreview[] }>;
export type VoicePreview = Narrow<"VoicePreview">;
export type OpenTickets = Narrow<"OpenTickets">;
export type Colleague = Narrow<"Colleague", { role: Role }>;
export type Task = Narrow<"Task", { kind: "escalation_raised" | "escalation_proposed" | "reply_stopped" | "low_rating" | "promise_due" | "ticket_given" | "mentioned" | "ticket_back" | "promise_found" | "followed_stirred" | "second_approval" | "policy_lapsed" | "policy_due" | "article_lapsed" | "article_due" | "text_proposed" | "contradiction" | "source_failed" | "texts_waiting" | "check_waiting" | "reviews_waiting" | "standing_stopped" | "drift" | "gate_waiting" }>;
export type ClockLine = Narrow<"ClockLine", { promised: "first_response" | "next_response" | "resolution" }>;
export type Escalation = Narrow<"Escalation", {
  state: "proposed" | "raised" | "accepted" | "returned" | "dismissed" | "ended"; called: Narrow<"Called", { step: "person" | "mail" | "banner" }> | null;
}>;
export type Escalations = Narrow<"Escalations", { raised: Escalation[]; proposed: Escalation[] }>;
export type Standing = Narrow<"Standing", { clocks: ClockLine[]; cases: Escalation[] }>;
export type PackageLine = Narrow<"PackageLine">;
export type Package = Narrow<"Package", { lines: PackageLine[] }>;
export type Repetition = Narrow<"Repetition", { what: "answered" | "tried" }>;
export type Present = Narrow<"Present", { doing: "viewing" | "writing" | "approving" }>;
export type Provenance = Narrow<"Provenance">;
export type PassageHit = Narrow<"PassageHit", { spans: Span[]; audience: Audience; freshness: Freshness }>;
export type SimilarTicket = Narrow<"SimilarTicket", { spans: Span[]; outcome: "good" | "reopened" | "rated_low" }>;
export type Sentence = Narrow<"Sentence", { support: "supported" | "unsupported" | "frame" | "agent" }>;
export type Draft = Narrow<"Draft", { origin: Origin; state: "open" | "approved" | "sent" | "superseded"; sentences: Sentence[]; word: Doubt }>;
export type Plan = Narrow<"Plan", { move: "answer" | "ask" | "hand_over" | "stay_silent" }>;
export type SummaryLine = Narrow<"SummaryLine", { about: "wants" | "tried" | "promised" | "open" }>;
export type PolicyCheck = Narrow<"PolicyCheck">;
export type Answer = Narrow<"Answer", { state: AnswerState; policy_check: PolicyCheck | null; may_ask: Origin[]; draft: Draft | null; passages: PassageHit[]; similar: SimilarTicket[]; plan: Plan | null }>;
export type Promised = Narrow<"Promise", { state: "found" | "confirmed" | "dismissed" | "kept" }>;
export type Snooze = Narrow<"Snooze">;
export type Morning = Narrow<"Morning", { tickets: TicketLine[] }>;
export type OtherTicket = Narrow<"OtherTicket">;
export type GoesOn = Narrow<"GoesOn">;
export type SnoozeTimes = Narrow<"SnoozeTimes">;
export type News = Narrow<"NewsLine", { what: "message" | "reply" | "note" | "status" | "priority" | "queue" | "assignee" | "snoozed" | "woken" | "went_up" | "promise" | "merged" | "split" }>;
export type HandOver = Narrow<"HandOver", { news: News[]; promised: PackageLine[]; open: PackageLine[] }>;
export type Customer = Narrow<"Customer", { ai: AiChoice; promises: Promised[]; organization_ai: AiChoice | null; tickets: Narrow<"TicketRef", { status: Status }>[] }>;
export type TrailLine = Narrow<"TrailLine">;
export type LetterFate = Narrow<"LetterFate", { state: "ready" | "sending" | "sent" | "uncertain" | "failed" | "stopped" | "cancelled" }>;
export type TicketPage = Narrow<"TicketPage", {
  status: Status; priority: Priority; confidence: Doubt | null; draft: AnswerState; remembered_status: StatusAfter;
  messages: Message[]; summary: SummaryLine[]; understanding: Understanding | null; answer: Answer; customer: Customer; letters: LetterFate[];
  survey: Narrow<"TicketSurvey", { follow_up: "none" | "open" | "done" }> | null;
}>;

export type OfferedRewrite = Narrow<"OfferedRewrite", { tool: RewriteTool; made_by: "rules" | "model"; changes: Narrow<"Change", { op: "same" | "added" | "removed" }>[] }>;
export type Check = Narrow<"Check", { state: "ok" | "warn" | "block"; answer: "tick" | "note" }>;
export type OwnSession = Narrow<"OwnSession", { opened_with: "password" | "code" | "recovery" | "provider" }>;
export type SecondFactor = Narrow<"SecondFactor">;
export type NewSecondFactor = Narrow<"NewSecondFactor">;
export type Account = Narrow<"PersonAccount", { role: Role; state: "active" | "off" }>;
export type Accounts = Narrow<"Accounts", { items: Account[]; queues: Named[] }>;
export type Invitation = Narrow<"Invitation", { role: Role; state: "open" | "accepted" | "withdrawn" | "expired" }>;
export type Invited = Narrow<"Invited">;
export type Passkey = Narrow<"Passkey">;
export type PasskeyQuestion = Narrow<"PasskeyQuestion">;
export type Habits = Narrow<"Habits">;
export type OwnReadings = Narrow<"OwnReadings", { sharing: "private" | "shared" }>;
export type GroupReadings = Narrow<"GroupReadings">;
export type Sealed = Narrow<"Sealed", {
  brake: "none" | "burst" | "haste";
  people: "one" | "two"; confirm: "session" | "password" | "passkey";
  checks: Check[]; headers: [string, string][]; changes: Narrow<"Change", { op: "same" | "added" | "removed" }>[];
}>;
export type Approved = Narrow<"Approved", { state: "leaves" | "awaits_second" }>;
export type Undone = Narrow<"Undone">;
export type Departure = Narrow<"Departure", { state: "pending" | "answered" | "refused" | "failed" }>;
export type WouldLeave = Narrow<"WouldLeave">;
export type Exchange = Narrow<"Exchange", { state: "pending" | "answered" | "refused" | "failed" }>;

export type ArticleKind = "article" | "macro";
export type ArticleLine = Narrow<"ArticleLine", { kind: ArticleKind; audience: Audience; freshness: Freshness }>;
export type Article = Narrow<"Article", {
  kind: ArticleKind; audience: Audience; freshness: Freshness; version_state: "proposed" | "current" | "past" | "declined";
  hidden: Narrow<"HiddenWords", { how: "invisible_characters" | "comment" | "out_of_sight" | "for_machines" }>[];
}>;
export type Contradiction = Narrow<"ContradictionLine", { difference: "amount" | "time" | "number" | "yes_no" }>;
export type SourceLine = Narrow<"SourceLine", { audience: Audience }>;
export type WaitingText = Narrow<"WaitingText">;
export type TextFate = Narrow<"TextFate">;
export type SourceFeed = Exclude<SourceLine["feed"], null>;
export type TextPlace = Narrow<"TextPlace">;
export type OfferedMacro = Narrow<"OfferedMacro">;
export type NamedArticle = Narrow<"NamedArticle">;
export type TouchedDraft = Narrow<"TouchedDraft">;
export type ChangedPiece = Narrow<"ChangedPiece", { change: "same" | "gone" | "new" }>;
export type PatternLine = Narrow<"PatternLine", {
  gap: "undocumented" | "failing" | null; sources: Narrow<"AnsweringArticle", { freshness: Freshness }>[];
}>;
export type PatternList = Narrow<"PatternList", { state: "ready" | "counting"; items: PatternLine[] }>;
export type Pattern = PatternLine & Pick<Narrow<"Pattern">, "tickets">;
export type Gap = Narrow<"Gap", { kind: "undocumented" | "failing" | "searched_in_vain" | "said_before"; pattern: PatternLine | null }>;
export type GapList = Narrow<"GapList", { state: "ready" | "counting"; items: Gap[] }>;
export type DraftedArticle = Narrow<"DraftedArticle">;
export type SearchResult = Narrow<"SearchResult", { passages: PassageHit[]; tickets: (TicketLine & { snippet: string; spans: Span[] })[] }>;
export type Letter = Narrow<"LetterLine", { ai_assisted: Edited }>;
export type LetterPage = Narrow<"Letter", { ai_assisted: Edited; headers: [string, string][] }>;
export type DemoRequester = Narrow<"DemoRequester">;
export type MailTaken = Narrow<"MailTaken">;
export type MailProgress = Narrow<"MailProgress", { state: "received" | "accepted" | "quarantined" | "duplicate" }>;
export type Quarantined = Narrow<"Quarantined">;
export type AuditLine = Narrow<"AuditLine", { actor: Narrow<"Actor", { kind: "agent" | "token" | "service" }> }>;
export type Checkpoint = Narrow<"Checkpoint">;
export type Verification = Narrow<"Verification">;
export type AttackReport = Narrow<"AttackReport">;
export type Token = Narrow<"Token">;
export type WaysIn = Narrow<"WaysIn">;
export type DisclosureLine = Narrow<"DisclosureLine">;
export type NewToken = Narrow<"TokenMade">;
/** One event of the live feed; only those about progress carry the counts. */
export type FeedEvent = Narrow<"FeedEvent"> & { done?: number; total?: number };
export type BulkStage = "prepared" | "awaits_second" | "leaving" | "stopped" | "done";
export type LetterState = Narrow<"LetterState", { state: "open" | "awaits_second" | "ready" | "sending" | "sent" | "uncertain" | "put_aside" }>;
export type LeftOutTicket = Narrow<"LeftOutTicket", { why: "in_hand" | "same_person" | "slot" | "closed" | "own_answer" }>;
export type BulkReply = Narrow<"BulkReply", { stage: BulkStage; people: "one" | "two"; letters: LetterState[]; left_out: LeftOutTicket[] }>;
export type SealedLetter = Narrow<"SealedLetter">;
export type SealedBulk = Narrow<"SealedBulkReply", { people: "one" | "two"; confirm: "session" | "password" | "passkey"; alone: LeftOutTicket[] }>;
export type BulkApproved = Narrow<"BulkApproved">;
export type StandingApproval = Narrow<"StandingApproval", { state: "active" | "source_changed" | "lapsed" | "ended" }>;
export type StandingPreview = Narrow<"StandingPreview">;
export type StandingUse = Narrow<"StandingUseLine">;
export type BulkLine = Narrow<"BulkLine", { stage: BulkStage }>;

export type IncidentStatus = "proposed" | "open" | "watching" | "closed" | "dismissed";
export type IncidentLine = Narrow<"IncidentLine", { status: IncidentStatus; source: "telemetry" | "tickets" }>;
export type LinkedTicket = Narrow<"LinkedTicket", { status: Status }>;
export type Incident = Omit<Written<Schema["Incident"]>, "status" | "linked" | "steps" | "may_become"> & { may_become: Exclude<IncidentStatus, "proposed">[]; status: IncidentStatus; linked: LinkedTicket[]; steps: Narrow<"Step", { status: IncidentStatus }>[] };
export type ProbableCause = Narrow<"ProbableCause", { verdict: Narrow<"CauseVerdict", { verdict: "accepted" | "rejected" }> | null }>;
export type TicketDiagnosis = Narrow<"TicketDiagnosis", {
  state: "found" | "nothing_found" | "not_looked" | "not_observed"; causes: ProbableCause[]; incidents: Narrow<"IncidentLink", { status: Exclude<IncidentStatus, "dismissed"> }>[];
}>;
export type Aberration = Narrow<"Aberration", { kind: "queue" | "category" | "template" | "metric"; course: "new" | "more" | "fewer" | "usual" }>;
export type Aberrations = Narrow<"Aberrations", { telemetry: "observed" | "not_observed"; items: Aberration[] }>;

export type EvalCaseState = "proposed" | "approved" | "retired";
export type EvalSeverity = "minor" | "major" | "severe";
export type Sentiment = "calm" | "annoyed" | "angry";
export type EvalCaseLine = Narrow<"EvalCaseLine", { state: EvalCaseState; severity: EvalSeverity; failure: FailureKind; sentiment: Sentiment | null }>;
export type EvalCase = Omit<Written<Schema["EvalCase"]>, "state" | "severity" | "failure" | "sentiment"> & { state: EvalCaseState; severity: EvalSeverity; failure: FailureKind; sentiment: Sentiment | null };
export type CoverageLobes = Written<Schema["CoverageLobes"]>;
export type FailureExample = Narrow<"FailureExample", { signal: "rejected_draft" | "meaning_changed" | "came_back" | "returned_escalation" | "corrected_triage"; failure: FailureKind }>;
export type UncoveredCluster = Narrow<"UncoveredCluster", { examples: FailureExample[] }>;
export type Coverage = Narrow<"Coverage", { state: "ready" | "counting"; uncovered: UncoveredCluster[] }>;
export type GateState = "waiting" | "undecided" | "promoted" | "refused" | "dropped";
export type GateLine = Narrow<"GateLine", { subject: "policy" | "classifier" | "model" | "program"; state: GateState; judgement: "unchecked" | "clear" | "worse" | "severe" | null }>;
export type Gates = Narrow<"Gates", { items: GateLine[]; model_unasked: Schema["UnaskedModel"] | null }>;
export type GateFinding = Narrow<"GateFinding", { severity: EvalSeverity; before: "held" | "failed"; after: "held" | "failed" }>;
export type Gate = { findings: GateFinding[]; hidden: number };
export type ShadowVerdict = "better" | "not_worse" | "worse" | "too_few";
export type ShadowMean = Narrow<"ShadowMean">;
export type ShadowFigure = Narrow<"ShadowFigure", { figure: "answered" | "carried" | "voice" | "near" | "words" | "latency" | "tokens"; verdict: ShadowVerdict | null }>;
export type ShadowSide = Narrow<"ShadowSide", { came: "answered" | "refused" | "failed" }>;
export type ShadowPair = Narrow<"ShadowPair", { present: ShadowSide; candidate: ShadowSide }>;
export type Shadow = Narrow<"Shadow", { verdict: ShadowVerdict; figures: ShadowFigure[]; items: ShadowPair[] }>;
export type ScoreValue = Narrow<"ScoreValue", { standing: "open" | "below" | "inside" | "above" }>;
export type ScoreGroup = Narrow<"ScoreGroup", { figures: ScoreValue[] }>;
export type Scorecard = Narrow<"Scorecard", { figures: ScoreValue[]; groups: ScoreGroup[]; weeks: ScoreGroup[] }>;
export type QueueHealth = Written<Schema["QueueHealth"]>;
export type QueuesHealth = Written<Schema["QueuesHealth"]>;
export type Definition = Written<Schema["Definition"]>;
export type Behind = Written<Schema["Behind"]>;
export type ReviewVerdict = "holds" | "fails";
export type OpenReview = Narrow<"OpenReview">;
export type ReviewTask = Narrow<"ReviewTask">;
export type NewReview = Narrow<"NewReview">;
export type ReviewAgreement = Narrow<"ReviewAgreement", { question: "verdict" | "correct" | "grounded" | "complete" | "tone" | "would_send"; state: "told" | "too_few" | "alike" }>;
export type GivenReview = Narrow<"GivenReview", { verdict: ReviewVerdict; would_send: "as_it_is" | "changed" | "no"; severity: EvalSeverity | null; failure: FailureKind | null }>;
export type ReviewDispute = Narrow<"ReviewDispute", { reviews: GivenReview[] }>;
export type ReviewGrader = Narrow<"ReviewGrader", { standing: "never" | "too_few" | "too_far" | "alike" | "calibrated" }>;
export type ReviewSummary = Narrow<"ReviewSummary", { agreement: ReviewAgreement[]; disputes: ReviewDispute[]; grader: ReviewGrader | null }>;
export type DigestStep = Narrow<"DigestStep", { remedy: "answer" | "read_article" | "write_article" | "look_at_category" | "check_cases" }>;
type Fault = "rejected" | "second_look" | "low_rating" | "returned" | "corrected";
export type WeekDigest = Narrow<"WeekDigest", { mail: "on" | "off"; steps: DigestStep[]; faults: Narrow<"DigestFault", { fault: Fault }>[]; failed: Narrow<"DigestFailure", { fault: Fault }>[] }>;

export type Rung = "off" | "triage_only" | "drafts_inside" | "drafts" | "standing_approvals";
export type StepCause = "climbed" | "lowered" | "severe_failure" | "drift" | "review_lapsed";
export type ReadinessAnswer = Narrow<"ReadinessAnswer", { question: "segment" | "documents" | "doubt" | "minute" | "escalation" | "cadence"; answer: "yes" | "no" | "too_few" }>;
export type Pilot = Narrow<"Pilot", { rung: Rung }>;
export type CategoryReadiness = Narrow<"CategoryReadiness", { rung: Rung; ceiling: Rung; next: Rung | null; cause: StepCause | null; answers: ReadinessAnswer[]; pilots: Pilot[] }>;
export type LadderStep = Narrow<"LadderStep", { rung: Rung; cause: StepCause }>;
export type Ladder = Narrow<"Ladder", { rungs: Rung[]; categories: CategoryReadiness[]; steps: LadderStep[] }>;
