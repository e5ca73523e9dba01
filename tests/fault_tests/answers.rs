//! What comes back is not what a store answers.

use std::time::Duration;

use vouchsafe_tests::fault_proxy::{Fault, FaultProxy};

use crate::{FEW, LASTS, SOON, scene::Scene};

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Fault {
    let headers = headers.iter();
    Fault::Answer {
        status,
        headers: headers
            .map(|&(name, value)| (name, value.to_owned()))
            .collect(),
        body: body.to_owned(),
    }
}

/// While every answer is this, the cause has this code; then all is well again, without another
/// login.
fn instead_of_answers(name: &'static str, fault: Fault, code: &str) {
    let mut scene = Scene::new();
    let mut trial = scene.trial(name);
    trial.scene.proxy.all(fault);
    trial.is_named("read_failed", code).holds(LASTS, FEW);
    trial.scene.proxy.heal();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1, "it says nothing of the token");
}

#[test]
fn fault_truncated_json() {
    instead_of_answers("fault_truncated_json", Fault::TruncatedBody, "VS3008");
}

#[test]
fn fault_html_from_a_proxy() {
    let page = answer(
        200,
        &[("content-type", "text/html")],
        "<html><h1>It works!</h1></html>",
    );
    instead_of_answers("fault_html_from_a_proxy", page, "VS3008");
}

#[test]
fn fault_html_with_a_status_from_a_proxy() {
    let page = answer(
        502,
        &[("content-type", "text/html")],
        "<html><h1>Bad Gateway</h1></html>",
    );
    instead_of_answers("fault_html_with_a_status_from_a_proxy", page, "VS3006");
}

#[test]
fn fault_html_with_403_from_a_proxy() {
    let page = answer(
        403,
        &[("content-type", "text/html")],
        "<html><h1>Blocked</h1></html>",
    );
    instead_of_answers("fault_html_with_403_from_a_proxy", page, "VS3008");
}

#[test]
fn fault_html_with_404_from_a_proxy() {
    let page = answer(
        404,
        &[("content-type", "text/html")],
        "default backend - 404",
    );
    instead_of_answers("fault_html_with_404_from_a_proxy", page, "VS3008");
}

#[test]
fn fault_no_http() {
    instead_of_answers("fault_no_http", Fault::Garbage, "VS3008");
}

#[test]
fn fault_oversized_answer() {
    instead_of_answers(
        "fault_oversized_answer",
        Fault::Oversized(64 * 1024 * 1024),
        "VS3008",
    );
}

#[test]
fn fault_internal_server_error() {
    let words = answer(
        500,
        &[],
        r#"{"errors":["1 error occurred: internal error"]}"#,
    );
    instead_of_answers("fault_internal_server_error", words, "VS3006");
}

#[test]
fn fault_replica_behind() {
    instead_of_answers(
        "fault_replica_behind",
        answer(
            412,
            &[],
            r#"{"errors":["required index state not present"]}"#,
        ),
        "VS3006",
    );
}

#[test]
fn fault_standby_redirects() {
    let active = FaultProxy::start(1);
    let location = format!("{}/v1/secret/data/x", active.address());
    let redirect = answer(307, &[("location", &location)], "");
    instead_of_answers("fault_standby_redirects", redirect, "VS3006");
    assert_eq!(
        (active.connections(), active.tokens().len()),
        (0, 0),
        "the token stays with its server"
    );
}

/// A minute of refusals that name ten seconds of patience each, at a sixth of that.
#[test]
fn fault_too_many_requests_for_a_minute() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_too_many_requests_for_a_minute");
    let words = r#"{"errors":["request path \"secret\": rate limit quota exceeded"]}"#;
    trial
        .scene
        .proxy
        .all(answer(429, &[("retry-after", "2")], words));
    // Not before two seconds each.
    trial
        .is_named("read_failed", "VS3007")
        .holds(Duration::from_secs(10), 6);
    trial.scene.proxy.heal();
    trial.recovers(SOON);
}
