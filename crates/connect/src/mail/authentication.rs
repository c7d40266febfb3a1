//! What the configured receiving server says about the sender (RFC 8601).

use super::fields::Fields;
use super::types::{Authentication, Verdict};

/// Believes only the topmost field of the configured server: whatever stands below was in the mail
/// when it arrived. DMARC counts only for the domain that `From` shows.
pub(crate) fn read(fields: &Fields, authserv_id: Option<&str>, from_domain: Option<&str>) -> Authentication {
    let Some(ours) = authserv_id else {
        return Authentication::default();
    };
    let field = fields.all("authentication-results").find(|value| {
        let id = value.split([';', ' ', '\t']).next().unwrap_or_default();
        id.eq_ignore_ascii_case(ours)
    });
    let mut found = Authentication::default();
    let statements = field.unwrap_or_default().split(';').skip(1);
    for statement in statements.map(str::trim) {
        let lower = statement.to_ascii_lowercase();
        let Some((method, rest)) = lower.split_once('=') else { continue };
        let verdict = verdict(rest);
        match method.trim() {
            "dmarc" => {
                let domain = property(rest, "header.from=");
                let other = domain.is_some_and(|d| from_domain.is_some_and(|f| !f.eq_ignore_ascii_case(d)));
                found.dmarc = if other { Verdict::None } else { verdict };
            }
            "spf" => found.spf = verdict,
            "dkim" if found.dkim != Verdict::Pass && verdict != Verdict::None => found.dkim = verdict,
            _ => {}
        }
    }
    found
}

fn verdict(rest: &str) -> Verdict {
    match rest.split([' ', '\t', '(']).next().unwrap_or_default() {
        "pass" => Verdict::Pass,
        "fail" | "softfail" | "hardfail" | "permerror" | "policy" => Verdict::Fail,
        _ => Verdict::None,
    }
}

fn property<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = rest.split_once(name)?;
    let value = after.split([' ', '\t', '(']).next()?.trim_matches('"');
    Some(value.rsplit('@').next().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::super::types::Limits;
    use super::*;

    #[test]
    fn only_the_configured_server_is_believed() {
        use Verdict::{Fail, None as Unknown, Pass};
        let genuine =
            "mx.example.net; dmarc=pass (p=reject) header.from=customer.example; spf=softfail; dkim=fail; dkim=pass";
        let table = [
            (genuine, Some("mx.example.net"), (Pass, Fail, Pass)),
            (genuine, Some("MX.example.NET"), (Pass, Fail, Pass)),
            (genuine, Some("other.example.net"), (Unknown, Unknown, Unknown)),
            (genuine, None, (Unknown, Unknown, Unknown)),
            (
                "mx.example.net; dmarc=pass header.from=attacker.example",
                Some("mx.example.net"),
                (Unknown, Unknown, Unknown),
            ),
            ("mx.example.net.evil.example; dmarc=pass", Some("mx.example.org"), (Unknown, Unknown, Unknown)),
            ("mx.example.net; none", Some("mx.example.net"), (Unknown, Unknown, Unknown)),
        ];
        for (value, id, want) in table {
            let block = format!(
                "Authentication-Results: {value}\r\nAuthentication-Results: mx.example.net; dmarc=pass; spf=pass; dkim=pass\r\n"
            );
            let fields = Fields::read(block.as_bytes(), &Limits::default());
            let got = read(&fields, id, Some("customer.example"));
            assert_eq!((got.dmarc, got.spf, got.dkim), want, "{value} {id:?}");
        }
    }
}
