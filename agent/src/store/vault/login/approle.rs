//! A role's id and a secret id, which may come wrapped.

use hyper::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use vouchsafe_shared::{config::AppRoleAuth, diagnostic::Code};

use super::{
    super::{
        answer::{self, Granted},
        connection::{Answer, Connection, Outgoing},
        fault,
    },
    credential_file::{self, Remembered},
};
use crate::fault::{Fault, Retry, Whose};

/// The method, and the ids that were read.
#[derive(Debug)]
pub(in super::super) struct AppRole {
    auth: AppRoleAuth,
    role_id: Remembered,
    secret_id: Remembered,
    unwrapped: Option<Unwrapped>,
}

/// What a wrapping token gave. It gives it once, while its file may still be there.
#[derive(Debug)]
struct Unwrapped {
    wrapping_token: SecretString,
    secret_id: SecretString,
}

impl AppRole {
    pub(super) fn new(auth: &AppRoleAuth) -> Self {
        Self {
            auth: auth.clone(),
            role_id: Remembered::default(),
            secret_id: Remembered::default(),
            unwrapped: None,
        }
    }

    pub(super) async fn log_in(&mut self, connection: &mut Connection) -> Result<Granted, Fault> {
        let secret_id = self.secret_id(connection).await?;
        let role_id = self
            .role_id
            .refresh("role id", &self.auth.role_id_file, false)?;
        let mut body = json!({ "role_id": role_id.expose_secret() });
        if let Some(secret_id) = secret_id {
            body["secret_id"] = json!(secret_id.expose_secret());
        }
        super::send(connection, &self.auth.mount, "", body).await
    }

    async fn secret_id(
        &mut self,
        connection: &mut Connection,
    ) -> Result<Option<SecretString>, Fault> {
        let Some(file) = self.auth.secret_id_file.clone() else {
            return Ok(None);
        };
        let remove = self.auth.remove_after_reading;
        let Some(wrapping_path) = self.auth.wrapping_path.clone() else {
            let secret_id = self.secret_id.refresh("secret id", &file, remove)?;
            return Ok(Some(secret_id.clone()));
        };
        let what = "wrapping token of the secret id";
        let wrapping_token = match (credential_file::read(what, &file), &self.unwrapped) {
            (Ok(token), Some(known))
                if known.wrapping_token.expose_secret() == token.expose_secret() =>
            {
                return Ok(Some(known.secret_id.clone()));
            }
            (Ok(token), _) => token,
            (Err(_), Some(known)) => return Ok(Some(known.secret_id.clone())),
            (Err(fault), None) => return Err(fault),
        };
        let secret_id = unwrap(connection, &wrapping_token, &wrapping_path, &file).await?;
        // It is worthless from here on; before, the next try needs it.
        if remove {
            credential_file::remove(what, &file);
        }
        self.unwrapped = Some(Unwrapped {
            wrapping_token,
            secret_id: secret_id.clone(),
        });
        Ok(Some(secret_id))
    }
}

/// Asks where the wrapping token was made before using it up: one from elsewhere was put there by
/// somebody who may have kept what is in the right one.
/// Source: <https://developer.hashicorp.com/vault/docs/concepts/response-wrapping#response-wrapping-token-validation>.
async fn unwrap(
    connection: &mut Connection,
    token: &SecretString,
    expected: &str,
    file: &str,
) -> Result<SecretString, Fault> {
    let what = format!("look at the wrapping token of {file}");
    let outgoing = Outgoing {
        method: Method::POST,
        path: "sys/wrapping/lookup",
        token: None,
        body: Some(answer::encode(json!({ "token": token.expose_secret() }))),
    };
    let answer = connection.send(&outgoing).await?;
    let made_at = answer::creation_path(&check(answer, &what, file)?.body, &what)?;
    if made_at.trim_matches('/') != expected.trim().trim_matches('/') {
        let message = format!(
            "the wrapping token of {file} was made at {made_at} and not at {expected}: somebody may have taken the secret id and put another there"
        );
        return Err(refused(message));
    }
    let what = format!("unwrapping of the secret id of {file}");
    let outgoing = Outgoing {
        method: Method::POST,
        path: "sys/wrapping/unwrap",
        token: Some(token),
        body: Some(answer::encode(json!({}))),
    };
    let answer = connection.send(&outgoing).await?;
    answer::secret_id(&check(answer, &what, file)?.body, &what)
}

/// A wrapping token that is not taken was used already, or came too late.
fn check(answer: Answer, what: &str, file: &str) -> Result<Answer, Fault> {
    fault::check_login(answer, what).map_err(|fault| match fault.code {
        Code::LoginRefused => refused(format!(
            "{}; the wrapping token of {file} has ended or was used: unless by one of yours, somebody else has the secret id",
            fault.message
        )),
        _ => fault,
    })
}

fn refused(message: String) -> Fault {
    Fault::new(Code::WrappingRefused, Whose::User, Retry::Rarely, message)
}
