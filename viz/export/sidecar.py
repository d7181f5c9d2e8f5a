"""The JSON file beside a video: what was shown, its options and versions, a fingerprint of the frames."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from viz.export.clip import Clip


def beside(target: Path) -> Path:
    """Where the sidecar of a file lies: `film.mp4` has `film.mp4.json`."""
    return target.with_name(f"{target.name}.json")


def text(target: Path, clip: Clip, digest: str, encoding: Mapping[str, object]) -> str:
    """The sidecar's JSON.

    Args:
        target: the file it describes.
        clip: its size, rate, length, words; everything in `clip.meta` is written too.
        digest: fingerprint of the raw frames.
        encoding: what the writer tells about itself.
    """
    rate = clip.rate
    facts = {
        **clip.meta,
        "file": target.name,
        "title": clip.title,
        "description": clip.description,
        "lang": clip.lang,
        "width": clip.width,
        "height": clip.height,
        "fps": rate.numerator if rate.denominator == 1 else str(rate),
        "frames": clip.count,
        "seconds": round(clip.seconds, 6),
        "chapters": [
            {"name": c.name, "title": c.title, "start": round(c.start, 6), "end": round(c.end, 6)}
            for c in clip.chapters
        ],
        "hash": digest,
        "encoding": dict(encoding),
    }
    return json.dumps(plain(facts), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """A value as JSON can hold it: arrays become lists, paths and fractions text, and so do nan and inf."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if hasattr(value, "tolist"):  # numpy's scalars and arrays
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (Path, Fraction)):
        return str(value)
    return value
