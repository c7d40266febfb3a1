//! The desk as people run it: the binary in a process of its own, with a mailbox to fetch from, a
//! mail server to hand letters to, and a person who works over HTTP.

pub mod history;
pub mod mailbox;
pub mod person;
pub mod place;
mod shell;
pub mod sink;

/// Runs a test on a runtime of its own.
pub fn run<F: Future>(test: F) -> F::Output {
    connect::tls::install();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test)
}

/// Whether a program of the system is there. Where everything must be tested, it has to be.
pub fn has(program: &str) -> bool {
    let there = std::process::Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    assert!(there || std::env::var("CI").as_deref() != Ok("true"), "{program} is not installed, so this is not tested");
    if !there {
        eprintln!("SKIPPED: {program} is not installed");
    }
    there
}
