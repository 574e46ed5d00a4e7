# ktops: make help lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
GO := CGO_ENABLED=0 go
FUZZTIME ?= 30s

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}'

.PHONY: deps
deps: ## Install what is missing: Docker engine, PostgreSQL, nginx, Chromium (Debian packages)
	@scripts/deps

.PHONY: build
build: ## Build bin/ktops, a static binary
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ktops ./cmd/ktops

.PHONY: demo
demo: deps ## Upgrade a small real world under load, as asked for and approved in Slack; leaves nothing behind
	$(GO) run ./cmd/ktdemo

.PHONY: play
play: deps ## Bring the same world up and keep it, with a Slack-like page to type in, until Ctrl-C
	$(GO) run ./cmd/ktdemo --play

.PHONY: soak
soak: deps ## Twenty upgrades up and back in a row under load: still no failed request
	$(GO) run ./cmd/ktdemo --soak 20

.PHONY: guide
guide: deps ## Run the operator guide's own script in the same world under the same load, to compare
	$(GO) run ./cmd/ktdemo --guide

.PHONY: demo-window
demo-window: deps ## Let a scheduled window do a major upgrade of 1 GB by itself, and the guide's script beside it
	$(GO) run ./cmd/ktdemo --window --data 1000 --rate 60

.PHONY: demo-rollback
demo-rollback: deps ## Upgrade 1 GB, regret it, and go back by images and with the database, and the guide's restore beside it
	$(GO) run ./cmd/ktdemo --rollback --data 1000 --rate 60

.PHONY: test
test: deps ## Run every test with -race, on a real engine, database and proxy
	scripts/with-engine go test -race -timeout 60m ./...
	KTOPS_BENCH_MB=150 go test -count=1 -run FasterThanTheGuide ./ops/postgres
	go test -count=1 -v -run EveryZone ./scheduler/calendar

.PHONY: test-short
test-short: ## Run the unit tests: seconds, no Docker
	go test -short ./...

.PHONY: lint
lint: ## Run the linters
	cd tools && go build -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	bin/golangci-lint run ./...
	shellcheck scripts/* .ci/run

.PHONY: bench
bench: deps ## Compare the backup with the guide's pg_dump -Z9 on 1 GB, in one run
	scripts/bench

.PHONY: fuzz
fuzz: ## Fuzz each parser of outside input for FUZZTIME (30s)
	scripts/fuzz $(FUZZTIME)

.PHONY: docs
docs: ## Generate docs/configuration.md and the schema from the types
	go test ./config -run 'Reference|Schema' -update

.PHONY: image
image: build ## Build the container image ktops:$(VERSION)
	docker build -t ktops:$(VERSION) .

.PHONY: clean
clean: ## Remove what make built
	rm -rf bin .demo .cache
