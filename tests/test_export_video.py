"""mp4 and webm, read back with PyAV: codec, colours, length, chapters, and what a frame at rest costs."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter
from support_export import (
    CHAPTERS,
    COLOURS,
    HEIGHT,
    WIDTH,
    boxes,
    clip,
    decoded,
    elements,
    patches,
    picture,
    pictures,
    warp,
)

from viz.export import Chapter, Clip, write

VIDEOS = [".mp4", ".webm"]


def test_mp4_is_h264_high_with_the_index_first(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    chapters = [Chapter("a", "A", 0, 0.1), Chapter("b", "B", 0.1, 99)]  # the end of the last is cut
    write([path], clip(10, title="标题", lang="zh", chapters=chapters), [picture(0)] * 10)
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        codec = stream.codec_context
        assert (codec.name, codec.profile, codec.pix_fmt) == ("h264", "High", "yuv420p")
        assert (codec.width, codec.height) == (320, 180)
        assert stream.average_rate == 30
        assert stream.frames == 10
        assert stream.duration is not None and stream.time_base is not None
        assert stream.duration * stream.time_base == Fraction(1, 3)  # exact, not cut to milliseconds
        assert file.duration == 333_333
        assert file.metadata["title"] == "标题"
        assert stream.metadata["language"] == "zho"
    assert len(decoded(path)) == 10
    names = [name for name, _ in boxes(path)]
    assert names[0] == "ftyp"
    assert names.index("moov") < names.index("mdat")


def test_webm_is_vp9_with_the_index_first(tmp_path: Path) -> None:
    path = tmp_path / "film.webm"
    write([path], clip(15, title="Title", lang="en"), pictures(15))
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        codec = stream.codec_context
        assert (codec.name, codec.pix_fmt, codec.width, codec.height) == ("vp9", "yuv420p", 320, 180)
        assert stream.average_rate == 30
        assert file.metadata["title"] == "Title"
        assert stream.metadata["language"] == "eng"
        assert file.duration == pytest.approx(500_000, abs=1000)  # microseconds; webm counts in milliseconds
    assert len(decoded(path)) == 15
    names = elements(path)
    assert names.index(0x1C53BB6B) < names.index(0x1F43B675)  # Cues, Cluster


@pytest.mark.parametrize("suffix", VIDEOS)
def test_chapters_keep_titles_and_times(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    write([path], clip(15, chapters=CHAPTERS), pictures(15))
    with av.open(str(path)) as file:
        found: list[Any] = file.chapters()
    assert [c["metadata"]["title"] for c in found] == [c.title for c in CHAPTERS]
    for got, wanted in zip(found, CHAPTERS, strict=True):
        assert float(got["start"] * got["time_base"]) == pytest.approx(wanted.start, abs=1e-4)
        assert float(got["end"] * got["time_base"]) == pytest.approx(wanted.end, abs=1e-4)


def test_a_chapter_title_is_cut_between_characters(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write([path], clip(3, chapters=[Chapter("long", "字" * 200, 0, 0.1)]), pictures(3))
    with av.open(str(path)) as file:
        found: list[Any] = file.chapters()
    assert found[0]["metadata"]["title"] == "字" * 85  # 3 bytes each, 255 at most


@pytest.mark.parametrize("suffix", VIDEOS)
def test_colours_are_bt709_in_limited_range(tmp_path: Path, suffix: str) -> None:
    """Decoded by the standard's own formula (ITU-R BT.709-6, items 3.2 to 3.4), not by libswscale."""
    path = tmp_path / f"film{suffix}"
    write([path], clip(8), [patches()] * 8, crf=1)
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
        frame = frames[4]
        assert (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range) == (1, 1, 1, 1)
        luma, u, v = np.split(frame.to_ndarray().astype(float).ravel(), [180 * 320, 180 * 320 + 90 * 160])
    y = (luma.reshape(180, 320) - 16) / 219
    cb, cr = ((c.reshape(90, 160) - 128) / 224 for c in (u, v))
    for i, colour in enumerate(COLOURS):
        row, column = 60 * (i // 4) + 30, 80 * (i % 4) + 40
        half = row // 2, column // 2
        red = y[row, column] + 1.5748 * cr[half]
        blue = y[row, column] + 1.8556 * cb[half]
        green = (y[row, column] - 0.2126 * red - 0.0722 * blue) / 0.7152
        # One code value of chroma is up to 1.8556 · 255 / 224 = 2.1 levels, so rounding alone costs 1.1.
        assert np.abs(np.array([red, green, blue]) * 255 - colour).max() <= 2


@pytest.mark.parametrize("suffix", VIDEOS)
def test_a_frame_at_rest_is_not_converted_again_and_takes_no_room(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it costs in time is measured by benchmarks/render.py."""
    converted = []

    class Counting:
        def __init__(self) -> None:
            self.real = VideoReformatter()

        def reformat(self, *args: Any, **options: Any) -> Any:
            converted.append(1)
            return self.real.reformat(*args, **options)

    monkeypatch.setattr("viz.export.video.VideoReformatter", Counting)
    moving = [warp(i, 320, 180) for i in range(12)]
    path = tmp_path / f"film{suffix}"
    sizes = []
    for frames in (moving, [moving[0]] * 12):
        converted.clear()
        write([path], clip(12), frames)
        assert len(converted) == len({id(frame) for frame in frames})
        with av.open(str(path)) as file:
            sizes.append([packet.size for packet in file.demux(video=0) if packet.size])
    assert len(sizes[1]) == 12
    assert max(sizes[1][1:]) < min(sizes[0][1:]) / 10


@pytest.mark.parametrize("suffix", VIDEOS)
def test_frames_at_rest_are_in_the_file(tmp_path: Path, suffix: str) -> None:
    first, second = picture(0), picture(20)
    path = tmp_path / f"film{suffix}"
    write([path], clip(30), [first] * 12 + [second] * 18)
    shown = decoded(path)
    assert len(shown) == 30
    for index, pixels in enumerate(shown):
        like_first, like_second = (np.abs(pixels.astype(int) - p[..., :3]).mean() for p in (first, second))
        assert (like_first < like_second) == (index < 12)


def test_key_frames_are_two_seconds_apart_at_most_and_on_chapters(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    chapters = [Chapter("a", "A", 0, 1.7), Chapter("b", "B", 1.7, 5)]
    still = picture(0)
    write([path], clip(50, 10, chapters=chapters), [still] * 50)
    with av.open(str(path)) as file:
        keys = [i for i, f in enumerate(file.decode(video=0)) if f.key_frame]
    assert 17 in keys
    assert max(b - a for a, b in pairwise([*keys, 50])) <= 20


@pytest.mark.parametrize(
    ("fps", "exact"),
    [(24, Fraction(24)), (29.97, Fraction(30000, 1001)), (12.5, Fraction(25, 2)), (240, Fraction(240))],
)
def test_rates_are_exact(tmp_path: Path, fps: float, exact: Fraction) -> None:
    path = tmp_path / "film.mp4"
    write([path], clip(6, fps), pictures(6))
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.average_rate == exact
        assert stream.duration is not None and stream.time_base is not None
        assert stream.duration * stream.time_base == 6 / exact


def test_a_single_frame_is_a_film(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write([path], Clip(64, 64, 1, 1), pictures(1, 64, 64))
    assert len(decoded(path)) == 1


def test_chroma_is_the_mean_over_four_pixels(tmp_path: Path) -> None:
    """Thin coloured lines keep their colour wherever they lie on the grid of half the resolution."""
    rng = np.random.default_rng(0)
    pixels = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    pixels[..., :3] = rng.integers(0, 256, (HEIGHT, 1, 3))
    path = tmp_path / "x.mp4"
    write([path], clip(3), [pixels] * 3, crf=1)
    with av.open(str(path)) as file:
        planes = next(file.decode(video=0)).to_ndarray().astype(float)
    # ITU-R BT.709: luma from the three primaries, colour differences scaled to 224 steps.
    colours = pixels[..., :3].astype(float)
    luma = colours @ [0.2126, 0.7152, 0.0722]
    quarter = HEIGHT // 4
    for start, channel, weight in ((HEIGHT, 2, 0.0722), (HEIGHT + quarter, 0, 0.2126)):
        exact = 128 + 224 / 255 * (colours[..., channel] - luma) / (2 * (1 - weight))
        mean = exact.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3))
        found = planes[start : start + quarter].reshape(HEIGHT // 2, WIDTH // 2)
        assert np.sqrt(np.mean((found - mean) ** 2)) < 1.0
