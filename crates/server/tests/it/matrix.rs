//! Every route against every kind of caller. A route without a row fails: nobody adds a door without
//! saying who may pass.

use std::collections::BTreeMap;

use desk::people::Role;
use serde_json::Value;
use server::flow::make_token::SCOPES;

use crate::{
    client::Client,
    harness::{TestDesk, add_person},
};

/// Statuses for: nobody, an agent of the queue, an agent of another queue, a lead of the whole desk, a knowledge owner of the
/// queue, an administrator, a token with every scope, a token with the least fitting scope, an auditor. Ids in paths are those of the ticket in the
/// agent's queue where there is one, else of nothing; bodies are empty objects, so that 415, 422 and
/// 428 mean "was let in".
type Row = [u16; 9];

const NOBODY: u16 = 401;

#[rustfmt::skip]
const ROWS: &[(&str, Row)] = &[
    ("DELETE /approvals/{id}",            [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /bulk-replies/{id}",         [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /drafts/{id}/first-approval",[NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /eval-cases/{id}/challenge", [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /eval-cases/{id}/join",      [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /incidents/{id}/tickets/{ticket}", [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /invitations/{id}",          [NOBODY, 403, 403, 403, 403, 404, 403, 403, 403]),
    ("DELETE /passkeys/{id}",             [NOBODY, 404, 404, 404, 404, 404, 403, 403, 404]),
    ("DELETE /second-factor",             [NOBODY, 403, 403, 403, 403, 403, 403, 403, 403]),
    ("DELETE /session",                   [NOBODY, 204, 204, 204, 204, 204, 403, 403, 204]),
    ("DELETE /sessions/{id}",             [NOBODY, 404, 404, 404, 404, 404, 403, 403, 404]),
    ("DELETE /standing-approvals/{id}",   [NOBODY, 403, 403, 404, 403, 404, 403, 403, 403]),
    ("DELETE /tickets/{id}/follow",     [NOBODY, 204, 404, 204, 204, 204, 403, 403, 403]),
    ("DELETE /tickets/{id}/merge",        [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /tickets/{id}/snooze",     [NOBODY, 204, 404, 204, 204, 204, 403, 403, 403]),
    ("DELETE /tickets/{id}/split",        [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("DELETE /tokens/{id}",               [NOBODY, 403, 403, 404, 403, 404, 403, 403, 403]),
    ("GET /aberrations",                  [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /accounts",                     [NOBODY, 403, 403, 403, 403, 200, 403, 403, 403]),
    ("GET /agents",                       [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /approvals/{id}/provenance",    [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /articles",                     [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /articles/{id}",                [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /articles/{id}/changes",        [NOBODY, 422, 422, 422, 422, 422, 422, 422, 422]),
    ("GET /articles/{id}/drafts",         [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /articles/{id}/macros",         [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /attachments/{id}",             [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /audit",                        [NOBODY, 403, 403, 200, 403, 200, 200, 403, 200]),
    ("GET /audit/checkpoint",             [NOBODY, 403, 403, 200, 403, 200, 200, 403, 200]),
    ("GET /audit/entries/{seq}/proof",    [NOBODY, 403, 403, 404, 403, 404, 404, 403, 404]),
    ("GET /audit/export",                 [NOBODY, 403, 403, 200, 403, 200, 200, 403, 200]),
    ("GET /bulk-replies",                 [NOBODY, 200, 200, 200, 200, 200, 403, 403, 403]),
    ("GET /bulk-replies/{id}",            [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("GET /contradictions",               [NOBODY, 200, 200, 200, 200, 200, 403, 403, 403]),
    ("GET /corrections",                  [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /coverage",                     [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /demo/accounts",                [200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /demo/requesters",              [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /digest",                       [NOBODY, 200, 200, 200, 200, 200, 403, 403, 403]),
    ("GET /disclosure",                   [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /escalations",                  [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /eval-cases",                   [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /eval-cases/{id}",              [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /events",                       [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /exchanges",                    [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /exchanges/{id}",               [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /gaps",                         [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /gates",                        [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /gates/{id}",                   [NOBODY, 404, 404, 404, 404, 404, 403, 403, 404]),
    ("GET /incidents",                    [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /incidents/{id}",               [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /invitations",                  [NOBODY, 403, 403, 403, 403, 200, 403, 403, 403]),
    ("GET /mail/{id}",                    [NOBODY, 404, 404, 404, 404, 404, 404, 404, 403]),
    ("GET /messages/{id}/html",           [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /messages/{id}/raw",            [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /morning",                      [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /passkeys",                     [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /patterns",                     [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /patterns/{id}",                [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /policies",                     [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /policies/{kind}/{key}",        [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /policies/{kind}/{key}/open-tickets", [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("GET /policies/{kind}/{key}/versions/{n}", [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /quarantine",                   [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /readiness",                    [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /readings/groups",              [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("GET /readings/own",                 [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /requesters/{id}/export",       [NOBODY, 403, 403, 403, 403, 403, 403, 403, 403]),
    ("GET /reviews",                      [NOBODY, 200, 200, 200, 200, 200, 403, 403, 403]),
    ("GET /reviews/summary",              [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("GET /reviews/{id}",                 [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("GET /scorecard",                    [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /scorecard/queues",             [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /scorecard/rows",               [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /scorecard/tickets",            [NOBODY, 422, 422, 422, 422, 422, 422, 403, 422]),
    ("GET /search",                       [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /second-factor",                [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /session",                      [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /session/provider",             [303, 303, 303, 303, 303, 303, 303, 303, 303]),
    ("GET /session/provider/return",      [303, 303, 303, 303, 303, 303, 303, 303, 303]),
    ("GET /session/ways",                 [200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /sessions",                     [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /shadow",                       [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /sources",                      [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /sources/{id}/texts",           [NOBODY, 200, 200, 200, 200, 200, 403, 403, 403]),
    ("GET /standing-approvals",           [NOBODY, 200, 200, 200, 200, 200, 403, 403, 403]),
    ("GET /standing-approvals/{id}/uses", [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("GET /status",                       [NOBODY, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /tasks",                        [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("GET /telemetry",                    [NOBODY, 200, 200, 200, 200, 200, 200, 403, 403]),
    ("GET /telemetry/lines",              [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("GET /telemetry/templates",          [NOBODY, 422, 422, 422, 422, 422, 422, 422, 422]),
    ("GET /tickets",                      [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /tickets/{id}",                 [NOBODY, 200, 404, 200, 200, 200, 200, 403, 200]),
    ("GET /tickets/{id}/diagnosis",       [NOBODY, 200, 404, 200, 200, 200, 200, 403, 200]),
    ("GET /tickets/{id}/escalations",     [NOBODY, 200, 404, 200, 200, 200, 200, 403, 200]),
    ("GET /tickets/{id}/hand-over",     [NOBODY, 200, 404, 200, 200, 200, 403, 403, 403]),
    ("GET /tickets/{id}/leaving",         [NOBODY, 503, 404, 503, 503, 503, 403, 403, 503]),
    ("GET /tickets/{id}/macros",          [NOBODY, 200, 404, 200, 200, 200, 403, 403, 403]),
    ("GET /tickets/{id}/package",         [NOBODY, 200, 404, 200, 200, 200, 200, 403, 200]),
    ("GET /tickets/{id}/presence",        [NOBODY, 200, 404, 200, 200, 200, 403, 403, 403]),
    ("GET /tickets/{id}/snooze",        [NOBODY, 200, 404, 200, 200, 200, 200, 403, 200]),
    ("GET /tokens",                       [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("GET /tray",                         [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /tray/{id}",                    [NOBODY, 404, 404, 404, 404, 404, 404, 403, 404]),
    ("GET /triage/calibration",           [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("GET /triage/models",                [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("GET /triage/retrain",               [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("GET /views",                        [NOBODY, 200, 200, 200, 200, 200, 200, 403, 200]),
    ("PATCH /tickets/{id}",               [NOBODY, 428, 428, 428, 428, 428, 428, 428, 428]),
    ("POST /accounts/{id}/changes",       [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /articles",                    [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /articles/{id}/review",        [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /articles/{id}/versions",      [NOBODY, 428, 428, 428, 428, 428, 403, 403, 403]),
    ("POST /articles/{id}/versions/{version}/answer", [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /articles/{id}/withdrawal",    [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /attachments/{id}/redaction",  [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /audit/verification",          [NOBODY, 403, 403, 200, 403, 200, 200, 403, 200]),
    ("POST /bulk-replies",                [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /bulk-replies/{id}/approval",  [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /bulk-replies/{id}/seal",      [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /bulk-replies/{id}/stop",      [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /demo/attacks",                [NOBODY, 0, 0, 200, 200, 200, 403, 403, 0]),
    ("POST /demo/customer-mail",          [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /drafts/{id}/approval",        [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /drafts/{id}/rejection",       [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /drafts/{id}/rewrites",        [NOBODY, 428, 428, 428, 428, 428, 403, 403, 403]),
    ("POST /drafts/{id}/rewrites/taken",  [NOBODY, 428, 428, 428, 428, 428, 403, 403, 403]),
    ("POST /drafts/{id}/seal",            [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /escalations/{id}/updates",    [NOBODY, 422, 422, 422, 422, 422, 422, 422, 422]),
    ("POST /eval-cases/{id}/approval",    [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /eval-cases/{id}/challenge",   [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /eval-cases/{id}/join",        [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /eval-cases/{id}/retirement",  [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /gates/model-run",             [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /gates/{id}/promotion",        [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /gates/{id}/withdrawal",       [NOBODY, 403, 403, 404, 403, 404, 403, 403, 403]),
    ("POST /invitations",                 [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /invitations/acceptance",      [422, 422, 422, 422, 422, 422, 422, 422, 422]),
    ("POST /invitations/look",            [422, 422, 422, 422, 422, 422, 422, 422, 422]),
    ("POST /mail",                        [NOBODY, 415, 415, 415, 415, 415, 415, 415, 403]),
    ("POST /outbox/{id}/verdict",         [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /passkeys",                    [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /passkeys/question",           [NOBODY, 200, 200, 200, 200, 200, 403, 403, 200]),
    ("POST /patterns/recount",            [NOBODY, 202, 202, 202, 202, 202, 403, 403, 403]),
    ("POST /patterns/{id}/article",       [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /policies/{kind}/{key}/dry-run", [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /policies/{kind}/{key}/open-tickets", [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /policies/{kind}/{key}/open-tickets/undo", [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("POST /policies/{kind}/{key}/rollback", [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /quarantine/{id}/retry",       [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /readiness/steps",              [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /requesters/{id}/erasure",     [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /reviews/draws",               [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /reviews/{id}",                [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /reviews/{id}/settlement",     [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /searches",                    [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /searches/{id}/opened",        [NOBODY, 404, 404, 404, 404, 404, 403, 403, 404]),
    ("POST /second-factor",               [NOBODY, 403, 403, 403, 403, 403, 403, 403, 403]),
    ("POST /second-factor/confirmation",  [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /session",                     [422, 422, 422, 422, 422, 422, 422, 422, 422]),
    ("POST /session/confirmation",        [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /session/confirmation/passkey", [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /session/confirmation/question", [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /shadow/promotion",            [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /shadow/rollback",             [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /sources/{id}/sync",           [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /sources/{id}/texts/answer",   [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /standing-approvals",          [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /standing-approvals/preview",  [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("POST /suggestions/{id}/verdict",    [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /telemetry/events",            [NOBODY, 422, 422, 422, 422, 422, 422, 422, 422]),
    ("POST /telemetry/queries",           [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/diagnosis",      [NOBODY, 503, 404, 503, 503, 503, 403, 403, 403]),
    ("POST /tickets/{id}/drafts",         [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/escalations",    [NOBODY, 201, 404, 409, 409, 409, 403, 403, 403]),
    ("POST /tickets/{id}/eval-case",      [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/merge",          [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/notes",          [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/read",           [NOBODY, 204, 404, 204, 204, 204, 403, 403, 204]),
    ("POST /tickets/{id}/redactions",     [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/repetitions",    [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/split",          [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/survey/follow-up", [NOBODY, 409, 404, 409, 409, 409, 403, 403, 403]),
    ("POST /tickets/{id}/translations",   [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /tickets/{id}/voices",         [NOBODY, 403, 403, 200, 403, 200, 403, 403, 403]),
    ("POST /tokens",                      [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("POST /triage/models/{id}/promote",  [NOBODY, 403, 403, 404, 403, 404, 403, 403, 403]),
    ("POST /triage/retrain",              [NOBODY, 403, 403, 202, 403, 202, 403, 403, 403]),
    ("POST /verdicts/{id}/more",          [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("POST /verdicts/{id}/more/undo",     [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("POST /verdicts/{id}/undo",          [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("PUT /agents/{id}/skills",           [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("PUT /diagnoses/{id}/causes/{n}/verdict", [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /digest/mail",                  [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /disclosure",                   [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("PUT /drafts/{id}",                  [NOBODY, 428, 428, 428, 428, 428, 403, 403, 403]),
    ("PUT /drafts/{id}/reading",          [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /escalations/{id}/answer",      [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /incidents/{id}",               [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /incidents/{id}/tickets/{ticket}", [NOBODY, 404, 404, 404, 404, 404, 403, 403, 403]),
    ("PUT /organizations/{id}/ai",        [NOBODY, 403, 403, 422, 403, 422, 403, 403, 403]),
    ("PUT /policies/{kind}/{key}",        [NOBODY, 403, 403, 428, 403, 428, 403, 403, 403]),
    ("PUT /readings/sharing",             [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("PUT /requesters/{id}/ai",           [NOBODY, 422, 422, 422, 422, 422, 422, 403, 403]),
    ("PUT /requesters/{id}/attributes",   [NOBODY, 404, 404, 404, 404, 404, 404, 403, 403]),
    ("PUT /requesters/{id}/role",         [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /session/ai",                   [NOBODY, 422, 422, 422, 422, 422, 403, 403, 422]),
    ("PUT /tickets/{id}/follow",        [NOBODY, 204, 404, 204, 204, 204, 403, 403, 403]),
    ("PUT /tickets/{id}/presence",        [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /tickets/{id}/promises/{promise}", [NOBODY, 422, 422, 422, 422, 422, 403, 403, 403]),
    ("PUT /tickets/{id}/snooze",        [NOBODY, 200, 404, 200, 200, 200, 403, 403, 403]),
];

/// Routes of the description as "METHOD path".
fn routes() -> Vec<String> {
    let description: Value = serde_json::from_str(&server::api::openapi_json()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    routes.sort();
    routes
}

#[test]
fn every_route_says_who_may_pass() {
    let rows: Vec<&str> = ROWS.iter().map(|(route, _)| *route).collect();
    assert_eq!(routes(), rows);
}

async fn status(who: &Client, method: &str, path: &str) -> u16 {
    let media_type = matches!(method, "POST" | "PUT" | "PATCH").then_some("application/json");
    let body = if media_type.is_some() { b"{}".to_vec() } else { Vec::new() };
    // Only the status: an event stream never ends.
    who.open(method, &format!("/api/v1{path}"), media_type, body).await.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_caller_passes_exactly_where_they_should() {
    let desk = TestDesk::sqlite().await;
    desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
    let ticket = desk.sign_in("timo").await.get("/tickets/1001").await.expect(200)["id"].as_str().unwrap().to_owned();
    let (full, least) = (desk.program(SCOPES).await, desk.program(&["mail:write"]).await);
    add_person(&desk.app, "kim", Role::KnowledgeOwner, &["billing"]).await;
    add_person(&desk.app, "ada", Role::Admin, &[]).await;
    let (mut wrong, mut callers, mut ends_sessions) = (BTreeMap::new(), Vec::new(), false);
    for (route, expected) in ROWS {
        let (method, path) = route.split_once(' ').unwrap();
        let path = if path.starts_with("/tickets/") {
            path.replace("{id}", &ticket)
        } else {
            path.replace("{id}", "019f0000-0000-7000-8000-000000000000")
        };
        let path = path.replace("{seq}", "999999").replace("{kind}/{key}", "routing/default").replace("{n}", "1");
        // Signing out is one of the routes: whoever did signs in again.
        if callers.is_empty() || ends_sessions {
            callers = vec![desk.nobody()];
            for name in ["timo", "olga", "mara", "kim", "ada"] {
                callers.push(desk.sign_in(name).await);
            }
            callers.extend([full.clone(), least.clone(), desk.sign_in("helene").await]);
        }
        ends_sessions = path.starts_with("/session") && method != "GET";
        for (n, (caller, expected)) in
            callers.iter().zip(expected).enumerate().filter(|(_, (_, expected))| **expected != 0)
        {
            let found = status(caller, method, &path).await;
            if found != *expected {
                wrong.insert(format!("{route} caller {n}"), (found, *expected));
            }
        }
    }
    assert!(wrong.is_empty(), "(found, expected): {wrong:#?}");
    desk.close().await;
}
