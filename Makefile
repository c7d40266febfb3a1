# make help lists what there is. Every target works from a fresh clone.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test doctor models dist soak bench fmt console clean

LISTEN ?= 127.0.0.1:8080
DATA ?= data/demo
BENCH ?= desk
TARGET := $(or $(CARGO_TARGET_DIR),target)
COUNTERSIGN := $(TARGET)/debug/countersign

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools console build models ## build everything and serve the demo world (LISTEN=, DATA=)
	$(COUNTERSIGN) demo --data $(DATA) --listen $(LISTEN)

test: ## install what the tests need, then run every check and count
	@scripts/test.sh

doctor: build ## say what is configured, reachable and wrong
	$(COUNTERSIGN) doctor --data $(DATA)

models: build ## fetch the embedding weights (about 84 MB, checked); the desk works without them
	@$(COUNTERSIGN) models install || echo "The embedding weights are not there; going on with words alone. Try again later: make models"

dist: tools ## one binary with console, demo world and weights inside, in dist/
	@scripts/dist.sh

soak: tools ## the long tests: kill -9 with many seeds, a real small language model
	@scripts/soak.sh

bench: console/dist/.built ## print the figures on a release build (BENCH="all --data DIR"; default desk)
	cargo build --release --locked --bin countersign
	$(TARGET)/release/countersign bench $(BENCH)

fmt: ## format the Rust code
	cargo fmt --all

console: console/dist/.built ## build the console

clean: ## remove what was built; data stays
	cargo clean
	rm -rf console/dist console/node_modules dist

.PHONY: tools build
tools:
	@scripts/tools.sh rust node weights

# The binary holds the console, so the console comes first.
build: console/dist/.built
	cargo build --locked --bin countersign

console/node_modules/.package-lock.json: console/package-lock.json
	@scripts/tools.sh node
	cd console && npm ci --ignore-scripts --no-audit --no-fund && touch node_modules/.package-lock.json

CONSOLE_SOURCES := $(shell find console/src console/public -type f 2>/dev/null) console/index.html console/vite.config.ts console/package.json
# A mark of its own: cargo may have put a placeholder page in this folder before.
console/dist/.built: console/node_modules/.package-lock.json $(CONSOLE_SOURCES)
	cd console && npm run build && touch dist/.built
