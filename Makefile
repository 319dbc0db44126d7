# `make verify` never writes to the sources; `make fix` does.
SOURCES = Sources Tests Package.swift $(wildcard Snippets Benchmarks Examples)

.PHONY: verify fix test build lint docs long

verify: lint build test

build:
	KHEPRI_WARNINGS_AS_ERRORS=1 swift build --build-tests

test:
	swift test

lint:
	swift format lint --strict --recursive --parallel $(SOURCES)

fix:
	swift format format --in-place --recursive --parallel $(SOURCES)

docs:
	swift package --allow-writing-to-directory .build/docs generate-documentation \
	    --target Khepri --output-path .build/docs

# The long random runs, in release; KHEPRI_SEED replays one.
long:
	KHEPRI_RUNS=1000 KHEPRI_LONG=1 swift test -c release -Xswiftc -enable-testing
