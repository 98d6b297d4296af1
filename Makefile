SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
CODE := actions benchmarks channels conversations desk dossiers evaluation knowledge motcua tests vietnamese bot

.PHONY: help run test check format eval bench lock clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Build what is missing, train if needed, start everything (Ctrl-C stops it)
	@scripts/setup.sh run
	@exec $(BIN)/motcua run

test: ## Build what is missing and run every test
	@scripts/setup.sh test
	@bot/.venv/bin/python -m pytest bot/tests -p no:cacheprovider
	@scripts/test.sh

check: ## Format, lint and types
	@scripts/setup.sh test
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/motcua knowledge check

format: ## Put the code into its form
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

eval: ## Put the labelled questions to the stack, print the score, and compare other pipelines (a quarter of an hour)
	@scripts/setup.sh test
	@$(BIN)/motcua eval --compare

bench: ## Measure a turn through gateway, Rasa and actions, and what finds procedure and ward
	@scripts/setup.sh run
	@$(BIN)/python -m benchmarks.turn
	@$(BIN)/python -m benchmarks.find

lock: ## Resolve the dependencies again (after a change of pyproject.toml)
	@scripts/setup.sh lock

clean: ## Remove what was built; the data in var/ stays
	rm -rf .venv bot/.venv .tools bot/models
