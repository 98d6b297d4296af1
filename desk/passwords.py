"""Passwords: what is a good one, and how they are kept (argon2id) and checked."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vietnamese import fold

SHORTEST = 10
LONGEST = 128
_TELLING = 4
"""A name shorter than this stands in many words by chance."""
_COMMON = frozenset(
    line.strip()
    for line in Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106 for little memory: 64 MB a hash
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
"""No more hashes than these at the same time: each takes a processor and its memory."""
_NOBODY = _hasher.hash("nobody has this password")


def problems(password: str, account: str, full_name: str = "") -> list[str]:
    """What is wrong with a new password, in words for who chose it; nothing if it is good."""
    if len(password) > LONGEST:
        return [f"Mật khẩu dài quá {LONGEST} ký tự."]
    found = []
    if len(password) < SHORTEST:
        found.append(f"Mật khẩu cần ít nhất {SHORTEST} ký tự. Một câu ngắn dễ nhớ là tốt nhất.")
    plain = _plain(password)
    names = [_plain(account), _plain(full_name)]
    if any(name == plain or (len(name) >= _TELLING and name in plain) for name in names):
        found.append("Mật khẩu không được chứa tên đăng nhập hay họ tên.")
    elif _too_plain(plain):
        found.append("Mật khẩu này quá dễ đoán. Anh/chị chọn câu khác.")
    return found


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text).lower()))


def _too_plain(plain: str) -> bool:
    """A common word, whatever digits stand around it, or the same few characters again and again."""
    return plain in _COMMON or plain.strip("0123456789") in _COMMON or len(set(plain)) < 4


async def hash_password(password: str) -> str:
    """The argon2id hash to store. Takes about a twentieth of a second of a processor, beside the loop."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


async def verify(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one. Takes as long for somebody who does not exist or has none."""
    typed = password[: LONGEST + 1]
    right = await asyncio.get_running_loop().run_in_executor(_pool, _verify, stored or _NOBODY, typed)
    return right and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's and should be made again."""
    return _hasher.check_needs_rehash(stored)
