//! What a configuration may hold, and how a wrong one is told.

use desk::leaving::{Hiding, ModelPurpose};

use super::*;

fn read(text: &str) -> Result<Config, String> {
    let config: Config = toml::from_str(text).map_err(|e| e.to_string())?;
    config.check().map_err(|e| e.to_string())?;
    Ok(config)
}

#[test]
fn wrong_keys_are_named_with_what_they_should_hold() {
    assert!(read("").is_ok());
    let cases = [
        ("listn = '1'", "listn"),
        ("listen = 'here'", "`listen` holds “here”"),
        ("[mail]\naddress = 'support'", "`mail.address`"),
        ("[desk]\nundo_seconds = -3", "`desk.undo_seconds` holds “-3”"),
        ("[desk]\nai_default = 'maybe'", "desk default"),
        ("[desk]\naddress = 'desk.example'", "`desk.address` holds “desk.example”"),
        ("[desk]\naddress = 'https://x.example/a\"b'", "`desk.address`"),
        ("[portal]\nhelp_centre = true", "`desk.address` holds “”"),
        (
            "[desk]\naddress = 'https://x.example'\n[portal]\nform_origins = ['https://a.example/b']",
            "`portal.form_origins`",
        ),
        (
            "[desk]\naddress = 'https://x.example'\n[portal]\nform_origins = [\"https://a.example 'self'\"]",
            "`portal.form_origins`",
        ),
        ("[portal]\nforms_an_hour = 0", "`portal.forms_an_hour` holds “0”"),
        ("[retention]\npeople_days = 7", "`retention.people_days` holds “7”"),
        ("[retention]\nquarantine_days = -1", "`retention.quarantine_days`"),
        ("database = 'mysql://x'", "`database`"),
        ("[model]\nbase_url = 'http://x'\nname = 'm'", "`model.base_url`"),
        (
            "[model]\nbase_url = 'https://x'\nname = 'm'\nprice = { per_million = 0.0, currency = 'EUR' }",
            "`model.price`",
        ),
        (
            "[model]\nbase_url = 'https://x'\nname = 'm'\nprice = { per_million = nan, currency = 'EUR' }",
            "`model.price`",
        ),
        (
            "[model]\nbase_url = 'https://x'\nname = 'm'\nprice = { per_million = 1.0, currency = 'euro' }",
            "`model.price`",
        ),
        ("[candidate]\nbase_url = 'https://x.example'\nname = 'm'", "`candidate`"),
        ("[shadow]\nshare_percent = 101", "`shadow.share_percent`"),
        ("[shadow]\nrequests_a_day = -1", "`shadow.requests_a_day`"),
        ("[model]\nbase_url = 'https://x.example'\nname = 'm'\nhiding = 'off'", "only to a model on this machine"),
        ("[model]\nbase_url = 'http://10.0.0.5'\nname = 'm'\nhiding = 'off'", "only to a model on this machine"),
        (
            "[model]\nbase_url = 'https://x.example'\nname = 'm'\nallow_private = true\nhiding = 'off'",
            "only to a model",
        ),
        (
            "[model]\nbase_url = 'https://10.0.0.5.evil.example'\nname = 'm'\nallow_private = true\nhiding = 'off'",
            "only to a",
        ),
        (
            "[desk]\nmodel_regions = ['eu']\n[model]\nbase_url = 'https://x.example'\nname = 'm'\nregion = 'us'",
            "allows only eu",
        ),
        ("[model]\nbase_url = 'https://x.example'\nname = 'm'\npurposes = ['mining']", "model purpose"),
        ("[mail.smtp]\nhost = 'x'\nport = 25\ntls = 'yes'", "`mail.smtp.tls` holds “yes”"),
    ];
    for (text, expected) in cases {
        let said = read(text).expect_err(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn nothing_is_hidden_only_from_a_model_close_by() {
    for host in ["127.0.0.1:8081", "localhost", "192.168.3.4", "[::1]:9", "10.1.2.3/v1"] {
        let text = format!("[model]\nbase_url = 'http://{host}'\nname = 'm'\nallow_private = true\nhiding = 'off'");
        assert_eq!(read(&text).map(|c| c.model.map(|m| m.hiding)), Ok(Some(Hiding::Off)), "{host}");
    }
    let plain = read("[model]\nbase_url = 'https://x.example'\nname = 'm'").expect("reads").model.expect("a model");
    assert_eq!((plain.hiding, plain.purposes), (Hiding::Masked, vec![ModelPurpose::Reply]));
}

#[test]
fn secrets_come_from_the_environment_and_are_never_written() {
    let mut config: Config = toml::from_str("[mail.smtp]\nhost = 'x'\nport = 465\npassword = 'old'").expect("reads");
    config.take_secrets(|name| (name == "COUNTERSIGN_SMTP_PASSWORD").then(|| "new".to_owned()));
    assert_eq!(config.mail.smtp.as_ref().map(|s| s.password.as_str()), Some("new"));
    assert!(!toml::to_string(&config).expect("writes").contains("new"));
}
