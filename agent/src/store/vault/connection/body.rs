use http_body_util::{BodyExt, Limited};
use hyper::body::{Buf, Incoming};
use vouchsafe_shared::{diagnostic::Code, value::StoreAddress};
use zeroize::Zeroizing;

use super::broken;
use crate::fault::{Fault, Retry, Whose};

/// The largest answer that is read: Vault's own limit for a request (and so for a secret) is 32 MiB,
/// but no secret that fits a tmpfs of a few MiB needs more than this, in bytes.
pub(super) const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// Reads a body to its end, into memory that is wiped.
pub(super) async fn read(
    body: Incoming,
    address: &StoreAddress,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut body = Limited::new(body, ANSWER_LIMIT);
    let mut content = Zeroizing::new(Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.downcast::<hyper::Error>() {
            Ok(error) => broken(address, &error),
            Err(_) => {
                let message =
                    format!("the answer of {address} is longer than {ANSWER_LIMIT} bytes");
                Fault::new(Code::BadAnswer, Whose::Store, Retry::Rarely, message)
            }
        })?;
        if let Ok(mut data) = frame.into_data() {
            let needed = content.len() + data.remaining();
            if needed > content.capacity() {
                // Growing in place would leave an unwiped copy behind.
                let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
                larger.extend_from_slice(&content);
                content = larger;
            }
            while data.has_remaining() {
                let chunk = data.chunk();
                content.extend_from_slice(chunk);
                let length = chunk.len();
                data.advance(length);
            }
        }
    }
    Ok(content)
}
