# make and Python are all that a fresh machine needs; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: book test lint bench zoo address clean
.DEFAULT_GOAL := book

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 10), f"Python 3.10 or newer is needed, this is {sys.version}"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

book: $(READY)                        ## build the HTML book into _build/html
	$(BIN)/python tools/build.py

# One thread a process: with more, processes that share the cores wait for each other's threads.
test: book                            ## build the book, then test the library, the notebooks and the pages, file by file on all cores
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --nbval-lax -n auto --dist loadfile tests book

lint: $(READY)                        ## check format and style, notebooks too
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

bench: $(READY)                       ## print the ratios of benchmarks/
	for name in training loaders; do $(BIN)/python benchmarks/$$name.py; done

zoo: $(READY)                         ## train what the zoo lacks, one model after another; goes on where it stopped
	$(BIN)/python -m bvae_lib.zoo

address: $(READY)                     ## write the repository's address, URL=..., into the book
	$(BIN)/python tools/address.py "$(URL)"

clean:                                ## remove what was built
	rm -rf $(VENV) _build tools/node_modules book/assets/vendor build *.egg-info .pytest_cache .hypothesis .ruff_cache
