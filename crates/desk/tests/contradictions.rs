//! How often approved articles of the invented company are said to contradict each other: what is found must be meant.

use std::{fs, path::Path};

use desk::contradiction::{self, Statement};

struct Article {
    name: String,
    product: String,
    text: String,
}

fn approved() -> Vec<Article> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/world/articles");
    let mut paths: Vec<_> = fs::read_dir(folder).expect("the world").filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    let files = paths.iter().filter(|path| path.is_file());
    let mut all = Vec::new();
    for path in files {
        let file = fs::read_to_string(path).expect("an article");
        let (front, text) = file.trim_start_matches("---\n").split_once("\n---\n").expect("what it says of itself");
        let says = |key: &str| front.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix(": ")).unwrap_or_default();
        if says("state") == "approved" {
            let product = says("product").to_owned();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            all.push(Article { name, product, text: text.to_owned() });
        }
    }
    all
}

#[test]
fn the_company_contradicts_itself_where_it_is_meant_to_and_nowhere_else() {
    let articles = approved();
    let (mut places, mut statements): (Vec<usize>, Vec<Statement>) = (Vec::new(), Vec::new());
    for (place, article) in articles.iter().enumerate() {
        for statement in contradiction::statements(&article.text) {
            places.push(place);
            statements.push(statement);
        }
    }
    assert!(articles.len() > 50 && statements.len() > 500, "{} {}", articles.len(), statements.len());
    let may_meet = |left: usize, right: usize| {
        let (a, b) = (&articles[places[left]], &articles[places[right]]);
        a.name != b.name && (a.product == b.product || a.product.is_empty() || b.product.is_empty())
    };
    let found: Vec<String> = contradiction::find(&statements, may_meet)
        .into_iter()
        .map(|pair| {
            let side = |at: usize| format!("{}: {}", articles[places[at]].name, statements[at].sentence);
            format!("{:?}\n  {}\n  {}", pair.difference, side(pair.left), side(pair.right))
        })
        .collect();
    // Whether the hour of a recurring invoice can be changed.
    assert_eq!(found.len(), 1, "{}", found.join("\n"));
    for side in ["YesNo", "ledger-recurring-invoices: ", "cannot be changed", "release-ledger-5: ", "can be changed"] {
        assert!(found[0].contains(side), "{side} is not in {}", found[0]);
    }
}
