"""Every scene at a glance: a poster, a short loop and a player for each, and one page that shows them all."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from viz import scenefile
from viz.animation import Animation, Size
from viz.export.webfont import chinese
from viz.scenefile import Scene
from viz.words import Sentence, sentence

POSTER: Size = (480, 270)
LOOP: tuple[Size, float] = ((400, 226), 12.0)
MOST_SECONDS = 8.0  # of a loop
INDEX = "index.html"
# What belongs together on the page; a scene that stands in no group comes last.
GROUPS: dict[str, tuple[str, ...]] = {
    "space": (
        "network-warp",
        "training-warp",
        "separability",
        "linear-map",
        "composition",
        "activation-warp",
    ),
    "descent": (
        "optimizer-race",
        "gradient-descent",
        "learning-rate",
        "optimizer-anatomy",
        "batch-noise",
        "loss-landscape",
        "optimizer-curves",
    ),
    "inside": (
        "saturation",
        "activation-gallery",
        "softmax",
        "gradient-flow",
        "dead-relu",
        "prelu",
        "init-symmetry",
        "zero-centred",
        "clamped-loss",
        "doctor",
        "twin",
    ),
}


@dataclass(frozen=True)
class Entry:
    """The files of one scene, by name, and what is said about it.

    Args:
        scene: its name.
        title, about: in both languages.
        poster, loop: file names, and for the poster a description in both languages.
        player: file name, None where none was asked for.
    """

    scene: str
    title: Sentence
    about: Sentence
    description: Sentence
    poster: str
    loop: str
    player: str | None


def build(
    folder: Path,
    names: Sequence[str] = (),
    *,
    theme: str = "dark",
    lang: str = "en",
    players: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Render the gallery.

    Args:
        folder: where the files go; made where it is missing.
        names: of the scenes; all of them when there are none.
        theme, lang: of posters and loops; players speak both languages and know both themes.
        players: whether the players and the page with all of them are made, too.
        progress: called with a scene's name, its number from 1, and how many there are.

    Returns:
        The files that were written.

    Raises:
        UsageError: an unknown scene.
        VizError: writing failed; files that were there before are unharmed.
    """
    scenes = [scenefile.load(name) for name in names or ordered(scenefile.names())]
    folder.mkdir(parents=True, exist_ok=True)
    entries, written = [], []
    for number, scene in enumerate(scenes, 1):
        if progress is not None:
            progress(scene.name, number, len(scenes))
        entry, paths = render(scene, folder, theme, lang, players)
        entries.append(entry)
        written += paths
    if players:
        from viz.export.claim import whole

        with whole(folder / INDEX) as temporary:
            temporary.write_text(page(entries, lang), encoding="utf-8")
        written.append(folder / INDEX)
    return tuple(written)


def render(scene: Scene, folder: Path, theme: str, lang: str, player: bool) -> tuple[Entry, list[Path]]:
    """The files of one scene."""
    animation = Animation(scene, scene.configure(), theme=theme, lang=lang)
    poster, loop = folder / f"{scene.name}.{lang}.png", folder / f"{scene.name}.{lang}.mp4"
    size, fps = LOOP
    start, end = window(animation)
    animation.save(poster, size=POSTER)
    animation.film(loop, size=size, fps=fps, start=start, end=end)
    paths = [poster, loop]
    if player:
        paths.append(folder / f"{scene.name}.html")
        animation.save(paths[-1])
    name = paths[-1].name if player else None
    entry = Entry(scene.name, scene.title, scene.about, animation.description, poster.name, loop.name, name)
    return entry, paths


def window(animation: Animation) -> tuple[float, float]:
    """Seconds of the loop: the step in which most moves, with a part of its rest, not too long."""
    line = animation.timeline
    step = max(line.steps, key=lambda step: step.seconds - step.rest)
    start, end = line.span(step.name)
    moving = min(step.seconds - step.rest, MOST_SECONDS - 1.5)
    stop = end - step.rest
    return max(start, stop - moving), min(end, stop + 1.5)


def ordered(names: Sequence[str]) -> list[str]:
    """Names of scenes in the order of the page."""
    known = [name for group in GROUPS.values() for name in group]
    return [name for name in known if name in names] + sorted(set(names) - set(known))


def page(entries: Sequence[Entry], lang: str) -> str:
    """The page that shows all entries; it needs no network, and the files beside it."""
    parts, rest = [], {entry.scene: entry for entry in entries}
    for group, names in (*GROUPS.items(), ("more", tuple(ordered([entry.scene for entry in entries])))):
        cards = "".join(_card(rest.pop(name), lang) for name in names if name in rest)
        if cards:
            parts.append(f"<section><h2>{_both(sentence(f'gallery.{group}'), lang)}</h2><div>{cards}</div></section>")
    title = sentence("gallery.title")
    text = (
        _PAGE.replace("LANG", "zh-CN" if lang == "zh" else "en")
        .replace("TITLE", html.escape(title.text(lang)))
        .replace("HEADING", _both(title, lang))
        .replace("SWITCH", html.escape("English" if lang == "zh" else "中文"))
        .replace("CARDS", "\n".join(parts))
    )
    return text.replace("/* FONTS */", chinese(text))


def _card(entry: Entry, lang: str) -> str:
    player = f' data-player="{html.escape(entry.player)}"' if entry.player else ""
    alt = html.escape(entry.description.text(lang), quote=True)
    return (
        f'<figure id="{entry.scene}"><button type="button"{player} data-loop="{html.escape(entry.loop)}">'
        f'<img src="{html.escape(entry.poster)}" alt="{alt}" width="640" '
        f'height="360" loading="lazy"><video muted loop playsinline preload="none" hidden></video></button>'
        f"<figcaption><b>{_both(entry.title, lang)}</b> <code>{entry.scene}</code>"
        f"<br>{_both(entry.about, lang)}</figcaption></figure>\n"
    )


def _both(words: Sentence, lang: str) -> str:
    """Words in both languages, of which the page shows one."""
    return "".join(
        f'<span lang="{code}"{"" if one == lang else " hidden"}>{html.escape(words.text(one))}</span>'
        for one, code in (("en", "en"), ("zh", "zh-CN"))
    )


_PAGE = """<!DOCTYPE html>
<html lang="LANG">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; font-src data:; img-src 'self' file:; media-src 'self' file:; frame-src 'self' file:">
<title>TITLE</title>
<style>
/* FONTS */
:root { color-scheme: dark; }
body { margin: 0 auto; max-width: 1500px; padding: 24px; background: #0f1420; color: #e9edf5;
  font: 16px/1.5 Inter, "viz Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
header { display: flex; justify-content: space-between; align-items: center; }
header button { background: none; border: 1px solid #44516d; border-radius: 6px; color: inherit; padding: 6px 14px; font: inherit; }
section div { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 24px; }
figure { margin: 0; background: #151c2c; border: 1px solid #2a3550; border-radius: 8px; overflow: hidden; }
figure button { display: block; width: 100%; padding: 0; border: 0; background: none; cursor: pointer; }
figure.open { grid-column: 1 / -1; }
button:focus-visible { outline: 3px solid #f5e663; outline-offset: -3px; }
img, video, iframe { display: block; width: 100%; height: auto; aspect-ratio: 16 / 9; border: 0; }
iframe { aspect-ratio: 16 / 11; }
[hidden] { display: none; }
figcaption { padding: 12px 16px; color: #b9c3d6; }
figcaption b { color: #e9edf5; }
code { color: #9aa6bb; }
</style>
</head>
<body>
<header><h1>HEADING</h1><button id="switch" type="button">SWITCH</button></header>
<main>
CARDS
</main>
<script>
const still = matchMedia('(prefers-reduced-motion: reduce)');
for (const button of document.querySelectorAll('figure button')) {
  const [picture, film] = button.children;
  const move = (on) => {
    if (on && still.matches) { return; }
    if (on && !film.src) { film.src = button.dataset.loop; }
    picture.hidden = on;
    film.hidden = !on;
    if (on) { film.play().catch(() => move(false)); } else { film.pause(); }
  };
  for (const on of ['mouseenter', 'focus']) { button.addEventListener(on, () => move(true)); }
  for (const off of ['mouseleave', 'blur']) { button.addEventListener(off, () => move(false)); }
  button.addEventListener('click', () => {
    if (!button.dataset.player) { return; }
    const frame = document.createElement('iframe');
    frame.src = button.dataset.player;
    frame.title = button.parentElement.querySelector('b').innerText;
    frame.allowFullscreen = true;
    button.parentElement.classList.add('open');
    button.replaceWith(frame);
    frame.focus();
  });
}
const change = document.getElementById('switch');
change.addEventListener('click', () => {
  for (const text of document.querySelectorAll('span[lang]')) { text.hidden = !text.hidden; }
  const chinese = !document.querySelector('h1 span[lang="zh-CN"]').hidden;
  document.documentElement.lang = chinese ? 'zh-CN' : 'en';
  change.textContent = chinese ? 'English' : '中文';
});
</script>
</body>
</html>
"""  # noqa: E501
