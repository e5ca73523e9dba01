use vouchsafe_template::{
    encode::json::{self, Options},
    scope::{Budget, Limits},
    value::Value,
};

use super::Answer;
use crate::store::Reply;

impl Answer {
    /// The reply that [`Self::decode`] makes this answer of again; none where that cannot be, which
    /// a store's JSON never makes happen.
    pub fn reply(&self) -> Option<Reply> {
        let layout = self.layout;
        if let Value::Nil = self.response {
            let body = zeroize::Zeroizing::default();
            return Some(Reply { body, layout });
        }
        let options = Options {
            escape_html: false,
            indent: None,
        };
        let mut budget = Budget::new(Limits::default());
        let body = json::encode(&self.response, options, &mut budget).ok()?;
        Some(Reply {
            body: body.into_bytes(),
            layout,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use vouchsafe_template::scope::Dependency;
    use zeroize::Zeroizing;

    use super::*;
    use crate::store::Layout;

    #[test]
    fn an_answer_survives_being_written_down() {
        let path = || "secret/data/a".to_owned();
        let read = Dependency::Read { path: path() };
        let list = Dependency::List { path: path() };
        let write = Dependency::Write {
            path: path(),
            arguments: [].into(),
        };
        for (dependency, layout, body) in [
            (
                &read,
                Layout::Versioned,
                r#"{"request_id":"1","data":{"data":{"n":1.50,"big":18446744073709551616,"e":1e400,"s":"<ä\u0000>","l":[null,true,{}]},"metadata":{"version":3}}}"#,
            ),
            (
                &read,
                Layout::Plain,
                r#"{"lease_id":"db/1","lease_duration":60,"renewable":true,"data":{"u":"x"},"warnings":null}"#,
            ),
            (&list, Layout::Plain, r#"{"data":{"keys":["b/","a"]}}"#),
            (&list, Layout::Plain, ""),
            (&write, Layout::Plain, ""),
        ] {
            let body = Zeroizing::new(body.as_bytes().to_vec());
            let now = SystemTime::now();
            let (answer, lifetime) =
                Answer::decode(dependency, &Reply { body, layout }, now).unwrap();
            let reply = answer.reply().unwrap();
            let (again, again_lifetime) = Answer::decode(dependency, &reply, now).unwrap();
            assert!(answer.is_same(&again), "{dependency}");
            assert_eq!(lifetime, again_lifetime);
            assert_eq!(answer.lease(), again.lease());
            assert_eq!(answer.version(), again.version());
        }
    }
}
