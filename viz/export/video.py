"""mp4 (H.264) and webm (VP9) through PyAV: bt709 colours, chapters, titles, an index at the front."""

from __future__ import annotations

import math
from abc import abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import av
from av.container import Flags
from av.error import FFmpegError
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from viz.export.clip import Chapter, Clip
from viz.export.writer import Settings, Writer

if TYPE_CHECKING:
    from viz.export.writer import Pixels

# Size and quality depend on the number of threads: it belongs to the format, not to the machine. (x264's mbtree
# differs by single bits from run to run all the same; what must be equal is the hash of the raw frames.)
THREADS = 3
# A colour is the mean over its four pixels: a quarter of the default's error, in three quarters of its time.
CHROMA = Interpolation.AREA | Interpolation.FULL_CHR_H_INP
GOP_SECONDS = 2  # a player decodes at most this much to show a frame it was sent to
_LANGUAGES = {"en": "eng", "zh": "zho"}  # ISO 639-2, what both containers store
_TITLE_BYTES = 255  # longest chapter title an mp4's chapter list holds


class Video(Writer):
    """What mp4 and webm share; each names its container and its encoder's options."""

    container: ClassVar[str]
    encoder: ClassVar[str]

    def __init__(self, path: Path, clip: Clip, settings: Settings) -> None:
        super().__init__(path, clip, settings)
        self._convert = VideoReformatter()
        self._picture: av.VideoFrame | None = None
        self._tick = 1 / clip.rate
        self._keys = {clip.index(c.start) for c in clip.chapters}
        options = self.container_options()
        self._file = av.open(str(path), "w", format=self.container, container_options=options)
        try:
            self._stream = self._start()
        except BaseException:
            self.discard()
            raise

    @abstractmethod
    def options(self) -> dict[str, str]:
        """The encoder's options."""

    @abstractmethod
    def container_options(self) -> dict[str, str]:
        """The container's options."""

    def _start(self) -> Any:
        clip, file = self.clip, self._file
        file.flags |= Flags.bitexact.value  # no random identifiers, no dates, no versions
        file.metadata.update({"title": clip.title, "comment": clip.description})
        file.set_chapters([_chapter(i, c, clip) for i, c in enumerate(clip.chapters, 1)])
        stream: Any = file.add_stream(self.encoder, rate=clip.rate, options=self.options())
        stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
        stream.metadata["language"] = _LANGUAGES.get(clip.lang, "und")
        codec = stream.codec_context
        codec.time_base = self._tick
        codec.gop_size = max(1, math.floor(GOP_SECONDS * clip.rate))
        # Frame threads, as slices would cost size; PyAV asks for slices by itself.
        codec.thread_type, codec.thread_count = "FRAME", THREADS
        codec.color_primaries, codec.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        file.start_encoding()
        return stream

    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        if changed or self._picture is None:
            self._picture = self._convert.reformat(
                av.VideoFrame.from_numpy_buffer(pixels, "rgba"),
                format="yuv420p",
                src_color_range=ColorRange.JPEG,
                dst_color_range=ColorRange.MPEG,
                dst_colorspace=Colorspace.ITU709,
                interpolation=CHROMA,
                threads=1,
            )
        picture = self._picture
        picture.pts, picture.time_base = index, self._tick
        # A key frame where a chapter starts: a jump there shows exactly its first frame, at once.
        picture.pict_type = PictureType.I if index in self._keys else PictureType.NONE
        self._file.mux(self._stream.encode(picture))

    def close(self) -> None:
        self._file.mux(self._stream.encode())
        self._file.close()

    def discard(self) -> None:
        self._picture = None
        with suppress(FFmpegError):  # the file is thrown away; why it failed is told already
            self._file.close()

    def facts(self) -> dict[str, object]:
        return {"encoder": self.encoder, "threads": THREADS, **self.options()}


class Mp4(Video):
    """H.264 High in mp4, which every player, browser and slide program shows."""

    container = "mp4"
    encoder = "libx264"

    def container_options(self) -> dict[str, str]:
        # In the usual milliseconds the film would be cut to a whole number of them.
        beat = self.clip.rate.numerator
        return {"movflags": "+faststart", "movie_timescale": str(beat * math.ceil(10_000 / beat))}

    def options(self) -> dict[str, str]:
        return {
            "preset": self.settings.preset,
            "crf": str(self.settings.crf),
            "profile": "high",
            "forced-idr": "1",
        }


class WebM(Video):
    """VP9 in webm, in libvpx's realtime mode: its thorough mode takes six times as long."""

    container = "webm"
    encoder = "libvpx-vp9"

    def container_options(self) -> dict[str, str]:
        return {"cues_to_front": "1"}

    def options(self) -> dict[str, str]:
        return {
            "deadline": "realtime",
            "cpu-used": "7",
            "crf": str(min(63, self.settings.crf + 12)),  # the same error as x264 has at `crf`
            "b": "0",
            "row-mt": "1",
            "tile-columns": "2",
            "lag-in-frames": "0",
        }


def _chapter(number: int, chapter: Chapter, clip: Clip) -> Any:
    """A chapter in whole frames, none beyond the end, where it would make the film longer."""
    return {
        "id": number,
        "start": clip.index(chapter.start),
        "end": min(round(chapter.end * clip.rate), clip.count),
        "time_base": 1 / clip.rate,
        "metadata": {"title": chapter.title.encode()[:_TITLE_BYTES].decode(errors="ignore")},
    }
