"""An animation in a notebook that is really executed."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import Any

import pytest
from support_player import CHROMIUM, Reader, browser, until

nbformat: Any = pytest.importorskip("nbformat", reason="needs the developers' tools")
nbclient: Any = pytest.importorskip("nbclient", reason="needs the developers' tools")
TESTS = Path(__file__).parent

_CELL = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
import support_scene, viz
support_scene.install()
viz.Animation.NOTEBOOK = (320, 180)
viz.scene("tiny", theme="light")
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_notebook_shows_the_player_the_poster_and_words(tmp_path: Path) -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(_CELL)])
    nbclient.NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    (output,) = [one for one in book.cells[0].outputs if one.output_type == "execute_result"]
    frame = output.data["text/html"]
    assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
    assert "5 dots." in output.data["text/plain"] and "2. turn: They turn." in output.data["text/plain"]
    document = html.unescape(frame.partition('srcdoc="')[2].partition('"')[0])
    assert set(Reader(document).head["views"]) == {"light-en"}
    if CHROMIUM is None:
        return
    with browser(viewport={"width": 900, "height": 700}) as tab:
        tab.set_content(f"<!doctype html><body>{frame}</body>")
        inner = next(f for f in tab.frames if f != tab.main_frame)
        until(inner, "document.documentElement.dataset.ready === 'true'")
        assert inner.evaluate("document.getElementById('picture').width") > 300
        assert tab.errors == []
