//! Writes `fixtures/world/vectors.bin` afresh: `cargo run -p server --example world_vectors -- WEIGHTS_FOLDER OUT_FILE`.
//! Run it after changing the demo world's texts: what it lacks, each new desk reads by itself, which takes longer.

use server::{App, app::World, config::Config, demo::world};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(weights), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: world_vectors WEIGHTS_FOLDER OUT_FILE".into());
    };
    let folder = tempfile::tempdir()?;
    let mut config = Config { data: folder.path().to_owned(), ..Config::default() };
    config.embedding.folder = weights.into();
    let app = App::open(config, World::Demo).await?;
    world::load(&app).await?;
    std::fs::write(out, world::vectors_file(&app).await?)?;
    Ok(())
}
