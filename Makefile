# Lockstep: build, run, test. `make run` and `make test` are all one needs to know.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test check teeth bench chaos chaos-smoke fuzz seeds web deny help stages-build stages-test

stage := scripts/stage
npm   := npm --prefix web run --silent

web_sources := $(shell find web -type f \( -path web/node_modules -o -path web/dist -o -path 'web/e2e/*' \) -prune -o -type f \
                 -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/e2e/*' -print 2>/dev/null)

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

run: web ## build what changed and start the server; data in ./data, port 3080
	cargo build --release --locked --bin lockstep
	exec target/release/lockstep serve

web: web/dist/index.html ## build the web app

web/dist/index.html: $(web_sources)
	scripts/bootstrap run
	if [ -f web/package.json ]; then $(npm) build && touch $@; fi

# The web app comes first (the server embeds it), then one build that every later stage shares: all targets at once, so that
# each dependency is built with one set of features.
test: ## everything that CI runs
	@$(stage) --start
	@$(stage) bootstrap scripts/bootstrap test
	@$(stage) fmt cargo fmt --all --check
	@$(stage) web-build $(MAKE) --no-print-directory web
	@$(stage) web-lint $(npm) lint
	@$(stage) web-check $(npm) check
	@$(stage) web-unit $(npm) test
	@$(stage) clippy cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	@$(stage) build cargo build --workspace --all-targets --locked --quiet
	@$(stage) tests cargo nextest run --workspace --locked
	@$(stage) chaos-smoke $(MAKE) --no-print-directory chaos-smoke
	@$(stage) browser env LOCKSTEP_BIN=$(CURDIR)/target/debug/lockstep $(npm) e2e
	@$(stage) --table

check: ## the quick loop: under two minutes when warm
	@$(stage) --start
	@$(stage) bootstrap scripts/bootstrap test
	@$(stage) fmt cargo fmt --all --check
	@$(stage) web-check $(npm) check
	@$(stage) clippy cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	@$(stage) unit cargo nextest run --workspace --lib --locked
	@$(stage) tidy cargo nextest run --package lockstep --test main --locked tidy::
	@$(stage) --table

teeth: ## the simulator turns red with each deliberate bug in the server
	scripts/teeth

bench: web ## the figures of docs/BENCHMARKS.md, on this machine
	cargo build --profile dist --locked --workspace --bins
	journal=$$(cargo bench --profile dist --locked --bench journal --no-run 2>&1 | tee /dev/stderr | sed -n 's/.*(\(.*journal-[0-9a-f]*\))$$/\1/p'); \
	  target/dist/lockstep-loadtest bench --journal "$$journal"
	target/dist/lockstep-loadtest bench --growth docs/GROWTH.md

# Three nodes, PostgreSQL, Redis and NGINX; a node, Redis and some clients in trouble. Bounds of time are wider than the promised ones: debug
# binaries, and whatever else this machine does.
chaos-smoke: ## three minutes of faults on the debug binaries, judged
	rm -rf target/chaos-smoke
	target/debug/lockstep-loadtest chaos --out target/chaos-smoke --seed 7 --for 150s --clients 12 --boards 6 --commands-per-second 40 \
	  --faults kill,redis,slow --lag-bound-ms 5000 --convergence-bound-ms 20000 --leak-bound-ms 8000

chaos: ## every fault under several seeds, half an hour: writes docs/RELIABILITY-REPORT.md
	cargo build --release --locked --workspace --bins
	scripts/chaos

seeds: ## the property tests of the rules with other histories, SEEDS=10 from FIRST=1
	first=$${FIRST:-1}; for seed in $$(seq $$first $$((first + $${SEEDS:-10} - 1))); do echo "LOCKSTEP_SEED=$$seed"; \
	  LOCKSTEP_SEED=$$seed cargo nextest run --package lockstep-domain --locked --no-fail-fast || exit 1; done

fuzz: ## the decoder and quick add against hostile input, each FUZZ_SECONDS=60
	command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
	cd fuzz && for target in decode quick_add; do mkdir -p corpus/$$target && \
	  RUSTC_BOOTSTRAP=1 cargo fuzz run $$target corpus/$$target seeds/$$target -- -max_total_time=$${FUZZ_SECONDS:-60} || exit 1; done

deny: ## licences, bans and sources of every dependency
	command -v cargo-deny >/dev/null || cargo install cargo-deny --locked
	cargo deny --offline check licenses bans sources
