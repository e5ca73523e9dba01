use vouchsafe_cluster::options::{
    self, AuthorityFile, Certificate, Defaults, OwnCertificate, hosts,
};
use vouchsafe_webhook::app::{App, CertificateSource};

use crate::running::{Running, config};

fn own() -> Certificate {
    Certificate::Own(OwnCertificate {
        configuration: "vouchsafe-webhook".to_owned(),
        hosts: hosts("vouchsafe-webhook.vouchsafe.svc").unwrap(),
        secret: options::SECRET.to_owned(),
    })
}

#[tokio::test]
async fn with_certificate_files_everything_else_is_gone_without_outside_of_a_cluster() {
    let running = Running::start(|config| {
        config.cluster.version = true;
        config.cluster.defaults = Defaults {
            config_map: Some(options::CONFIG_MAP.to_owned()),
            namespaces: true,
        };
    })
    .await;
    running.until("/ready", |status, _| status == 200).await;
    running
        .metric("native_sidecars{support=\"unknown\"} 1")
        .await;
}

#[tokio::test]
async fn outside_of_a_cluster_no_certificate_is_made_or_announced() {
    let mut made = config(CertificateSource::Automatic);
    made.cluster.certificate = own();
    let failure = App::bind(made).await.unwrap_err().to_string();
    let expected = "a certificate cannot be made or announced here: this is no pod of a cluster: ";
    assert!(failure.starts_with(expected), "{failure}");

    let files = Running::start(|_| ()).await;
    let mut announced = config(CertificateSource::Files(files.directory.files()));
    announced.cluster.certificate = Certificate::File(AuthorityFile {
        configuration: "vouchsafe-webhook".to_owned(),
        hosts: hosts("vouchsafe-webhook.vouchsafe.svc").unwrap(),
        path: "/nowhere/ca.crt".into(),
    });
    let failure = App::bind(announced).await.unwrap_err().to_string();
    assert!(failure.starts_with(expected), "{failure}");
}

#[tokio::test]
async fn a_certificate_has_one_source() {
    let failure = App::bind(config(CertificateSource::Automatic)).await;
    assert!(failure.is_err());
    let files = Running::start(|_| ()).await;
    let mut both = config(CertificateSource::Files(files.directory.files()));
    both.cluster.certificate = own();
    assert!(App::bind(both).await.is_err());
}
