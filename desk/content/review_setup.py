"""Mounts the pages around a change: review, history, previews, trial, checks, reminders, posting."""

from __future__ import annotations

from aiohttp import web

from desk.content.check_runs import CheckRuns
from desk.content.checks import CheckPages
from desk.content.history import HistoryPages
from desk.content.posting import PostingPages
from desk.content.preview import PreviewPages
from desk.content.reminders import ReminderPages
from desk.content.review import ReviewPages
from desk.content.trial import TrialPages
from motcua.keys import DATABASE, SETTINGS

CHECKS = web.AppKey("checks", CheckRuns)


def add_review(desk: web.Application) -> None:
    """Add them to the desk's application, and the work behind them."""
    database, settings = desk[DATABASE], desk[SETTINGS]
    runs, trial = CheckRuns(database, settings), TrialPages(database, settings)
    desk[CHECKS] = runs
    ReviewPages(database, runs).add_routes(desk)
    CheckPages(database, runs).add_routes(desk)
    HistoryPages(database).add_routes(desk)
    PreviewPages(database).add_routes(desk)
    ReminderPages(database).add_routes(desk)
    PostingPages(database, settings).add_routes(desk)
    trial.add_routes(desk)
    desk.cleanup_ctx.append(runs.run)
    desk.on_cleanup.append(trial.close)
