"""The Vietnamese parts of the Rasa pipeline. They run in the bot's own environment (Python 3.10)."""
