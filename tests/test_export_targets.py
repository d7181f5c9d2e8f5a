"""What is refused before anything is computed, and in which words."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image
from support_export import clip, environment, pictures

from viz import export, words
from viz.errors import MissingError, UsageError
from viz.export import Clip, check_targets, formats, write
from viz.export.clip import exact_rate
from viz.export.registry import format_of, numbered


def refused(key: str, targets: list[Path | str], *shape: object, keep: bool = False) -> UsageError:
    width, height, fps = shape or (320, 180, 30)
    with pytest.raises(UsageError) as caught:
        check_targets(targets, width, height, fps, keep)  # pyright: ignore[reportArgumentType]
    assert caught.value.key == key
    assert caught.value.exit_code == 2
    for lang in words.LANGUAGES:
        words.set_language(lang)
        line = str(caught.value)
        assert "\n" not in line and "{" not in line and line[-1] in ".。"
    words.set_language("en")
    return caught.value


@pytest.mark.parametrize(
    "size", [(0, 0), (0, 180), (320, -2), (63, 64), (64, 63), (8193, 64), (320.0, 180), ("320", 180)]
)
def test_sizes_that_cannot_be(tmp_path: Path, size: tuple[object, object]) -> None:
    refused("export.size", [tmp_path / "film.png"], *size, 30)


@pytest.mark.parametrize("size", [(64, 64), (8192, 64), (64, 8192)])
def test_sizes_that_can_be(tmp_path: Path, size: tuple[int, int]) -> None:
    still = tmp_path / "still.png"
    assert check_targets([tmp_path / "film.mp4", still], *size, 30) == (tmp_path / "film.mp4", still)
    width, height = size
    write([still], clip(1, width=width, height=height), pictures(1, width, height))
    with Image.open(still) as image:
        assert image.size == size


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("size", [(321, 180), (320, 181), (321, 181)])
def test_odd_video_is_refused_with_the_even_size_next_to_it(tmp_path: Path, suffix: str, size: tuple[int, int]) -> None:
    error = refused("export.odd", [tmp_path / f"film{suffix}"], *size, 30)
    even = f"{size[0] + size[0] % 2}×{size[1] + size[1] % 2}"
    assert f"for example {even}" in str(error)
    others = tuple(tmp_path / n for n in ("a.gif", "a.webp", "a.apng", "a.png", "a_%d.png", "a.svg"))
    assert check_targets(others, *size, 30) == others


@pytest.mark.parametrize("fps", [0, -1, 0.5, 241, float("nan"), float("inf")])
def test_rates_that_cannot_be(tmp_path: Path, fps: float) -> None:
    refused("export.fps", [tmp_path / "film.mp4"], 320, 180, fps)


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (30, Fraction(30)),
        (30.0, Fraction(30)),
        (29.97, Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (12.5, Fraction(25, 2)),
        (100 / 3, Fraction(100, 3)),
        (Fraction(30000, 1001), Fraction(30000, 1001)),
    ],
)
def test_exact_rates(fps: float, exact: Fraction) -> None:
    assert exact_rate(fps) == exact


def test_unknown_formats_name_the_nearest(tmp_path: Path) -> None:
    error = refused("unknown.nearest", [tmp_path / "film.mp5"])
    assert error.params["nearest"] == ".mp4"
    refused("unknown.nearest", [tmp_path / "film.web"])
    for name in ("film", "film.", ".mp4", "film.xyz"):
        assert refused_key(tmp_path / name) in ("unknown", "unknown.nearest")


def refused_key(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        check_targets([path], 320, 180, 30)
    return caught.value.key


def test_case_of_the_suffix_does_not_matter(tmp_path: Path) -> None:
    write([tmp_path / "FILM.PNG"], clip(1), pictures(1))
    assert (tmp_path / "FILM.PNG").is_file()


@pytest.mark.parametrize("name", ["a_%d_%04d.png", "a_%04d.webp", "a_%03d.mp4"])
def test_numbered_files_have_one_number_and_are_png(tmp_path: Path, name: str) -> None:
    refused("export.pattern", [tmp_path / name])


def test_a_percent_sign_alone_is_a_name(tmp_path: Path) -> None:
    assert format_of(tmp_path / "100%.png").kind == "still"
    assert numbered("a_%04d.png", 7) == "a_0007.png"
    assert numbered("a_%d.png", 12345) == "a_12345.png"


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").write_text("")
    refused("export.none", [])
    refused("export.directory", [tmp_path / "folder.mp4"])
    refused("export.not_folder", [tmp_path / "file" / "film.mp4"])
    refused("export.not_folder", [tmp_path / "file" / "deeper" / "film.mp4"])
    refused("export.twice", [tmp_path / "a.mp4", tmp_path / "b" / ".." / "a.mp4"])


def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    """As a user who is not root, whom nothing stops."""
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    code = """
import os, sys
from viz.errors import UsageError
from viz.export import check_targets
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    check_targets([sys.argv[1]], 320, 180, 30)
except UsageError as error:
    print(error.key)
"""
    for parent in (tmp_path, *tmp_path.parents[:3]):  # pytest makes them private
        parent.chmod(parent.stat().st_mode | 0o055)
    command = [sys.executable, "-c", code, str(folder / "film.mp4")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60)
    assert done.stdout.strip() == "export.unwritable", done.stderr


def test_keep_refuses_what_is_there(tmp_path: Path) -> None:
    for name in ("film.mp4", "film.pdf", "film_0042.png"):
        (tmp_path / name).write_text("old")
    for name in ("film.mp4", "film.pdf", "film_%04d.png"):
        refused("export.exists", [tmp_path / name], keep=True)
    check_targets([tmp_path / "film.webm", tmp_path / "movie_%04d.png"], 320, 180, 30, keep=True)
    check_targets([tmp_path / "film.mp4", tmp_path / "film.pdf"], 320, 180, 30)


def test_nothing_is_drawn_for_a_target_that_cannot_be(tmp_path: Path) -> None:
    def draw():
        raise AssertionError("drawn")
        yield

    for bad in ("film.mp5", "film.pdf"):
        with pytest.raises(UsageError):
            write([tmp_path / "film.mp4", tmp_path / bad], clip(3), draw())
    for bad in ({"preset": "veryfst"}, {"crf": 0}, {"crf": 52}, {"still": 3}, {"still": -1}):
        with pytest.raises(UsageError):
            write([tmp_path / "film.mp4"], clip(3), draw(), **bad)
    assert list(tmp_path.iterdir()) == []


def test_a_clip_has_frames() -> None:
    with pytest.raises(UsageError, match="at least one"):
        Clip(320, 180, 30, 0)


def test_a_missing_encoder_is_told_before_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viz.export.registry.has_encoder", lambda name: name != "libx264")
    with pytest.raises(MissingError) as caught:
        check_targets([tmp_path / "film.mp4"], 320, 180, 30)
    assert caught.value.exit_code == 3
    assert "libx264" in str(caught.value)
    assert formats()[".mp4"].missing == ("libx264",)
    check_targets([tmp_path / "film.webm"], 320, 180, 30)


def test_formats_are_all_there() -> None:
    assert list(formats()) == [
        ".mp4",
        ".webm",
        ".gif",
        ".webp",
        ".apng",
        ".png",
        "_%04d.png",
        ".svg",
        ".pdf",
        ".html",
        ".pptx",
        ".reveal.html",
        ".json",
    ]
    assert not any(f.missing for f in formats().values())
    assert [f.name for f in formats().values() if f.moving] == [".mp4", ".webm", ".gif", ".webp", ".apng"]


def test_importing_is_light() -> None:
    code = """
import sys, viz.export
print([name for name in ("av", "imageio", "xxhash", "numpy", "matplotlib", "PIL") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
    assert set(export.__all__) <= set(dir(export))


def test_every_sentence_is_used_and_speaks_both_languages() -> None:
    from viz.words.export import WORDS

    source = "".join(p.read_text(encoding="utf-8") for p in Path(export.__file__).parent.glob("*.py"))
    for key, (english, chinese) in WORDS.items():
        assert f'"{key}"' in source
        assert english.endswith(".") and chinese.endswith("。")
    assert os.linesep not in "".join(en + zh for en, zh in WORDS.values())
