# make demo: the main job, on any machine with Python 3.11 to 3.13.
# make test: lint, format, types and every test; a quarter of an hour, or so.
# make test-quick: lint, format, types and the fast tests of every part.
# Each makes the environment that it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= runs/demo
# A file's tests share models: they stay in one process, in their order.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: demo test test-quick lint format wheel package test-versions clean

demo: $(VENV)/.installed
	$(BIN)/mixgan train --recipe=mix_dcgan_digits --workdir=$(DEMO)
	$(BIN)/mixgan sample --model=$(DEMO)/preset --out=$(DEMO)/samples.png \
	    --num=100 --labels=0,1,2,3,4,5,6,7,8,9 --scale=5
	$(BIN)/mixgan export --model=$(DEMO)/preset --format=saved_model \
	    --out=$(DEMO)/saved_model/1 --overwrite
	$(BIN)/mixgan export --model=$(DEMO)/preset --format=tflite \
	    --out=$(DEMO)/generator.tflite --overwrite
	@echo "Look at $(DEMO)/samples.png: a sample grid of the trained mixture."

test: lint
	$(PYTEST)

test-quick: lint
	$(PYTEST) -m 'not slow'

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.installed-dev
	$(BIN)/python -m build

# Whether wheel and source archive are whole, install and load offline.
package: $(VENV)/.installed-dev
	$(BIN)/python tests/package.py

# The oldest and the newest TensorFlow and Keras of setup.cfg, each in a
# throw-away environment: half an hour, and a network. Not for CI.
test-versions: $(VENV)/.installed-dev
	$(BIN)/python tests/versions.py

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -e .
	touch $@

$(VENV)/.installed-dev: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	touch $@ $(VENV)/.installed
