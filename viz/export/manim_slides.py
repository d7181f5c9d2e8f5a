"""What manim-slides presents: a JSON file, and beside it a video for each step, forwards and backwards."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from viz.export.claim import told, whole
from viz.export.deck import Deck
from viz.export.digest import of_file

FOLDER = "files"


def write(path: Path, deck: Deck, keep: bool = False) -> None:
    """Write `NAME.json`, and the videos into `files/NAME` beside it, where manim-slides looks for them.

    The videos are named by their content, so that the slides that were there stay whole until the new ones are.

    Args:
        path: the JSON file.
        deck: with every part's video in both directions.
        keep: refuse to replace a file that is there.
    """
    folder = path.parent / FOLDER / path.stem
    slides, names = [], set()
    with told(path):
        folder.mkdir(parents=True, exist_ok=True)
        for part in deck.parts:
            assert part.backwards is not None
            files: dict[str, Any] = {}
            for key, source in (("file", part.video), ("rev_file", part.backwards)):
                target = folder / f"{of_file(source)}.mp4"
                if not target.exists():
                    with whole(target) as temporary:
                        shutil.copyfile(source, temporary)
                names.add(target.name)
                # manim-slides reads paths from the folder that holds the JSON file's folder.
                files[key] = str(Path(path.resolve().parent.name) / FOLDER / path.stem / target.name)
            slides.append({**files, "loop": False, "auto_next": False, "notes": deck.notes(part)})
        text = json.dumps(
            {"slides": slides, "resolution": list(deck.size), "background_color": deck.ground},
            ensure_ascii=False,
            indent=2,
        )
        with whole(path, keep) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
        for old in folder.glob("*.mp4"):
            if old.name not in names:
                old.unlink()
