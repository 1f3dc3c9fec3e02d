# The short front door; `make help` lists it. What each does in detail: CONTRIBUTING.md.
# HOME_DIR and PORT go to `make run`, T (a regex over test names) to `make test`.
SHELL := /bin/bash
HOME ?= $(shell getent passwd "$$(id -u)" | cut -d: -f6)
# The compiler cache keys on the language too: without one, the same as Debian's own default.
LANG ?= C.UTF-8
export HOME HOME_DIR LANG PORT
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test fuzz sim sim-bugs bench lint format clean

help:  ## list what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup:  ## install everything that the others need
	@tools/setup.sh all

run:  ## build a node and start it on localhost, with the example programs (HOME_DIR=, PORT=)
	@tools/setup.sh run
	@tools/run_node.sh

test:  ## build and run all tests under ASan, UBSan and TSan (T=regex: only those)
	@tools/setup.sh test
	@tools/run_tests.py --only "$(T)"

fuzz:  ## fuzz every decoder for HOURS=n (1 if not given), print what was found
	@tools/setup.sh test
	@tools/fuzz.py --hours "$(or $(HOURS),1)"

sim:  ## run a node in one thread from SEEDS=n seeds (1000 if not given), crashes included
	@tools/setup.sh test
	@cmake --preset release --log-level=WARNING > /dev/null
	@ninja -C build/release kinode_sim
	@build/release/tests/sim/kinode_sim --seeds=$(or $(SEEDS),1000) --from=$(or $(FROM),1)

sim-bugs:  ## plant faults in a copy of the tree and count the seeds until the simulator finds them
	@tools/setup.sh test
	@tests/sim/plant.py

bench:  ## measure, write build/bench.json and print the table
	@tools/setup.sh bench
	@python3 bench/run.py

lint:  ## check style: sizes, format, headers, clang-tidy
	@tools/setup.sh lint
	@tools/lint.sh

format:  ## format all C++ and Rust
	@tools/setup.sh lint
	@tools/check_format.py --fix

clean:  ## remove build/ (caches in ~/.cache/kinode stay)
	rm -rf build
