"""gif: 256 colours chosen for the whole clip, exact length, shown for ever."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.error import BlockingIOError, EOFError, FFmpegError
from av.filter import Graph

from viz.export.clip import Clip
from viz.export.writer import Settings, Writer

if TYPE_CHECKING:
    from viz.export.writer import Pixels

CENTI = Fraction(1, 100)  # seconds; the unit of a GIF's delays
SHORTEST = 2  # hundredths; browsers show a picture with a shorter delay for a tenth of a second
_SPOOL = {"compression_level": "1", "pred": "sub"}


class Gif(Writer):
    """Two passes: the clip's colours are counted while it is drawn, and it is encoded with them afterwards.

    One palette for all pictures, so that what rests keeps its colour and only what moves is stored (a palette
    for each picture would shimmer). libavfilter's palettegen chooses the colours by their variance in a
    perceptual space, which gives smooth colour maps enough of them to show no bands; so nothing is dithered:
    an ordered pattern would roughen flat grounds, diffused errors crawl when something moves elsewhere.
    Between the passes the pictures wait, compressed without loss, in a nameless file in the target's folder.
    """

    def __init__(self, path: Path, clip: Clip, settings: Settings) -> None:
        super().__init__(path, clip, settings)
        self._tick = 1 / clip.rate
        self._latest = 0
        self._files: list[Any] = []
        try:
            self._spool = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115  closed by discard()
            self._files.append(self._spool)
            self._kept, self._stream = self._record()
            self._colours = _graph(clip, "palettegen", self._tick)
        except BaseException:
            self.discard()
            raise

    def _record(self) -> tuple[Any, Any]:
        kept = av.open(self._spool, "w", format="nut")
        self._files.append(kept)
        stream: Any = kept.add_stream("png", rate=self.clip.rate, options=_SPOOL)
        stream.width, stream.height, stream.pix_fmt = self.clip.width, self.clip.height, "rgb24"
        stream.codec_context.time_base = self._tick
        return kept, stream

    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        if not changed:
            return
        picture = av.VideoFrame.from_numpy_buffer(pixels, "rgba")
        picture.pts, picture.time_base = index, self._tick
        self._colours.push(picture)
        with suppress(BlockingIOError):  # there is no palette yet, but asking makes the filter take the picture
            self._colours.pull()
        self._kept.mux(self._stream.encode(picture.reformat(format="rgb24")))
        self._latest = index

    def close(self) -> None:
        self._kept.mux(self._stream.encode())
        self._kept.close()
        self._colours.push(None)
        palette = self._colours.pull()
        self._encode(palette)
        self.discard()

    def _encode(self, palette: Any) -> None:
        shown = tick(self._latest, self.clip.rate)
        end = max(shown + SHORTEST, round(self.clip.count / self.clip.rate / CENTI))
        options = {"loop": "0", "final_delay": str(end - shown)}
        file = av.open(str(self.path), "w", format="gif", container_options=options)
        self._files.append(file)
        stream: Any = file.add_stream("gif", rate=1 / CENTI)
        stream.width, stream.height, stream.pix_fmt = self.clip.width, self.clip.height, "pal8"
        stream.codec_context.time_base = CENTI
        paint = _graph(self.clip, "paletteuse=dither=none", CENTI, palette)
        for picture in self._replay():
            paint.push(picture, at=0)
            for painted in _ready(paint):
                file.mux(stream.encode(painted))
        paint.push(None, at=0)
        for painted in _ready(paint):
            file.mux(stream.encode(painted))
        file.mux(stream.encode())
        file.close()

    def _replay(self) -> Iterator[Any]:
        """The recorded pictures, timed in hundredths; one that the next would cover at once is left out."""
        self._spool.seek(0)
        with av.open(self._spool, "r", format="nut") as kept:
            held: Any = None
            picture: Any
            for picture in kept.decode(video=0):
                index = round(picture.pts * picture.time_base * self.clip.rate)
                picture.pts, picture.time_base = tick(index, self.clip.rate), CENTI
                if held is not None and held.pts != picture.pts:
                    yield held
                held = picture
            if held is not None:
                yield held

    def discard(self) -> None:
        for file in reversed(self._files):
            with suppress(FFmpegError, OSError):  # thrown away, or whole already
                file.close()
        self._files.clear()


def tick(index: int, rate: Fraction) -> int:
    """When a picture is first shown, in hundredths of a second from the start.

    Rounded from the exact time, so that the length stays right; beyond 50 pictures a second it falls on a
    grid of 20 ms, as shorter delays are not honoured, and pictures in between are left out.
    """
    step = 1 if rate <= 1 / (SHORTEST * CENTI) else SHORTEST
    return step * round(index / rate / CENTI / step)


def _graph(clip: Clip, filters: str, time_base: Fraction, palette: Any = None) -> Graph:
    """A filter behind a source of the clip's pictures, and behind a source of a palette when there is one."""
    graph: Any = Graph()
    source = "rgba" if palette is None else "rgb24"
    head = graph.add_buffer(width=clip.width, height=clip.height, format=source, time_base=time_base)
    name, _, options = filters.partition("=")
    work = graph.add(name, options)
    head.link_to(work)
    if palette is not None:
        tail = graph.add_buffer(width=16, height=16, format=palette.format.name, time_base=time_base)
        tail.link_to(work, 0, 1)
    sink = graph.add("buffersink")
    work.link_to(sink)
    graph.configure()
    if palette is not None:
        palette.pts, palette.time_base = 0, time_base
        graph.push(palette, at=1)
        graph.push(None, at=1)
    return graph


def _ready(graph: Graph) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (BlockingIOError, EOFError):
            return
