use std::time::Duration;

use vouchsafe_tests::{app, cluster::Namespace, vault::Vault, wait};

use super::{SOON, openssl, pod, ready_namespace};

fn file(namespace: &Namespace, name: &str) -> String {
    namespace.shell("web", "app", &format!("cat /vault/secrets/{name}"))
}

/// The serial number of the first certificate in a text, as Vault writes it.
fn serial(pem: &str) -> String {
    let said = openssl(&["x509", "-noout", "-serial"], pem).unwrap();
    let digits = said.trim().trim_start_matches("serial=").to_lowercase();
    let pairs: Vec<&str> = (0..digits.len() / 2)
        .map(|index| &digits[2 * index..2 * index + 2])
        .collect();
    pairs.join(":")
}

/// How many certificates the role's agents asked for.
fn requests(vault: &Vault, role: &str) -> usize {
    let audited = vault.audited(role);
    audited
        .iter()
        .filter(|(_, path)| path == "pki/issue/web")
        .count()
}

/// Asserts that a text has a certificate and the private key that belongs to it.
fn assert_pair(pem: &str) {
    assert_eq!(
        openssl(&["x509", "-noout", "-pubkey"], pem).unwrap(),
        openssl(&["pkey", "-pubout"], pem).unwrap(),
        "the key is of another certificate"
    );
}

#[test]
fn a_certificate_its_key_and_its_authority_are_of_one_issue_in_one_file_and_in_several() {
    let (namespace, vault) = ready_namespace("issue");
    let role = namespace.name.as_str();
    let name = format!("common_name={role}.example.com");
    let issued = |fields: &str| {
        format!(
            "{{{{ with secret \"pki/issue/web\" \"{name}\" \"ttl=1h\" }}}}{fields}{{{{ end }}}}"
        )
    };
    let bundle = issued(
        "{{ .Data.certificate }}\n{{ .Data.private_key }}\n{{ range .Data.ca_chain }}{{ . }}\n{{ end }}",
    );
    let certificate = issued("{{ .Data.certificate }}\n");
    let key = issued("{{ .Data.private_key }}\n");
    namespace.apply(&pod(
        role,
        &[
            ("agent-inject-template-bundle.pem", &bundle),
            ("agent-inject-template-tls.crt", &certificate),
            ("agent-inject-template-tls.key", &key),
            (
                "agent-inject-template-serial",
                &issued("{{ .Data.serial_number }}"),
            ),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    let bundle = file(&namespace, "bundle.pem");
    assert_pair(&bundle);
    assert_eq!(bundle.matches("BEGIN CERTIFICATE").count(), 2, "{bundle}");
    let parts = format!(
        "{}{}",
        file(&namespace, "tls.crt"),
        file(&namespace, "tls.key")
    );
    assert_pair(&parts);
    assert!(bundle.starts_with(&parts), "two issues");
    let serial_number = file(&namespace, "serial");
    assert_eq!(serial(&bundle), serial_number);
    let subject = openssl(&["x509", "-noout", "-subject"], &bundle).unwrap();
    assert!(
        subject.contains(&format!("{role}.example.com")),
        "{subject}"
    );
    assert!(vault.certificates().contains(&serial_number));
    assert_eq!(requests(&vault, role), 1);
}

#[test]
fn a_pki_cert_is_whole_and_replaced_before_it_ends() {
    let (namespace, vault) = ready_namespace("pkicert");
    let role = namespace.name.as_str();
    // Vault dates it 30 s back, so it has lived for half of its time when it is issued.
    let template = format!(
        "{{{{ with pkiCert \"pki/issue/web\" \"common_name={role}.example.com\" \"ttl=40s\" }}}}{{{{ .Cert }}}}{{{{ .Key }}}}{{{{ .CA }}}}{{{{ end }}}}"
    );
    namespace.apply(&pod(
        role,
        &[("agent-inject-template-tls.pem", &template)],
        app::STAY,
    ));
    namespace.wait_ready("web");
    let first = file(&namespace, "tls.pem");
    assert_pair(&first);
    assert_eq!(first.matches("BEGIN CERTIFICATE").count(), 2, "{first}");
    assert_eq!(requests(&vault, role), 1);
    let next = wait::until(
        Duration::from_secs(40) + SOON,
        "the next certificate",
        || {
            let found = file(&namespace, "tls.pem");
            if found == first {
                Err(namespace.logs("web", "vouchsafe-agent"))
            } else {
                Ok(found)
            }
        },
    );
    assert!(
        openssl(&["x509", "-noout", "-checkend", "0"], &first).is_ok(),
        "it came too late"
    );
    assert_pair(&next);
    assert_ne!(serial(&first), serial(&next));
    assert_eq!(requests(&vault, role), 2);
}
