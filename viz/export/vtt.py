"""Captions as WebVTT, which players, browsers and lecture recordings read."""

from __future__ import annotations

from pathlib import Path

from viz.export.clip import Caption, Clip


def beside(target: Path, lang: str) -> Path:
    """Where the captions of a video lie: `film.mp4` has `film.en.vtt` and `film.zh.vtt`."""
    return target.with_name(f"{target.stem}.{lang}.vtt")


def text(clip: Clip, lang: str) -> str:
    """The captions of a clip in one language.

    Args:
        clip: with `captions`.
        lang: "en" or "zh".
    """
    lines = ["WEBVTT", f"Language: {lang}", ""]
    for number, caption in enumerate(clip.captions, 1):
        lines += [str(number), f"{stamp(caption.start)} --> {stamp(caption.end)}", _plain(caption, lang), ""]
    return "\n".join(lines)


def stamp(seconds: float) -> str:
    """A time as WebVTT writes it: 00:01:02.500."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _plain(caption: Caption, lang: str) -> str:
    """A caption's text without what WebVTT would read as a mark-up or as the end of the cue."""
    words = caption.zh if lang == "zh" else caption.en
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "\n".join(line for line in words.splitlines() if line.strip())
