//! Words to passages and past cases.

use desk::audit::Service;
use search::Hit;
use serde_json::{Value, json};
use store::Purpose;

use super::super::{
    Outcome,
    output::{self, line},
    place::Place,
};
use crate::{
    flow::{follow_record, prepare_reply::why},
    library::{Kind, SearchRequest},
};

/// Words looked for on this desk.
#[derive(Debug, clap::Args)]
pub struct Find {
    /// What to look for.
    #[arg(required = true)]
    words: Vec<String>,
    /// At most this many of each.
    #[arg(long, default_value_t = 5)]
    limit: usize,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Find {
    /// Runs it on the index of this folder; a running server has it to itself.
    ///
    /// # Errors
    /// When there is no desk, or a server has the index open.
    pub async fn run(self) -> Outcome {
        let app = self.place.open_existing().await?;
        while follow_record::follow(&app).await? > 0 {}
        let grant = app.service_grant(Service::CommandLine, Purpose::Work)?;
        let words = self.words.join(" ");
        let find = |kind| {
            app.library.search(&SearchRequest {
                words: &words,
                grant: &grant,
                kind,
                limit: self.limit,
                queue: None,
                about: None,
            })
        };
        let (passages, cases) = (find(Kind::Passages)?, find(Kind::Cases)?);
        if self.json {
            let list = |hits: &[Hit]| hits.iter().map(as_json).collect::<Vec<_>>();
            output::json(&json!({ "passages": list(&passages), "cases": list(&cases) }));
        } else {
            show("Passages", &passages);
            show("Solved cases", &cases);
        }
        Ok(())
    }
}

fn as_json(hit: &Hit) -> Value {
    let spans: Vec<[usize; 2]> = hit.spans.iter().map(|span| [span.start, span.end]).collect();
    json!({
        "id": hit.id, "title": hit.title, "heading": hit.heading, "text": hit.text, "score": hit.score,
        "spans": spans, "why": why(hit), "as_of": hit.as_of,
    })
}

fn show(what: &str, hits: &[Hit]) {
    line(format!("{what}: {}", if hits.is_empty() { "none" } else { "" }));
    for (number, hit) in (1..).zip(hits) {
        let first = hit.text.get(hit.sentence.start..hit.sentence.end).unwrap_or(&hit.text);
        let shown: String = first.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
        line(format!(
            "{number:>3}. {} {}\n     {shown}",
            hit.title,
            if hit.heading.is_empty() { String::new() } else { format!("({})", hit.heading) }
        ));
    }
}
