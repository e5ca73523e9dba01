use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    api::Api,
    fleet::{Replica, clock, until_holds},
};
use crate::options::{self, Certificate, Options};

const CONFIG_MAP: &str = "/api/v1/namespaces/vouchsafe/configmaps/vouchsafe-defaults";
const SECOND: Duration = Duration::from_secs(1);

fn start(api: &Api) -> Replica {
    let options = Options {
        namespace: "vouchsafe".to_owned(),
        certificate: Certificate::Elsewhere,
        defaults: options::Defaults {
            config_map: Some(options::CONFIG_MAP.to_owned()),
            namespaces: true,
        },
        version: false,
    };
    Replica::start_options(api, &clock(), options)
}

fn config_map(text: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {},
        "data": { "defaults.yaml": text, "profile.batch": "vouchsafe.dev/role: batch" },
    })
}

fn namespace(annotations: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "annotations": annotations, "generation": 1 } })
}

fn path(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}")
}

#[tokio::test(start_paused = true)]
async fn what_is_there_is_known_before_the_first_admission() {
    let api = Api::new();
    api.put(CONFIG_MAP, config_map("vouchsafe.dev/role: app"));
    // More than one page of a list.
    for number in 0..250 {
        let annotations = json!({ "example.com/team": "a" });
        api.put(&path(&format!("other-{number}")), namespace(&annotations));
    }
    let annotations = json!({ "openbao.org/role": "web", "example.com/team": "b" });
    api.put(&path("web"), namespace(&annotations));
    let replica = start(&api);
    assert!(!replica.is_supplied());
    replica.until_supplied().await;
    let defaults = replica.view.defaults.load();
    assert_eq!(defaults.cluster["vouchsafe.dev/role"], "app");
    assert_eq!(defaults.profiles["batch"]["vouchsafe.dev/role"], "batch");
    assert_eq!(defaults.namespaces.len(), 1);
    assert_eq!(
        defaults.namespaces["web"],
        [("openbao.org/role".to_owned(), "web".to_owned())].into()
    );
    assert_eq!(replica.metric("defaults_namespaces"), "1");
}

#[tokio::test(start_paused = true)]
async fn changes_are_followed_and_what_cannot_be_read_keeps_the_last() {
    let api = Api::new();
    let replica = start(&api);
    replica.until_supplied().await;
    let role = || {
        let defaults = replica.view.defaults.load();
        defaults.cluster.get("vouchsafe.dev/role").cloned()
    };
    assert_eq!(role(), None);
    api.put(CONFIG_MAP, config_map("vouchsafe.dev/role: a"));
    sleep(SECOND).await;
    assert_eq!(role().as_deref(), Some("a"));
    api.put(CONFIG_MAP, config_map("vouchsafe.dev/role: [b"));
    sleep(SECOND).await;
    assert_eq!(role().as_deref(), Some("a"));
    assert_eq!(
        replica.metric("defaults_loads_total{result=\"failure\"}"),
        "1"
    );
    api.put(CONFIG_MAP, config_map("vouchsafe.dev/role: c"));
    sleep(SECOND).await;
    assert_eq!(role().as_deref(), Some("c"));
    api.delete(CONFIG_MAP);
    sleep(SECOND).await;
    assert_eq!(role(), None);
    assert!(replica.view.defaults.load().profiles.is_empty());

    let namespaces = || replica.view.defaults.load().namespaces.clone();
    let set = |value: &str| {
        api.put(
            &path("web"),
            namespace(&json!({ "vouchsafe.dev/role": value })),
        );
    };
    set("a");
    sleep(SECOND).await;
    assert_eq!(namespaces()["web"]["vouchsafe.dev/role"], "a");
    set("b");
    sleep(SECOND).await;
    assert_eq!(namespaces()["web"]["vouchsafe.dev/role"], "b");
    api.put(&path("web"), namespace(&json!({ "example.com/a": "b" })));
    sleep(SECOND).await;
    assert!(namespaces().is_empty());
    set("c");
    sleep(SECOND).await;
    api.delete(&path("web"));
    sleep(SECOND).await;
    assert!(namespaces().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_missed_over_days_and_broken_watches() {
    let api = Api::new();
    let replica = start(&api);
    replica.until_supplied().await;
    let names = || replica.view.defaults.load().namespaces.len();
    let annotations = json!({ "vouchsafe.dev/role": "a" });
    for day in 1..=3 {
        api.put(&path(&format!("a{day}")), namespace(&annotations));
        sleep(SECOND).await;
        assert_eq!(names(), day);
        sleep(Duration::from_secs(86_400)).await;
    }
    // Gone while nobody looked on.
    api.set_down(true);
    api.forget();
    sleep(10 * SECOND).await;
    api.delete(&path("a1"));
    api.put(&path("a4"), namespace(&annotations));
    api.put(&path("a5"), namespace(&annotations));
    api.forget();
    sleep(10 * SECOND).await;
    assert_eq!(names(), 3);
    api.set_down(false);
    until_holds(&api, "the list to be read again", || names() == 4).await;
    assert!(!replica.view.defaults.load().namespaces.contains_key("a1"));
}

#[tokio::test(start_paused = true)]
async fn watching_costs_a_request_every_few_minutes() {
    let api = Api::new();
    let replica = start(&api);
    replica.until_supplied().await;
    api.take_requests();
    sleep(Duration::from_secs(86_400)).await;
    let requests = api.take_requests().len();
    assert!(requests <= 2 * 86_400 / 240 + 2, "{requests}");
}

#[tokio::test(start_paused = true)]
async fn what_is_forbidden_is_gone_without_until_it_is_allowed() {
    let api = Api::new();
    api.put(CONFIG_MAP, config_map("vouchsafe.dev/role: app"));
    api.put(
        &path("web"),
        namespace(&json!({ "vouchsafe.dev/role": "web" })),
    );
    for action in ["list configmaps", "list namespaces"] {
        api.forbid(action);
    }
    let replica = start(&api);
    sleep(SECOND).await;
    assert!(replica.is_supplied());
    assert_eq!(
        *replica.view.defaults.load(),
        crate::defaults::Defaults::default()
    );
    for task in ["cluster_defaults", "namespace_defaults"] {
        let name = format!("cluster_failures_total{{task=\"{task}\"}}");
        assert_ne!(replica.metric(&name), "0");
    }
    for action in ["list configmaps", "list namespaces"] {
        api.allow(action);
    }
    sleep(120 * SECOND).await;
    let defaults = replica.view.defaults.load();
    assert_eq!(defaults.cluster["vouchsafe.dev/role"], "app");
    assert_eq!(defaults.namespaces["web"]["vouchsafe.dev/role"], "web");
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_is_away_does_not_keep_a_replica_from_serving() {
    let api = Api::new();
    api.set_down(true);
    let replica = start(&api);
    sleep(9 * SECOND).await;
    assert!(!replica.is_supplied());
    sleep(2 * SECOND).await;
    assert!(replica.is_supplied());
}
