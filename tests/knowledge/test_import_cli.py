"""``motcua knowledge check | import | search`` as an editor runs them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from knowledge import Library, Outcome, Procedure, publish, resolve
from knowledge.store import digest, in_force
from motcua import prepare
from motcua.cli import main
from motcua.clock import today
from motcua.db import Base, Database
from motcua.reply import Facet
from motcua.settings import Settings, get_settings
from tests.knowledge.portal import record, write

NEIGHBOURS = 10  # enough for the search to have a choice; the index over all takes its time


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An empty knowledge base that the commands use."""
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    made = get_settings()
    prepare.migrate_database(made)
    yield made
    get_settings.cache_clear()


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["knowledge", *map(str, words)])


async def _procedures(settings: Settings) -> dict[str, Procedure]:
    database = Database(settings.database)
    try:
        async with database.read() as session:
            return {item.code: item for item in await in_force(session, today())}
    finally:
        await database.close()


async def _publish(settings: Settings, procedures: list[Procedure]) -> None:
    database = Database(settings.database)
    try:
        async with database.write() as session:
            await publish(session, procedures, "người soạn", "")
    finally:
        await database.close()


async def _library(settings: Settings) -> Library:
    database = Database(settings.database)
    try:
        library = Library(database)
        await library.refresh()
        return library
    finally:
        await database.close()


def _file(folder: Path, data: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{data['code']}.yml"
    text = yaml.safe_dump(json.loads(json.dumps(data, default=str)), allow_unicode=True)
    path.write_text(text.replace("'2026-07-01'", "2026-07-01"), encoding="utf-8")
    return path


def test_a_dump_is_imported_with_a_summary_and_a_report(settings: Settings, tmp_path: Path) -> None:
    dump = write(tmp_path / "cong.jsonl.gz", [record(), record("9.100002", ten_thu_tuc="Cấp sổ mật")])
    done = _run("import", dump, "--report", tmp_path / "bao-cao.csv")
    assert done.exit_code == 0, done.output
    assert "2 records of 2026-05-20: 2 changed, 0 unchanged" in done.output
    assert "Trình tự" in done.output
    assert "9.100001" in (tmp_path / "bao-cao.csv").read_text("utf-8-sig")
    again = _run("import", dump)
    assert again.exit_code == 0
    assert "0 changed, 2 unchanged" in again.output


def test_a_dump_with_broken_lines_is_imported_and_says_so(settings: Settings, tmp_path: Path) -> None:
    done = _run("import", write(tmp_path / "cong.jsonl", ["{", record()]))
    assert done.exit_code == 1
    assert "dòng 1: không phải JSON" in done.output
    assert "1 changed" in done.output
    assert "1 lines refused" in done.output


def test_a_file_that_is_no_dump_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "cong.jsonl").write_text("mã;tên\n")
    refused = _run("import", tmp_path / "cong.jsonl")
    assert refused.exit_code == 2
    assert "nothing imported" in refused.output
    undated = _run("import", write(tmp_path / "cong.jsonl", [record(detail_url=None)]))
    assert undated.exit_code == 2
    assert "--as-of" in undated.output
    dated = _run("import", tmp_path / "cong.jsonl", "--as-of", "2026-07-03")
    assert dated.exit_code == 0
    assert "records of 2026-07-03" in dated.output


def test_what_a_newer_dump_lacks_is_named(settings: Settings, tmp_path: Path) -> None:
    _run("import", write(tmp_path / "cong.jsonl", [record(), record("9.100002")]))
    newer = _run("import", write(tmp_path / "cong.jsonl", [record()]))
    assert newer.exit_code == 0
    assert "1 imported earlier and not in this file, left as they are: 9.100002" in newer.output


def test_a_report_that_has_no_folder_is_refused_before_anything_happens(
    settings: Settings, tmp_path: Path
) -> None:
    dump = write(tmp_path / "cong.jsonl", [record()])
    assert _run("import", dump, "--report", tmp_path / "khong-co" / "bao-cao.csv").exit_code == 2
    assert asyncio.run(_procedures(settings)) == {}


def test_options_of_a_dump_are_refused_for_a_folder(settings: Settings, tmp_path: Path) -> None:
    done = _run("import", tmp_path, "--as-of", "2026-07-01")
    assert done.exit_code == 2
    assert "national portal" in done.output


def test_files_of_the_shipped_content_outlive_a_dump_before_and_after(
    settings: Settings, tmp_path: Path
) -> None:
    dump = write(tmp_path / "cong.jsonl", [record("1.001193"), record()])
    _run("import", dump)
    assert "1.001193" in prepare.load_content(settings)
    kept = _run("import", dump)
    assert "0 changed, 1 unchanged, 1 kept as edited" in kept.output
    assert prepare.load_content(settings) == []
    procedures = asyncio.run(_procedures(settings))
    assert [procedures[code].imported for code in ("1.001193", "9.100001")] == [False, True]


def test_a_folder_takes_the_place_of_what_was_imported(
    settings: Settings, tmp_path: Path, small: dict[str, Any]
) -> None:
    _run("import", write(tmp_path / "cong.jsonl", [record(small["code"])]))
    _file(tmp_path / "thu-tuc", small)
    done = _run("import", tmp_path / "thu-tuc")
    assert done.exit_code == 0, done.output
    assert "1 procedures read, 1 changed" in done.output
    procedures = asyncio.run(_procedures(settings))
    assert procedures[small["code"]].name == small["name"]


def test_a_procedure_added_as_a_file_is_understood_at_once_and_without_training(
    settings: Settings, tmp_path: Path, small: dict[str, Any], shipped: list[Procedure]
) -> None:
    asyncio.run(_publish(settings, shipped[:NEIGHBOURS]))
    question = "nuôi cá vàng trong bể có phải xin phép không"
    before = resolve(asyncio.run(_library(settings)).edition, question, None, Facet.OVERVIEW)
    assert before.code != small["code"]
    _file(tmp_path / "thu-tuc", small)
    assert _run("import", tmp_path / "thu-tuc").exit_code == 0
    after = resolve(asyncio.run(_library(settings)).edition, question, None, Facet.OVERVIEW)
    assert (after.outcome, after.code) == (Outcome.FOUND, small["code"])


def test_an_imported_record_is_found_by_its_name(
    settings: Settings, tmp_path: Path, shipped: list[Procedure]
) -> None:
    asyncio.run(_publish(settings, shipped[:NEIGHBOURS]))
    _run("import", write(tmp_path / "cong.jsonl", [record()]))
    edition = asyncio.run(_library(settings)).edition
    found = resolve(edition, "đăng ký nuôi ong trong khu dân cư cần giấy tờ gì", None, Facet.DOCUMENTS)
    assert (found.outcome, found.code) == (Outcome.FOUND, "9.100001")
    searched = _run("search", "dang ky nuoi ong trong khu dan cu")
    assert "9.100001" in searched.output.splitlines()[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"effective_to": "2026-01-01"}, "hết hiệu lực từ 01/01/2026"),
        ({"linked": [{"code": "9.000077", "text": "Làm thêm"}]}, "9.000077 không có trong thư mục"),
        ({"replaces": ["9.000001"]}, "replaces nêu chính nó"),
        ({"sample_questions": ["nuôi cá", "nuoi ca?"]}, "có hai lần"),
        ({"effective_from": "2027-02-01", "effective_to": "2027-01-01"}, "effective_to đứng trước"),
        ({"effective_from": "2027-02-30"}, "có ngày không có trong lịch"),
    ],
)
def test_check_and_import_refuse_what_cannot_be(
    settings: Settings, tmp_path: Path, small: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    if "linked" in changes:
        small["unknown"].remove("linked")
    path = _file(tmp_path / "thu-tuc", small | changes)
    text = path.read_text()
    for day in ("2026-01-01", "2027-02-01", "2027-01-01", "2027-02-30"):
        text = text.replace(f"'{day}'", day)
    path.write_text(text)
    for command in ("check", "import"):
        done = _run(command, tmp_path / "thu-tuc")
        assert done.exit_code == 1
        assert said in done.output
    assert asyncio.run(_procedures(settings)) == {}


def test_check_passes_on_what_is_shipped() -> None:
    done = _run("check")
    assert done.exit_code == 0, done.output
    assert done.output.endswith(" 0 problems\n")


def test_content_that_an_import_reads_back_is_what_it_wrote(settings: Settings, tmp_path: Path) -> None:
    _run("import", write(tmp_path / "cong.jsonl", [record()]))
    (procedure,) = asyncio.run(_procedures(settings)).values()
    assert digest(procedure) == digest(type(procedure).model_validate(procedure.model_dump(mode="json")))
    assert Base.metadata.tables["procedure_versions"].c.digest.type.length == len(digest(procedure))
