"""Numbers of this room for Prometheus. Labels never hold anything about a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

RECEIVED = Counter("motcua_messages_received", "Messages stored", ["channel"])
DUPLICATES = Counter("motcua_messages_duplicate", "Messages handed in again", ["channel"])
TURNS = Counter("motcua_replies", "Replies by kind", ["kind"])
TURN_SECONDS = Histogram(
    "motcua_turn_seconds",
    "One turn, seconds",
    buckets=(0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.25, 0.5, 1, 5, 20),
)
SENDS = Counter("motcua_sends", "Sends by outcome", ["channel", "state"])
WAKE_LISTENING = Gauge(
    "motcua_wake_listening", "1 while events of other gateways are heard (MOTCUA_WAKE_URL)"
)
