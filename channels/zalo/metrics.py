"""Numbers of the Zalo channel for Prometheus. Labels never hold anything about a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

EVENTS = Counter("motcua_zalo_events", "Webhook events that were accepted", ["nature"])
REFUSED = Counter("motcua_zalo_refused", "Webhook requests that were refused", ["reason"])
CALLS = Counter("motcua_zalo_calls", "Calls of the OA API by outcome", ["outcome"])
REFRESHES = Counter("motcua_zalo_refreshes", "Refreshes of the token pair by outcome", ["outcome"])
NEEDS_CONSENT = Gauge("motcua_zalo_needs_consent", "1 when an OA administrator has to consent again")
REFRESHED_AT = Gauge("motcua_zalo_refreshed_timestamp_seconds", "When the token pair was last renewed")
ALERTS = Counter("motcua_zalo_alerts", "Answers of Zalo that only an administrator can mend", ["code"])
