"""``motcua dossiers receipt``: the QR code that the office prints on a receipt."""

from __future__ import annotations

from pathlib import Path

import click

from motcua.settings import get_settings

_QUIET_ZONE = 4  # modules of white that readers need around a code


@click.command("receipt")
@click.argument("code")
@click.option(
    "--image",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the QR code to this .svg or .png file.",
)
def receipt(code: str, image: Path | None) -> None:
    """Print what the QR code on the receipt of dossier CODE holds.

    Whoever shows it in the chat is told where the dossier stands, without the telephone's digits: print it on
    the receipt and nowhere else.
    """
    import segno

    from dossiers import Receipts, parse_code

    read = parse_code(code)
    if read is None or not read.is_hanoi:
        raise click.ClickException(f"not a dossier code of Hanoi: {code}")
    payload = Receipts(get_settings()).payload(read)
    click.echo(payload)
    if image:
        if image.suffix not in (".svg", ".png"):
            raise click.ClickException("--image must end with .svg or .png")
        made = segno.make_qr(payload, error="q")  # a fold or a stamp may hide a quarter of it
        made.save(str(image), scale=6, border=_QUIET_ZONE)
