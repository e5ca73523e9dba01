use std::{
    cell::RefCell,
    convert::Infallible,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Request, Response, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::body::Frame;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use vouchsafe_shared::diagnostic::{Diagnostic, Severity};

use super::*;
use crate::{
    app::{NativeSidecar, router},
    cluster::Known,
    health::Readiness,
    metrics::Metrics,
    mutate::Rejection,
};

fn settings() -> Settings {
    Settings {
        vault_address: Some("https://vault:8200".parse().unwrap()),
        ..Settings::new("agent:1")
    }
}

fn review(operation: &str, kind: &str, annotations: &Value) -> Value {
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": { "group": "", "version": "v1", "kind": kind },
            "resource": { "group": "", "version": "v1", "resource": "pods" },
            "namespace": "shop",
            "operation": operation,
            "userInfo": { "username": "admin", "groups": ["system:authenticated"] },
            "object": {
                "metadata": { "generateName": "web-", "annotations": annotations },
                "spec": { "containers": [{ "name": "web" }] },
            },
            "oldObject": null,
            "dryRun": true,
        },
    })
}

fn minimal() -> Value {
    json!({
        "vouchsafe.dev/inject": "true",
        "vouchsafe.dev/role": "web",
        "vouchsafe.dev/secret-db.env": "secret/data/db",
    })
}

fn decided(review: &Value) -> (Decision, Value) {
    let decision = decide(
        review.to_string().as_bytes(),
        &Surroundings::new(&settings()),
    )
    .unwrap();
    let answer = serde_json::from_slice(&decision.answer).unwrap();
    (decision, answer)
}

#[test]
fn a_pod_that_asks_is_allowed_with_a_patch() {
    let review = review("CREATE", "Pod", &minimal());
    let (decision, answer) = decided(&review);
    assert_eq!(decision.verdict, Verdict::Injected);
    assert_eq!((&*decision.namespace, &*decision.pod), ("shop", "web-"));
    assert!(decision.dry_run);
    assert_eq!(answer["apiVersion"], "admission.k8s.io/v1");
    assert_eq!(answer["kind"], "AdmissionReview");
    let response = &answer["response"];
    assert_eq!(response["uid"], review["request"]["uid"]);
    assert_eq!(response["allowed"], true);
    assert_eq!(response["patchType"], "JSONPatch");
    let patch = STANDARD
        .decode(response["patch"].as_str().unwrap())
        .unwrap();
    let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
    let mut pod = review["request"]["object"].clone();
    json_patch::patch(&mut pod, &patch).unwrap();
    assert_eq!(pod["spec"]["initContainers"][0]["name"], "vouchsafe-agent");
}

#[test]
fn the_older_version_is_answered_in_its_own() {
    let mut review = review("CREATE", "Pod", &minimal());
    review["apiVersion"] = json!("admission.k8s.io/v1beta1");
    assert_eq!(decided(&review).1["apiVersion"], review["apiVersion"]);
}

#[test]
fn what_a_review_leaves_out_is_taken_as_the_original_takes_it() {
    let mut review = review("CREATE", "Pod", &minimal());
    for member in ["apiVersion", "kind"] {
        review.as_object_mut().unwrap().remove(member);
    }
    for member in ["operation", "kind", "resource", "userInfo", "dryRun"] {
        review["request"].as_object_mut().unwrap().remove(member);
    }
    let (decision, answer) = decided(&review);
    assert_eq!(decision.verdict, Verdict::Injected);
    assert_eq!(answer["apiVersion"], "admission.k8s.io/v1");
    assert!(!decision.dry_run);
}

#[test]
fn the_defaults_of_the_namespace_of_the_request_are_asked_for() {
    let asked = RefCell::new(Vec::new());
    let settings = settings();
    let around = Surroundings {
        defaults: &|namespace| {
            asked.borrow_mut().push(namespace.to_owned());
            Defaults::default()
        },
        ..Surroundings::new(&settings)
    };
    let review = review("CREATE", "Pod", &minimal()).to_string();
    let decision = decide(review.as_bytes(), &around).unwrap();
    assert_eq!(decision.injection, Some(Injection::InitAndSidecar));
    assert_eq!(asked.into_inner(), ["shop"]);
}

#[test]
fn only_the_creation_of_pods_is_looked_at() {
    let mut eviction = review("CREATE", "Pod", &minimal());
    eviction["request"]["subResource"] = json!("eviction");
    let mut foreign = review("CREATE", "Pod", &minimal());
    foreign["request"]["kind"]["group"] = json!("example.com");
    for review in [
        review("UPDATE", "Pod", &minimal()),
        review("CREATE", "Deployment", &minimal()),
        review("CREATE", "Pod", &json!({ "app": "web" })),
        eviction,
        foreign,
    ] {
        let (decision, answer) = decided(&review);
        assert_eq!(decision.verdict, Verdict::Unchanged, "{review}");
        let uid = &review["request"]["uid"];
        assert_eq!(answer["response"], json!({ "uid": uid, "allowed": true }));
    }
}

#[test]
fn a_denial_says_why_and_keeps_warnings_apart() {
    let mut annotations = minimal();
    annotations["vouchsafe.dev/mode-db.env"] = json!("0888");
    annotations["vault.hashicorp.com/zzzzzzzzzzzz"] = json!("1");
    let (decision, answer) = decided(&review("CREATE", "Pod", &annotations));
    assert_eq!(decision.verdict, Verdict::Denied);
    assert_eq!(decision.codes, [Code::BadValue, Code::UnknownAnnotation]);
    let response = &answer["response"];
    assert_eq!(response["allowed"], false);
    let status = &response["status"];
    assert_eq!(
        (&status["status"], &status["code"], &status["reason"]),
        (&json!("Failure"), &json!(403), &json!("Forbidden"))
    );
    let message = status["message"].as_str().unwrap();
    assert!(
        message.starts_with("vouchsafe: 1 problem in this pod's annotations:\nVS1002 "),
        "{message}"
    );
    assert_eq!(message.lines().count(), 2);
    assert_eq!(
        response["warnings"],
        json!([
            "VS1001 annotation vault.hashicorp.com/zzzzzzzzzzzz: is not an annotation we know (help: see docs/annotations.md for the names there are)"
        ])
    );
}

#[test]
fn an_object_that_is_no_pod_is_denied() {
    let mut review = review("CREATE", "Pod", &minimal());
    review["request"]["object"] = Value::Null;
    assert_eq!(decided(&review).0.codes, [Code::NotAPod]);
}

#[test]
fn texts_of_users_make_no_lines_of_their_own() {
    let problem = |severity| Diagnostic {
        severity,
        ..Diagnostic::error(
            Code::UnknownAnnotation,
            "annotation x\nVS1 y",
            "ß".repeat(300),
            "z",
        )
    };
    let denial = wording::denial(&Rejection(vec![problem(Severity::Error); 60]));
    assert_eq!(denial.lines().count(), 52);
    assert!(denial.ends_with("\nand 10 more"));
    let warnings = wording::warnings(&[problem(Severity::Warning)]);
    assert_eq!(warnings[0].chars().count(), 256);
    assert!(warnings[0].starts_with("VS1001 annotation x VS1 y: ß"));
}

#[test]
fn what_is_no_review_is_an_error_that_quotes_nothing() {
    let valid = review("CREATE", "Pod", &minimal()).to_string();
    for (body, expected) in [
        (String::new(), "the body is empty"),
        (" \n".to_owned(), "the body is empty"),
        (valid[..100].to_owned(), "ends too early"),
        ("secret".to_owned(), "not JSON"),
        (
            valid.replacen("\"uid\"", "\"id\"", 1),
            "a member is missing or of the wrong type",
        ),
        (valid.replacen("io/v1", "io/v2", 1), "v1 or v1beta1"),
        (
            valid.replacen("AdmissionReview", "Review", 1),
            "v1 or v1beta1",
        ),
        (
            valid.replacen("\"request\"", "\"response\"", 1),
            "has no request",
        ),
        (
            valid.replacen(
                "\"object\":",
                &format!("\"object\":{}", "[".repeat(100_000)),
                1,
            ),
            "not JSON",
        ),
    ] {
        let error = decide(body.as_bytes(), &Surroundings::new(&settings()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

fn app() -> (Router, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new());
    let handler = Handler::new(
        settings(),
        NativeSidecar::Auto,
        Known::default(),
        Arc::clone(&metrics),
    );
    let readiness = Arc::new(Readiness::default());
    let router = router(handler, readiness, Some("/metrics"), Arc::clone(&metrics));
    (router, metrics)
}

async fn asked(app: Router, content_type: &str, body: Body) -> (StatusCode, Value) {
    let request = Request::post("/mutate?timeout=10s")
        .header("content-type", content_type)
        .body(body)
        .unwrap();
    let response: Response<Body> = app.oneshot(request).await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn what_a_user_wrote_is_answered_with_200_and_counted() {
    let (app, metrics) = app();
    let denied = json!({ "vouchsafe.dev/inject": "perhaps" });
    for (annotations, allowed) in [(minimal(), true), (json!({}), true), (denied, false)] {
        let body = review("CREATE", "Pod", &annotations).to_string();
        let (status, answer) =
            asked(app.clone(), "application/json; charset=utf-8", body.into()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(answer["response"]["allowed"], allowed);
    }
    let page = metrics.page();
    for line in [
        "vouchsafe_webhook_admissions_total{result=\"injected\"} 1",
        "vouchsafe_webhook_admissions_total{result=\"unchanged\"} 1",
        "vouchsafe_webhook_admissions_total{result=\"denied\"} 1",
        "vouchsafe_webhook_admissions_total{result=\"invalid\"} 0",
        "vouchsafe_webhook_admission_duration_seconds_count 3",
        "vouchsafe_webhook_problems_total{code=\"VS1002\"} 1",
        "vouchsafe_webhook_certificate_reloads_total{result=\"success\"} 0",
        "vouchsafe_webhook_connections 0",
        "vault_agent_injector_request_queue_length 0",
        "vault_agent_injector_request_processing_duration_ms_count 3",
        "vault_agent_injector_injections_by_namespace_total{namespace=\"shop\",injection_type=\"init_and_sidecar\"} 1",
        "vault_agent_injector_failed_injections_by_namespace_total{namespace=\"shop\"} 1",
    ] {
        assert!(page.contains(line), "missing: {line}\nin:\n{page}");
    }
}

#[tokio::test]
async fn what_is_no_request_for_us_says_so_in_json() {
    let (app, metrics) = app();
    let valid = || Body::from(review("CREATE", "Pod", &minimal()).to_string());
    for (content_type, body, expected) in [
        ("text/plain", valid(), StatusCode::BAD_REQUEST),
        ("", valid(), StatusCode::BAD_REQUEST),
        ("application/json", Body::empty(), StatusCode::BAD_REQUEST),
        ("application/json", Body::from("{"), StatusCode::BAD_REQUEST),
        (
            "application/json",
            Body::from(vec![b' '; BODY_LIMIT + 1]),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            "application/json",
            Body::from(vec![b' '; 3 * BODY_LIMIT + 1]),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            "application/json",
            Body::from(vec![b' '; BODY_LIMIT]),
            StatusCode::BAD_REQUEST,
        ),
        (
            "application/json",
            Body::new(Chunks(3 * BODY_LIMIT / 1024 + 1)),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let (status, answer) = asked(app.clone(), content_type, body).await;
        assert_eq!(status, expected);
        assert!(answer["error"].is_string(), "{answer}");
    }
    let line = "vouchsafe_webhook_admissions_total{result=\"invalid\"} 8";
    assert!(metrics.page().contains(line));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_waited_for_nine_seconds() {
    let started = tokio::time::Instant::now();
    let (status, _) = asked(app().0, "application/json", Body::new(Chunks(0))).await;
    assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(started.elapsed().as_secs(), 9);
}

#[tokio::test(start_paused = true)]
async fn long_reviews_wait_for_each_other_and_short_ones_do_not() {
    let (app, _) = app();
    let long = tokio::spawn(asked(
        app.clone(),
        "application/json",
        Body::new(Chunks(200)),
    ));
    tokio::task::yield_now().await;
    let mut padded = review("CREATE", "Pod", &minimal());
    padded["request"]["object"]["padding"] = json!("x".repeat(200 * 1024));
    let second = asked(app.clone(), "application/json", padded.to_string().into());
    let short = review("CREATE", "Pod", &minimal()).to_string();
    let (status, _) = asked(app, "application/json", short.into()).await;
    assert_eq!(status, StatusCode::OK);
    let (long, second) = (long.await.unwrap(), second.await);
    assert_eq!(long.0, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(second.0, StatusCode::OK);
}

#[tokio::test(flavor = "current_thread")]
async fn nobody_waits_while_a_long_review_is_decided() {
    let (app, metrics) = app();
    let mut long = review("CREATE", "Pod", &minimal());
    long["request"]["object"]["padding"] = vec![json!({ "a": 1 }); BODY_LIMIT / 40].into();
    let short = review("CREATE", "Pod", &minimal());
    let mut long = pin!(asked(
        app.clone(),
        "application/json",
        long.to_string().into()
    ));
    let short = asked(app, "application/json", short.to_string().into());
    let short = tokio::select! {
        biased;
        _ = &mut long => panic!("the long one, asked first, came first"),
        short = short => short,
    };
    let long = long.await;
    assert_eq!((long.0, short.0), (StatusCode::OK, StatusCode::OK));
    assert_eq!(long.1, short.1);
    let line = "vouchsafe_webhook_admissions_total{result=\"injected\"} 2";
    assert!(metrics.page().contains(line));
}

#[tokio::test]
async fn other_paths_and_methods_are_refused() {
    for (request, expected) in [
        (Request::get("/mutate"), StatusCode::METHOD_NOT_ALLOWED),
        (Request::get("/metrics"), StatusCode::OK),
        (Request::post("/metrics"), StatusCode::METHOD_NOT_ALLOWED),
        // Nobody has said yet that it is ready.
        (
            Request::get("/health/ready"),
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (Request::post("/"), StatusCode::NOT_FOUND),
    ] {
        let request = request.body(Body::empty()).unwrap();
        assert_eq!(app().0.oneshot(request).await.unwrap().status(), expected);
    }
}

/// This many KiB of blanks, of unknown total length, and then no end.
struct Chunks(usize);

impl hyper::body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.0 == 0 {
            return Poll::Pending;
        }
        self.0 -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b' '; 1024])))))
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = decide(&bytes, &Surroundings::new(&settings()));
    }

    /// A valid review with some bytes overwritten, left out or put in.
    #[test]
    fn no_damage_makes_it_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..3_usize, any::<u8>()), 1..8)
    ) {
        let mut bytes = review("CREATE", "Pod", &minimal()).to_string().into_bytes();
        for (place, edit, byte) in edits {
            let place = place.index(bytes.len());
            match edit {
                0 => bytes[place] = byte,
                1 => drop(bytes.remove(place)),
                _ => bytes.insert(place, byte),
            }
        }
        if let Ok(decision) = decide(&bytes, &Surroundings::new(&settings())) {
            let answer: Value = serde_json::from_slice(&decision.answer).unwrap();
            prop_assert!(answer["response"]["allowed"].is_boolean());
        }
    }
}
