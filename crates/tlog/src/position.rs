//! How stored hashes are numbered.
//!
//! Only nodes over a full power of two of leaves are stored; they never change again. They are
//! numbered in the order in which appending completes them: each leaf, then every parent that this
//! leaf completes, from the bottom up.
//!
//! ```text
//! level 2            6
//!                /       \
//! level 1      2           5           9
//!            /   \       /   \       /   \
//! level 0   0     1     3     4     7     8    10     leaves 0 to 6
//! ```
//!
//! So storage is one dense, append-only list: a log of `n` leaves has exactly
//! `2n - (number of one bits in n)` stored hashes, numbered from 0 without gaps, and appending only
//! ever adds at the end. A table with the position as its primary key is enough.

/// The largest number of leaves: 2^61, so that every position fits a signed 64-bit column.
pub const MAX_SIZE: u64 = 1 << 61;

/// How many hashes a log of `size` leaves has stored; also the next free position. `size` must not
/// exceed [`MAX_SIZE`].
pub fn stored_count(size: u64) -> u64 {
    2 * size - u64::from(size.count_ones())
}

/// The position of the node at `level` (leaves are level 0), the `index`-th from the left.
pub(crate) fn of(node: Node) -> u64 {
    let last_leaf = ((node.index + 1) << node.level) - 1;
    stored_count(last_leaf) + u64::from(node.level)
}

/// A node over a full `2^level` leaves, starting at leaf `index * 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub level: u32,
    pub index: u64,
}

/// The stored nodes that together cover the leaves `start..end`, left to right. The tree of RFC 6962
/// only ever asks for ranges whose start is a multiple of a power of two at least as large as the
/// range, so every node is aligned.
pub(crate) fn cover(mut start: u64, end: u64) -> Vec<Node> {
    let mut nodes = Vec::new();
    while start < end {
        let level = (end - start).ilog2();
        nodes.push(Node { level, index: start >> level });
        start += 1 << level;
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense_and_in_order_of_completion() {
        let mut next = 0;
        for leaf in 0..1_000_u64 {
            assert_eq!(stored_count(leaf), next);
            for level in 0..=(leaf + 1).trailing_zeros() {
                assert_eq!(of(Node { level, index: leaf >> level }), next);
                next += 1;
            }
        }
    }

    #[test]
    fn the_largest_log_fits_a_signed_column() {
        assert!(i64::try_from(stored_count(MAX_SIZE)).is_ok());
    }
}
