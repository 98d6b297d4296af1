"""The receipt as second factor: a QR code that the office prints, shown in a photo."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner
from PIL import Image
from zxingcpp import read_barcodes

from conversations.masking import HIDDEN, hide_secret, mask
from dossiers import DossierDesk, Found, Locked, NotHere, Receipts, find_receipt, status_turn
from dossiers.codes import DossierCode, parse_code
from motcua.cli import main
from motcua.cli.receipts import receipt as receipt_command
from motcua.context import Context
from motcua.db import Database
from motcua.reply import Kind
from motcua.settings import Settings

TODAY = date(2026, 11, 18)
CODE = "H26-261110-0001"


def code_of(text: str = CODE) -> DossierCode:
    code = parse_code(text)
    assert code
    return code


async def test_a_photo_of_the_receipt_opens_the_dossier_at_once(
    loaded: Database, desk: DossierDesk, settings: Settings
) -> None:
    turn = await status_turn(Receipts(settings).payload(code_of()), Context(), "a", desk, TODAY)
    assert turn
    (reply,), context = turn
    assert reply.dossier
    assert reply.dossier.code == CODE
    assert context.opened_dossiers == [CODE]


async def test_a_true_receipt_opens_during_a_pause_that_others_caused(
    loaded: Database, desk: DossierDesk, settings: Settings
) -> None:
    for number in range(5):
        await desk.lookup(CODE, f"{number:04}", "somebody")
    assert isinstance(await desk.lookup(CODE, "4521", "owner"), Locked)
    found = find_receipt(Receipts(settings).payload(code_of()))
    assert found
    assert isinstance(await desk.lookup_receipt(found, "owner"), Found)


async def test_a_receipt_of_another_dossier_opens_nothing(
    loaded: Database, desk: DossierDesk, settings: Settings
) -> None:
    other = Receipts(settings).payload(code_of("H26-261102-0002"))
    swapped = other.replace("H26-261102-0002", CODE)
    turn = await status_turn(swapped, Context(), "a", desk, TODAY)
    assert turn
    assert turn[0][0].dossier is None
    assert "còn 4 lần thử" in turn[0][0].text


async def test_a_true_receipt_of_a_dossier_that_is_not_here_yet_says_so(
    loaded: Database, desk: DossierDesk, settings: Settings
) -> None:
    code = code_of("H26-261117-0042")
    found = find_receipt(Receipts(settings).payload(code))
    assert found
    assert await desk.lookup_receipt(found, "a") == NotHere(code)
    turn = await status_turn(Receipts(settings).payload(code), Context(), "a", desk, TODAY)
    assert turn
    assert turn[0][0].kind is Kind.STATUS
    assert "chưa nhận được dữ liệu" in turn[0][0].text


@pytest.mark.parametrize("form", ["{}", "  {} \n", "ảnh giấy hẹn: {}", "{} nhé"])
def test_it_is_found_in_what_a_channel_reads(settings: Settings, form: str) -> None:
    payload = Receipts(settings).payload(code_of("H26.34.5-240607-0007"))
    for text in (form.format(payload), form.format(payload.lower())):
        found = find_receipt(text)
        assert found
        assert found.code == code_of("H26.34.5-240607-0007")
        assert Receipts(settings).is_ours(found)


@pytest.mark.parametrize(
    "text", ["", "HS|", "HS|H26-261110-0001|", "HS|không phải mã|ABCDEFGHIJKLMNOP", "HS|H26-261110-0001|ABC"]
)
def test_anything_else_is_no_receipt(text: str) -> None:
    assert find_receipt(text) is None


def test_the_check_value_is_not_kept_in_the_transcript(settings: Settings) -> None:
    payload = Receipts(settings).payload(code_of())
    check = payload.split("|")[2]
    assert mask(payload) == payload, "it has to reach the dialogue"
    assert hide_secret(payload) == f"HS|{CODE}|{HIDDEN}"
    assert check not in hide_secret(f"ảnh {payload.lower()} ạ").upper()


def test_another_key_makes_other_receipts(settings: Settings) -> None:
    other = settings.model_copy(update={"secret_key": type(settings.secret_key)("another")})
    found = find_receipt(Receipts(other).payload(code_of()))
    assert found
    assert not Receipts(settings).is_ours(found)


def test_the_command_prints_a_code_that_scanners_read(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("motcua.cli.receipts.get_settings", lambda: settings)
    image = settings.data_dir / "receipt.png"
    done = CliRunner().invoke(receipt_command, ["h26 34 5 240607 0007", "--image", str(image)])
    assert done.exit_code == 0, done.output
    (barcode,) = read_barcodes(Image.open(image))
    assert barcode.text == done.output.strip()
    found = find_receipt(barcode.text)
    assert found
    assert Receipts(settings).is_ours(found)
    refused = CliRunner().invoke(receipt_command, ["0912345678"])
    assert refused.exit_code == 1


def test_the_command_is_there() -> None:
    assert "receipt" in CliRunner().invoke(main, ["dossiers", "--help"]).output
