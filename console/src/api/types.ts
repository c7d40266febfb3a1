// Every shape the console receives. Written from the API's contract; once the generated schema
// is in the tree this file re-exports its types and nothing else in the console changes.
// Offsets are counted in Unicode scalar values; src/text/offsets.ts turns them into string indices.

export type Time = string;
export type Doubt = "sure" | "check" | "unknown";
export type Role = "agent" | "lead" | "knowledge_owner" | "auditor" | "admin";
export type AiChoice = "default" | "in" | "out";
export type Status = "new" | "open" | "pending" | "on_hold" | "solved" | "closed";
export type StatusAfter = "solved" | "pending" | "open";
export type Priority = "low" | "normal" | "high" | "urgent";
export type Span = [number, number];
export interface Page<T> { items: T[]; next_cursor: string | null }
export interface Named { key: string; name: string }
export interface PersonRef { id: string; name: string }

export interface Agent { id: string; name: string; email: string; role: Role; queues: string[]; ai: AiChoice }
export interface Category extends Named { description: string; operating_model: string; queue: string }
export interface Desk {
  name: string; version: string; demo: boolean; undo_seconds: number; delivery: "tray" | "smtp";
  embedding: { state: "ready" | "missing" | "filling"; done: number; total: number; detail: string };
  model: { state: "off" | "ready" | "unreachable"; name: string | null };
  queues: Named[]; categories: Category[];
}
export interface Session { agent: Agent; desk: Desk }
export interface DemoAccount { name: string; email: string; role: Role; password: string; hint: string }
export interface DeskStatus {
  desk: Desk; jobs: { waiting: number; running: number; failed: number };
  mailboxes: { address: string; state: string; detail: string | null; last_fetch_at: Time | null }[];
  index: { cursor: number; feed_head: number; passages: number; vectors: number };
}

export interface Person {
  id: string; name: string; email: string;
  organization: { id: string; name: string; plan: string | null } | null; cohort: string | null;
}
export interface TicketLine {
  id: string; number: number; subject: string; excerpt: string; requester: Person; status: Status; priority: Priority;
  queue: string; category: Named | null; operating_model: string | null; confidence: Doubt | null; risk: string[];
  assignee: PersonRef | null; draft: "ready" | "preparing" | "withheld" | "none"; unread: boolean; first: boolean;
  last_inbound_at: Time | null; created_at: Time; updated_at: Time;
}
export type ViewKey = "inbox" | "mine" | "unassigned" | "waiting" | "solved" | "all";
export interface View { key: ViewKey; name: string; count: number }
export interface Attachment { id: string; name: string; media_type: string; size: number }
export interface Message {
  id: string; direction: "inbound" | "outbound"; author_kind: "customer" | "agent" | "automation"; author_name: string;
  from: string; to: string[]; cc: string[]; subject: string; text: string; latest: string; quoted: string | null;
  has_html: boolean; attachments: Attachment[]; at: Time; ai_assisted: "none" | "unchanged" | "edited";
  approved_by: PersonRef | null; approved_at: Time | null;
  delivery: "ready" | "sending" | "sent" | "uncertain" | "failed" | "cancelled" | null;
  machine: string | null; warnings: string[];
}
export interface Note { id: string; author_name: string; body: string; at: Time }
export interface Evidence {
  kind: "words" | "rule" | "passage" | "similar"; text: string; message_id: string | null;
  start: number | null; end: number | null; weight: number | null;
}
export interface Understanding {
  suggestion_id: string; category: Named | null; confidence: number | null; word: Doubt; abstained: string | null;
  candidates: { key: string; name: string; probability: number }[]; because: Evidence[]; priority: Priority;
  risk: { flag: string; quote: string; message_id: string | null }[]; language: string | null;
  operating_model: { key: string; name: string; ai_may: string; people_keep: string };
  made_by: { engine: string; version: string }; made_at: Time;
  verdict: { verdict: "accepted" | "edited" | "rejected"; by: string; at: Time; category: Named | null } | null;
  ai: { use: "allowed" | "refused"; because: string };
}
export interface PassageHit {
  citation: number; passage_id: string; article_id: string; version: number; title: string; heading: string; text: string;
  spans: Span[]; why: string[]; audience: "public" | "internal"; source: string; owner: string; reviewed_at: Time;
  freshness: "current" | "due" | "expired";
}
export interface SimilarTicket {
  citation: number; ticket_id: string; number: number; subject: string; question: string; reply: string; spans: Span[];
  why: string[]; outcome: "good" | "reopened" | "rated_low"; solved_at: Time;
}
export interface Sentence { text: string; start: number; end: number; citations: number[]; support: "supported" | "unsupported" | "frame" | "agent" }
export interface Draft {
  id: string; ticket_id: string; revision: number; origin: "assembled" | "model" | "agent";
  state: "open" | "approved" | "sent" | "superseded"; body: string; sentences: Sentence[]; doubts: string[]; word: Doubt;
  ai_share: number; stale: string | null; exchange_id: string | null; saved_at: Time;
  approval: { id: string; by: string; at: Time; undo_until: Time; state: string } | null;
}
export interface Plan { asked: string[]; known: string[]; missing: string[]; move: "answer" | "ask" | "hand_over" | "stay_silent" }
export interface Answer {
  state: "ready" | "preparing" | "withheld" | "none"; why: string | null; draft: Draft | null;
  passages: PassageHit[]; similar: SimilarTicket[]; plan: Plan | null;
}
export interface Customer extends Person {
  ai: AiChoice; organization_ai: AiChoice | null; note: string | null;
  tickets: { id: string; number: number; subject: string; status: Status; at: Time }[];
}
export interface TrailLine { at: Time; kind: string; actor: string; text: string; seq: number | null }
export interface TicketPage extends TicketLine {
  revision: number; messages: Message[]; notes: Note[]; understanding: Understanding | null; answer: Answer;
  customer: Customer; trail: TrailLine[]; next_ticket_id: string | null; remembered_status: StatusAfter;
}
export interface Check { key: string; label: string; state: "ok" | "warn" | "block"; detail: string }
export interface Sealed {
  token: string; digest: string; subject: string; from: string; to: string[]; cc: string[]; body: string;
  attachments: { name: string; size: number }[]; headers: [string, string][]; bytes: number; checks: Check[];
  changes: { op: "same" | "added" | "removed"; text: string }[]; citations: { citation: number; title: string }[];
  ai: { origin: string; share: number; header: string }; expires_at: Time;
}
export interface Approved { approval_id: string; outbox_id: string; ticket_id: string; undo_until: Time; next_ticket_id: string | null }
export interface Exchange {
  id: string; endpoint: string; request: string; response: string | null; state: "pending" | "answered" | "refused" | "failed";
  detail: string | null; hidden: number; at: Time; ms: number | null;
}
export interface ArticleLine {
  id: string; slug: string; title: string; source: string; product: string; audience: "public" | "internal"; state: string;
  owner: string; version: number; reviewed_at: Time; review_by: Time; freshness: "current" | "due" | "expired"; versions: number;
}
export interface Article extends ArticleLine {
  body: string; html: string; history: { version: number; state: string; title: string; approved_at: Time | null; digest: string }[];
  passages: { id: string; heading: string; start: number; end: number }[];
}
export interface SearchResult { passages: PassageHit[]; tickets: (TicketLine & { snippet: string })[] }
export interface Letter {
  id: string; outbox_id: string; ticket_id: string; ticket_number: number; to: string[]; subject: string; at: Time;
  approved_by: string | PersonRef; ai_assisted: string;
}
export interface LetterPage extends Letter { from: string; cc: string[]; headers: [string, string][]; body: string; raw: string }
export interface DemoRequester extends Person { tickets: { id: string; number: number; subject: string }[] }
export interface MailProgress {
  id: string; state: "received" | "accepted" | "quarantined" | "duplicate"; ticket_id: string | null;
  triaged: boolean; answered: boolean; detail: string | null;
}
export interface Quarantined { id: string; received_at: Time; source: string; reason: string; size: number; excerpt: string }
export interface AuditLine {
  seq: number | null; id: string; at: Time; kind: string; actor: { kind: "agent" | "token" | "service"; id: string; name: string };
  ticket_id: string | null; summary: string; hash: string;
}
export interface Checkpoint { size: number; root: string; note: string; key: string; at: Time; anchored: string }
export interface Verification { ok: boolean; size: number; root: string; first_bad: number | null; detail: string; ms: number }
export interface Attack { key: string; title: string; attempt: string; stopped: boolean; stopped_by: string; detail: string }
export interface AttackReport { items: Attack[]; tray_before: number; tray_after: number }
export interface Token { id: string; name: string; scopes: string[]; created_at: Time; expires_at: Time | null; last_used_at: Time | null; revoked_at: Time | null }
export interface NewToken extends Token { secret: string }
export interface FeedEvent { seq: number; kind: string; ticket_id: string | null; done?: number; total?: number }
