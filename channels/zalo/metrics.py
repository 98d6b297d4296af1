"""Numbers of the Zalo channel for Prometheus. Labels never hold anything about a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

EVENTS = Counter("motcua_zalo_events", "Webhook events that were accepted", ["nature"])
PICTURES = Counter("motcua_zalo_pictures", "Messages with pictures by what was read in them", ["seen"])
REFUSED = Counter("motcua_zalo_refused", "Webhook requests that were refused", ["reason"])
CALLS = Counter("motcua_zalo_calls", "Calls of Zalo's API by outcome", ["outcome"])
PAUSES = Counter("motcua_zalo_pauses", "Calls held back because Zalo's limit was near", ["host"])
BILLED = Counter("motcua_zalo_billed", "Messages that Zalo took from no free quota", ["way"])
BARE = Counter("motcua_zalo_bare", "Messages sent again without what Zalo refused", ["without"])
ECHOES = Counter("motcua_zalo_echoes", "Echoes of our own messages by what they settled", ["result"])
REFRESHES = Counter("motcua_zalo_refreshes", "Refreshes of the token pair by outcome", ["outcome"])
NEEDS_CONSENT = Gauge("motcua_zalo_needs_consent", "1 when an OA administrator has to consent again")
REFRESHED_AT = Gauge("motcua_zalo_refreshed_timestamp_seconds", "When the token pair was last renewed")
ALERTS = Counter("motcua_zalo_alerts", "Answers of Zalo that only an administrator can mend", ["code"])
REFRESH_TOKEN_ENDS = Gauge(
    "motcua_zalo_refresh_token_ends_timestamp_seconds", "When the refresh token dies unless it is renewed"
)
CONSENT_SOON = Gauge(
    "motcua_zalo_consent_soon", "1 when the refresh token dies within MOTCUA_ZALO_CONSENT_ALERT_DAYS"
)
