"""`viz gallery`: a poster, a loop and a player of every scene, and one page that shows them all."""

from __future__ import annotations

from pathlib import Path

from viz.cli import options
from viz.cli.command import Command
from viz.cli.options import shared, switch
from viz.cli.output import out
from viz.cli.progress import Board
from viz.words import language, say, sentence

FOLDER = "renders/gallery"
EXAMPLES = ("viz gallery", "viz gallery --scene linear-map --scene softmax -o site")


def command() -> Command:
    """The command `viz gallery`."""
    flags = [
        shared("gallery.output", "-o", "--output", "folder", meta="file", default=FOLDER),
        shared("gallery.scene", "--scene", "names", meta="scene", multiple=True),
        shared("theme", "--theme", meta="dark|light", default="dark"),
        shared("gallery.players", "--no-players", "bare", is_flag=True),
        switch("quiet", "-q", "--quiet"),
    ]
    return Command("gallery", sentence("cli.gallery"), show, flags, examples=EXAMPLES)


def show(folder: str | None, names: tuple[str, ...], theme: str | None, bare: bool, quiet: bool) -> None:
    """Render the gallery and print its page, or its files where there is no page."""
    from viz.gallery import build

    theme, lang = theme or "dark", language()
    options.check_look(theme, lang, (16, 9), "mpl")
    with Board(quiet) as board:

        def tell(name: str, number: int, count: int) -> None:
            board.note(say("gallery.progress", name=name, number=number, count=count))

        written = build(Path(folder or FOLDER), names, theme=theme, lang=lang, players=not bare, progress=tell)
    if not quiet:
        for path in written if bare else written[-1:]:
            out(str(path))
