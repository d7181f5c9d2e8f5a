"""Frames into files: several targets out of one pass, each under its name only when all are whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from viz.errors import UsageError, unknown
from viz.export import vtt
from viz.export.claim import Claim, told
from viz.export.clip import Clip
from viz.export.registry import Format, format_of
from viz.export.sidecar import beside, text
from viz.export.targets import check_targets
from viz.export.writer import Settings
from viz.words import LANGUAGES

if TYPE_CHECKING:
    from viz.export.writer import Pixels, Writer

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")


class _Job:
    """A target being written: its writer in the pump, with errors told in a sentence that names it."""

    def __init__(self, path: Path, kind: Format, claim: Claim, writer: Writer) -> None:
        self.path = path
        self.kind = kind
        self.claim = claim
        self.writer = writer

    def add(self, index: int, pixels: Pixels, changed: bool) -> None:
        with told(self.path):
            self.writer.add(index, pixels, changed)

    def close(self) -> None:
        with told(self.path):
            self.writer.close()

    def discard(self) -> None:
        self.writer.discard()


def write(
    targets: Sequence[Path | str],
    clip: Clip,
    frames: Iterable[Pixels],
    *,
    keep: bool = False,
    progress: Callable[[int, int], None] | None = None,
    preset: str = "veryfast",
    crf: int = 18,
    sidecar: bool = True,
    still: int | None = None,
) -> tuple[Path, ...]:
    """Write frames to files; the suffixes say what they become.

    Drawing (the iterator, in this thread) overlaps with encoding (a thread for each file), and memory does
    not grow with the number of frames. A file appears under its name when all of them are whole; whatever
    goes wrong before, the files that were there stay as they are and nothing else is left.

    Args:
        targets: `.mp4 .webm .gif .webp .apng`, `.png` for one picture, `name_%04d.png` for numbered ones.
        clip: size, rate, number of frames, and what is told about them.
        frames: `clip.count` C-contiguous (H, W, 4) uint8 RGBA arrays, opaque, never written to again. A frame
            that did not change is the same object as the one before, and then costs next to nothing.
        keep: refuse to replace files that are there.
        progress: called with frames drawn and frames in all.
        preset: speed of x264.
        crf: quality of mp4 and webm, 1 (best) to 51.
        sidecar: whether a JSON file is written beside each video and animation.
        still: index of the frame for `.png`; the last one by default.

    Returns:
        The paths of the targets.

    Raises:
        UsageError: a target, size, rate or setting that cannot be.
        MissingError: the installed PyAV lacks an encoder.
        VizError: writing failed, for example because the disk is full.
    """
    paths = check_targets(targets, clip.width, clip.height, clip.fps, keep)
    kinds = [format_of(path) for path in paths]
    for path, kind in zip(paths, kinds, strict=True):
        if not kind.maker:
            raise UsageError("export.figure_only", path=path)
    settings = _settings(clip, preset, crf, still)

    from viz.export.digest import Digest
    from viz.export.pump import pump

    digest = Digest()
    with ExitStack() as undo:
        jobs = _open(paths, kinds, clip, settings, undo)
        pump(frames, [*jobs, digest], clip.count, _checker(clip), progress)
        _commit(jobs, clip, digest.text if sidecar else None, keep, undo)
    return paths


def _settings(clip: Clip, preset: str, crf: int, still: int | None) -> Settings:
    if preset not in PRESETS:
        raise unknown("choice", preset, PRESETS, "preset")
    if not 1 <= crf <= 51:
        raise UsageError("export.crf", crf=crf)
    last = clip.count - 1
    if still is not None and not 0 <= still <= last:
        raise UsageError("export.still", still=still, last=last)
    return Settings(preset, crf, last if still is None else still)


def _open(
    paths: Sequence[Path], kinds: Sequence[Format], clip: Clip, settings: Settings, undo: ExitStack
) -> list[_Job]:
    jobs: list[_Job] = []
    try:
        for path, kind in zip(paths, kinds, strict=True):
            make = kind.writer()
            with told(path):
                claim = Claim(path, make.folder)
                undo.callback(claim.drop)
                jobs.append(_Job(path, kind, claim, make(claim.temp, clip, settings)))
    except BaseException:
        for job in jobs:
            job.discard()
        raise
    return jobs


def _checker(clip: Clip) -> Callable[[Pixels], Pixels]:
    import numpy as np

    shape = (clip.height, clip.width, 4)

    def check(pixels: Pixels) -> Pixels:
        if pixels.shape != shape or pixels.dtype != np.uint8:
            raise ValueError(f"a frame is {pixels.dtype} {pixels.shape}, the clip says uint8 {shape}")
        return np.ascontiguousarray(pixels)

    return check


def _notes(job: _Job, clip: Clip, digest: str | None) -> Iterator[tuple[Path, str]]:
    """The files that lie beside a target: its sidecar, and the captions of a video in both languages."""
    if digest is not None and job.kind.moving:
        yield beside(job.path), text(job.path, clip, digest, job.writer.facts())
    if clip.captions and job.kind.kind == "video":
        for lang in LANGUAGES:
            yield vtt.beside(job.path, lang), vtt.text(clip, lang)


def _commit(jobs: Sequence[_Job], clip: Clip, digest: str | None, keep: bool, undo: ExitStack) -> None:
    notes: list[tuple[Path, Claim]] = []
    for job in jobs:
        with told(job.path):
            job.claim.sync()
        for path, words in _notes(job, clip, digest):
            with told(path):
                claim = Claim(path)
                undo.callback(claim.drop)
                claim.temp.write_text(words, encoding="utf-8")
                claim.sync()
            notes.append((path, claim))
    for job in jobs:
        with told(job.path):
            job.claim.commit(keep)
    for path, claim in notes:
        with told(path):
            claim.commit()
