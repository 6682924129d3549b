# The same words everywhere: what a person types here is what continuous integration runs.
CONFIGURATION ?= debug
SWIFT_FLAGS   ?=

SUPPORT      := Tests/Support
FORMAT_PATHS  = $(wildcard Package.swift Sources Tests Benchmarks Snippets)

.DEFAULT_GOAL := help
.PHONY: help bootstrap build format lint test conformance fuzz bench figures demo nightly clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'variables: CONFIGURATION=debug|release, SWIFT_FLAGS="…" for every swift build and swift test'

bootstrap: ## install what is missing on Debian 12; quick when nothing is
	@bash $(SUPPORT)/bootstrap.sh

build: bootstrap ## build the library and snapctl
	swift build --configuration $(CONFIGURATION) $(SWIFT_FLAGS)

format: ## rewrite all Swift files in the house format
	swift format --in-place --parallel --recursive $(FORMAT_PATHS)

lint: bootstrap ## check format, shell and Python without changing anything
	@bash .ci/lint

test: bootstrap ## run every test
	@bash $(SUPPORT)/test.sh --configuration $(CONFIGURATION) $(SWIFT_FLAGS)

conformance: bootstrap ## run the suites of tiers and catalogs on Ceph, JuiceFS and sshfs
	swift build --build-tests
	@bash $(SUPPORT)/conformance.sh

fuzz: bootstrap ## fuzz each format for 60 s
	@bash $(SUPPORT)/fuzz.sh

bench: bootstrap ## measure snapctl beside its peers, and hold the engine to its allocations
	@bash Benchmarks/run.sh
	@bash Benchmarks/allocations.sh

figures: bootstrap ## measure the published figures against peers
	@bash $(SUPPORT)/figures.sh

demo: bootstrap ## take a real ChromaDB directory through its life
	@bash $(SUPPORT)/demo.sh

nightly: bootstrap ## the long runs: crash, concurrency, memory
	@bash $(SUPPORT)/nightly.sh

clean: ## remove everything that was built
	rm -rf .build* Benchmarks/.build .swiftpm
