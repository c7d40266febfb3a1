//! What may leave for a language model: how much of it is hidden, where the model stands, and what it may be used for.

use crate::closed_list;

closed_list! {
    /// How much of a request is hidden.
    pub enum Hiding ("hiding") {
        /// Personal data becomes placeholders.
        Masked = "masked",
        /// The same, and nothing but the newest question and articles' passages is sent: no earlier replies to others.
        Minimal = "minimal",
        /// Nothing is hidden. Only for an endpoint on this machine or in its own network.
        Off = "off",
    }
}

closed_list! {
    /// What a model is asked for.
    pub enum ModelPurpose ("model purpose") {
        /// Drafts of replies to requesters.
        Reply = "reply",
        /// Whether the endpoint answers, with a fixed question that holds nothing of anybody.
        Check = "check",
    }
}

/// What is configured for an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<'a> {
    /// How much is hidden.
    pub hiding: Hiding,
    /// What it may be used for.
    pub purposes: &'a [ModelPurpose],
    /// Where it stands.
    pub region: &'a str,
    /// Whether it is on this machine or in its own network.
    pub local: bool,
    /// Where endpoints may stand; empty means anywhere.
    pub regions: &'a [String],
}

impl Endpoint<'_> {
    /// What can be wrong with the settings alone.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub fn stands(&self) -> Result<(), String> {
        if self.hiding == Hiding::Off && !self.local {
            return Err("Personal data may be sent as it is only to a model on this machine or in its own network. Set `model.hiding` to masked or minimal.".to_owned());
        }
        let allowed =
            self.regions.is_empty() || self.regions.iter().any(|r| r.eq_ignore_ascii_case(self.region.trim()));
        if allowed {
            return Ok(());
        }
        let region = if self.region.trim().is_empty() {
            "no region".to_owned()
        } else {
            format!("region “{}”", self.region)
        };
        Err(format!(
            "The model endpoint has {region}, and `desk.model_regions` allows only {}. Choose another endpoint or allow the region.",
            self.regions.join(", ")
        ))
    }

    /// Whether a request for this purpose may be sent now.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub fn may_leave(&self, purpose: ModelPurpose) -> Result<(), String> {
        self.stands()?;
        if purpose != ModelPurpose::Check && !self.purposes.contains(&purpose) {
            return Err(format!(
                "The model endpoint is not configured for the purpose “{purpose}” (`model.purposes`), so nothing was sent."
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t086_a_region_or_purpose_that_is_not_allowed_gets_nothing() {
        let eu = ["eu".to_owned()];
        let good = Endpoint {
            hiding: Hiding::Masked,
            purposes: &[ModelPurpose::Reply],
            region: "EU",
            local: false,
            regions: &eu,
        };
        assert_eq!(good.may_leave(ModelPurpose::Reply), Ok(()));
        assert_eq!(good.may_leave(ModelPurpose::Check), Ok(()));
        for bad in [
            Endpoint { region: "us", ..good },
            Endpoint { region: "", ..good },
            Endpoint { purposes: &[], ..good },
            Endpoint { purposes: &[ModelPurpose::Check], ..good },
            Endpoint { hiding: Hiding::Off, ..good },
        ] {
            assert!(bad.may_leave(ModelPurpose::Reply).is_err(), "{bad:?}");
        }
        assert_eq!(Endpoint { regions: &[], region: "", ..good }.stands(), Ok(()));
        assert_eq!(Endpoint { hiding: Hiding::Off, local: true, ..good }.stands(), Ok(()));
    }
}
