"""What Rasa calls: thin actions, one module a topic; they read the turn, ask a room, phrase the reply."""
