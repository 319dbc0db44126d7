# `make verify` never writes to the sources; `make fix` does.
SOURCES = Sources Tests Snippets Package.swift Examples/LockService/Package.swift \
    Examples/LockService/Sources Examples/LockService/Tests Examples/RetainedMessages/Package.swift \
    Examples/RetainedMessages/Sources Examples/RetainedMessages/Tests Benchmarks/Package.swift \
    Benchmarks/Benchmarks

.PHONY: verify fix test build lint docs long random simulate processes mutants benchmarks benchmarks-build

verify: lint build test

build:
	KHEPRI_WARNINGS_AS_ERRORS=1 swift build --build-tests

test:
	KHEPRI_WARNINGS_AS_ERRORS=1 swift test --no-parallel

lint:
	swift format lint --strict --recursive --parallel $(SOURCES)

fix:
	swift format format --in-place --recursive --parallel $(SOURCES)

# One archive of all modules, in .build/docs.
docs:
	Scripts/build-documentation

benchmarks-build:
	swift build --package-path Benchmarks --scratch-path .build-examples

# All benchmarks in release; FILTER='Point.*' chooses some.
benchmarks:
	swift package --package-path Benchmarks --disable-sandbox benchmark \
	    $(if $(FILTER),--filter '$(FILTER)')

# A thousand random runs of 300 operations against the model, and a thousand clusters, in release.
RANDOM = KHEPRI_TESTABLE=1 KHEPRI_TEST_TARGETS='ConformanceTests RaftCoreTests'
random:
	$(RANDOM) swift build -c release --product khepri-swiftPackageTests
	$(RANDOM) KHEPRI_TEST_SCALE=25 swift test -c release --skip-build --no-parallel \
	    --filter 'SystemTests|RaftCoreTests.ClusterTests'

# Two thousand simulated clusters of whole stores, and a day in three regions, in release; SEEDS='A..B'
# chooses other clusters.
simulate:
	swift build -c release --product khepri-simulate
	"$$(swift build -c release --show-bin-path)/khepri-simulate" --seeds $(or $(SEEDS),1..2000)
	"$$(swift build -c release --show-bin-path)/khepri-simulate" --regions 24 --seeds 1..2

# Whether the tests notice known bugs of other libraries, one by one; NAME='votesTwice' chooses one.
mutants:
	Scripts/mutants $(NAME)

# Clusters of real processes under real faults; FILTER='Pause' chooses some.
processes: build
	Scripts/run-processes $(FILTER)

# All tests, the random and repeated ones for ten times as long, or SCALE times, in release; KHEPRI_SEED replays one.
long:
	KHEPRI_TESTABLE=1 KHEPRI_TEST_SCALE=$(or $(SCALE),10) SWIFT_BACKTRACE=enable=no \
	    swift test -c release --no-parallel
