use std::{fs, path::PathBuf};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use vouchsafe_shared::{config::TlsConfig, diagnostic::Code};

use crate::fault::{Fault, Retry, Whose};

/// The authorities that a server's certificate may come from: all that are named, else the public
/// ones.
pub(super) fn roots(config: &TlsConfig) -> Result<RootCertStore, Fault> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = &config.ca_pem {
        add_some(&mut roots, pem.as_bytes())
            .map_err(|reason| unusable(format!("the CA given as ca_pem {reason}")))?;
    }
    if let Some(file) = &config.ca_file {
        let pem = fs::read(file)
            .map_err(|error| unusable(format!("the CA file {file} cannot be read: {error}")))?;
        add_some(&mut roots, &pem)
            .map_err(|reason| unusable(format!("the CA file {file} {reason}")))?;
    }
    if let Some(directory) = &config.ca_directory {
        add_directory(&mut roots, directory)
            .map_err(|reason| unusable(format!("the CA directory {directory} {reason}")))?;
    }
    if config.ca_pem.is_none() && config.ca_file.is_none() && config.ca_directory.is_none() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Ok(roots)
}

/// Takes every certificate of every file. A file without any is passed over: a mounted Secret often
/// holds a key beside its CA.
fn add_directory(roots: &mut RootCertStore, directory: &str) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut files = Vec::<PathBuf>::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Volumes have links to their own inside under such names; `..data` is the kubelet's.
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !is_hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    let mut found = 0;
    for file in files {
        let name = file.display();
        let pem = fs::read(&file)
            .map_err(|error| format!("holds {name}, which cannot be read: {error}"))?;
        found += add(roots, &pem).map_err(|reason| format!("holds {name}, which {reason}"))?;
    }
    if found == 0 {
        return Err("holds no certificate".to_owned());
    }
    Ok(())
}

fn add_some(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), String> {
    if add(roots, pem)? == 0 {
        return Err("holds no certificate".to_owned());
    }
    Ok(())
}

fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<usize, String> {
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("is not PEM: {error}"))?;
        roots
            .add(certificate)
            .map_err(|error| format!("holds an unusable certificate: {error}"))?;
        found += 1;
    }
    Ok(found)
}

fn unusable(message: String) -> Fault {
    Fault::new(Code::StoreUntrusted, Whose::User, Retry::Rarely, message)
}
