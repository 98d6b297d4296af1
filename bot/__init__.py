"""The Rasa process: what the bot understands and how a dialogue goes. Runs in its own environment."""
