"""Signing in through the agency's OpenID provider: discovery, code flow with PKCE, state and nonce.

The provider says who somebody is; whether they work here is ours to know: a subject has to be linked to
an account first (``motcua users link``). Nobody gets an account by signing in.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from desk.keys import PREFIX
from motcua.settings import Settings

log = structlog.get_logger(__name__)

CALLBACK = f"{PREFIX}/dang-nhap/co-quan/ve"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MOST_BYTES = 256 * 1024
_TRY_SECONDS = 600
_LEEWAY_S = 60
_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class OpenIdFailed(Exception):
    """The provider is away, or what came back does not prove who somebody is. Logged by its reason."""


@dataclass(frozen=True, slots=True)
class Try:
    """A sign-in under way. It lives in a signed cookie of the browser that began it."""

    state: str
    nonce: str
    verifier: str
    back: str


class OpenId:
    """The provider of the settings; ``title`` is empty when there is none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.desk
        self._redirect = settings.url + CALLBACK
        self._signer = URLSafeTimedSerializer(settings.key("desk-openid"), salt="try")
        self.title = settings.desk.openid_title if settings.desk.openid else ""

    async def begin(self, back: str) -> tuple[str, str]:
        """Where to send the browser, and the cookie it has to bring back. Raises OpenIdFailed."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        attempt = Try(state, nonce, verifier, back)
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
            provider = await self._discover(http)
        query = {
            "response_type": "code",
            "client_id": self._settings.openid_client,
            "redirect_uri": self._redirect,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = provider["authorization_endpoint"]
        address = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"
        return address, self._signer.dumps(asdict(attempt))

    async def finish(self, cookie: str, state: str, code: str) -> tuple[str, str]:
        """The subject that the provider vouches for (issuer and subject), and the page to go on to.

        Raises OpenIdFailed.
        """
        try:
            attempt = Try(**self._signer.loads(cookie, max_age=_TRY_SECONDS))
        except (BadSignature, TypeError) as error:
            raise OpenIdFailed("no try of this browser") from error
        if not code or not secrets.compare_digest(state.encode(), attempt.state.encode()):
            raise OpenIdFailed("state")
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
            provider = await self._discover(http)
            tokens = await self._tokens(http, provider, code, attempt)
            keys = await self._fetch(http, provider["jwks_uri"])
        claims = self._claims(str(tokens.get("id_token") or ""), keys, attempt, tokens)
        return f"{self._settings.openid_issuer} {claims['sub']}", attempt.back

    async def _discover(self, http: aiohttp.ClientSession) -> dict[str, Any]:
        issuer = self._settings.openid_issuer
        provider = await self._fetch(http, get_well_known_url(issuer, external=True))
        if provider.get("issuer") != issuer:
            raise OpenIdFailed("issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _check_address(str(provider.get(name) or ""))
        return provider

    async def _tokens(
        self, http: aiohttp.ClientSession, provider: dict[str, Any], code: str, attempt: Try
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": attempt.verifier,
        }
        client, secret = self._settings.openid_client, self._settings.openid_secret.get_secret_value()
        ways = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        auth = ""
        if secret and "client_secret_basic" in ways:  # quoted first, as RFC 6749 section 2.3.1 wants it
            auth = aiohttp.encode_basic_auth(quote_plus(client), quote_plus(secret))
        else:
            form |= {"client_id": client, **({"client_secret": secret} if secret else {})}
        headers = {"Authorization": auth} if auth else {}
        return await self._fetch(http, provider["token_endpoint"], form=form, headers=headers)

    async def _fetch(
        self,
        http: aiohttp.ClientSession,
        url: str,
        *,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        _check_address(url)
        method = "POST" if form is not None else "GET"
        try:
            async with http.request(
                method, url, data=form, headers=headers, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise OpenIdFailed(f"status {response.status}")
                body = await response.content.read(_MOST_BYTES)
                found = _parsed(body)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise OpenIdFailed(type(error).__name__) from error
        return found

    def _claims(self, token: str, keys: dict[str, Any], attempt: Try, tokens: dict[str, Any]) -> CodeIDToken:
        """The claims of a token that is signed by the provider, for us, now, and for this try."""
        options = {
            "iss": {"essential": True, "value": self._settings.openid_issuer},
            "aud": {"essential": True, "value": self._settings.openid_client},
            "sub": {"essential": True},
        }
        params = {"nonce": attempt.nonce, "client_id": self._settings.openid_client}
        if isinstance(access := tokens.get("access_token"), str):
            params["access_token"] = access
        try:
            decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(now=int(time.time()), leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OpenIdFailed(type(error).__name__) from error
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise OpenIdFailed("sub")
        return claims


def _parsed(body: bytes) -> dict[str, Any]:
    found = json.loads(body)
    if not isinstance(found, dict):
        raise OpenIdFailed("not an object")
    return found


def _check_address(url: str) -> None:
    """Only https, except on this machine. Raises OpenIdFailed."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise OpenIdFailed("address")
