//! Defaults around a pod: who goes before whom, and how messages name them.

use std::collections::BTreeMap;

use super::*;

/// What is around the pods of these tests.
struct Around {
    namespace: Pairs,
    cluster: Pairs,
    profiles: BTreeMap<String, Pairs>,
}

fn pairs(said: &[(&str, &str)]) -> Pairs {
    said.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

impl Around {
    fn new(
        namespace: &[(&str, &str)],
        cluster: &[(&str, &str)],
        profiles: &[(&str, &[(&str, &str)])],
    ) -> Self {
        Self {
            namespace: pairs(namespace),
            cluster: pairs(cluster),
            profiles: profiles
                .iter()
                .map(|(name, said)| ((*name).to_owned(), pairs(said)))
                .collect(),
        }
    }

    fn layers<'a>(&'a self, pod: &[(&'a str, &'a str)]) -> Layers<'a> {
        Layers {
            namespace: Some(NamespaceLayer {
                name: "team-a",
                annotations: &self.namespace,
            }),
            cluster: Some(&self.cluster),
            profiles: Some(&self.profiles),
            ..Layers::of_pod(pod.iter().copied())
        }
    }

    fn parse(&self, pod: &[(&str, &str)]) -> Result<Intent, Rejection> {
        parse_layers(&self.layers(pod), &mut |_| vec![])
    }

    fn inject(&self, pod: &[(&str, &str)]) -> InjectSpec {
        match self.parse(pod) {
            Ok(Intent::Inject { spec, .. }) => *spec,
            other => panic!("not injected: {other:?}"),
        }
    }

    fn rejected(&self, pod: &[(&str, &str)]) -> Vec<Diagnostic> {
        match self.parse(pod) {
            Err(Rejection(problems)) => problems,
            other => panic!("not rejected: {other:?}"),
        }
    }
}

const INJECT: (&str, &str) = ("vouchsafe.dev/inject", "true");
const SECRET: (&str, &str) = ("vouchsafe.dev/secret-db", "secret/data/db");

/// All layers there are, the weakest first, as additions to a pod.
#[test]
fn each_layer_goes_before_those_further_from_the_pod() {
    let role = |value: &'static str| ("vouchsafe.dev/role", value);
    let weak = |value: &'static str| ("vault.hashicorp.com/role", value);
    let by_cluster = [role("cluster"), ("vouchsafe.dev/profile", "of-cluster")];
    let by_namespace = [weak("namespace"), ("vouchsafe.dev/profile", "of-namespace")];
    let all: [(&str, &[(&str, &str)]); 4] = [
        ("of-cluster", &[role("cluster's profile")]),
        ("of-namespace", &[role("namespace's profile")]),
        ("first", &[role("first profile")]),
        ("second", &[role("second profile")]),
    ];
    let pod = [INJECT, SECRET];
    let named = [INJECT, SECRET, ("vouchsafe.dev/profile", "first, second")];
    let own = [named[0], named[1], named[2], weak("pod")];
    let bare = [("vouchsafe.dev/profile", "of-namespace")];
    for (namespace, cluster, pod, value, label) in [
        (
            &[][..],
            &by_cluster[1..],
            &pod[..],
            "cluster's profile",
            "vouchsafe.dev/role (profile of-cluster)",
        ),
        (
            &[],
            &by_cluster,
            &pod,
            "cluster",
            "vouchsafe.dev/role (cluster default)",
        ),
        (
            &bare,
            &by_cluster,
            &pod,
            "namespace's profile",
            "vouchsafe.dev/role (profile of-namespace)",
        ),
        (
            &by_namespace,
            &by_cluster,
            &pod,
            "namespace",
            "vault.hashicorp.com/role (namespace team-a)",
        ),
        (
            &by_namespace,
            &by_cluster,
            &named,
            "second profile",
            "vouchsafe.dev/role (profile second)",
        ),
        (
            &by_namespace,
            &by_cluster,
            &own,
            "pod",
            "vault.hashicorp.com/role",
        ),
    ] {
        let around = Around::new(namespace, cluster, &all);
        let role = around.inject(pod).auth.role.unwrap();
        assert_eq!(
            (role.value.as_str(), role.annotation.as_str()),
            (value, label)
        );
    }
}

#[test]
fn the_inject_that_counts_decides_the_dialect() {
    let around = Around::new(
        &[
            ("vault.hashicorp.com/agent-inject", "true"),
            ("vault.hashicorp.com/role", "web"),
        ],
        &[],
        &[],
    );
    assert_eq!(around.inject(&[SECRET]).dialect, Dialect::Original);
    assert_eq!(around.inject(&[INJECT, SECRET]).dialect, Dialect::Own);
    let Ok(Intent::LeaveAlone { .. }) = around.parse(&[("vouchsafe.dev/inject", "false")]) else {
        panic!("not left alone")
    };
}

#[test]
fn defaults_shadow_each_other_without_a_word() {
    let around = Around::new(
        &[("vouchsafe.dev/log-level", "warn")],
        &[
            ("vouchsafe.dev/log-level", "error"),
            ("vouchsafe.dev/mode-tls.key", "0400"),
        ],
        &[],
    );
    let pod = [
        MINIMAL[0],
        MINIMAL[1],
        MINIMAL[2],
        ("vouchsafe.dev/log-level", "debug"),
    ];
    let Ok(Intent::Inject { warnings, .. }) = around.parse(&pod) else {
        panic!("not injected")
    };
    assert_eq!(warnings, []);
}

#[test]
fn a_profile_brings_files_that_a_pod_can_change_and_take_away() {
    let around = Around::new(
        &[],
        &[],
        &[(
            "web-db",
            &[
                ("vouchsafe.dev/role", "web"),
                ("vouchsafe.dev/secret-db", "secret/data/db"),
                ("vouchsafe.dev/mode-db", "0400"),
                ("vouchsafe.dev/template-api", "text"),
            ],
        )],
    );
    let profile = ("vouchsafe.dev/profile", "web-db");
    let files = |more: &[(&'static str, &'static str)]| {
        let pod: Vec<_> = [INJECT, profile]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let spec = around.inject(&pod);
        spec.files
            .iter()
            .map(|file| format!("{} {} {}", file.name, file.mode, file.annotation))
            .collect::<Vec<_>>()
    };
    let api = "api 0644 vouchsafe.dev/template-api (profile web-db)";
    assert_eq!(
        files(&[]),
        [api, "db 0400 vouchsafe.dev/secret-db (profile web-db)"]
    );
    assert_eq!(
        files(&[
            ("vouchsafe.dev/mode-db", "0440"),
            ("vouchsafe.dev/format-api", "json"),
            ("vouchsafe.dev/secret-api", "secret/api")
        ]),
        [
            "api 0644 vouchsafe.dev/secret-api",
            "db 0440 vouchsafe.dev/secret-db (profile web-db)"
        ]
    );
    assert_eq!(files(&[("vouchsafe.dev/secret-db", "")]), [api]);
    let db = "db 0400 vouchsafe.dev/secret-db (profile web-db)";
    for name in ["vouchsafe.dev/secret-api", "vouchsafe.dev/template-api"] {
        assert_eq!(files(&[(name, "")]), [db]);
    }
}

#[test]
fn of_two_that_cannot_both_be_the_stronger_layer_is_heard() {
    let around = Around::new(
        &[],
        &[
            ("vouchsafe.dev/placement", "last"),
            ("vouchsafe.dev/role", "cluster"),
            ("vouchsafe.dev/run-as-same-user", "true"),
            ("vouchsafe.dev/token-audience", "vault"),
            ("vouchsafe.dev/pre-populate-only", "true"),
        ],
        &[],
    );
    let spec = around.inject(&[
        INJECT,
        SECRET,
        ("vouchsafe.dev/init-first", "true"),
        ("vouchsafe.dev/auth-config-role", "pod"),
        ("vouchsafe.dev/run-as-user", "5"),
        ("vouchsafe.dev/service-account-token-volume-name", "mine"),
        ("vouchsafe.dev/pre-populate", "false"),
    ]);
    assert_eq!(
        (spec.placement, spec.phases),
        (Placement::First, Phases::Run)
    );
    assert_eq!((spec.auth.role, spec.container.same_user), (None, None));
    assert_eq!(spec.auth.parameters["role"].value, "pod");
    assert_eq!(
        (
            spec.identity_token.audience,
            spec.container.user.unwrap().value
        ),
        (None, 5)
    );
    let not_same = ("vouchsafe.dev/run-as-same-user", "false");
    let user = Around::new(
        &[],
        &[
            ("vouchsafe.dev/role", "web"),
            ("vouchsafe.dev/run-as-user", "7"),
        ],
        &[],
    );
    assert_eq!(
        user.inject(&[INJECT, SECRET, not_same])
            .container
            .user
            .unwrap()
            .value,
        7
    );
    let spec = around.inject(&[INJECT, SECRET, ("vouchsafe.dev/placement", "before:x")]);
    assert!(matches!(spec.placement, Placement::Before(_)));
}

#[test]
fn an_unknown_profile_is_denied_with_the_nearest_and_the_list() {
    let around = Around::new(&[], &[], &[("web-db", &[]), ("batch", &[])]);
    let pod = [
        MINIMAL[0],
        MINIMAL[1],
        MINIMAL[2],
        ("vouchsafe.dev/profile", "webdb"),
    ];
    let problems = around.rejected(&pod);
    assert_eq!(
        problems[0].to_string(),
        "VS1030 annotation vouchsafe.dev/profile: there is no profile \"webdb\" (help: did you \
         mean web-db? there are these: batch, web-db)"
    );
    let problems = rejected(&pod);
    assert!(
        problems[0]
            .1
            .contains("there are no profiles in this cluster"),
        "{problems:?}"
    );
}

#[test]
fn mistakes_in_defaults_are_named_by_their_layer() {
    let around = Around::new(
        &[("vouchsafe.dev/rolle", "x")],
        &[("vouchsafe.dev/log-level", "loud")],
        &[(
            "typo",
            &[
                ("vouchsafe.dev/sekret-x", "x"),
                ("vouchsafe.dev/profile", "other"),
            ],
        )],
    );
    let pod = [
        MINIMAL[0],
        MINIMAL[1],
        MINIMAL[2],
        ("vouchsafe.dev/profile", "typo"),
    ];
    let told: Vec<String> = around
        .rejected(&pod)
        .iter()
        .map(Diagnostic::to_string)
        .collect();
    let expected = [
        "VS1037 annotation vouchsafe.dev/profile (profile typo): has no effect: a profile names no further profiles",
        "VS1001 annotation vouchsafe.dev/sekret-x (profile typo): is not an annotation we know (help: did you mean vouchsafe.dev/secret-x?)",
        "VS1001 annotation vouchsafe.dev/rolle (namespace team-a): is not an annotation we know (help: did you mean vouchsafe.dev/role?)",
        "VS1002 annotation vouchsafe.dev/log-level (cluster default): \"loud\": unknown log level",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
    // What is not the pod's own choice cannot deny it by a name alone, nor where it does not count.
    let pod = [
        MINIMAL[0],
        MINIMAL[1],
        MINIMAL[2],
        ("vouchsafe.dev/log-level", "info"),
    ];
    around.inject(&pod);
}

#[test]
fn an_explanation_says_where_each_setting_comes_from() {
    let around = Around::new(
        &[("vouchsafe.dev/role", "team")],
        &[
            ("vouchsafe.dev/role", "cluster"),
            ("vouchsafe.dev/log-level", "warn"),
        ],
        &[(
            "long",
            &[(
                "vouchsafe.dev/template-a",
                "{{ with secret \"secret/data/app\" }}{{ .Data.data.password }}{{ end }}\n",
            )],
        )],
    );
    let pod = [
        INJECT,
        ("vouchsafe.dev/profile", "long"),
        ("vouchsafe.dev/role", "web"),
        ("vault.hashicorp.com/role", "old"),
        ("vouchsafe.dev/auth-config-name", ""),
        ("app", "web"),
    ];
    let explanation = explain(&around.layers(&pod));
    assert_eq!(
        explanation.to_string(),
        "\
SETTING           VALUE                                              FROM              ANNOTATION
auth-config-name  \"\"                                                 pod               vouchsafe.dev/auth-config-name
inject            true                                               pod               vouchsafe.dev/inject
log-level         warn                                               cluster default   vouchsafe.dev/log-level
profile           long                                               pod               vouchsafe.dev/profile
role              web                                                pod               vouchsafe.dev/role
  instead of      old                                                pod               vault.hashicorp.com/role
  instead of      team                                               namespace team-a  vouchsafe.dev/role
  instead of      cluster                                            cluster default   vouchsafe.dev/role
template-a        \"{{ with secret \\\"secret/data/app\\\" }}{{ .Data.d…  profile long      vouchsafe.dev/template-a
"
    );
    let json = serde_json::to_value(&explanation).unwrap();
    let role = &json["settings"][4];
    assert_eq!(role["layer"], "pod");
    assert_eq!(role["shadows"][1]["layer"], "namespace team-a");
}
