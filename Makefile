# Everything a developer does. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

cache := $(or $(VOUCHSAFE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vouchsafe)
deny_version := 0.20.2
deny := $(cache)/tools-cargo-deny-$(deny_version)/bin/cargo-deny
fuzz_version := 0.13.2
fuzz := $(cache)/tools-cargo-fuzz-$(fuzz_version)/bin/cargo-fuzz
musl := x86_64-unknown-linux-musl
agent := target/$(musl)/agent/vouchsafe-agent
# The released webhook is compiled by a profile of its own work, which takes a second build; `make test guided=1` tests that one.
webhook = $(if $(guided),target/guided/vouchsafe-webhook,target/$(musl)/release/vouchsafe-webhook)
cluster := tests/cluster
# Modules that only pin what the test bed builds are not looked into: to vet one is to build Vault.
go_sources := template tests
go_modules := tests/oracle template/tests/encode/generate
go := $(shell command -v go)
step = @echo "==> $(1)"

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: test
test: preflight check unit fuzz-short test-servers images faults ## Everything: lints, unit and property tests, a minute of fuzzing, real Vault, real cluster
	$(call step,tests on a real cluster and a real Vault)
	cargo test --locked --package vouchsafe-tests --features cluster --no-run
	VOUCHSAFE_TEST_AGENT=$(CURDIR)/$(agent) $(cluster)/with-cluster.sh bash -c \
	  '$(cluster)/install.sh && cargo test --locked --offline --package vouchsafe-tests --features cluster'

.PHONY: check
check: $(deny) ## Formatting, lints, licences and crate boundaries, documentation; Go's too where it is installed
	$(call step,formatting)
	cargo fmt --all --check
	$(call step,lints)
	cargo clippy --locked --workspace --all-targets --features cluster,faults -- --deny warnings
	$(call step,licences and crate boundaries)
	$(deny) --locked check --hide-inclusion-graph bans licenses sources
	$(call step,documentation)
	RUSTDOCFLAGS="--deny warnings --allow rustdoc::private-intra-doc-links" cargo doc --locked --workspace --no-deps --document-private-items
	@if command -v go >/dev/null; then echo "==> formatting and lints of the Go programs"; \
	  unformatted=$$(gofmt -l $(go_sources)); \
	  [ -z "$$unformatted" ] || { printf 'not as gofmt writes it: %s\n' $$unformatted; exit 1; }; \
	  for module in $(go_modules); do go vet -C $$module ./...; done; \
	else echo "==> Go is not installed: its programs are not checked"; fi

.PHONY: unit
unit: ## Unit and property tests: seconds, no cluster
	$(call step,unit and property tests)
	cargo test --locked --workspace

.PHONY: faults
faults: test-servers ## What the agent does when Vault, the network, volumes, clocks and processes fail (1 min)
	$(call step,faults against a real Vault)
	@rm -rf target/tmp/faults
	cargo build --locked --profile agent --package vouchsafe-agent --target $(musl)
	cargo build --locked --package vouchsafe-agent
	cargo test --locked --package vouchsafe-tests --features faults --test faults --no-run
	VOUCHSAFE_TEST_AGENT=$(CURDIR)/$(agent) cargo test --locked --offline --package vouchsafe-tests --features faults --test faults -- --test-threads 12
	@printf 'test\tlog and code\tlasted\trequests\trecovery\n' | cat - target/tmp/faults/* | column -t -s "$$(printf '\t')"

.PHONY: events
events: ## Change events against a real Vault that has them, 1.15, built the first time (10 min, then 3)
	@$(cluster)/fetch-events.sh
	$(call step,change events of a real Vault)
	@rm -rf target/tmp/faults
	cargo build --locked --profile agent --package vouchsafe-agent --target $(musl)
	cargo test --locked --package vouchsafe-tests --features faults --test faults --no-run
	VOUCHSAFE_TEST_AGENT=$(CURDIR)/$(agent) cargo test --locked --offline --package vouchsafe-tests --features faults --test faults -- --ignored --test-threads 12
	@printf 'test\tlog and code\tlasted\trequests\trecovery\n' | cat - target/tmp/faults/* | column -t -s "$$(printf '\t')"

.PHONY: preflight
preflight: ## Say in one sentence what this machine lacks
	@$(cluster)/preflight.sh
	@rustup target list --installed | grep -qx $(musl) || rustup target add $(musl)
	@command -v musl-gcc >/dev/null || { echo "==> installing musl-tools (musl-gcc), which builds the static binaries"; \
	  apt-get install -y -qq musl-tools >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq musl-tools >/dev/null; }; }

.PHONY: test-servers
test-servers: ## Build or fetch Kubernetes, Vault and the rest into the cache (20 min the first time)
	@$(cluster)/fetch.sh

.PHONY: binaries
binaries: ## The static binaries; as released with guided=1
	$(call step,static binaries)
	cargo build --locked --profile agent --package vouchsafe-agent --target $(musl)
	$(if $(guided),webhook/guided/build.sh,cargo build --locked --release --package vouchsafe-webhook --target $(musl))

.PHONY: images
images: binaries ## The images, built from the Dockerfiles without a container engine; as released with guided=1
	$(call step,images)
	@mkdir -p target/images
	$(cluster)/image.py Dockerfile.agent vouchsafe.test/agent:1 target/images/agent.tar --binary vouchsafe-agent=$(agent)
	$(cluster)/image.py Dockerfile.webhook vouchsafe.test/webhook:1 target/images/webhook.tar --binary vouchsafe-webhook=$(webhook)

.PHONY: cluster
cluster: preflight test-servers images ## Leave a cluster with Vouchsafe and Vault up, for playing by hand
	$(cluster)/up.sh play
	$(cluster)/exec.sh play $(cluster)/install.sh
	@echo "==> enter it with: make cluster-shell"

.PHONY: cluster-shell
cluster-shell: ## A shell in that cluster, with kubectl and vault
	$(cluster)/exec.sh play

.PHONY: cluster-down
cluster-down: ## Remove every trace of it
	$(cluster)/down.sh play

.PHONY: demo
demo: preflight test-servers images ## Watch a pod get a secret, and follow its rotation, on a real cluster
	$(cluster)/with-cluster.sh bash -c '$(cluster)/install.sh && tests/demo.sh'

.PHONY: bench
bench: guided := 1
bench: preflight test-servers binaries ## Sizes, memory, start to first render, mutate per CPU-second
	VOUCHSAFE_TEST_AGENT=$(CURDIR)/$(agent) $(cluster)/with-cluster.sh tests/bench/run.py
	$(MAKE) bench-webhook

.PHONY: bench-webhook
bench-webhook: guided := 1
bench-webhook: binaries $(if $(go),original-injector) ## Reviews per CPU-second and memory of the webhook, and of the original where Go is installed; page=docs/benchmarks.md writes them there
	cargo build --locked --release --package vouchsafe-webhook --example mutate_bench --target $(musl)
	tests/bench/webhook.py $(webhook) --mutate target/$(musl)/release/examples/mutate_bench \
	  $(if $(go),--original target/original-injector) $(if $(page),--update $(page))

.PHONY: original-injector
original-injector: ## The original injector, to compare with; needs Go 1.26
	$(call step,the original injector)
	@mkdir -p target
	go build -C tests/oracle/injector -o $(CURDIR)/target/original-injector github.com/hashicorp/vault-k8s

.PHONY: injector-check
injector-check: ## Whether the original injector still makes of random pods what `make unit` compares us with; needs Go 1.26
	$(call step,what the original injector makes of random pods)
	@mkdir -p target
	go build -C tests/oracle/injector -o $(CURDIR)/target/injector-oracle .
	VOUCHSAFE_ORIGINAL_INJECTOR=$(CURDIR)/target/injector-oracle cargo test --locked --package vouchsafe-webhook --test conformance -- --ignored

.PHONY: oracle
oracle: ## The original template engine, which tells what a template gives; needs Go 1.26
	$(call step,the original template engine)
	@mkdir -p target
	go build -C tests/oracle -o $(CURDIR)/target/oracle .

.PHONY: golden
golden: oracle ## Record what the original makes of the cases in template/tests/cases
	target/oracle golden template/tests/cases template/tests/golden
	target/oracle hcl vault-config/tests/cases.jsonl vault-config/tests/golden.jsonl
	tests/oracle/interfaces.sh target/oracle template/tests/sockaddr

.PHONY: golden-check
golden-check: oracle ## Compare that with what is recorded
	target/oracle golden --check template/tests/cases template/tests/golden
	target/oracle hcl --check vault-config/tests/cases.jsonl vault-config/tests/golden.jsonl
	tests/oracle/interfaces.sh target/oracle template/tests/sockaddr --check

.PHONY: bench-templates
bench-templates: ## Our template engine against Go's; page=docs/benchmarks.md writes the ratios there
	tests/bench/templates.py $(if $(page),--update $(page))

.PHONY: scale
scale: ## A day of 100 000 simulated agents: promises and curves of docs/scale.md (minutes, one core)
	$(call step,a day of 100 000 agents in simulated time)
	cargo run --locked --release --package vouchsafe-simulation -- --svg docs/scale --page docs/scale.md

fuzz_targets := annotations agent_config admission_review vault_answer render template_parse template_render template_documents template_format vault_config
fuzz_seconds := 30
# What a user writes and the agent runs, and what the webhook reads: fuzzed in every test run.
fuzz_short_targets := template_parse template_render

cargo_fuzz = PATH=$(dir $(fuzz)):$$PATH CARGO_TARGET_DIR=$(cache)/fuzz-target cargo +nightly fuzz $(1) --fuzz-dir fuzz --sanitizer none

.PHONY: fuzz-ready
fuzz-ready:
	@rustup run nightly rustc --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal
	@$(MAKE) $(fuzz)

.PHONY: fuzz
fuzz: fuzz-ready ## Fuzz each target for fuzz_seconds (30); targets="…" for some only
	for target in $(or $(targets),$(fuzz_targets)); do echo "==> fuzzing $$target"; \
	  dictionary=fuzz/dictionaries/$$target.dict; \
	  $(call cargo_fuzz,run) $(fuzz_flags) $$target -- \
	    -max_total_time=$(fuzz_seconds) -max_len=65536 -timeout=10 -verbosity=0 -print_final_stats=1 $$([ ! -f $$dictionary ] || echo -dict=$$dictionary); done

# With the flags of a run, so that what C and build scripts make serves both.
.PHONY: fuzz-check
fuzz-check: fuzz-ready ## Check that every fuzz target compiles, and run none (seconds, when its dependencies have been)
	$(call step,checking all fuzz targets)
	$(call cargo_fuzz,check)

.PHONY: fuzz-short
fuzz-short: ## What `make test` does, where a nightly compiler can be had: checks that all compile, and fuzzes three
	@if rustup run nightly rustc --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal; then \
	  $(MAKE) fuzz-check; \
	  $(MAKE) fuzz targets="$(fuzz_short_targets)" fuzz_flags=--no-default-features; \
	  $(MAKE) fuzz targets=admission_review; \
	else echo "==> no nightly compiler can be had: nothing is fuzzed"; fi

.PHONY: docs
docs: ## Write the generated pages of docs/ again
	VOUCHSAFE_UPDATE_DOCS=1 cargo test --locked --package vouchsafe-shared --package vouchsafe-template --package vouchsafe-vault-config --test generated_docs

$(deny):
	$(call step,building cargo-deny $(deny_version) (5 min the first time))
	cargo install --locked --quiet --root $(cache)/tools-cargo-deny-$(deny_version) cargo-deny@$(deny_version)

$(fuzz):
	$(call step,building cargo-fuzz $(fuzz_version) (2 min the first time))
	cargo install --locked --quiet --root $(cache)/tools-cargo-fuzz-$(fuzz_version) cargo-fuzz@$(fuzz_version)
