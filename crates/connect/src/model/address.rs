//! Which addresses may be called. A name is resolved once, every address it gives is checked, and
//! the connection goes to a checked address: no second look-up can say something else (T073).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

use super::{ModelError, Reach};

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

/// Link-local, unspecified and multicast are never called; private ones need permission.
fn allowed(ip: IpAddr, reach: Reach) -> bool {
    let never = match unmapped(ip) {
        IpAddr::V4(v4) => {
            v4.is_link_local() || v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast() || v4.octets()[0] == 0
        }
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast() || v6.is_unicast_link_local(),
    };
    !never && (reach == Reach::PrivateToo || !private(ip))
}

/// Loopback and the ranges that are somebody's own.
fn private(ip: IpAddr) -> bool {
    match unmapped(ip) {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || shared(v4),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// IPv4 written inside IPv6 is IPv4.
fn unmapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| nat64(v6).map_or(ip, IpAddr::V4), IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// 64:ff9b::/96 (RFC 6052).
fn nat64(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        _ => None,
    }
}

/// 100.64.0.0/10 (RFC 6598).
const fn shared(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    a == 100 && b & 0xc0 == 64
}

/// A resolver that hands on only addresses that may be called. Without encryption that means
/// private ones alone.
pub struct Guard {
    pub reach: Reach,
    pub encrypted: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, encrypted) = (self.reach, self.encrypted);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let may = |ip| allowed(ip, reach) && (encrypted || private(ip));
            if found.is_empty() || !found.iter().all(|a| may(a.ip())) {
                return Err("the name leads to an address that may not be called".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
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
