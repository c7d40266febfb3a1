//! Labels in every selector of a PromQL query.

use std::collections::BTreeMap;

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{self, Expr, VectorSelector},
};

/// Functions that select something without naming it.
const SELECT_UNSEEN: [&str; 1] = ["info"];

/// # Errors
/// One clause that says why the query is not asked.
pub fn scoped(query: &str, labels: &BTreeMap<String, String>) -> Result<String, String> {
    let read = |text: &str| parser::parse(text).map_err(|e| format!("it is no PromQL: {e}"));
    let mut expression = read(query)?;
    every_selector(&mut expression, &mut |selector| add(selector, labels))?;
    // What is sent is read once more: what is written must still say what was meant.
    let written = expression.to_string();
    every_selector(&mut read(&written)?, &mut |selector| match labels.iter().all(|label| has(selector, label)) {
        true => Ok(()),
        false => Err("it cannot be held to what may be seen".to_owned()),
    })?;
    Ok(written)
}

type Visit<'a> = &'a mut dyn FnMut(&mut VectorSelector) -> Result<(), String>;

fn every_selector(expression: &mut Expr, visit: Visit<'_>) -> Result<(), String> {
    match expression {
        Expr::VectorSelector(selector) => visit(selector),
        Expr::MatrixSelector(matrix) => visit(&mut matrix.vs),
        Expr::Aggregate(aggregate) => {
            if let Some(parameter) = &mut aggregate.param {
                every_selector(parameter, visit)?;
            }
            every_selector(&mut aggregate.expr, visit)
        }
        Expr::Binary(binary) => {
            every_selector(&mut binary.lhs, visit)?;
            every_selector(&mut binary.rhs, visit)
        }
        Expr::Call(call) if SELECT_UNSEEN.contains(&call.func.name) => {
            Err(format!("the function {} cannot be held to what may be seen", call.func.name))
        }
        Expr::Call(call) => call.args.args.iter_mut().try_for_each(|argument| every_selector(argument, visit)),
        Expr::Unary(unary) => every_selector(&mut unary.expr, visit),
        Expr::Paren(inner) => every_selector(&mut inner.expr, visit),
        Expr::Subquery(inner) => every_selector(&mut inner.expr, visit),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Ok(()),
        Expr::Extension(_) => Err("it has parts that cannot be read".to_owned()),
    }
}

fn has(selector: &VectorSelector, (name, value): (&String, &String)) -> bool {
    let exact = |m: &Matcher| m.name == *name && m.op == MatchOp::Equal && m.value == *value;
    selector.matchers.or_matchers.is_empty() && selector.matchers.matchers.iter().any(exact)
}

fn add(selector: &mut VectorSelector, labels: &BTreeMap<String, String>) -> Result<(), String> {
    if !selector.matchers.or_matchers.is_empty() {
        return Err("selectors with “or” cannot be held to what may be seen".to_owned());
    }
    for label in labels {
        if has(selector, label) {
            continue;
        }
        let (name, value) = label;
        if selector.matchers.matchers.iter().any(|m| m.name == *name) {
            return Err(format!("it asks for another {name} than the one that may be seen"));
        }
        selector.matchers.matchers.push(Matcher::new(MatchOp::Equal, name, value));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(query: &str) -> Result<String, String> {
        scoped(query, &BTreeMap::from([("team".to_owned(), "a\"b".to_owned())]))
    }

    #[test]
    fn every_selector_gets_the_labels_wherever_it_stands() {
        let mark = r#"team="a\"b""#;
        let cases = [
            ("up", 1),
            ("{__name__=~\"u.*\"}", 1),
            (
                "rate(http_requests_total{code=\"500\"}[5m]) / on (job) group_left rate(http_requests_total[5m] offset 1h)",
                2,
            ),
            ("topk(scalar(secret), sum by (job) (up))", 2),
            ("max_over_time((a + b)[1h:5m])", 2),
            ("histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))", 1),
            ("-up unless absent(down)", 2),
            ("label_replace(up, \"team\", \"$1\", \"job\", \"(.*)\")", 1),
            ("1 + 2", 0),
        ];
        for (query, selectors) in cases {
            let written = scope(query).expect(query);
            assert_eq!(written.matches(mark).count(), selectors, "{query}: {written}");
        }
        assert_eq!(scope(&format!("up{{{mark}}}")).expect("the same").matches(mark).count(), 1);
        assert_eq!(scoped("up", &BTreeMap::new()), Ok("up".to_owned()));
    }

    #[test]
    fn a_query_that_says_otherwise_is_refused() {
        for query in [
            "up{team=\"other\"}",
            "up{team=~\".*\"}",
            "up{team!=\"a\\\"b\"}",
            "sum(up{team=\"a\\\"b\",team=~\".+\"}) + x{team=\"z\"}",
            "up{team=\"x\" or job=\"y\"}",
            "up{",
            "up; drop",
            "",
        ] {
            assert!(scope(query).is_err(), "{query} became {:?}", scope(query));
        }
    }
}
