//! One table per class: what is hidden, and what stays.

use redact::{Class, find};

/// `«…»` marks what must be found as this class; nothing else of the class may be.
fn check(class: Class, cases: &[&str]) {
    for case in cases {
        let text = case.replace(['«', '»'], "");
        let expected: Vec<&str> = case.split('«').skip(1).map(|rest| rest.split('»').next().unwrap()).collect();
        let findings = find(&text, &[]).unwrap();
        let found: Vec<&str> = findings.iter().filter(|f| f.class == class).map(|f| &text[f.start..f.end]).collect();
        assert_eq!(found, expected, "{class}: {text:?}");
    }
}

#[test]
fn email() {
    check(
        Class::Email,
        &[
            "write to «anna@example.com».",
            "Anna <«anna.lindqvist+shop@mail.example.co.uk»> wrote:",
            "(«a@b.de»), '«c@d.fr»'",
            "jörg at «jörg@müller.example»",
            "mail «anna [at] example [dot] com» or «bob(at)example.org»",
            "请联系«li@example.cn», 谢谢",
            "hidden an\u{200b}d «a\u{200b}nna@exam\u{ad}ple.com»",
            "see @anna or git@host or a@b, meet at noon",
        ],
    );
}

#[test]
fn phone() {
    check(
        Class::Phone,
        &[
            "«+49 30 1234567» and «+1 (415) 555-2671»",
            "«+44 20 7946 0958», «+46 (0)8 123 456 78», «0049 30 901820»",
            "«415-555-2671» or «(415) 555-2671 ext. 12» or «415.555.2671»",
            "«030 901 820 45», «06 12 34 56 78», «079 2718 1155»",
            "call me on «5552671» please",
            "Tel: «9469 9966»",
            "Handy «01761234567»",
            "order 4155552671, invoice 2024-000123, ticket 55512345",
            "order number 415 555 2671 arrived",
            "on 2024-05-06 12:30 and 06.05.2024 and 9/20/1968",
            "it costs 1.234.567 or 12,500,000 or $4155552671",
            "version 10.2.3.4 or 2024.05.1 or 1.2.3",
            "Call about order 12345678",
            "order 112-3456789-1234567 and ABC-123-456-7890",
            "in 2023 2024 2025 we sold 200 300",
        ],
    );
}

#[test]
fn card() {
    check(
        Class::Card,
        &[
            "«4111 1111 1111 1111», «4111-1111-1111-1111», «4111111111111111»",
            "amex «378282246310005»",
            "not 4111 1111 1111 11, it is card «4111 1111 1111 1112»",
            "order 4111111111111112 stays, so does 12345678901234567890123",
            "tracking 9999999999999995",
        ],
    );
}

#[test]
fn iban() {
    check(Class::Iban, &["«DE89 3704 0044 0532 0130 00», thanks", "from «GB82WEST12345698765432» because"]);
    check(
        Class::Iban,
        &[
            "to «gb82 west 1234 5698 7654 32» now",
            "IBAN: «DE89 3704 0044 0532 0130 01» mistyped",
            "part DE12ABCDEFGHIJKLMNOPQR",
        ],
    );
}

#[test]
fn ssn() {
    check(
        Class::Ssn,
        &[
            "it is «078-05-1120».",
            "social security number «078 05 1120»",
            "my SSN: «078051120»",
            "part 078051120 and 000-12-3456 and 123-00-4567 and 1078-05-1120",
        ],
    );
}

#[test]
fn ip() {
    check(
        Class::Ip,
        &[
            "from «203.0.113.7», port «198.51.100.2»:443, net «10.0.0.0»/8.",
            "host «2001:db8::8a2e:370:7334» and «fe80::1».",
            "v1.2.3.4, version 10.2.3.4, build 1.2.3.4, 1.2.3.4.5, 256.1.1.1",
            "127.0.0.1, 0.0.0.0, ::1, 12:34:56, a::b::c, std::io::Read",
        ],
    );
}

#[test]
fn url() {
    check(
        Class::Url,
        &[
            "open «https://example.com/reset?token=abc123def», please",
            "«https://anna:secret@example.com/x» and «postgres://u:p@db/x»",
            "«https://example.com/cb#access_token=xyz»",
            "plain https://example.com/help?page=2&lang=en stays",
        ],
    );
}

#[test]
fn key() {
    // Put together here so that no scanner takes this file for a leak.
    let stripe = format!("key «sk_{}_4eC39HqLyjWDarjtT1zdp7dc» leaked", "live");
    let github = format!("«ghp_{}»", "a1B2c3D4".repeat(5));
    let aws = format!("id «AKIA{}» here", "IOSFODNN7EXAMPLE");
    let slack = format!("«xox{}-1234567890-abcdef»", 'b');
    let jwt = "Authorization: Bearer «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123_-x»";
    let pem = "«-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----»\nbye";
    check(Class::Key, &[&stripe, &github, &aws, &slack, jwt, pem]);
    check(
        Class::Key,
        &[
            "password: «hunter2» and pwd=«s3cret!»",
            "the password is «Tr0ub4dor»",
            "the password is wrong, my token expired, PIN pad broken",
            "«dGhpcyBpc0EgdmVyeSBzZWNyZXQga2V5IDEyMzQ1»",
            "digest «9f86d081884c7d659a2feaa0c55ad015»",
            "«-----BEGIN RSA PRIVATE KEY-----\nMIIB cut off»",
            "trace 018f3c5e-7b1a-7c3d-9e2f-1a2b3c4d5e6f, InternalServerErrorException, some_long_snake_case_name_here",
        ],
    );
}

#[test]
fn names_and_birth() {
    check(
        Class::Person,
        &[
            "Hi «Anna»,\nit broke.\n\nKind regards,\n«Björn Åkesson»\n",
            "My name is «Zoë O'Neil» and I work with Dr. «Meyer».",
            "Hello team,\nDear Sir,\nThanks,\nThe Support Team\nHi there,\n",
        ],
    );
    check(Class::Date, &["born on «9/20/1968», DOB: «1968-09-20», ordered 2024-05-06"]);
}
