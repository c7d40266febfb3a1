pub async fn run(_: std::sync::Arc<crate::App>) {}
