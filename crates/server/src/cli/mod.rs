//! The command line: one file per command. Commands read arguments, open the desk, call a flow and
//! print; they decide nothing.
//!
//! What a program may read goes to standard output, everything else to standard error. Exit code 0:
//! done. 1: it did not work, with a sentence and a next step. 2: the arguments make no sense.

mod attack;
mod audit;
mod audit_letter;
mod bench;
mod connections;
mod consent;
mod demo;
mod doctor;
mod erase;
mod eval;
mod export;
mod first_start;
mod gate;
mod ground;
mod host;
mod import;
mod injection;
mod logs;
mod mail;
mod meaning;
mod models;
mod openapi;
mod output;
mod place;
mod policy;
mod read_pdf;
mod redact;
mod retention;
mod rootcause;
mod rows;
mod search;
mod serve;
mod sources;
mod triage;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use connections::{candidate_client, identity_provider, model_client, transport};
pub use output::Failure;

/// What a command ends with.
pub type Outcome = Result<(), Failure>;

/// A support desk where the machine prepares and a person signs.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the desk: console, API, mail.
    Serve(serve::Serve),
    /// Try it with an invented company; nothing leaves but to the letter tray.
    Demo(demo::Demo),
    /// Take in mail from files. The same files twice change nothing, and nothing is ever sent.
    Import(import::Import),
    /// Say what is configured, reachable and wrong, each with the next step.
    Doctor(doctor::Doctor),
    /// The local embedding model.
    #[command(subcommand)]
    Models(models::Models),
    /// The record: export it, verify an export offline, show its key.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Sort a text and say why; train, measure and use models from files.
    Triage(triage::Triage),
    /// Hold answers against the passages they were given.
    #[command(subcommand)]
    Ground(ground::Ground),
    /// Find personal data in files and measure how well.
    #[command(subcommand)]
    Redact(redact::Redact),
    /// Templates of log lines.
    #[command(subcommand)]
    Logs(logs::Logs),
    /// Where disturbances began, from telemetry in a folder.
    #[command(subcommand)]
    Rootcause(rootcause::Rootcause),
    /// Read mails as the desk would: what is new in a reply, and who wrote it.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Measure what instructions hidden in mails achieve.
    #[command(subcommand)]
    Injection(injection::Injection),
    /// Suites of cases that judge a change before people meet it.
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Changes that eval cases were asked about, and the way back.
    #[command(subcommand)]
    Gate(gate::Gate),
    /// Operating models, risk rules, routing, personas and macros as files.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Folders and sites whose documents become knowledge.
    #[command(subcommand)]
    Sources(sources::Sources),
    /// Find passages and past cases.
    Search(search::Search),
    /// People who answer.
    #[command(subcommand)]
    User(user::User),
    /// People's say in whether AI touches their cases.
    #[command(subcommand)]
    Consent(consent::Consent),
    /// What goes by age, and what is held.
    #[command(subcommand)]
    Retention(retention::Retention),
    /// Everything of a requester as JSON.
    Export(export::Export),
    /// Erase a requester, on their request.
    Erase(erase::Erase),
    /// Print the API's description.
    Openapi,
    /// Text of a PDF, from standard input to standard output.
    #[command(hide = true)]
    ReadPdf,
    /// Measure this machine and these engines.
    Bench(bench::Bench),
}

/// Reads the arguments and runs what they ask for.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    read_pdf::arrange();
    output::trace(matches!(arguments.command, Command::Serve(_)));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return Failure::told(format!("The system gave no threads to work with: {e}.")).report(),
    };
    match runtime.block_on(Box::pin(run(arguments.command))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(command: Command) -> Outcome {
    match command {
        Command::Serve(serve) => serve.run().await,
        Command::Demo(demo) => demo.run().await,
        Command::Import(import) => import.run().await,
        Command::Doctor(doctor) => doctor.run().await,
        Command::Models(models) => models.run(),
        Command::Audit(audit) => audit.run().await,
        Command::Triage(triage) => triage.run().await,
        Command::Ground(ground) => ground.run(),
        Command::Redact(redact) => redact.run(),
        Command::Logs(logs) => logs.run().await,
        Command::Rootcause(rootcause) => rootcause.run(),
        Command::Mail(mail) => mail.run(),
        Command::Injection(injection) => Box::pin(injection.run()).await,
        Command::Eval(eval) => Box::pin(eval.run()).await,
        Command::Gate(gate) => gate.run().await,
        Command::Policy(policy) => policy.run().await,
        Command::Sources(sources) => Box::pin(sources.run()).await,
        Command::Search(search) => search.run().await,
        Command::User(user) => user.run().await,
        Command::Consent(consent) => consent.run().await,
        Command::Retention(retention) => retention.run().await,
        Command::Export(export) => export.run().await,
        Command::Erase(erase) => erase.run().await,
        Command::Openapi => openapi::run(),
        Command::ReadPdf => read_pdf::run(),
        Command::Bench(bench) => bench.run().await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_make_sense_to_clap() {
        super::Arguments::command().debug_assert();
    }
}
