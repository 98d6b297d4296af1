"""``motcua dossiers``: import, sources, unknown-statuses, as an operator runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from motcua import migrate
from motcua.cli import main
from motcua.settings import get_settings
from tests.dossiers.files import write_xlsx

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("MOTCUA_DATABASE_URL", raising=False)
    get_settings.cache_clear()
    migrate.upgrade(get_settings().database)
    yield lambda *words: CliRunner().invoke(main, ["dossiers", *map(str, words)])
    get_settings.cache_clear()


def test_a_dry_run_counts_and_the_next_run_does_it(run: Run, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "city.xlsx", 30)
    for words, said in ((["--dry-run"], "sẽ thêm 30"), ([], "thêm 30"), ([], "không đổi 30")):
        done = run("import", tmp_path / "city.xlsx", *words)
        assert (done.exit_code, said in done.stdout) == (0, True), done.output


def test_bad_rows_are_told_by_line_and_by_exit_code(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("mã hồ sơ,trạng thái\nx,4\nH26-251110-0001,Chờ Hội đồng\n", encoding="utf-8")
    done = run("import", file, "--report", tmp_path / "report.txt")
    assert done.exit_code == 1
    assert "dòng 2: mã hồ sơ “x”" in done.stderr
    assert "dòng 2" in (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert run("unknown-statuses").stdout == "csv\t1\tChờ Hội đồng\n"


def test_an_older_file_is_kept_out_until_told_to_be_new(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    for status, words, said in (
        ("10", ["--as-of", "2026-01-02 08:00"], "thêm 1"),
        ("4", ["--as-of", "2026-01-01 08:00"], "giữ bản mới hơn 1"),
        ("4", ["--as-of", "now"], "đổi 1"),
    ):
        file.write_text(f"mã hồ sơ,trạng thái\nH26-251110-0001,{status}\n", encoding="utf-8")
        assert said in run("import", file, *words).stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [(["--mapping", "none"], "national"), (["--as-of", "hôm qua"], "as-of"), (["--mapping", "../x"], "name")],
)
def test_a_wrong_option_is_told(run: Run, tmp_path: Path, words: list[str], why: str) -> None:
    (tmp_path / "rows.csv").write_text("mã hồ sơ,trạng thái\n", encoding="utf-8")
    done = run("import", tmp_path / "rows.csv", *words)
    assert done.exit_code != 0
    assert why in done.output


def test_sources_tell_their_health(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = run("sources")
    assert (good.exit_code, good.stdout) == (0, "ok   table (Một Cửa): 0 dossiers\n")
    monkeypatch.setenv("MOTCUA_DOSSIERS_SOURCES", "table,drop")
    monkeypatch.setenv("MOTCUA_DOSSIERS_DROP", str(tmp_path / "not-there"))
    get_settings.cache_clear()
    bad = run("sources")
    assert (bad.exit_code, "BUSY drop" in bad.stdout) == (1, True)
