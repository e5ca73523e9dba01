# Every block once.
pid_file        = "/home/vault/.pid"
exit_after_auth = true

auto_auth {
  method "kubernetes" {
    mount_path  = "auth/kubernetes-eu/"
    namespace   = "/team/a/"
    min_backoff = "2s"
    max_backoff = 600
    exit_on_err = true
    config = {
      role       = "web"
      token_path = "/var/run/secrets/vault/token"
    }
  }

  sink "file" {
    config = {
      path = "/home/vault/.vault-token"
    }
  }

  sink "file" {
    config = {
      path = "/vault/secrets/token"
      mode = 0444
      uid  = 100
      gid  = -1
    }
  }
}

vault {
  address         = "https://vault.example.com:8200"
  ca_cert         = "/vault/tls/ca.crt"
  tls_skip_verify = "false"
  retry {
    num_retries = 0
  }
}

template {
  destination          = "/vault/secrets/db"
  perms                = "0440"
  command              = "kill -HUP 1, 2"
  command_timeout      = "5s"
  error_on_missing_key = true
  contents             = <<-EOT
    {{ with secret "kv/db" }}
    {{ .Data.password }}
    {{ end }}
    EOT
}

template {
  source          = "/etc/b.tmpl"
  destination     = "/vault/secrets/b"
  left_delimiter  = "<<"
  right_delimiter = ">>"
  user            = "1000"
  error_fatal     = false
  create_dest_dirs = true
  exec {
    command = ["nginx", "-s", "reload"]
  }
}

template_config {
  exit_on_retry_failure         = true
  static_secret_render_interval = "90s"
  max_connections_per_host      = 10
  lease_renewal_threshold       = 0.80
}

listener "tcp" {
  address     = "127.0.0.1:8200"
  tls_disable = true
  agent_api {
    enable_quit = true
  }
}

cache {
  use_auto_auth_token = "force"
  persist "kubernetes" {
    path = "/vault/agent-cache"
  }
}

log_level           = "WARN"
log_format          = "json"
disable_keep_alives = ["templating", "auto-auth"]

telemetry {
  prometheus_retention_time = "24h"
  disable_hostname          = true
}
