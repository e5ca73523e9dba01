use std::time::Duration;

use proptest::prelude::*;

use super::*;

#[test]
fn an_address_keeps_its_parts_and_fills_the_port_of_its_scheme() {
    let address: StoreAddress = "https://vault.example.com/base/".parse().unwrap();
    assert_eq!(
        (
            address.host(),
            address.port(),
            address.base_path(),
            address.is_https()
        ),
        ("vault.example.com", 443, "/base", true)
    );
    let address: StoreAddress = "http://[::1]:8200".parse().unwrap();
    assert_eq!(
        (address.host(), address.authority().as_str()),
        ("::1", "[::1]:8200")
    );
}

#[test]
fn an_address_with_a_mistake_says_which() {
    for (text, reason) in [
        ("vault:8200", "scheme"),
        ("ftp://vault", "scheme ftp"),
        ("https://", "URL"),
        ("https://user:pass@vault", "readable by everybody"),
        ("https://vault:99999", "URL"),
        ("https://vault?x=1", "query"),
        ("", "URL"),
    ] {
        let error = text.parse::<StoreAddress>().unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn durations_are_written_as_go_writes_them() {
    for (text, expected) in [
        ("90s", Duration::from_secs(90)),
        ("1m30s", Duration::from_secs(90)),
        ("1.5h", Duration::from_secs(5400)),
        (".5s", Duration::from_millis(500)),
        ("250ms", Duration::from_millis(250)),
        ("30", Duration::from_secs(30)),
        ("0s", Duration::ZERO),
    ] {
        assert_eq!(
            text.parse::<HumanDuration>().unwrap().as_duration(),
            expected,
            "{text}"
        );
    }
    for text in [
        "",
        "s",
        "1d",
        "-1s",
        "1 s",
        "1s1",
        ".s",
        "999999999999h",
        "1..5s",
    ] {
        assert!(text.parse::<HumanDuration>().is_err(), "{text}");
    }
}

#[test]
fn sizes_keep_to_binary_units() {
    assert_eq!("1Mi".parse::<ByteSize>().unwrap().bytes(), 1 << 20);
    assert_eq!("1024Ki".parse::<ByteSize>().unwrap().to_string(), "1Mi");
    for text in ["", "Mi", "1mi", "1M", "-1", "99999999999Gi"] {
        assert!(text.parse::<ByteSize>().is_err(), "{text}");
    }
}

#[test]
fn a_mode_is_octal_and_readable_by_its_owner() {
    assert_eq!("0440".parse::<FileMode>().unwrap().bits(), 0o440);
    assert_eq!("640".parse::<FileMode>().unwrap().to_string(), "0640");
    for text in ["", "0888", "rw-r--r--", "4755", "+440", "0o440", "0000"] {
        assert!(text.parse::<FileMode>().is_err(), "{text}");
    }
}

#[test]
fn a_file_name_cannot_leave_its_volume_or_hide_a_generation() {
    assert_eq!(
        "tls/server.key".parse::<FileName>().unwrap().top_segment(),
        "tls"
    );
    for text in [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "..data",
        "a//b",
        "./a",
        "a/",
        "a\nb",
    ] {
        assert!(text.parse::<FileName>().is_err(), "{text}");
    }
}

#[test]
fn a_secret_reference_may_name_one_key() {
    let reference: SecretReference = "/secret/data/db#pass#word".parse().unwrap();
    assert_eq!(reference.path.as_str(), "secret/data/db");
    assert_eq!(reference.key.unwrap().as_str(), "pass#word");
    for text in [
        "",
        "/",
        "secret//db",
        "secret/../sys",
        "secret/db#",
        "secret/db?version=2",
    ] {
        assert!(text.parse::<SecretReference>().is_err(), "{text}");
    }
}

#[test]
fn an_auth_mount_is_always_below_auth() {
    for text in ["kubernetes", "auth/kubernetes", "/auth/kubernetes/"] {
        assert_eq!(
            text.parse::<AuthMount>().unwrap().as_str(),
            "auth/kubernetes"
        );
    }
    for text in ["", "auth", "auth/", "auth/../sys"] {
        assert!(text.parse::<AuthMount>().is_err(), "{text}");
    }
}

fn survives<T>(text: &str)
where
    T: std::str::FromStr<Err = ValueError> + std::fmt::Display + PartialEq + std::fmt::Debug,
{
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(
            value.to_string().parse::<T>().as_ref(),
            Ok(&value),
            "{text}"
        );
    }
}

proptest! {
    /// No text makes a parser panic, and what is printed is read back as the same value.
    #[test]
    fn every_value_survives_printing_and_parsing(text in "\\PC{0,40}|[0-9a-zµ./:@#]{0,30}|https?://[a-z\\[\\]:0-9./@]{0,20}") {
        survives::<AuthMount>(&text);
        survives::<ByteSize>(&text);
        survives::<FileMode>(&text);
        survives::<FileName>(&text);
        survives::<HttpMethod>(&text);
        survives::<HumanDuration>(&text);
        survives::<OutputFormat>(&text);
        survives::<ReloadRequest>(&text);
        survives::<SecretPath>(&text);
        survives::<Signal>(&text);
        survives::<StoreAddress>(&text);
    }
}
