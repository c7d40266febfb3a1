//! Which addresses may be called. A name is resolved once, every address it gives is checked, and
//! the connection goes to a checked address: no second look-up can say something else (T073).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Which addresses may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public ones, encrypted.
    Public,
    /// Loopback and private ones as well; to those, unencrypted too.
    PrivateToo,
}

/// Link-local, unspecified and multicast are never called; private ones need permission.
pub(crate) fn allowed(ip: IpAddr, reach: Reach) -> bool {
    let never = match unmapped(ip) {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_unspecified() || v4.is_multicast() || nobodys(v4),
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast() || v6.is_unicast_link_local(),
    };
    !never && (reach == Reach::PrivateToo || !private(ip))
}

/// Loopback and the ranges that are somebody's own.
pub(crate) fn private(ip: IpAddr) -> bool {
    match unmapped(ip) {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || shared(v4),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.segments()[0] & 0xffc0 == 0xfec0,
    }
}

/// IPv4 written inside IPv6 is IPv4.
fn unmapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| nat64(v6).map_or(ip, IpAddr::V4), IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// 64:ff9b::/96 (RFC 6052) and 2002::/16 (RFC 3056).
fn nat64(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    match v6.segments() {
        [0x2002, high, low, ..] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        _ => None,
    }
}

/// 100.64.0.0/10 (RFC 6598).
const fn shared(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    a == 100 && b & 0xc0 == 64
}

/// Ranges where no server stands: 0/8, 192.0.0/24, 198.18/15 and 240/4 (RFC 6890).
const fn nobodys(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    a == 0 || a >= 240 || (a == 192 && b == 0 && c == 0) || (a == 198 && b & 0xfe == 18)
}

/// A resolver that hands on only addresses that may be called. Without encryption that means
/// private ones alone.
pub(crate) struct Guard {
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
