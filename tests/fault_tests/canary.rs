//! No secret is in anything that the agent emits, whatever fails.

use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{
    fault_proxy::{Fault, FaultProxy},
    solo::vault::Vault,
};

use crate::{SOON, scene::Scene};

/// Every fault of the others holds the same check; here they come one after another, with a log in
/// JSON, a template that fails on its secret, and answers that quote it.
#[test]
fn fault_canary_is_never_emitted() {
    let mut scene = Scene::prepared(Vault::shared(), "1h", |config| {
        config["log"] = json!({ "level": "trace", "format": "json" });
        let secret = config["files"][0]["source"]["secret"].clone();
        let template = format!(
            "{{{{ with secret {secret} }}}}{{{{ .Data.data.password | parseInt }}}}{{{{ end }}}}"
        );
        let file = json!({ "name": "fails", "store": "vault", "source": { "template": template } });
        let other = config["volumes"][0]["path"]
            .as_str()
            .unwrap()
            .replace("secrets", "other");
        let volumes = config["volumes"].as_array_mut().unwrap();
        volumes.push(json!({ "path": other }));
        config["files"].as_array_mut().unwrap().push(file);
        config["files"][2]["volume"] = json!(1);
    });
    scene.start();
    let planted = scene.plant();
    let quoting = |status: u16| {
        Fault::Answer {
        status,
        headers: vec![("retry-after", "0".to_owned()), ("location", format!("https://other.test/{planted}?token={planted}"))],
        body: json!({ "data": { "data": planted }, "auth": { "client_token": [planted] }, "lease_duration": planted, "warnings": [planted] }).to_string(),
    }
    };
    let faults = [200, 204, 307, 400, 403, 404, 412, 429, 500, 503].map(quoting);
    let others = [
        Fault::TruncatedBody,
        Fault::ResetMidBody,
        Fault::Garbage,
        Fault::Reset,
        Fault::Oversized(8 * 1024 * 1024),
    ];
    let mut trial = scene.trial("fault_canary_is_never_emitted");
    for fault in faults.into_iter().chain(others) {
        let asked = |proxy: &FaultProxy| proxy.requests() + proxy.connections();
        let before = asked(&trial.scene.proxy);
        trial.scene.proxy.all(fault);
        // A restart meets it with each request that there is, too.
        trial.scene.agent.kill();
        trial.scene.agent.start();
        vouchsafe_tests::wait::until(Duration::from_secs(30), "more than one request", || {
            (asked(&trial.scene.proxy) >= before + 3)
                .then_some(())
                .ok_or("fewer")
        });
        trial.scene.check();
    }
    trial.scene.proxy.heal();
    trial.over();
    trial.recovers(2 * SOON);
}
