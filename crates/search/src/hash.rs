//! A hash that is the same on every machine and in every release, because it is written to disk.

/// FNV-1a, 64 bits (Fowler, Noll, Vo), over length-prefixed parts, then mixed so that all bits depend on all input.
///
/// Not cryptographic: a collision made on purpose can only let two passages share a vector, never a scope.
pub(crate) fn hash64(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |byte: u8| {
        state ^= u64::from(byte);
        state = state.wrapping_mul(0x0000_0100_0000_01b3);
    };
    for part in parts {
        (part.len() as u64).to_le_bytes().into_iter().for_each(&mut eat);
        part.bytes().for_each(&mut eat);
    }
    mix(state)
}

/// The finaliser of MurmurHash3 (Appleby, public domain).
fn mix(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together_and_the_value_is_pinned() {
        assert_ne!(hash64(&["ab", "c"]), hash64(&["a", "bc"]));
        assert_ne!(hash64(&["a"]), hash64(&["a", ""]));
        assert_eq!(hash64(&["passage"]), hash64(&["passage"]));
    }
}
