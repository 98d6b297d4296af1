"""The real records of the national portal, when they are at hand: they are no part of the project."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from knowledge import Procedure, answer, publish
from knowledge.national import build_all, import_dump, read_dump
from knowledge.schema import FeeKind, TimeUnit
from knowledge.store import in_force, revision
from knowledge.wording import IMPORTED
from motcua.clock import today
from motcua.db import Database
from motcua.reply import Facet, Kind
from motcua.settings import ROOT
from tests.knowledge.test_national_build import lost_words

DUMP = Path(os.environ.get("MOTCUA_NATIONAL_DUMP", ROOT / "var" / "national-procedures.jsonl.gz"))
ALL = 2642
LONGEST_ANSWER = 1_800

pytestmark = pytest.mark.skipif(not DUMP.exists(), reason="the portal's records are not at hand")


async def test_every_record_becomes_a_procedure_and_a_second_import_changes_nothing(
    database: Database, shipped: list[Procedure]
) -> None:
    async with database.write() as session:
        await publish(session, shipped, "Nhóm nội dung", "")
    began = time.monotonic()
    first = await import_dump(database, DUMP)
    assert time.monotonic() - began < 60
    assert (len(first.records), first.refused) == (ALL, [])
    assert len(first.changed) + len(first.kept_edited) + len(first.replaced) == ALL
    assert len(first.kept_edited) >= 80
    async with database.read() as session:
        before = await revision(session)
    second = await import_dump(database, DUMP)
    assert (second.changed, second.unchanged, second.missing) == ([], len(first.changed), [])
    async with database.read() as session:
        assert await revision(session) == before
    async with database.read() as session:
        procedures = await in_force(session, today())
    assert len(procedures) == len(shipped) + len(first.changed)
    assert {item.code for item in procedures if not item.imported} == {item.code for item in shipped}


def test_nothing_of_a_real_record_is_lost_and_nothing_is_claimed_that_it_does_not_say() -> None:
    dump = read_dump(DUMP)
    procedures, report = build_all(dump)
    findings: dict[str, list[object]] = {}
    for finding in report.findings:
        findings.setdefault(finding.code, []).append(finding)
    lost: dict[str, set[str]] = {}
    for record, procedure in list(zip(dump.records, procedures, strict=True))[::4]:
        for name, words in lost_words(record.fields, procedure, findings.get(record.code, [])).items():  # type: ignore[arg-type]
            lost.setdefault(name, set()).update(words)
    # Words that the seams between cells tear: nothing of them is missing, see the test of made-up records.
    assert sum(map(len, lost.values())) < 80, lost
    for procedure in procedures:
        for way in procedure.ways:
            assert way.fee.kind is not FeeKind.FREE or "HĐND" not in (way.fee.note or "")
            assert way.time.unit is not TimeUnit.SAME_DAY
    for procedure in procedures[::10]:
        for facet in Facet:
            reply = answer(procedure, facet)
            assert reply.sources[0].note
            assert reply.sources[0].note.startswith(IMPORTED)
            assert len(reply.text) < LONGEST_ANSWER
            assert (reply.kind is Kind.NO_ANSWER) == (facet in procedure.unknown)
