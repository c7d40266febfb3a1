//! stub
pub fn transport(_: &crate::config::Config) -> Result<outbox::Transport, crate::FlowError> { todo!() }
pub fn model_client(_: &crate::config::Config) -> Result<Option<connect::model::Client>, crate::FlowError> { todo!() }
