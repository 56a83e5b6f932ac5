.DEFAULT_GOAL := help
SHELL := /bin/sh

BIN := .venv/bin
# Set PYTHON=/path/to/python3.12 to choose the interpreter; otherwise the first that fits is taken.
PYTHON ?=
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml

.PHONY: help
help: ## Show what can be made
	@awk 'BEGIN { FS = ":.*## " } /^[a-z][a-z-]*:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv texts ## Run Anteroom with demo data (PORT=8000): web, worker and beat; Ctrl-C stops all
	@exec $(BIN)/python manage.py demo

.PHONY: demo-reset
demo-reset: ## Forget the demo's database and queue
	rm -rf .anteroom

.PHONY: test
test: .venv texts ## Run every test on SQLite, then on PostgreSQL with races (ARGS="-k waiting" goes to pytest)
	@$(BIN)/python scripts/test -- $(ARGS)

.PHONY: test-clients
test-clients: .venv texts ## Run the public SDK, and a client made from the API contract, against a live Anteroom (needs Node)
	@$(BIN)/python scripts/test-clients

.PHONY: lint
lint: .venv ## Check style, types, floors, templates and migrations
	@scripts/lint

.PHONY: format
format: .venv ## Rewrite Python and templates in the house style
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	@if [ -d templates ]; then $(BIN)/djlint --quiet --reformat templates || true; fi

.PHONY: messages
messages: .venv ## Take marked texts into the catalogues of other languages, and say what is left to translate
	@$(BIN)/python manage.py makemessages

# Texts in other languages, compiled from catalogues that changed since.
.PHONY: texts
texts: $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))

%.mo: %.po | .venv
	@$(BIN)/python manage.py compilemessages

.PHONY: bench
bench: .venv ## Measure speed against the floor (needs PostgreSQL)
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: bench-quick
bench-quick: .venv ## The same in a minute, smaller; fails when speed was lost (needs PostgreSQL)
	$(BIN)/python -m tests.bench --quick $(ARGS)

.PHONY: scale
scale: .venv ## Simulate release workers at sizes that no desk has, and print the tables of docs/scale.md
	@$(BIN)/python -m scripts.scaling

.PHONY: screenshots
screenshots: .venv ## Take the documentation's pictures anew (needs Chromium; ARGS="dashboard order" takes those alone)
	@$(BIN)/python scripts/screenshots $(ARGS)

.PHONY: lock
lock: .venv ## Resolve pyproject.toml into the two lock files (ARGS=--upgrade for newer versions)
	$(COMPILE) $(ARGS) --output-file requirements.txt
	$(COMPILE) $(ARGS) --group dev --constraint requirements.txt --output-file requirements-dev.txt

.PHONY: audit
audit: .venv ## Look for known vulnerabilities in the locked packages
	$(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements.txt

.PHONY: clean
clean: ## Remove caches and collected static files (keeps .venv and .anteroom)
	rm -rf staticfiles tests/clients/build tests/clients/generated .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path '*/node_modules/*' -prune -exec rm -rf {} +

# The stamp is newer than the lock when the environment holds what the lock says.
.PHONY: .venv
.venv: .venv/.complete

.venv/.complete: requirements-dev.txt
	@python=$$(sh scripts/find-python $(PYTHON)) || exit 1; \
	if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Building .venv with $$($$python --version) ($$python)"; \
		$$python -m venv --clear .venv || exit 1; \
	fi
	@echo "Installing the locked packages into .venv (a minute or two the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@
