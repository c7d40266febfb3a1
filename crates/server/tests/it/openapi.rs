//! The committed description is the one the handlers generate.

#[test]
fn the_committed_description_is_current() {
    let generated = server::api::openapi_json() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        generated == committed,
        "openapi.json differs from the handlers. Write it anew: countersign openapi > crates/server/openapi.json"
    );
}

/// Two types of one name would overwrite each other in the description without a word.
#[test]
fn every_described_type_has_its_own_name() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/api"));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
        for after in text.split("ToSchema)]").skip(1) {
            let declared = after.split_once("pub struct ").map_or("", |(_, rest)| rest);
            let name: String = declared.chars().take_while(|c| c.is_alphanumeric()).collect();
            names.push(name);
        }
    }
    assert!(names.len() > 50, "the search for types found {}", names.len());
    names.sort();
    let twice: Vec<&String> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(twice.is_empty(), "declared twice: {twice:?}");
}
