"""Vietnamese text as people type it: folding of diacritics, abbreviations, teencode, ages.

Standard library only, Python 3.10 and newer: both environments use it, so that search and
understanding see the same words.
"""

from vietnamese.ages import ages
from vietnamese.folding import fold
from vietnamese.short_answers import short_answer
from vietnamese.shorthand import expand, normalise

__all__ = ["ages", "expand", "fold", "normalise", "short_answer"]
