module github.com/vouchsafe/vouchsafe/template/tests/encode/generate

go 1.26

require (
	github.com/BurntSushi/toml v1.5.0
	gopkg.in/yaml.v2 v2.4.0
)
