# make and Python are all that a fresh machine needs; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# As many tests at once as there are cores, one thread each: with more, processes that share the cores wait for each
# others' threads. A notebook stays on one core, and the longest comes first.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto

.PHONY: book sheets picture install test unit nbval web lint bench zoo address clean
.DEFAULT_GOAL := book

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), f"Python 3.11 or newer is needed, this is {sys.version}"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

book: $(READY)                        ## build the HTML book into _build/html
	$(BIN)/python tools/build.py

sheets: book                          ## write exercise sheets and slides of the figures into _build/sheets
	$(BIN)/python tools/sheets.py

picture: $(READY)                     ## draw the picture of the README from a stored model
	$(BIN)/python tools/picture.py

test:                                 ## install, build the book, and run the tests below; what took how long comes last
	$(PYTHON) tools/run_tests.py

install: $(READY)                     ## set up .venv

unit: $(READY)                        ## test the library, and the files of the repository
	$(PYTEST) --dist worksteal tests/book tests/unit

nbval: $(READY)                       ## execute every notebook as a user's CI would, and compare verdicts
	$(PYTEST) --dist loadfile --no-loadscope-reorder --nbval-lax $$($(BIN)/python tools/pages.py)

web: $(READY)                         ## test the pages of the built book in a browser
	$(PYTEST) --dist worksteal tests/web

lint: $(READY)                        ## check format, style, docstrings and types, notebooks too
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)                       ## print the ratios of benchmarks/
	for name in peers loaders threads; do $(BIN)/python benchmarks/$$name.py || exit; done

zoo: $(READY)                         ## train what the zoo lacks, one model after another; goes on where it stopped
	$(BIN)/python -m bvae_lib.zoo

address: $(READY)                     ## write the repository's address, URL=..., into book, README and citation
	$(BIN)/python tools/address.py "$(URL)"

clean:                                ## remove what was built
	rm -rf $(VENV) _build tools/node_modules book/assets/vendor build *.egg-info .pytest_cache .hypothesis .ruff_cache .mypy_cache
