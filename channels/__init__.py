"""Channels: each turns its own protocol into the one contract of conversations, and back."""
