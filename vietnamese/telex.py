"""Telex keys typed with the input method off: ``xacs nhaanj`` for ``xác nhận``."""

from __future__ import annotations

import re

_SYLLABLE = re.compile(
    r"^(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|b|c|d|g|h|k|l|m|n|p|q|r|s|t|v|x)?"
    # A vowel that ends in a glide takes no consonant behind it.
    r"(?:(?:ieu|yeu|uou|uoi|oai|oao|oay|oeo|uay|uya|uyu|iu|eu|eo|ai|ay|ao|au|oi|ui|uu)"
    r"|(?:uye|ia|ie|oa|oe|ua|ue|uo|uy|ye|a|e|i|o|u|y)(?:ch|ng|nh|c|m|n|p|t)?)$"
)
_DOUBLE = re.compile(r"([aeod])\1")
_TONE = re.compile(r"(?<=[aeiouy])([a-z]{0,2}?)[sfrxj]$")
# The tone key may also come right after the vowel (tujc: tục). Not before a or e: "visa" is no "vía".
_EARLY_TONE = re.compile(r"(?<=[aeiouy])[sfrxj](?=[iouy]?(?:ch|ng|nh|c|m|n|p|t)$|[iouy]$)")


def is_syllable(word: str) -> bool:
    """Whether a folded ``word`` could be a Vietnamese syllable."""
    return bool(_SYLLABLE.match(word))


def untelex(word: str) -> str:
    """``word`` (folded) read as Telex keys if only that makes a syllable of it; else unchanged."""
    if len(word) < 3 or is_syllable(word):
        return word
    letters = _DOUBLE.sub(r"\1", word.replace("w", ""))
    for tone, kept in ((_TONE, r"\1"), (_EARLY_TONE, "")):
        plain = tone.sub(kept, letters)
        if plain and is_syllable(plain):
            return plain
    return word
