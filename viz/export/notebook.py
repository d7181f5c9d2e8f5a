"""An animation as HTML that shows by itself in a notebook, with nothing to load from anywhere."""

from __future__ import annotations

import base64
import html


def video_html(video: bytes, poster: bytes, title: str, description: str, lang: str) -> str:
    """A player with everything inside: the film, its poster, and words for people who cannot see it.

    It does not start by itself, so nobody is shown motion they did not ask for.

    Args:
        video: an mp4 file (H.264, which notebooks in browsers and in editors play).
        poster: a PNG file, shown until the film is started.
        title, description: in the animation's language.
        lang: "en" or "zh".

    Returns:
        One HTML element.
    """
    film, picture = (base64.b64encode(data).decode() for data in (video, poster))
    label = html.escape(f"{title}. {description}" if description else title)
    return (
        f'<figure lang="{"zh-Hans" if lang == "zh" else "en"}" style="margin:0">'
        f'<video controls muted playsinline preload="metadata" style="max-width:100%;height:auto" '
        f'aria-label="{label}" title="{html.escape(title)}" poster="data:image/png;base64,{picture}">'
        f'<source type="video/mp4" src="data:video/mp4;base64,{film}"></video></figure>'
    )
