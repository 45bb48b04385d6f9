# convx: `make` lists what there is to make.
.DEFAULT_GOAL := help
BIN  := bin/convx
# The version that convx states: by default what version control says; `make build VERSION=v1.2.3` stamps one.
VERSION :=
DEMO := demo

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/convx
	@CGO_ENABLED=0 go build -trimpath $(if $(VERSION),-ldflags "-X convx/internal/cli.stamped=$(VERSION)") -o $(BIN) ./cmd/convx

.PHONY: demo
demo: build ## run convolutions on the embedded sample picture, into demo/
	@scripts/demo.sh $(BIN) $(DEMO)

.PHONY: test
test: ## run every test
	go test ./...

.PHONY: check
check: ## run all that CI runs
	.ci/run

.PHONY: bench
bench: build ## time the layers of configs/suites/kinds.yaml on this machine
	$(BIN) bench kinds

.PHONY: benchmarks
benchmarks: ## run the Go benchmarks (benchstat-ready)
	go test -run '^$$' -bench . -benchmem -count 6 ./internal/...

.PHONY: fuzz
fuzz: ## fuzz each reader for 20 seconds
	@scripts/fuzz.sh 20s

.PHONY: page
page: ## build the page as one file, dist/explorer.html, that needs no server
	@scripts/page.sh dist/explorer.html

.PHONY: generate
generate: ## generate the assembly, the schemas of network and budget files, the references and the pictures of docs again
	internal/ops/kernel/generate.sh
	go test ./internal/network -run 'Schema|Reference' -update
	go test ./internal/budget -run 'Schema' -update
	go test ./internal/ops/array -run 'DocsList' -update
	go test ./cmd/convx -run 'TestPictures' -update

.PHONY: notices
notices: ## write the licences of what convx is built from into NOTICES
	@go run ./scripts/notices > NOTICES.new && mv NOTICES.new NOTICES

.PHONY: manual
manual: ## write the man pages and the shells' completions into dist-manual/
	@rm -rf dist-manual && go run ./scripts/manual dist-manual

GORELEASER := github.com/goreleaser/goreleaser/v2@v2.12.7

.PHONY: release-check
release-check: export RELEASE_OWNER = nobody
release-check: export RELEASE_HOMEPAGE = https://example.org
release-check: export RELEASE_MAINTAINER = nobody <nobody@example.org>
release-check: ## check .goreleaser.yaml and build a snapshot of a release into dist/, publishing nothing
	go run $(GORELEASER) check
	go run $(GORELEASER) release --snapshot --clean --skip=$(shell command -v syft >/dev/null || echo sbom,)publish

.PHONY: install
install: ## install convx into the Go binary folder
	go install ./cmd/convx

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist dist-manual $(DEMO)
