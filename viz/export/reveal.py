"""A reveal.js page in one file, which needs no network: one slide, on which each step is a fragment."""

from __future__ import annotations

import base64
import html
import json
import re
from importlib.resources import files
from pathlib import Path

from viz.export.deck import Deck

_CSP = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; media-src data: blob:; "
    "font-src data:"
)
_STYLE = """
html, body { background: GROUND; margin: 0; }
.reveal { font: 28px "Inter", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
.reveal .slides section { padding: 0; height: 100%; }
.reveal video { display: block; width: 100%; height: 100%; object-fit: contain; background: GROUND; }
.reveal .controls, .reveal .progress { color: #8792a8; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media print { .reveal video { display: none; } .poster { display: block !important; } }
.poster { display: none; width: 100%; }
"""
_SCRIPT = """
const steps = STEPS;
const film = document.querySelector('video');
const said = document.querySelector('.said');
const still = matchMedia('(prefers-reduced-motion: reduce)');
let stop = steps[0].end;
const show = (k, play) => {
  const step = steps[k];
  stop = step.end;
  said.textContent = step.title + '. ' + step.caption;
  document.body.dataset.step = k;
  if (play && !still.matches) { film.currentTime = step.start; film.play().catch(() => { film.currentTime = stop; }); }
  else { film.pause(); film.currentTime = Math.max(0, stop - 0.04); }
};
const watch = () => {
  // The picture that rests at the end of the step, whenever the browser gets round to looking.
  if (film.currentTime >= stop - 0.04 && !film.paused) { film.pause(); film.currentTime = Math.max(0, stop - 0.04); }
  requestAnimationFrame(watch);
};
const shown = () => document.querySelectorAll('.fragment.visible').length;
Reveal.initialize({ width: WIDTH, height: HEIGHT, margin: 0, hash: false, history: false, center: false });
Reveal.on('ready', () => { show(0, true); watch(); });
Reveal.on('fragmentshown', () => show(shown(), true));
Reveal.on('fragmenthidden', () => show(shown(), false));
"""


def write(path: Path, deck: Deck) -> None:
    """Write the page.

    Args:
        path: where to.
        deck: with the whole film in one file.
    """
    assert deck.whole is not None
    path.write_text(page(deck, deck.whole.read_bytes()), encoding="utf-8")


def page(deck: Deck, film: bytes) -> str:
    """The page as text.

    Args:
        deck: what it shows.
        film: an mp4 file with all its parts.
    """
    lang, (width, height) = deck.lang, deck.size
    starts = [0.0]
    for part in deck.parts:
        starts.append(starts[-1] + part.seconds)
    steps = [
        {
            "start": round(a, 4),
            "end": round(b, 4),
            "title": part.title.text(lang),
            "caption": part.caption.text(lang),
        }
        for part, a, b in zip(deck.parts, starts, starts[1:], strict=False)
    ]
    script = _SCRIPT.replace("STEPS", in_script(steps)).replace("WIDTH", str(width)).replace("HEIGHT", str(height))
    notes = html.escape("\n\n".join(f"{p.title.text(lang)}: {deck.notes(p)}" for p in deck.parts))
    fragments = "".join(f'<span class="fragment" data-step="{k}"></span>' for k in range(1, len(deck.parts)))
    title, about = html.escape(deck.title.text(lang)), html.escape(deck.description.text(lang), quote=True)
    video = f"data:video/mp4;base64,{base64.b64encode(film).decode()}"
    poster, last = (f"data:image/png;base64,{base64.b64encode(p).decode()}" for p in (deck.parts[0].poster, deck.last))
    return f"""<!DOCTYPE html>
<html lang="{"zh-CN" if lang == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_CSP}">
<title>{title}</title>
<!--
{_asset("LICENSE").strip()}
-->
<style>{_asset("reveal.css")}</style>
<style>{_STYLE.replace("GROUND", deck.ground)}</style>
</head>
<body>
<div class="reveal"><div class="slides"><section>
<video src="{video}" poster="{poster}" aria-label="{about}" muted playsinline preload="auto"></video>
<img class="poster" alt="{about}" src="{last}">
{fragments}
<aside class="notes">{notes}</aside>
</section></div></div>
<p class="said" role="status" aria-live="polite"></p>
<script>{_asset("reveal.js")}</script>
<script>{script}</script>
</body>
</html>
"""


def in_script(value: object) -> str:
    """A value as JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _asset(name: str) -> str:
    """A file of reveal.js without the addresses in its comments: the page names no place in the network."""
    text = (files("viz.export") / "reveal_js" / name).read_text(encoding="utf-8")
    return re.sub(r"https?://(?!www\.w3\.org)", "", text)
