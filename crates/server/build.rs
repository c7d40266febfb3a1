//! Makes sure that there is a console to embed: the built one, or a page that says how to build it.
//! Both it and the demo world are embedded anew when their files change.

use std::{fs, path::Path};

const PLACEHOLDER: &str = r#"<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Countersign</title></head>
  <body>
    <h1>The console is not built yet</h1>
    <p>Run <code>npm ci</code> and <code>npm run build</code> in the folder <code>console</code>, then build the server again.</p>
    <p>The API works without it: see <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
  </body>
</html>
"#;

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=../../console/dist");
    println!("cargo:rerun-if-changed=../../fixtures/world");
    println!("cargo:rerun-if-changed=build.rs");
    let folder = Path::new("../../console/dist");
    let page = folder.join("index.html");
    if !page.exists() {
        fs::create_dir_all(folder)?;
        fs::write(page, PLACEHOLDER)?;
    }
    Ok(())
}
