use proptest::prelude::*;
use tlog::*;

pub fn key() -> SigningKey {
    SigningKey::from_seed("desk.example.com/audit", &[7; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "desk.example.com/audit".into(), size: 3, root: leaf_hash(b"x") }
}

/// A key and a note published in the documentation of Go's `sumdb/note` package.
#[test]
fn a_key_and_signature_made_elsewhere() {
    let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: VerifyingKey = vkey.parse().unwrap();
    assert_eq!((key.name(), key.to_string().as_str()), ("PeterNeumann", vkey));
    let note = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    // The signature is right, so the complaint is about the text.
    assert_eq!(Checkpoint::open(note, &key), Err(CheckpointError::Text));
    let changed = note.replace("answer", "anſwer");
    assert!(matches!(Checkpoint::open(&changed, &key), Err(CheckpointError::BadSignature { .. })));
}

#[test]
fn sign_and_open() {
    let key = key();
    let note = checkpoint().sign(&key).unwrap();
    assert!(note.starts_with("desk.example.com/audit\n3\n"));
    assert_eq!(Checkpoint::open(&note, key.verifying_key()), Ok(checkpoint()));
    let parsed: VerifyingKey = key.verifying_key().to_string().parse().unwrap();
    assert_eq!(&parsed, key.verifying_key());

    let cosigned = format!("{note}\u{2014} witness.example AAAAAAAAAAAAAAAA\n");
    assert_eq!(Checkpoint::open(&cosigned, &parsed), Ok(checkpoint()));

    let other = SigningKey::from_seed("desk.example.com/audit", &[8; 32]).unwrap();
    assert!(matches!(Checkpoint::open(&note, other.verifying_key()), Err(CheckpointError::Unsigned { .. })));
    let foreign = SigningKey::from_seed("elsewhere.example", &[7; 32]).unwrap();
    assert!(matches!(checkpoint().sign(&foreign), Err(CheckpointError::Origin { .. })));
    assert!(!format!("{key:?}").contains("BwcHBw"));
}

#[test]
fn every_single_bit_of_a_note_counts() {
    let key = key();
    let note = checkpoint().sign(&key).unwrap();
    for byte in 0..note.len() {
        for bit in 0..8 {
            let mut bytes = note.clone().into_bytes();
            bytes[byte] ^= 1 << bit;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(Checkpoint::open(&text, key.verifying_key()).is_err(), "byte {byte} bit {bit}");
            }
        }
    }
}

#[test]
fn odd_texts_are_refused_even_when_signed() {
    let key = key();
    let good = checkpoint().sign(&key).unwrap();
    let vkey = key.verifying_key();
    for (from, to) in [("\n3\n", "\n03\n"), ("\n3\n", "\n+3\n"), ("\n\n", "\n"), ("\u{2014} ", "- ")] {
        assert!(Checkpoint::open(&good.replacen(from, to, 1), vkey).is_err());
    }
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
        assert_eq!(SigningKey::from_seed(name, &[7; 32]).err(), Some(KeyError::Name), "{name:?}");
    }
    assert_eq!(SigningKey::from_seed("a", &[7; 31]).err(), Some(KeyError::Private));
    assert_eq!(SigningKey::from_pkcs8("a", b"no").err(), Some(KeyError::Private));
    let text = vkey.to_string();
    assert_eq!(text.replace("audit", "audio").parse::<VerifyingKey>(), Err(KeyError::Hash));
    assert_eq!("a+b".parse::<VerifyingKey>(), Err(KeyError::Public));
    assert_ne!(SigningKey::generate_seed().unwrap(), SigningKey::generate_seed().unwrap());
}

fn proof_file() -> ProofFile {
    let entries: Vec<Hash> = (0..5).map(|i| leaf_hash(format!("entry {i}").as_bytes())).collect();
    let all: Vec<Hash> =
        append(0, &entries, [].as_slice()).unwrap().new_hashes.into_iter().map(|(_, hash)| hash).collect();
    let signed =
        Checkpoint { origin: "desk.example.com/audit".into(), size: 5, root: root(5, all.as_slice()).unwrap() };
    ProofFile {
        extra: Some(b"why".to_vec()),
        index: 2,
        path: inclusion_proof(2, 5, all.as_slice()).unwrap(),
        checkpoint: signed.sign(&key()).unwrap(),
    }
}

#[test]
fn a_proof_file_verifies_offline() {
    let file = proof_file();
    let text = file.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra d2h5\nindex 2\n"));
    let parsed = ProofFile::parse(&text).unwrap();
    assert_eq!(parsed, file);
    let key = key();
    assert_eq!(parsed.verify(b"entry 2", key.verifying_key()).unwrap().size, 5);
    assert_eq!(parsed.verify(b"entry 3", key.verifying_key()), Err(ProofFileError::Proof(VerifyError::RootMismatch)));
    let plain = ProofFile { extra: None, ..file };
    assert_eq!(ProofFile::parse(&plain.to_string()), Ok(plain));
    assert_eq!(ProofFile::parse(&text.replace("index 2", "index 02")), Err(ProofFileError::Malformed { line: 3 }));
}

proptest! {
    #[test]
    fn a_broken_proof_file_never_panics_and_never_passes(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let text = proof_file().to_string();
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        // `extra` is the one line that nothing vouches for.
        let extra = text.find("extra").unwrap()..text.find("index").unwrap();
        prop_assume!(cut || (bytes[at] != byte && !extra.contains(&at)));
        if cut { bytes.truncate(at); } else { bytes[at] = byte; }
        if let Ok(text) = String::from_utf8(bytes)
            && let Ok(file) = ProofFile::parse(&text) {
            prop_assert!(file.verify(b"entry 2", key().verifying_key()).is_err());
        }
    }

    #[test]
    fn any_text_is_only_refused(text in "\\PC{0,40}(\n\\PC{0,40}){0,6}\n\n\u{2014} \\PC{0,40}\n") {
        prop_assert!(Checkpoint::open(&text, key().verifying_key()).is_err());
        prop_assert!(ProofFile::parse(&text).is_err());
    }
}
