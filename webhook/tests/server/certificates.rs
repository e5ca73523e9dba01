use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::symlink,
    path::PathBuf,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;
use vouchsafe_webhook::server::certificate::CertificateFiles;

use crate::{client::Client, running::Running};

/// Signs server certificates for `localhost`.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

pub(crate) struct Pair {
    pub(crate) certificate: CertificateDer<'static>,
    certificate_pem: String,
    key_pem: String,
}

/// A directory as the kubelet writes it: files are links into `..data`, which is a link itself.
pub(crate) struct Directory {
    directory: TempDir,
    generation: usize,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(parameters, key).unwrap())
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(crate) fn sign(&self) -> Pair {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &self.0).unwrap();
        Pair {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem() + &self.0.pem(),
            key_pem: key.serialize_pem(),
        }
    }
}

impl Directory {
    pub(crate) fn new(pair: &Pair) -> Self {
        let mut directory = Self {
            directory: TempDir::new().unwrap(),
            generation: 0,
        };
        directory.publish(&pair.certificate_pem, &pair.key_pem);
        for name in ["tls.crt", "tls.key"] {
            symlink(format!("..data/{name}"), directory.path(name)).unwrap();
        }
        directory
    }

    pub(crate) fn files(&self) -> CertificateFiles {
        CertificateFiles {
            certificate: self.path("tls.crt"),
            key: self.path("tls.key"),
        }
    }

    fn publish(&mut self, certificate: &str, key: &str) {
        self.generation += 1;
        let generation = format!("..{}", self.generation);
        fs::create_dir(self.path(&generation)).unwrap();
        for (name, content) in [("tls.crt", certificate), ("tls.key", key)] {
            let path = self.path(&generation).join(name);
            File::create(path)
                .unwrap()
                .write_all(content.as_bytes())
                .unwrap();
        }
        symlink(generation, self.path("..data_tmp")).unwrap();
        fs::rename(self.path("..data_tmp"), self.path("..data")).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_old_connections_live_on() {
    let mut running = Running::start(|_| ()).await;
    let mut old = Client::http1(&running).await;
    assert_eq!(old.certificate, running.pair.certificate);
    let new = running.authority.sign();
    running
        .directory
        .publish(&new.certificate_pem, &new.key_pem);
    running
        .metric("certificate_reloads_total{result=\"success\"} 1")
        .await;
    assert_eq!(Client::http1(&running).await.certificate, new.certificate);
    assert_eq!(old.review().await, 200);
    let page = running.page("/metrics").await.1;
    let expiry = page
        .lines()
        .find_map(|line| {
            line.strip_prefix("vouchsafe_webhook_certificate_expiry_timestamp_seconds ")
        })
        .unwrap();
    // The default of rcgen: the year 4096.
    assert!(expiry.starts_with("67"), "{expiry}");
}

#[tokio::test]
async fn a_bad_pair_keeps_the_old_one_until_a_good_one_comes() {
    let mut running = Running::start(|_| ()).await;
    let new = running.authority.sign();
    let other = running.authority.sign();
    let bad = [
        (&*new.certificate_pem, &*other.key_pem),
        ("no certificate", &*new.key_pem),
        (&*new.certificate_pem, "no key"),
    ];
    for (failures, (certificate, key)) in (1..).zip(bad) {
        running.directory.publish(certificate, key);
        let line = format!("certificate_reloads_total{{result=\"failure\"}} {failures}");
        running.metric(&line).await;
        let client = Client::http1(&running).await;
        assert_eq!(client.certificate, running.pair.certificate);
    }
    fs::remove_file(running.directory.path("tls.key")).unwrap();
    running
        .metric("certificate_reloads_total{result=\"failure\"} 4")
        .await;
    symlink("..data/tls.key", running.directory.path("tls.key")).unwrap();
    running
        .directory
        .publish(&new.certificate_pem, &new.key_pem);
    running
        .metric("certificate_reloads_total{result=\"success\"} 1")
        .await;
    assert_eq!(Client::http1(&running).await.certificate, new.certificate);
}
