"""The one encoder of all contestants: x264 through PyAV, set as viz sets it."""

from __future__ import annotations

from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from support.warp import FPS
from viz.export.video import CHROMA, THREADS

Pixels = NDArray[np.uint8]

PRESET, CRF = "veryfast", 18  # viz's defaults
OPTIONS = {"preset": PRESET, "crf": str(CRF), "profile": "high"}
GOP = 2 * FPS
WAITING = 4  # frames that may wait for the thread that encodes


class Encoder:
    """Writes RGBA frames to an mp4 file, in the thread that hands them over."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self._convert = VideoReformatter()
        self._file = av.open(str(path), "w", format="mp4", container_options={"movflags": "+faststart"})
        stream: Any = self._file.add_stream("libx264", rate=FPS, options=OPTIONS)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        codec = stream.codec_context
        codec.gop_size = GOP
        codec.thread_type, codec.thread_count = "FRAME", THREADS
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        self._stream = stream
        self._index = 0

    def add(self, pixels: Pixels) -> None:
        """Encode the next frame, (H, W, 4) uint8."""
        picture = self._convert.reformat(
            av.VideoFrame.from_numpy_buffer(pixels, "rgba"),
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            dst_colorspace=Colorspace.ITU709,
            interpolation=CHROMA,
            threads=1,
        )
        picture.pts = self._index
        self._index += 1
        self._file.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Make the file whole."""
        self._file.mux(self._stream.encode())
        self._file.close()


class Beside:
    """The same in a thread of its own, as ffmpeg works beside the program that feeds it."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self._encoder = Encoder(path, size)
        self._error: BaseException | None = None
        self._queue: Queue[Pixels | None] = Queue(WAITING)
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, pixels: Pixels) -> None:
        """Hand over the next frame."""
        self._queue.put(pixels)

    def close(self) -> None:
        """Wait until the file is whole."""
        self._queue.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (pixels := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._encoder.add(pixels)
                except BaseException as error:  # raised by close()
                    self._error = error
        if self._error is None:
            try:
                self._encoder.close()
            except BaseException as error:
                self._error = error
