use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::{
    api::Api,
    fleet::{Replica, clock, until},
};
use crate::{
    options::{Certificate, Defaults, Options},
    sidecars::SidecarSupport,
};

fn version(minor: &str) -> serde_json::Value {
    json!({
        "major": "1", "minor": minor, "gitVersion": format!("v1.{minor}.0"), "gitCommit": "", "gitTreeState": "",
        "buildDate": "", "goVersion": "", "compiler": "", "platform": "",
    })
}

#[tokio::test(start_paused = true)]
async fn the_version_is_asked_for_until_it_is_told_and_then_every_hour() {
    let api = Api::new();
    api.set_down(true);
    let options = Options {
        namespace: "vouchsafe".to_owned(),
        certificate: Certificate::Elsewhere,
        defaults: Defaults::default(),
        version: true,
    };
    let replica = Replica::start_options(&api, &clock(), options);
    replica.until_supplied().await;
    let mut sidecars = replica.view.sidecars.clone();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(*sidecars.borrow(), SidecarSupport::Unknown);
    assert_eq!(replica.metric("native_sidecars{support=\"unknown\"}"), "1");

    api.put("/version", version("28"));
    api.set_down(false);
    let known = until(
        "an answer",
        sidecars.wait_for(|known| *known == SidecarSupport::Absent),
    );
    known.await.unwrap();
    api.put("/version", version("29+"));
    let known = until(
        "an upgrade",
        sidecars.wait_for(|known| *known == SidecarSupport::Native),
    );
    known.await.unwrap();
    assert_eq!(replica.metric("native_sidecars{support=\"native\"}"), "1");
    assert_eq!(replica.metric("native_sidecars{support=\"absent\"}"), "0");

    api.set_down(true);
    sleep(Duration::from_secs(86_400)).await;
    assert_eq!(
        *sidecars.borrow(),
        SidecarSupport::Native,
        "what is known stays so"
    );
}
