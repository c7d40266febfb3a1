//! Every SQL statement of this crate and of the door, prepared on both engines.
//!
//! Statements are written as literals, `concat!`s and small text macros. This reads the sources,
//! expands those macros, and asks each engine to parse and plan what comes out. It covers every
//! statement that stands in the sources; that parameters have the right types, the stories show.

use std::{collections::BTreeMap, fs, path::Path};

use sqlx::{Executor, SqlSafeStr};

use crate::engines::{on_postgres, on_sqlite, postgres};

/// Pieces of Rust as far as text macros need them.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Word(String),
    Other(char),
}

fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut found) = (0, Vec::new());
    while at < chars.len() {
        let c = chars[at];
        let next = chars.get(at + 1).copied();
        if c == '/' && next == Some('/') {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if c == '\'' {
            // A character literal, or the start of a lifetime.
            at += if next == Some('\\') {
                4
            } else if chars.get(at + 2) == Some(&'\'') {
                3
            } else {
                1
            };
        } else if c == '"' {
            let mut text = String::new();
            at += 1;
            while at < chars.len() && chars[at] != '"' {
                if chars[at] == '\\' {
                    at += 1;
                    if chars[at] == '\n' {
                        while chars[at + 1].is_whitespace() {
                            at += 1;
                        }
                    } else {
                        text.push(if chars[at] == 'n' { '\n' } else { chars[at] });
                    }
                } else {
                    text.push(chars[at]);
                }
                at += 1;
            }
            at += 1;
            found.push(Token::Text(text));
        } else if c.is_alphanumeric() || c == '_' || c == '$' {
            let start = at;
            while at < chars.len() && (chars[at].is_alphanumeric() || "_$".contains(chars[at])) {
                at += 1;
            }
            found.push(Token::Word(chars[start..at].iter().collect()));
        } else {
            if !c.is_whitespace() {
                found.push(Token::Other(c));
            }
            at += 1;
        }
    }
    found
}

/// A text macro: names of its parameters, and its body.
type Macros = BTreeMap<String, (Vec<String>, Vec<Token>)>;

fn word_at(tokens: &[Token], at: usize) -> Option<&str> {
    if let Some(Token::Word(word)) = tokens.get(at) { Some(word) } else { None }
}

fn is(tokens: &[Token], at: usize, c: char) -> bool {
    tokens.get(at) == Some(&Token::Other(c))
}

/// One past the bracket that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Other('(' | '{' | '[') => depth += 1,
            Token::Other(')' | '}' | ']') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Takes the macro definitions out of the tokens.
fn take_macros(tokens: &[Token], macros: &mut Macros) -> Vec<Token> {
    let (mut at, mut rest) = (0, Vec::new());
    while at < tokens.len() {
        if word_at(tokens, at) == Some("macro_rules") && is(tokens, at + 3, '{') {
            let end = closing(tokens, at + 3);
            let params_end = closing(tokens, at + 4);
            let params = tokens[at + 4..params_end].iter();
            let params = params.filter_map(|t| if let Token::Word(w) = t { w.strip_prefix('$') } else { None });
            let params = params.filter(|w| !w.is_empty()).map(str::to_owned).collect();
            // After the parameters: `=> {`, the body, `}`, perhaps `;`, and the closing brace.
            let body_end = closing(tokens, params_end + 2);
            if let (Some(name), true) = (word_at(tokens, at + 2), is(tokens, params_end + 2, '{')) {
                macros.insert(name.to_owned(), (params, tokens[params_end + 3..body_end - 1].to_vec()));
            }
            at = end;
        } else {
            rest.push(tokens[at].clone());
            at += 1;
        }
    }
    rest
}

/// The text that an expression at `at` stands for, and where it ends.
fn text_of(tokens: &[Token], at: usize, given: &BTreeMap<String, String>, macros: &Macros) -> Option<(String, usize)> {
    match tokens.get(at)? {
        Token::Text(text) => Some((text.clone(), at + 1)),
        Token::Word(word) if word.starts_with('$') => Some((given.get(&word[1..])?.clone(), at + 1)),
        Token::Word(name) if is(tokens, at + 1, '!') && is(tokens, at + 2, '(') => {
            let end = closing(tokens, at + 2);
            let (mut arguments, mut next) = (Vec::new(), at + 3);
            while next + 1 < end {
                let (text, after) = text_of(tokens, next, given, macros)?;
                arguments.push(text);
                next = if is(tokens, after, ',') { after + 1 } else { after };
                if after + 1 != end && !is(tokens, after, ',') {
                    return None;
                }
            }
            if name == "concat" {
                return Some((arguments.concat(), end));
            }
            let (params, body) = macros.get(name)?;
            let given = params.iter().cloned().zip(arguments).collect();
            Some((text_of(body, 0, &given, macros)?.0, end))
        }
        Token::Word(_) | Token::Other(_) => None,
    }
}

fn is_statement(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let second = text.split_whitespace().nth(1).unwrap_or_default();
    ["select", "insert", "update", "delete", "with"].contains(&first.as_str()) && !second.is_empty()
}

/// Statements in the sources of a crate, each with its file.
fn statements(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|e| e == "rs") {
                files.push((
                    entry.file_name().to_string_lossy().into_owned(),
                    fs::read_to_string(entry.path()).expect("a source"),
                ));
            }
        }
    }
    files.sort();
    let mut macros = Macros::new();
    let read: Vec<(String, Vec<Token>)> =
        files.into_iter().map(|(name, text)| (name, take_macros(&tokens(&text), &mut macros))).collect();
    let mut found = Vec::new();
    for (name, tokens) in read {
        let mut at = 0;
        while at < tokens.len() {
            match text_of(&tokens, at, &BTreeMap::new(), &macros) {
                Some((text, end)) => {
                    if is_statement(&text) {
                        found.push((name.clone(), text));
                    }
                    at = end;
                }
                None => at += 1,
            }
        }
    }
    found
}

fn all() -> Vec<(String, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = statements(&here.join("src"));
    let of_store = all.len();
    all.extend(statements(&here.join("../outbox/src")));
    assert!(of_store > 120, "only {of_store} statements were found in this crate; the reader of sources is broken");
    assert!(all.len() > of_store + 5, "the door's statements were not found");
    all
}

/// The few statements that only PostgreSQL has; SQLite has one writer instead of locks.
fn is_for_postgres_alone(statement: &str) -> bool {
    statement.contains("skip locked") || statement.contains("for update") || statement.contains("pg_advisory")
}

#[test]
fn the_reader_of_sources_expands_what_it_should() {
    let source = r#"
        macro_rules! seen { ($queue:literal, $param:literal) => { concat!("(", $param, " = ", $queue, ")") }; }
        macro_rules! select { ($rest:literal) => { concat!("select x from t where ", seen!("q", "$1"), $rest) }; }
        macro_rules! bound { ($a:expr) => {{ let x = $a; x }}; }
        fn a<'c>(c: &'c str) { conn.rows("select 1 -- \"one\"", params![]); let d = '"'; // "select 2"
            conn.one(select!(" and y = $2"), params!["a text"]); }
    "#;
    let mut macros = Macros::new();
    let rest = take_macros(&tokens(source), &mut macros);
    let found: Vec<String> = (0..rest.len())
        .filter_map(|at| text_of(&rest, at, &BTreeMap::new(), &macros))
        .map(|(t, _)| t)
        .filter(|t| is_statement(t))
        .collect();
    assert_eq!(found, ["select 1 -- \"one\"", "select x from t where ($1 = q) and y = $2"]);
}

#[tokio::test]
async fn sqlite_prepares_every_statement() {
    let bench = on_sqlite().await;
    let address = bench.address.replacen("sqlite:", "sqlite://", 1);
    let pool = sqlx::SqlitePool::connect(&address).await.expect("the same file");
    let mut refused = Vec::new();
    for (file, statement) in all().into_iter().filter(|(_, s)| !is_for_postgres_alone(s)) {
        if let Err(e) = (&pool).prepare(sqlx::AssertSqlSafe(statement.clone()).into_sql_str()).await {
            refused.push(format!("{file}: {e}\n    {statement}"));
        }
    }
    assert!(refused.is_empty(), "SQLite refuses:\n{}", refused.join("\n"));
}

#[tokio::test]
async fn postgres_prepares_every_statement() {
    let Some(server) = postgres() else { return };
    let bench = on_postgres(&server).await;
    let pool = sqlx::PgPool::connect(&bench.address).await.expect("the same database");
    let mut refused = Vec::new();
    for (file, statement) in all() {
        if let Err(e) = (&pool).prepare(sqlx::AssertSqlSafe(statement.clone()).into_sql_str()).await {
            refused.push(format!("{file}: {e}\n    {statement}"));
        }
    }
    assert!(refused.is_empty(), "PostgreSQL refuses:\n{}", refused.join("\n"));
    pool.close().await;
    bench.store.close().await;
}
