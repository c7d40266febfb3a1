use uuid::Uuid;

use super::*;
use crate::{
    audit::Service,
    digest::Digest,
    ids::{NoteId, SessionId, TicketId},
};

fn agent(n: u128) -> AgentId {
    AgentId::from(Uuid::from_u128(n))
}

fn by(n: u128) -> Actor {
    Actor::Agent { id: agent(n), session: SessionId::from(Uuid::from_u128(n)) }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_795_000_000 + seconds)
}

fn ticket() -> TicketId {
    TicketId::from(Uuid::from_u128(7))
}

#[test]
fn news_are_what_others_did_since_then() {
    let note = AuditEvent::NoteWritten { ticket: ticket(), note: NoteId::from(Uuid::from_u128(1)) };
    let moved = AuditEvent::TicketChanged { ticket: ticket(), change: "status: pending, assignee: nobody".to_owned() };
    let back = AuditEvent::TicketChanged { ticket: ticket(), change: "status: open".to_owned() };
    let approved = AuditEvent::ReplyApproved {
        ticket: ticket(),
        draft: Uuid::from_u128(2).into(),
        approval: Uuid::from_u128(3).into(),
        outbox: Uuid::from_u128(4).into(),
        digest: Digest::of(b"x"),
    };
    let sent =
        AuditEvent::ReplySent { ticket: Some(ticket()), outbox: Uuid::from_u128(4).into(), digest: Digest::of(b"x") };
    let door = Actor::Service { name: Service::Delivery };
    let seen = |by, who, seconds, event| Seen { by, who, at: at(seconds), event };
    let trail = [
        seen(by(1), "Timo", 0, &note),
        seen(by(2), "Mara", 5, &approved),
        seen(by(2), "Mara", 10, &note),
        seen(by(1), "Timo", 11, &note),
        seen(by(2), "Mara", 12, &moved),
        seen(by(3), "Kim", 13, &back),
        seen(door, "Delivery", 14, &sent),
    ];
    let told = news(&trail, at(5), agent(1));
    let short: Vec<(News, usize, &str, Option<&str>)> =
        told.iter().map(|t| (t.what, t.count, t.who.first().map_or("", String::as_str), t.to.as_deref())).collect();
    assert_eq!(
        short,
        [
            (News::Reply, 1, "Mara", None),
            (News::Note, 1, "Mara", None),
            (News::Status, 2, "Mara", Some("open")),
            (News::Assignee, 1, "Mara", Some("nobody")),
        ]
    );
    assert_eq!(told[2].who, ["Mara", "Kim"]);
    assert!(news(&trail, at(5), agent(2)).iter().all(|t| t.what != News::Reply), "her own reply is no news to her");
    assert!(news(&trail, at(14), agent(1)).is_empty());
}

#[test]
fn a_promise_with_a_day_is_found_and_one_without_is_not() {
    // A Wednesday, 18 November 2026.
    let now = Timestamp::parse("2026-11-18T10:00:00Z").expect("a time");
    for (letter, due) in [
        ("Thanks for waiting. We will call you by Friday.", Some("2026-11-20T23:59:59")),
        ("I will send the new invoice tomorrow.", Some("2026-11-19T23:59:59")),
        ("I'll get back to you on 24 November.", Some("2026-11-24T23:59:59")),
        ("We will look into it.", None),
        ("The invoice of 2 November 2026 is attached.", None),
        ("Could you write to us by Friday?", None),
        ("We will refund it if you return the reader by Friday.", None),
        ("We will have told you by 3 November 2026.", None),
    ] {
        let found = promises(letter, now);
        assert_eq!(found.first().map(|p| p.due.rfc3339()[..19].to_owned()).as_deref(), due, "{letter}");
        assert!(found.len() <= 1, "{letter}");
    }
    let two = promises("We will call you by Friday. I will send the form tomorrow. We will call you by Friday.", now);
    assert_eq!(two.len(), 2, "said twice is promised once");
}

#[test]
fn a_call_by_name_means_one_person() {
    let people = [
        Callable { id: agent(1), name: "Mara Holm", email: "mara@fernhill.example" },
        Callable { id: agent(2), name: "Timo Reyes", email: "t.reyes@fernhill.example" },
        Callable { id: agent(3), name: "Timo Lund", email: "lund@fernhill.example" },
    ];
    let ids = |text: &str| mentioned(text, &people);
    assert_eq!(ids("@Mara please look, @mara holm"), [agent(1)]);
    assert_eq!(ids("(@timo lund) and @t.reyes."), [agent(3), agent(2)]);
    assert_eq!(ids("@Timo can you?"), [], "two have this first name");
    assert_eq!(ids("write to mara@fernhill.example or @maraschino"), []);
    assert_eq!(ids("@ @@ @İ"), []);
}
