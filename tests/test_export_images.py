"""gif, webp, apng and png, read back with Pillow: pictures, delays, loops, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support_export import COLOURS, Pixels, clip, litter, patches, picture, pictures, played

from viz.export import write
from viz.export.frames import changed_box
from viz.export.gif import tick

ANIMATED = [".gif", ".webp", ".apng"]
LOSSLESS = [".webp", ".apng"]


@pytest.mark.parametrize("suffix", ANIMATED)
@pytest.mark.parametrize("fps", [10, 24, 29.97, 30, 50])
def test_every_picture_and_the_whole_length(tmp_path: Path, suffix: str, fps: float) -> None:
    path, film = tmp_path / f"film{suffix}", clip(12, fps)
    write([path], film, pictures(12))
    shown, delays, loop = played(path)
    assert (len(shown), loop) == (12, 0)
    unit = {".gif": 10, ".webp": 1, ".apng": 0}[suffix]
    assert sum(delays) == pytest.approx(film.seconds * 1000, abs=max(unit / 2, 1e-6))
    # No picture starts more than half a unit early or late: rounding does not add up.
    for index, start in enumerate(np.cumsum([0, *delays[:-1]])):
        assert start == pytest.approx(float(index / film.rate) * 1000, abs=unit / 2 + 1e-6)


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_webp_and_apng_are_exact(tmp_path: Path, suffix: str) -> None:
    path, drawn = tmp_path / f"film{suffix}", [patches(), *pictures(6)]
    write([path], clip(7), drawn)
    for got, wanted in zip(played(path)[0], drawn, strict=True):
        np.testing.assert_array_equal(got, wanted[..., :3])


def test_gif_keeps_flat_colours_and_smooth_maps(tmp_path: Path) -> None:
    """Flat colours within a level, also where something moved; a map of 200 colours without visible bands."""
    path = tmp_path / "film.gif"
    ramp = np.linspace(0, 1, 200)[:, None] * (253, 231, 37) + (1 - np.linspace(0, 1, 200)[:, None]) * (
        68,
        1,
        84,
    )
    drawn = list(pictures(8))
    for pixels in drawn:
        pixels[140:170, 60:260, :3] = np.round(ramp)
    write([path], clip(8), drawn)
    for got, wanted in zip(played(path)[0], drawn, strict=True):
        error = np.abs(got.astype(int) - wanted[..., :3])
        assert error[5:15].max() <= 1  # the ground above the square
        assert error[20:60].max() <= 1  # the square, and the ground it has left
        assert error[140:170, 60:260].max() <= 4  # a step of the map is 3 levels
        assert len(np.unique(got[5:15].reshape(-1, 3), axis=0)) == 1  # flat stays flat


def test_gif_shows_twelve_colours_exactly(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write([path], clip(3), [patches()] * 3)
    shown = played(path)[0][0]
    for i, colour in enumerate(COLOURS):
        np.testing.assert_allclose(shown[60 * (i // 4) + 30, 80 * (i % 4) + 40], colour, atol=1)


@pytest.mark.parametrize("suffix", ANIMATED)
def test_pictures_at_rest_are_one_long_delay(tmp_path: Path, suffix: str) -> None:
    first, second = picture(0), picture(20)
    path = tmp_path / f"film{suffix}"
    write([path], clip(40, 20), [first] * 10 + [second] * 30)
    shown, delays, _ = played(path)
    assert delays == [500, 1500]
    for got, wanted in zip(shown, (first, second), strict=True):
        assert np.abs(got.astype(int) - wanted[..., :3]).max() <= 1


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_equal_pictures_in_other_arrays_are_one_too(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    write([path], clip(4, 20), [picture(0), picture(0), picture(9), picture(9)])
    assert played(path)[1] == [100, 100]


@pytest.mark.parametrize(("fps", "shortest"), [(60, 20), (100, 20), (144, 20), (240, 20)])
def test_gif_delays_are_never_so_short_that_browsers_slow_them(tmp_path: Path, fps: int, shortest: int) -> None:
    path = tmp_path / "film.gif"
    write([path], clip(48, fps), pictures(48))
    shown, delays, _ = played(path)
    assert min(delays) >= shortest
    assert sum(delays) == pytest.approx(48_000 / fps, abs=20)
    assert np.abs(shown[-1].astype(int) - picture(47)[..., :3]).max() <= 1  # where it ends is always shown


@pytest.mark.parametrize("suffix", LOSSLESS)
@pytest.mark.parametrize("fps", [120, 240])
def test_other_delays_are_above_ten_milliseconds(tmp_path: Path, suffix: str, fps: int) -> None:
    path = tmp_path / f"film{suffix}"
    write([path], clip(48, fps), pictures(48))
    shown, delays, _ = played(path)
    assert min(delays) > 10
    assert sum(delays) == pytest.approx(48_000 / fps, abs=3 * 1000 / fps)
    np.testing.assert_array_equal(shown[-1], picture(47)[..., :3])


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_a_flash_that_is_too_short_to_show_leaves_no_gap(tmp_path: Path, suffix: str) -> None:
    """At 240 a second three frames share a slot: A A A, then B, back to A within the slot, at last C."""
    a, b, c = picture(0), picture(20), picture(40)
    path = tmp_path / f"film{suffix}"
    write([path], clip(12, 240), [a, a, a, a, b, a, a, a, a, c, c, c])
    shown, delays, _ = played(path)
    assert sum(delays) == pytest.approx(50, abs=1)
    np.testing.assert_array_equal(shown[-1], c[..., :3])
    for pixels in shown[:-1]:
        np.testing.assert_array_equal(pixels, a[..., :3])


def test_ticks_of_a_gif() -> None:
    assert [tick(i, Fraction(30)) for i in range(7)] == [0, 3, 7, 10, 13, 17, 20]
    assert [tick(i, Fraction(50)) for i in range(4)] == [0, 2, 4, 6]
    for rate in (*range(1, 51), Fraction(30000, 1001), Fraction(24000, 1001)):
        ticks = [tick(i, Fraction(rate)) for i in range(200)]
        assert min(b - a for a, b in pairwise(ticks)) >= 2
    assert {b - a for a, b in pairwise(tick(i, Fraction(60)) for i in range(200))} == {0, 2}


@pytest.mark.parametrize("suffix", ANIMATED)
def test_odd_sizes_are_fine(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    write([path], clip(3, width=101, height=67), [picture(i, 101, 67) for i in range(3)])
    shown, delays, _ = played(path)
    assert [s.shape for s in shown] == [(67, 101, 3)] * 3
    assert len(delays) == 3


@pytest.mark.parametrize("suffix", [*ANIMATED, ".png", ".webm"])
def test_equal_frames_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        write([tmp_path / f"{name}{suffix}"], clip(6), pictures(6))
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize(("still", "index"), [(None, 5), (0, 0), (3, 3)])
def test_png_is_one_frame(tmp_path: Path, still: int | None, index: int) -> None:
    path = tmp_path / "film.png"
    write([path], clip(6), pictures(6), still=still)
    with Image.open(path) as image:
        assert image.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(image), picture(index)[..., :3])


def test_a_still_shows_a_frame_at_rest(tmp_path: Path) -> None:
    path = tmp_path / "film.png"
    first, second = picture(0), picture(9)
    write([path], clip(6), [first, second, second, second, second, second])
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), second[..., :3])


def test_a_sequence_has_a_file_for_every_frame(tmp_path: Path) -> None:
    first, second = picture(0), picture(9)
    drawn = [first, first, second, first]
    write([tmp_path / "film_%03d.png"], clip(4), drawn)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"film_00{i}.png" for i in range(4)]
    for index, wanted in enumerate(drawn):
        with Image.open(tmp_path / f"film_00{index}.png") as image:
            np.testing.assert_array_equal(np.asarray(image), wanted[..., :3])


def test_a_shorter_sequence_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    target = tmp_path / "film_%04d.png"
    write([target], clip(6), pictures(6))
    (tmp_path / "film_0100.png").write_text("somebody's own")
    write([target], clip(3), pictures(3))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        *(f"film_000{i}.png" for i in range(3)),
        "film_0100.png",
    ]
    assert litter(tmp_path) == []


def test_all_formats_in_one_pass(tmp_path: Path) -> None:
    names = ["film.mp4", "film.webm", "film.gif", "film.webp", "film.apng", "film.png", "film_%04d.png"]
    pulls = 0

    def drawn() -> Iterator[Pixels]:
        nonlocal pulls
        for pixels in pictures(5):
            pulls += 1
            yield pixels

    paths = write([tmp_path / n for n in names], clip(5), drawn())
    assert pulls == 5
    assert paths == tuple(tmp_path / n for n in names)
    here = {p.name for p in tmp_path.iterdir()}
    moving = names[:5]
    assert here == {*names[:6], *(f"{n}.json" for n in moving), *(f"film_000{i}.png" for i in range(5))}


def box_by_hand(before: Pixels, after: Pixels) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero((before != after).any(axis=-1))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_the_changed_rectangle() -> None:
    rng = np.random.default_rng(1)
    before = picture(0)
    assert changed_box(None, before) == (0, 0, 320, 180)
    assert changed_box(before, before.copy()) is None
    for _ in range(20):
        after = before.copy()
        for _ in range(rng.integers(1, 4)):
            after[rng.integers(180), rng.integers(320), rng.integers(3)] ^= 1
        left, top, right, bottom = box_by_hand(before, after)
        assert changed_box(before, after) == (left, top, right, bottom)
        assert changed_box(before, after, grid=2) == (left & ~1, top & ~1, right, bottom)
