"""Measures answers against labelled questions that were never trained on (nlu_data/evaluation)."""

from evaluation.cases import Case, Expectation, read_cases
from evaluation.scoring import CaseScore, score_case, table

__all__ = ["Case", "CaseScore", "Expectation", "read_cases", "score_case", "table"]
