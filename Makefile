# `make demo` and `make test` are all the set-up there is; both can be run again at any time.
# PYTHON=/path/to/python3 chooses the interpreter, ARGS='...' adds to pytest's arguments.
# pip's own settings hold (PIP_INDEX_URL, PIP_FIND_LINKS and so on): an index with CPU builds of PyTorch saves
# several gigabytes on Linux.

.POSIX:
.PHONY: help demo test lint format bench gallery fonts constraints clean

PYTHON =
ARGS =

help:
	@echo "make demo         install, then render a first video to renders/network-warp.mp4"
	@echo "make test         install with the developers' tools, then run every test"
	@echo "make lint         check style and types"
	@echo "make format       put the code into the common style"
	@echo "make bench        run the benchmarks and print their tables"
	@echo "make gallery      render the pictures of the READMEs and the page of all scenes again"
	@echo "make fonts        rebuild the bundled fonts (needs npm)"
	@echo "make constraints  pin the newest releases of all dependencies"
	@echo "make clean        remove the environment and everything that was built"

demo:
	@PYTHON='$(PYTHON)' sh tools/setup.sh
	@.venv/bin/viz render network-warp -o renders/network-warp.mp4

test:
	@PYTHON='$(PYTHON)' sh tools/setup.sh dev
	@.venv/bin/python -m pytest -n 2 $(ARGS)

lint:
	@PYTHON='$(PYTHON)' sh tools/setup.sh dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/biome check viz/player
	.venv/bin/pyright

format:
	@PYTHON='$(PYTHON)' sh tools/setup.sh dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/biome check --write viz/player

bench:
	@PYTHON='$(PYTHON)' sh tools/setup.sh
	@set -e; for file in benchmarks/*.py; do .venv/bin/python "$$file"; done

gallery:
	@PYTHON='$(PYTHON)' sh tools/setup.sh
	@sh tools/make_gallery.sh
	@.venv/bin/viz gallery
	@.venv/bin/viz gallery --no-players --lang zh

# The sources are npm packages that hold the full static fonts; tools/make_fonts.py checks their content.
fonts:
	@PYTHON='$(PYTHON)' sh tools/setup.sh
	@set -e; mkdir -p .cache/fonts; cd .cache/fonts; for name in inter-0.4.2 noto-sans-sc-0.4.3; do \
		test -d $$name/package || { \
			rm -rf $$name.part; mkdir $$name.part; \
			npm pack --silent @expo-google-fonts/$${name%-*}@$${name##*-} >/dev/null; \
			tar -xzf expo-google-fonts-$$name.tgz -C $$name.part; \
			rm -f expo-google-fonts-$$name.tgz; mv $$name.part $$name; }; \
	done
	@.venv/bin/python tools/make_fonts.py --sources .cache/fonts

constraints:
	@PYTHON='$(PYTHON)' sh tools/make_constraints.sh

clean:
	rm -rf .venv .cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
