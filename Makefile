# Two commands: `make lab` opens the lessons, `make test` checks everything. Both prepare .venv first.

# The first Python that is new enough; another one: make lab PYTHON=python3.13
PYTHON ?= $(shell for p in python3 python python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ipclab-ready
UNFINISHED := $(VENV)/.ipclab-unfinished

# A kernel called python3 in the user's home must not replace the one of .venv.
export JUPYTER_PREFER_ENV_PATH := 1

.PHONY: help lab test style types behaviour notebooks browser outputs picture bench fuzz soak requirements
# `make -j test` keeps its order too.
.NOTPARALLEL:

help:
	@echo 'make lab            open the lessons in JupyterLab       (ARGS="--port 9000" is passed on)'
	@echo 'make test           check everything, or one part of it:'
	@echo '                    make style | types | behaviour | notebooks | browser'
	@echo 'make outputs        run the notebooks and keep their outputs'
	@echo 'make picture        make the picture of README.md anew'
	@echo 'make bench          measure, beside Node and a raw socket pair'
	@echo 'make fuzz           a million packets that no renderer would send (ARGS="--frames 9000 --seed 1")'
	@echo 'make soak           a million messages, none lost, no memory kept    (ARGS="--messages 50000")'
	@echo 'make requirements   pin the dependencies anew            (ARGS=--upgrade: the newest ones)'
	@echo 'Python >= 3.11 is needed; PYTHON=python3.13 names one. "rm -rf $(VENV)" starts afresh.'

# ---- the bootstrap -------------------------------------------------------------------------------------------------

# READY is written last and holds the checkout's path: after new pins or a move of the checkout the steps run again,
# and pip leaves alone what is already there. UNFINISHED is left behind by an interrupted pip, which may believe
# half-copied packages to be installed: then the next call starts with an empty .venv.
ifneq "$(shell cat $(READY) 2>/dev/null)" "$(CURDIR)"
.PHONY: $(READY)
endif

NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
USABLE_VENV := { [ ! -e $(UNFINISHED) ] && $(VENV_PYTHON) $(NEW_ENOUGH) && $(VENV_PYTHON) -m pip --version; } \
	>/dev/null 2>&1

# What a reader without the right Python gets to read.
NO_PYTHON = { echo 'ipclab needs Python 3.11 or newer and found none. Install it (on Debian or Ubuntu: apt install' \
	'python3 python3-venv), or name it: make lab PYTHON=/path/to/python3' >&2; exit 1; }
OLD_PYTHON = { echo 'ipclab needs Python 3.11 or newer, and "$(PYTHON)" is not. Name another one:' \
	'make lab PYTHON=/path/to/python3' >&2; exit 1; }
NO_VENV = { echo '"$(PYTHON)" cannot make a virtual environment: its venv or pip (ensurepip) is missing.' \
	'Install it (on Debian or Ubuntu: apt install python3-venv), then run make again.' >&2; exit 1; }

MAKE_VENV = $(if $(PYTHON),,$(NO_PYTHON);) \
	"$(PYTHON)" $(NEW_ENOUGH) || $(OLD_PYTHON); \
	"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || $(NO_VENV); \
	echo 'Preparing $(VENV) with $(PYTHON): once, it takes a minute or two.'; \
	"$(PYTHON)" -m venv --clear $(VENV) || $(NO_VENV)

# Twice quiet: errors only.
PIP_INSTALL := $(VENV_PYTHON) -m pip install -qq --disable-pip-version-check

# $(VENV_PYTHON) is a link: a system Python that was replaced or removed shows here, too.
$(READY): requirements.txt pyproject.toml $(VENV_PYTHON)
	@$(USABLE_VENV) || { $(MAKE_VENV); }
	@echo 'Installing the pinned dependencies into $(VENV) ...'
	@touch $(UNFINISHED)
	@$(PIP_INSTALL) -r requirements.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@rm $(UNFINISHED)
	@echo "$(CURDIR)" > $@

$(VENV_PYTHON):
	@$(MAKE_VENV)

# ---- the lessons ---------------------------------------------------------------------------------------------------

# -y: Ctrl-C ends at once, without a question. default_url: the printed address leads to the first lesson, too.
# A busy port is Jupyter's own business: it takes the next one.
LAB_FLAGS = -y --LabApp.default_url=/lab/tree/00-welcome.ipynb $(shell [ "$$(id -u)" != 0 ] || echo --allow-root) \
	$(shell [ "$$(uname)" != Linux ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || echo --no-browser)

lab: $(READY)
	@$(VENV_PYTHON) -m jupyterlab notebooks/00-welcome.ipynb $(LAB_FLAGS) $(ARGS)

# ---- the checks ----------------------------------------------------------------------------------------------------

heading = @printf '\n=== %s ===\n' '$(1)'

test: style types behaviour notebooks browser
	$(call heading,all checks passed)

style: $(READY)
	$(call heading,style: ruff)
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .

types: $(READY)
	$(call heading,types: mypy)
	@$(VENV_PYTHON) -m mypy

behaviour: $(READY)
	$(call heading,behaviour: pytest)
	@$(VENV_PYTHON) -m pytest --ignore=tests/browser $(ARGS)

notebooks: $(READY)
	$(call heading,notebooks: saved outputs against a fresh run)
	@$(VENV_PYTHON) -m pytest --nbval --nbval-cell-timeout 120 notebooks $(ARGS)

browser: $(READY)
	$(call heading,browser: the lessons in JupyterLab and Chromium)
	@$(VENV_PYTHON) -m pytest tests/browser $(ARGS)

# ---- for those who change things -----------------------------------------------------------------------------------

# Not from JupyterLab: it saves chunks of text that a kernel alone does not send. ARGS may name some notebooks only.
outputs: $(READY)
	@$(VENV_PYTHON) tests/execute_notebooks.py $(ARGS)

picture: $(READY)
	@$(VENV_PYTHON) tests/browser/make_picture.py

bench: $(READY)
	@$(VENV_PYTHON) -m tests.bench $(ARGS)

fuzz: $(READY)
	@$(VENV_PYTHON) -m tests.fuzz $(ARGS)

soak: $(READY)
	@$(VENV_PYTHON) -m tests.soak $(ARGS)

requirements: $(READY)
	@CUSTOM_COMPILE_COMMAND='make requirements' $(VENV_PYTHON) -m piptools compile --quiet --extra dev \
		--strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--unsafe-package pip --unsafe-package ipclab $(ARGS) --output-file requirements.txt pyproject.toml
