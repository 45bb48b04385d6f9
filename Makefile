# convx: `make` lists what there is to make.
.DEFAULT_GOAL := help
BIN  := bin/convx
DEMO := demo

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/convx
	@CGO_ENABLED=0 go build -o $(BIN) ./cmd/convx

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

.PHONY: generate
generate: ## generate the assembly, the schema and reference of network files and the pictures of docs again
	internal/ops/kernel/generate.sh
	go test ./internal/network -run 'Schema|Reference' -update
	go test ./cmd/convx -run 'TestPictures' -update

.PHONY: install
install: ## install convx into the Go binary folder
	go install ./cmd/convx

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(DEMO)
