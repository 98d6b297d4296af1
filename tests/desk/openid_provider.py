"""A small OpenID provider on a port of its own: checks what a real one checks, and can be made to lie."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus, urlencode

from aiohttp import BasicAuth, web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "mot-cua", "bí mật & dài"


@dataclass
class Code:
    """What a code stands for. It is given out once."""

    redirect: str
    challenge: str
    nonce: str
    subject: str


@dataclass
class Provider:
    """``subject`` is who is signed in there; ``claims`` and ``key`` override what is put into tokens."""

    redirect: str
    subject: str = "sub-lan"
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    signed_with: RSAKey | None = None
    algorithm: str = "RS256"

    async def start(self) -> TestServer:
        """Listen."""
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self.discovery)
        app.router.add_get("/authorize", self.authorize)
        app.router.add_post("/token", self.token)
        app.router.add_get("/keys", self.keys)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("")).rstrip("/")
        return server

    async def discovery(self, _: web.Request) -> web.Response:
        """What the provider says about itself."""
        about = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return web.json_response(about | self.metadata)

    async def authorize(self, request: web.Request) -> web.Response:
        """Somebody signs in here and is sent back with a code."""
        query = request.query
        right = (
            query.get("client_id") == CLIENT
            and query.get("redirect_uri") == self.redirect
            and query.get("response_type") == "code"
            and "openid" in query.get("scope", "").split()
            and query.get("code_challenge_method") == "S256"
            and len(query.get("state", "")) >= 20
        )
        if not right:
            raise web.HTTPBadRequest(text="invalid_request")
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(self.redirect, query["code_challenge"], query.get("nonce", ""), self.subject)
        raise web.HTTPFound(f"{self.redirect}?{urlencode({'code': code, 'state': query['state']})}")

    async def token(self, request: web.Request) -> web.Response:
        """A code for a token, once, to the client that can prove itself and that began."""
        form = await request.post()
        auth = BasicAuth.decode(request.headers.get("Authorization", ""), encoding="utf-8")
        known = self.codes.pop(str(form.get("code")), None)
        challenge = _s256(str(form.get("code_verifier")))
        if (
            (unquote_plus(auth.login), unquote_plus(auth.password)) != (CLIENT, SECRET)
            or known is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != known.redirect
            or challenge != known.challenge
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": known.subject,
            "exp": now + 300,
            "iat": now,
            "nonce": known.nonce,
        } | self.claims
        token = jwt.encode(
            {"alg": self.algorithm, "kid": "1"},
            {name: value for name, value in claims.items() if value is not None},
            self.signed_with or self.key,
            algorithms=[self.algorithm],
        )
        return web.json_response({"access_token": "x", "token_type": "Bearer", "id_token": token})

    async def keys(self, _: web.Request) -> web.Response:
        """The public keys."""
        return web.json_response(KeySet([self.key]).as_dict(private=False))


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
