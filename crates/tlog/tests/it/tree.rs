use std::collections::BTreeMap;

use proptest::prelude::*;
use tlog::*;

use crate::naive;

pub fn leaves(n: u64) -> Vec<Hash> {
    (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn stored(leaves: &[Hash]) -> BTreeMap<u64, Hash> {
    append(0, leaves, &BTreeMap::new()).unwrap().new_hashes.into_iter().collect()
}

/// Only what the plan lists, so that a plan that forgets something fails.
fn pick(all: &BTreeMap<u64, Hash>, wanted: &[u64]) -> BTreeMap<u64, Hash> {
    wanted.iter().map(|p| (*p, all[p])).collect()
}

fn hex(hash: Hash) -> String {
    hash.0.iter().map(|b| format!("{b:02x}")).collect()
}

/// The eight entries and the roots that Certificate Transparency implementations test with.
#[test]
fn reference_roots() {
    let entries: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves: Vec<Hash> = entries.iter().map(|e| leaf_hash(e)).collect();
    let all = stored(&leaves);
    for (size, expected) in roots.iter().enumerate() {
        let size = size as u64;
        let loaded = pick(&all, &positions_for_root(size).unwrap());
        assert_eq!(hex(root(size, &loaded).unwrap()), *expected, "size {size}");
    }
}

#[test]
fn every_proof_up_to_the_edges_of_powers_of_two() {
    for n in [1_u64, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33] {
        let leaves = leaves(n);
        let all = stored(&leaves);
        let top = naive::root(&leaves);
        for i in 0..n {
            let loaded = pick(&all, &positions_for_inclusion(i, n).unwrap());
            let proof = inclusion_proof(i, n, &loaded).unwrap();
            assert_eq!(proof, naive::inclusion(i as usize, &leaves), "{i} of {n}");
            verify_inclusion(i, n, leaves[i as usize], &proof, top).unwrap();
            // The same path proves no other entry and no other place.
            for j in (0..n).filter(|j| *j != i) {
                verify_inclusion(i, n, leaves[j as usize], &proof, top).unwrap_err();
                verify_inclusion(j, n, leaves[i as usize], &proof, top).unwrap_err();
            }
        }
        for old in 0..=n {
            let loaded = pick(&all, &positions_for_consistency(old, n).unwrap());
            let proof = consistency_proof(old, n, &loaded).unwrap();
            assert_eq!(proof, naive::consistency(old as usize, &leaves), "{old} to {n}");
            let before = naive::root(&leaves[..old as usize]);
            verify_consistency(old, before, n, top, &proof).unwrap();
            verify_consistency(old, leaf_hash(b"other"), n, top, &proof).unwrap_err();
            if old > 0 {
                verify_consistency(old, before, n, leaf_hash(b"other"), &proof).unwrap_err();
            }
        }
    }
}

#[test]
fn refusals_name_the_reason() {
    let none = BTreeMap::new();
    assert_eq!(root(5, &none), Err(TreeError::Missing { position: 6 }));
    assert_eq!(root(0, &none), Ok(empty_root()));
    assert_eq!(inclusion_proof(3, 3, &none), Err(TreeError::OutOfRange { index: 3, size: 3 }));
    assert_eq!(consistency_proof(4, 3, &none), Err(TreeError::Shrinking { old: 4, new: 3 }));
    assert_eq!(positions_for_root(u64::MAX), Err(TreeError::TooLarge { size: u64::MAX }));
    assert_eq!(append(MAX_SIZE, &leaves(1), &none), Err(TreeError::TooLarge { size: MAX_SIZE + 1 }));
    assert_eq!(positions_for_append(MAX_SIZE).unwrap().len(), 1);
    assert!(positions_for_inclusion(MAX_SIZE - 1, MAX_SIZE).unwrap().len() == 61);
}

proptest! {
    #[test]
    fn batches_and_single_appends_agree_with_the_definition(
        batches in prop::collection::vec(0_u64..40, 0..8),
        pick_index in any::<prop::sample::Index>(),
        pick_old in any::<prop::sample::Index>(),
    ) {
        let all_leaves = leaves(batches.iter().sum());
        let mut all = BTreeMap::new();
        let mut size = 0_u64;
        for batch in batches {
            let loaded = pick(&all, &positions_for_append(size).unwrap());
            let next = &all_leaves[size as usize..(size + batch) as usize];
            let appended = append(size, next, &loaded).unwrap();
            prop_assert_eq!(all.len() as u64, position::stored_count(size));
            for (position, hash) in appended.new_hashes {
                prop_assert_eq!(position, all.len() as u64);
                all.insert(position, hash);
            }
            size = appended.size;
            prop_assert_eq!(appended.root, naive::root(&all_leaves[..size as usize]));
        }
        let top = naive::root(&all_leaves);
        let old = pick_old.index(size as usize + 1) as u64;
        let proof = consistency_proof(old, size, &pick(&all, &positions_for_consistency(old, size).unwrap())).unwrap();
        prop_assert_eq!(&proof, &naive::consistency(old as usize, &all_leaves));
        prop_assert!(verify_consistency(old, naive::root(&all_leaves[..old as usize]), size, top, &proof).is_ok());
        if size > 0 {
            let index = pick_index.index(size as usize) as u64;
            let proof = inclusion_proof(index, size, &pick(&all, &positions_for_inclusion(index, size).unwrap())).unwrap();
            prop_assert_eq!(&proof, &naive::inclusion(index as usize, &all_leaves));
            prop_assert!(verify_inclusion(index, size, all_leaves[index as usize], &proof, top).is_ok());
        }
    }

    #[test]
    fn foreign_proofs_never_panic_and_never_pass(
        index in any::<u64>(), size in any::<u64>(), old in any::<u64>(),
        hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof = Proof(hashes.into_iter().map(Hash).collect());
        let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
        prop_assert!(verify_inclusion(index, size, a, &proof, b).is_err());
        if old != 0 {
            prop_assert!(verify_consistency(old, a, size, b, &proof).is_err());
        }
    }
}
