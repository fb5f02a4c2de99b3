# The doors of the studio. Python 3.11 or newer and make are all that they need.
.DELETE_ON_ERROR:
.PHONY: help setup run demo test check bench bench-full

BASE := $(shell for python in python3.11 python3 python3.12 python3.13 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
DATA := $(or $(STUDIO_DATA_DIR),var)
# What a production site sets, for the checks that look at it.
PRODUCTION := env PUBLIC_URL=https://studio.example.com ALLOWED_HOSTS=studio.example.com \
	STUDIO_DATA_DIR=.venv/check FIELD_ENCRYPTION_KEYS="$$($(PYTHON) -c 'from cryptography import fernet; \
	print(fernet.Fernet.generate_key().decode())')" SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')"

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' $(MAKEFILE_LIST) | \
		while read -r door words; do printf '%-12s%s\n' "$$door" "$$words"; done

setup: .venv/tests-ready ## Everything that running and testing need, in .venv

run: .venv/run-ready ## The studio on HOST:PORT (127.0.0.1:8000), its data in STUDIO_DATA_DIR (var)
	@if find static requirements.txt -newer "$(DATA)/static/.collected" 2>&1 | grep -q .; then \
		$(PYTHON) manage.py collectstatic --noinput --verbosity 0 && touch "$(DATA)/static/.collected"; fi
	@$(PYTHON) manage.py migrate --noinput --verbosity 0
	@$(PYTHON) manage.py begin
	@exec $(PYTHON) -m studio

demo: .venv/tests-ready ## The same beside an emulated Gemini, its data in var-demo: nothing is paid, its media is marked
	@exec $(PYTHON) -m tests.emulator.demo

test: .venv/tests-ready ## All tests; those of rows again on PostgreSQL where TEST_DATABASE_URL names one
	$(PYTHON) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder
	@if [ -n "$$TEST_DATABASE_URL" ]; then \
		DATABASE_URL="$$TEST_DATABASE_URL" $(PYTHON) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -m rows; fi

check: .venv/tests-ready ## Style, types, layers, templates, production settings, migrations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	.venv/bin/djlint templates --lint --quiet
	@$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING
	@$(PRODUCTION) DATABASE_URL=sqlite://:memory: $(PYTHON) manage.py makemigrations --check --dry-run

bench: .venv/tests-ready ## The quick benchmarks, a minute at most
	@$(PYTHON) -m tests.bench quick

bench-full: .venv/tests-ready ## All of them, a quarter of an hour at most
	@$(PYTHON) -m tests.bench full

.venv/bin/python:
	@test -n "$(BASE)" || { echo "The studio needs Python 3.11 or newer. Install it and try again." >&2; exit 1; }
	$(BASE) -m venv .venv

.venv/run-ready: requirements.txt | .venv/bin/python
	@echo "Installing what the studio runs on, once."
	@$(PIP) -r requirements.txt
	@touch $@

.venv/tests-ready: requirements-dev.txt .venv/run-ready
	@echo "Installing what its tests and checks need, once."
	@$(PIP) -r requirements-dev.txt
	@touch $@
