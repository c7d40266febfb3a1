//! `countersign demo`: the invented company, ready to be tried.

use std::{
    io::IsTerminal as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    Failure, Outcome, attack, host, models,
    output::line,
    place::{KEPT, has_desk},
};
use crate::{
    App,
    app::World,
    config::{Config, Desk, Mail},
    demo::{failures, half_year, shadows, world},
    telemetry::config::Scope,
};

/// First line of the configuration that a demo keeps in its folder; no other folder is ever cleared.
const MARK: &str = "# Made by `countersign demo`. The password of everybody in it is public.\n";

/// Try it with an invented company; nothing leaves but to the letter tray.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Demo {
    #[command(subcommand)]
    more: Option<More>,
    /// Folder for the demo's data.
    #[arg(long, value_name = "DIR", default_value = "data/demo")]
    data: PathBuf,
    /// Address and port.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Throw the demo's data away first.
    #[arg(long)]
    fresh: bool,
    /// A configuration file whose mail and model sections apply: the demo then really fetches and sends.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum More {
    /// Try to cheat: eight live attempts, and what stopped each.
    Attack(attack::Attack),
}

impl Demo {
    /// Runs it until SIGINT or SIGTERM.
    ///
    /// # Errors
    /// When the folder belongs to a real desk, or something cannot be opened.
    pub async fn run(self) -> Outcome {
        if let Some(More::Attack(attack)) = self.more {
            return attack.run().await;
        }
        let mut config = demo_config(self.config.as_deref(), self.data.clone())?;
        if let Some(listen) = self.listen {
            config.listen = listen;
            config.check()?;
        }
        if self.fresh {
            clear(&config)?;
        }
        keep(&config)?;
        models::settle(&mut config)?;
        let listener = host::bind(&config.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|e| Failure::told(format!("The system lost the listener: {e}. Start again.")))?;
        if config.desk.address.is_empty() {
            // Letters in the tray hold the link a customer would follow.
            config.desk.address = format!("http://{address}");
        }
        // Whoever tries the desk shall see what a requester sees; a real one opens its help centre itself.
        config.portal.help_centre = true;
        config.surveys.ask = true;
        let app = App::open(config, World::Demo).await?;
        world::furnish(&app).await?;
        welcome(&app, address)?;
        tokio::spawn(watch_filling(Arc::clone(&app)));
        tokio::spawn(fill_scorecard(Arc::clone(&app)));
        let learner = Arc::clone(&app);
        // A model first, then the letters: what is sorted without one is sorted by nobody.
        let first = Box::pin(async move {
            match learner.triager.running() {
                Some(_) => Ok(()),
                None => world::train(&learner).await,
            }
        });
        host::serve_while(app, listener, first).await
    }
}

/// The figures of a made half-year, beside everything else.
async fn fill_scorecard(app: Arc<App>) {
    if let Err(error) = half_year::load(&app).await {
        tracing::error!(%error, "the generated half-year could not be loaded; the scorecard shows this desk's own tickets");
    }
    if let Err(error) = failures::load(&app).await {
        tracing::error!(%error, "the generated failures could not be loaded; the page of coverage shows this desk's own");
    }
    if let Err(error) = shadows::load(&app).await {
        tracing::error!(%error, "the generated pairs could not be loaded; the page Shadow is empty");
    }
}

/// The configuration of a demo: the company's name and address, and from a file what is said about
/// mail and model.
///
/// # Errors
/// When the file cannot work.
pub fn demo_config(file: Option<&Path>, data: PathBuf) -> Result<Config, Failure> {
    let (name, address) = world::identity()?;
    let mut config = Config::load(file)?;
    config.data = data;
    if config.desk.name == Desk::default().name {
        config.desk.name = name;
    }
    if config.mail.address == Mail::default().address {
        config.mail.address = address;
    }
    if config.own_ai.products.is_empty() {
        config.own_ai.products.push(world::OWN_AI.to_owned());
    }
    if config.telemetry.scopes.is_empty() {
        // The invented company has one team for all its services.
        let (services, labels) = (vec!["*".to_owned()], std::collections::BTreeMap::new());
        config.telemetry.scopes.push(Scope { queue: "*".to_owned(), services, labels });
    }
    Ok(config)
}

fn is_demo(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join(KEPT)).is_ok_and(|text| text.starts_with(MARK))
}

/// Leaves a configuration in the folder, so that other commands find this desk by its folder alone.
fn keep(config: &Config) -> Outcome {
    let folder = &config.data;
    if is_demo(folder) {
        return Ok(());
    }
    if has_desk(folder) || folder.join(KEPT).exists() {
        return Err(Failure::told(format!(
            "{} holds a real desk. Choose another folder for the demo with --data.",
            folder.display()
        )));
    }
    let kept = Config {
        desk: config.desk.clone(),
        mail: Mail { address: config.mail.address.clone(), ..Mail::default() },
        own_ai: config.own_ai.clone(),
        data: folder.clone(),
        ..Config::default()
    };
    let unwritable = |e: &dyn std::fmt::Display| {
        Failure::told(format!("{} cannot be written: {e}. Choose another folder with --data.", folder.display()))
    };
    let text = toml::to_string(&kept).map_err(|e| unwritable(&e))?;
    std::fs::create_dir_all(folder).map_err(|e| unwritable(&e))?;
    std::fs::write(folder.join(KEPT), format!("{MARK}{text}")).map_err(|e| unwritable(&e))
}

/// Removes what a demo made, and nothing else; carried or fetched weights stay.
fn clear(config: &Config) -> Outcome {
    let folder = &config.data;
    if !config.database.is_empty() {
        return Err(Failure::told(
            "--fresh clears a demo's own folder only. Empty the configured database yourself, or leave `database` out.",
        ));
    }
    if !folder.exists() {
        return Ok(());
    }
    if !is_demo(folder) {
        return Err(Failure::told(format!(
            "{} was not made by a demo, so nothing in it is thrown away. Choose another folder with --data.",
            folder.display()
        )));
    }
    for name in ["desk.db", "desk.db-wal", "desk.db-shm", "index", "keys", KEPT] {
        let path = folder.join(name);
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match removed {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::told(format!(
                    "{} cannot be removed: {e}. Stop the demo that uses it.",
                    path.display()
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

fn welcome(app: &App, address: SocketAddr) -> Outcome {
    let leaves = match &app.config.mail.smtp {
        Some(smtp) => format!("Approved letters LEAVE through {}.", smtp.host),
        None => "Nothing leaves this machine: approved letters land in the letter tray.".to_owned(),
    };
    line(format!("\n{} is an invented company. {leaves}\n", app.config.desk.name));
    line(format!("  Open       http://{address}"));
    for (number, account) in world::accounts()?.iter().enumerate() {
        line(format!(
            "  {:<10} {:<26} {} {}",
            if number == 0 { "Sign in as" } else { "or" },
            account.email,
            account.role.replace('_', " "),
            account.hint
        ));
    }
    line(format!("  Password   {} (everybody's)", world::PASSWORD));
    line("\n  Try first  Open the first ticket, point at a citation to see its source, then approve and send.");
    line("             Undo it within ten seconds, send it again, and read it in the letter tray.");
    line("             Write as a customer in the letter tray and watch the ticket appear.");
    line("             Look for help as a customer would, without an account, at /help.");
    line("             On the record page, verify the record; then try to cheat.");
    line(format!("\n  {}", app.library.embedding().detail));
    line(format!("  Ctrl+C stops it; the data stays in {}.\n", app.config.data.display()));
    Ok(())
}

/// Says how far the vectors are, when somebody watches.
async fn watch_filling(app: Arc<App>) {
    let watched = std::io::stderr().is_terminal();
    let mut last = String::new();
    loop {
        let now = app.library.embedding();
        if watched && now.detail != last {
            eprintln!("  {}", now.detail);
            last.clone_from(&now.detail);
        }
        if now.state == "missing" || (now.state == "ready" && now.total > 0) {
            return;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &Path) -> Config {
        Config { data: folder.to_owned(), ..Config::default() }
    }

    #[test]
    fn only_a_folder_that_a_demo_made_is_cleared() {
        let demo = tempfile::tempdir().expect("temp folder");
        keep(&config(demo.path())).expect("marks it");
        std::fs::write(demo.path().join("desk.db"), "x").expect("writes");
        std::fs::write(demo.path().join("mine.txt"), "x").expect("writes");
        assert!(keep(&config(demo.path())).is_ok(), "its own folder is taken again");
        assert!(clear(&config(demo.path())).is_ok());
        assert!(!demo.path().join("desk.db").exists() && demo.path().join("mine.txt").exists());

        let real = tempfile::tempdir().expect("temp folder");
        std::fs::create_dir(real.path().join("keys")).expect("makes");
        assert!(keep(&config(real.path())).is_err() && clear(&config(real.path())).is_err());
        assert!(real.path().join("keys").exists());
    }
}
