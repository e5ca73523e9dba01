auto_auth {
  method "kubernets" {
    wrap_ttl = "5m"
    config = { role = "web" }
  }
  sink "file" {
    dh_type = "curve25519"
    config = { mode = "0644" }
  }
  sink "s3" {
    config = { path = "/a" }
  }
}

vault {
  adress          = "https://vault:8200"
  tls_skip_verify = "yes"
  destination     = "/a"
}
vault {}

template {
  contents     = "x"
  source       = "/y"
  sandbox_path = "/etc"
  perms        = 644
  user         = "www-data"
}

template {
  destination = "/vault/secrets/a"
  destination = "/vault/secrets/b"
  client_token = "s.4711"
}

template "labelled" {}

template_config {
  lease_renewal_threshold       = 90
  static_secret_render_interval = "often"
}

exec {
  command = ["./app"]
}

env_template "PASSWORD" {
  contents = "x"
}

listener "unix" {
  address = "/run/agent.sock"
}

listener "tcp" {
  tls_cert_file = "/tls/cert.pem"
}

log_level = "loud"
disable_keep_alives = "templating,everything"
exit_after_auth = [1]
cache = 5
entirely_unknown = 1
