//! How the store is reached.

use super::{number, reader::Reader, spec::ConnectionSpec, table::Name, time, values};
use crate::diagnostic::Code;

impl Reader<'_, '_> {
    pub(super) fn connection(&mut self) -> ConnectionSpec {
        let connection = ConnectionSpec {
            address: self.overriding(Name::Address, values::address),
            namespace: self.kept(Name::Namespace),
            ca_file: self.text(Name::CaCertificate),
            ca_directory: self.text(Name::CaDirectory),
            client_certificate_file: self.text(Name::ClientCertificate),
            client_key_file: self.text(Name::ClientKey),
            server_name: self.text(Name::TlsServerName),
            skip_verify: self.boolean(Name::TlsSkipVerify).unwrap_or(false),
            tls_secret: self.asked_text(Name::TlsSecret),
            proxy: self.kept(Name::Proxy),
            timeout: self.read(Name::ClientTimeout, time::duration).flatten(),
            retries: self.read(Name::ClientRetries, number::count).flatten(),
            close_after_answer: self.read(Name::DisableKeepAlives, values::parts),
        };
        let half = match (
            &connection.client_certificate_file,
            &connection.client_key_file,
        ) {
            (Some(_), None) => Some((Name::ClientCertificate, "client-key")),
            (None, Some(_)) => Some((Name::ClientKey, "client-cert")),
            _ => None,
        };
        if let Some((name, other)) = half
            && let Some(setting) = self.get(name)
        {
            self.conflict(
                Code::CertificateIncomplete,
                [setting, setting],
                format!("is half of a certificate: {other} is missing"),
                format!("add {}{other}, or remove it", setting.prefix),
            );
        }
        connection
    }
}
