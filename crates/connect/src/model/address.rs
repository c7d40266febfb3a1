//! What a model's base address must look like.

use std::net::IpAddr;

use reqwest::Url;

use super::ModelError;
use crate::reach::{Reach, allowed, private};

/// Checks scheme and literal addresses of a base address.
pub fn check(base: &str, reach: Reach) -> Result<Url, ModelError> {
    let no = |why: &str| Err(ModelError::Address(why.to_owned()));
    let Ok(url) = Url::parse(base) else { return no("it is not a web address") };
    if !url.username().is_empty() || url.password().is_some() {
        return no("it holds a user name; give the key separately");
    }
    let Some(host) = url.host_str() else { return no("it names no host") };
    let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    if literal.is_some_and(|ip| !allowed(ip, reach)) {
        return no("it is a private address; set allow_private if that is meant");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if reach == Reach::PrivateToo && literal.is_none_or(private) => Ok(url),
        "http" => no("it is not encrypted; use https"),
        _ => no("it must start with https://"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_hide_in_many_spellings() {
        let cases = [
            ("https://models.example/v1", true, true),
            ("http://models.example/v1", false, true),
            ("http://127.0.0.1:9/v1", false, true),
            ("http://93.184.216.34/v1", false, false),
            ("https://127.0.0.1/v1", false, true),
            ("https://[::1]/v1", false, true),
            ("https://[::ffff:10.0.0.1]/v1", false, true),
            ("https://[64:ff9b::a00:1]/v1", false, true),
            ("https://0x7f.1/v1", false, true),
            ("https://169.254.169.254/v1", false, false),
            ("https://[fe80::1]/v1", false, false),
            ("https://100.64.0.1/v1", false, true),
            ("https://0.0.0.0/v1", false, false),
            ("https://240.0.0.1/v1", false, false),
            ("https://198.19.0.1/v1", false, false),
            ("https://192.0.0.192/v1", false, false),
            ("https://[2002:a00:1::]/v1", false, true),
            ("https://[fec0::1]/v1", false, true),
            ("https://key:secret@models.example", false, false),
            ("ftp://models.example", false, false),
            ("models", false, false),
        ];
        for (base, public, private) in cases {
            assert_eq!(check(base, Reach::Public).is_ok(), public, "{base}");
            assert_eq!(check(base, Reach::PrivateToo).is_ok(), private, "{base}, private too");
        }
    }
}
