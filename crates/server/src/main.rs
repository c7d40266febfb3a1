//! The binary `countersign`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
