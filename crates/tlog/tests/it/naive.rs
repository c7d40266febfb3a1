//! A second implementation, straight from the definitions of RFC 6962 section 2.1, over whole lists.

use tlog::{Hash, Proof, empty_root, node_hash};

fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(root(left), root(right))
        }
    }
}

pub fn inclusion(index: usize, leaves: &[Hash]) -> Proof {
    if leaves.len() == 1 {
        return Proof(Vec::new());
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) =
        if index < k { (inclusion(index, left), root(right)) } else { (inclusion(index - k, right), root(left)) };
    path.0.push(sibling);
    path
}

pub fn consistency(old: usize, leaves: &[Hash]) -> Proof {
    if old == 0 { Proof(Vec::new()) } else { subproof(old, leaves, true) }
}

fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Proof {
    if old == leaves.len() {
        return Proof(if whole { Vec::new() } else { vec![root(leaves)] });
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, last) = if old <= k {
        (subproof(old, left, whole), root(right))
    } else {
        (subproof(old - k, right, false), root(left))
    };
    proof.0.push(last);
    proof
}
