//! `countersign serve`.

use super::{Failure, Outcome, first_start, host, models, output::line, place::Place};
use crate::{App, app::World};

/// Serve the desk: console, API, mail.
#[derive(Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Address and port, such as 127.0.0.1:8080. Overrides the configuration's.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

impl Serve {
    /// Runs it until SIGINT or SIGTERM.
    ///
    /// # Errors
    /// A configuration that cannot work, or something that cannot be opened.
    pub async fn run(self) -> Outcome {
        let mut config = self.place.read()?;
        if let Some(listen) = self.listen {
            config.listen = listen;
            config.check()?;
        }
        models::settle(&mut config)?;
        let listener = host::bind(&config.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|e| Failure::told(format!("The system lost the listener: {e}. Start again.")))?;
        let app = App::open(config, World::Real).await?;
        first_start::lay_defaults(&app).await?;
        line(format!("Countersign serves http://{address} (data in {})", app.config.data.display()));
        if app.store.read().await?.agents().await?.is_empty() {
            line("Nobody can sign in yet: add a person with `countersign user add --role admin NAME ADDRESS`.");
        }
        host::serve(app, listener).await
    }
}
