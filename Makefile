# `make` says what can be made.

FUZZTIME ?= 10s
PYTHONTIME ?= 1m
# The first seed; 0: any. Each run says what its was.
PYTHONSEED ?= 0
# How many seeds at most, of 2,000 programs each; 0: as many as the time allows.
PYTHONSEEDS ?= 0

.DEFAULT_GOAL := help
.PHONY: help run test race soak lint browser screenshots fuzz fuzz-python bench cross vuln acceptance acceptance-arm package rename

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: ## run the hub
	go run ./cmd/althing serve

test: ## run the tests; installs what they need if it is missing
	@scripts/need.sh python3 python3
	@scripts/need.sh nc netcat-openbsd
	@scripts/need.sh curl curl
	@scripts/need.sh ip iproute2
	go test $$(go list ./... | grep -v /clients/python$$)
	@# It builds and starts the hub, of whose changes Go's cache of results knows nothing.
	go test -count=1 ./clients/python

race: ## run the tests with the race detector
	@scripts/need.sh python3 python3
	@scripts/need.sh curl curl
	@scripts/need.sh ip iproute2
	@scripts/need.sh gcc gcc libc6-dev
	@# The Python clients' tests start a hub that is built without it.
	CGO_ENABLED=1 go test -race $$(go list ./... | grep -v /clients/python$$)

SOAK ?= 1h
soak: ## let everything happen to trees of hubs for SOAK (1h), from the seed SOAK_SEED on
	SOAK=$(SOAK) go test -count=1 -timeout 0 -run '^TestRandomWalk$$' ./internal/treetest

browser: ## use the pages in Chromium; installs what that needs if it is missing
	@scripts/need.sh chromium chromium
	@scripts/need.sh python3 python3
	@scripts/need.sh nc netcat-openbsd
	@scripts/need.sh curl curl
	go test -count=1 -tags browser ./internal/browser ./examples/browser ./gateway/web/webtest

screenshots: ## use the pages, and take the pictures of them that the docs show
	@scripts/need.sh chromium chromium
	@folder=$$(mktemp -d) && trap 'rm -r "$$folder"' EXIT && \
		ALTHING_SCREENSHOTS=$$folder go test -count=1 -tags browser ./gateway/web/webtest && \
		for picture in $$(grep -ho 'images/[a-z-]*\.png' README.md docs/*.md | sort -u); do install -m 644 "$$folder/$${picture#images/}" docs/images/; done

lint: ## go vet, gofumpt and golangci-lint, in the versions of scripts/tool.sh
	@scripts/lint.sh

fuzz: ## run every Fuzz function for FUZZTIME (10s)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

fuzz-python: ## compare random expressions with CPython for PYTHONTIME (1m)
	go test ./expr -run '^TestRandomAsCPython$$' -count=1 -v -timeout 0 -args -random $(PYTHONTIME) -seed $(PYTHONSEED) -seeds $(PYTHONSEEDS)

bench: ## measure against peers; writes docs/benchmarks.md
	bench/run --write

cross: ## build for every system into dist/ and say how large
	@scripts/cross.sh

vuln: ## look for known holes in what we use; needs vuln.go.dev
	@tool=$$(scripts/tool.sh govulncheck) && $$tool ./...

acceptance: ## try real hubs from outside, where ../shared is there
	@scripts/need.sh python3 python3
	@if [ -x ../shared/acceptance/run ]; then ../shared/acceptance/run all; \
		else echo "../shared/acceptance is not there: nothing to run"; fi

acceptance-arm: ## try the hub of a Raspberry Pi in the same way, under qemu
	@scripts/need.sh python3 python3
	@scripts/need.sh qemu-arm-static qemu-user-static
	GOOS=linux GOARCH=arm GOARM=6 CGO_ENABLED=0 go build -trimpath -o dist/althing-arm6 ./cmd/althing
	@if [ -x ../shared/acceptance/run ]; then ALTHING_BINARY="qemu-arm-static $(CURDIR)/dist/althing-arm6" ../shared/acceptance/run foundation; \
		else qemu-arm-static dist/althing-arm6 eval --local '"../shared/acceptance is not there: only this was tried"'; fi

package: ## make the archives and Debian packages of a release in dist/
	go run ./scripts/pack $(TARGETS)

rename: ## give the module another path: make rename MODULE=example.org/althing
	@scripts/rename.sh $(or $(MODULE),$(error say MODULE=example.org/althing))
