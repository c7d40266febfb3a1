//! The house's rules, held by tests: who may depend on whom, who may name what, how long a file may
//! be, and that the pages say what the code does. Each failure names the file and the rule.

mod code;
mod dependencies;
mod pages;
mod workspace;
