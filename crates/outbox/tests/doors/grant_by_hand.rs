//! Permission to read cannot be made up.
fn main() {
    let _forged = store::Grant { reader: None, purpose: store::Purpose::Work, scope: store::Scope::Desk };
}
