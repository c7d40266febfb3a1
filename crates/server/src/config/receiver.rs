//! Other systems that may be told of escalations.

use serde::{Deserialize, Serialize};

/// Another system that receives escalations. Policies name it by `name`; nobody else can make the desk call an address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Name, as policies use it.
    pub name: String,
    /// Address that takes signed JSON by POST.
    pub url: String,
    /// Signing secret, in the form of Standard Webhooks (`whsec_` and Base64) or plain; `COUNTERSIGN_RECEIVER_SECRET` overrides that of every receiver.
    #[serde(default, skip_serializing)]
    pub secret: String,
    /// Allow a private or loopback address, and http to it.
    #[serde(default)]
    pub allow_private: bool,
}
