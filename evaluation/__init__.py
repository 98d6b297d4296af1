"""Measures answers against labelled questions that were never trained on (nlu_data/evaluation)."""

from evaluation.cases import Case, Expectation, Need, read_cases
from evaluation.report import COLUMNS, confusions, mistakes, slice_table
from evaluation.scoring import CaseScore, TurnScore, score_case, score_turn

__all__ = [
    "COLUMNS",
    "Case",
    "CaseScore",
    "Expectation",
    "Need",
    "TurnScore",
    "confusions",
    "mistakes",
    "read_cases",
    "score_case",
    "score_turn",
    "slice_table",
]
