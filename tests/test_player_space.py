"""What stands in space: the page draws what frames show, from their viewpoint and from any other, turned by hand."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support_cli import tiny_scene
from support_player import CHROMIUM, browser, show, until

import viz
from viz.draw.heads import Plot, heads, heads_in_space
from viz.draw.relief import Relief, strokes, tracks
from viz.draw.sheet import (
    Eye,
    Sheet,
    fabric,
    lit,
    patches,
    plate,
    plate_corners,
    plate_looks,
    sheet_marks,
)
from viz.draw.terrain import signs, signs_in_space
from viz.export.page import page
from viz.frame import Frame, Panel
from viz.marks import Floats, Lines, Points, Text, filled_up, rgba
from viz.playing import about, player_page, stands_in_space
from viz.render import painter, typeset
from viz.render.display import Item, item
from viz.render.film import film
from viz.render.pack import packed, taped
from viz.space import Block, Drape, Pinned, Thing, Track, Viewpoint
from viz.theme import DARK, viridis

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs the Debian package chromium")
RECT = (60.0, 90.0, 900.0, 600.0)
AZIMUTH, ELEVATION = -60.0, 30.0
Drawn = list[dict[str, Any]]

# Stands in for a canvas and keeps what is filled and stroked, and where texts stand.
RECORD = """([time, azimuth, elevation]) => {
    const found = [];
    let paths = [], path = null, at = null;
    const base = {
        beginPath() { paths = []; path = null; },
        moveTo(x, y) { path = [[x, y]]; paths.push(path); },
        lineTo(x, y) { path.push([x, y]); },
        closePath() {}, clip() {}, rect() {}, rotate() {},
        setLineDash(dash) { this.dash = dash; },
        scale(x) { this.size = x; },
        save() {}, restore() { at = null; },
        translate(x, y) { at = [x, y]; },
        arc(x, y, r) { path = [[x, y], [r, r]]; paths.push(path); },
        fill(text) {
            if (text) {
                const [look] = [...player.film.runs].find(([, path]) => path === text);
                const { text: string, x } = player.film.looks[look][1];
                found.push({ kind: "text", string, paths: [[at, [at[0] + x[0] * this.size, at[1]]]] });
            }
            else found.push({ kind: "fill", paths: paths.map((p) => [...p]), style: this.fillStyle });
        },
        stroke() {
            const [width, dash] = [this.lineWidth, this.dash];
            found.push({ kind: "stroke", paths: paths.map((p) => [...p]), style: this.strokeStyle, width, dash });
        },
    };
    player.stage.hand = azimuth || elevation ? { azimuth, elevation } : null;
    player.stage.draw(time);
    for (const part of player.stage.parts(time)) {
        if (part.space) player.stage.slots(base, part, 0, part.piece[3].length, time);
    }
    player.stage.hand = null;
    return found;
}"""


def seen(tab: Any) -> Floats:
    """What is on the canvas, (H, W, 3)."""
    data = tab.evaluate("player.stage.canvas.toDataURL()").partition(",")[2]
    return np.asarray(Image.open(BytesIO(base64.b64decode(data))).convert("RGB")).astype(float)


def style(color: Any) -> str:
    r, g, b, a = rgba(color) if np.ndim(color) < 2 else np.asarray(color)[0]
    return f"rgba({round(255 * r)},{round(255 * g)},{round(255 * b)},{a:.3f})"


def rows(values: Floats, count: int) -> Floats:
    return np.broadcast_to(np.atleast_2d(values), (count, 4))


def truth(panel: Panel) -> Drawn:
    """What a canvas is asked to do for the marks of a panel."""
    found: Drawn = []
    for mark in panel.marks:
        one: Item = item(mark, panel)
        xy, color = one.numbers["xy"], one.numbers["color"]
        if one.kind == "polygons":
            fills, edges = (rows(one.numbers[name], len(xy)) for name in ("color", "edge"))
            for corners, fill, edge in zip(xy, fills, edges, strict=True):
                found.append({"kind": "fill", "paths": [corners], "style": style(fill)})
                if one.numbers["edge_width"][0] > 0:
                    width = one.numbers["edge_width"][0]
                    found.append({"kind": "stroke", "paths": [corners], "style": style(edge), "width": width})
        elif one.kind == "lines":
            alone = len(color) == 1 and len(one.numbers["width"]) == 1
            groups = [list(xy)] if alone else [[line] for line in xy]
            widths = np.broadcast_to(one.numbers["width"], len(groups))
            for lines, ink, width in zip(groups, rows(color, len(groups)), widths, strict=True):
                found.append({"kind": "stroke", "paths": lines, "style": style(ink), "width": width})
        elif one.kind == "points":
            sizes = np.broadcast_to(one.numbers["size"], len(xy))
            fills, edges = (rows(one.numbers[name], len(xy)) for name in ("color", "edge"))
            for spot, fill, edge, size in zip(xy, fills, edges, sizes, strict=True):
                round_ = [spot, np.full(2, size / 2)] if one.look[0] == "circle" else [spot]
                found.append({"kind": "fill", "paths": [np.array(round_)], "style": style(fill)})
                if one.numbers["edge_width"][0] > 0:
                    width = one.numbers["edge_width"][0]
                    found.append({"kind": "stroke", "paths": [np.array(round_)], "style": style(edge), "width": width})
        elif one.kind == "text":
            string, weight, anchor, spacing = one.look
            first = typeset.run(str(string), str(weight), anchor, spacing).places[0, 0]  # pyright: ignore
            spot = xy + np.array([[0.0, 0.0], [first * one.numbers["size"][0], 0.0]])
            found.append({"kind": "text", "string": string, "paths": [spot]})
    return found


def nearest(points: Floats, lines: list[Floats]) -> Floats:
    """How far each of some points is from the nearest of some polylines."""
    best = np.full(len(points), np.inf)
    for line in lines:
        a, along = line[:-1], np.diff(line, axis=0)
        if not len(a):
            best = np.minimum(best, np.hypot(*(points - line[0]).T))
            continue
        length = (along**2).sum(axis=1)
        out = points[:, None] - a
        share = np.clip((out * along).sum(axis=2) / np.where(length == 0, 1, length), 0, 1)
        best = np.minimum(best, np.sqrt(((out - share[..., None] * along) ** 2).sum(axis=2)).min(axis=1))
    return best


def gathered(drawn: Drawn) -> dict[tuple[Any, ...], list[list[Floats]]]:
    """What is drawn by kind, brush and width: for each a list of lists of paths."""
    found: dict[tuple[Any, ...], list[list[Floats]]] = {}
    for one in drawn:
        if one["kind"] == "stroke":
            *ink, opacity = one["style"][5:-1].split(",")
            key: tuple[Any, ...] = ("stroke", *ink, round(float(opacity), 2), round(float(one["width"]), 1))
        else:
            key = (one["kind"], one.get("string"))
        found.setdefault(key, []).append([ended(np.array(path, dtype=float)) for path in one["paths"]])
    return found


def ended(path: Floats) -> Floats:
    """A path without the repetitions of its last point, with which shorter ones are filled up."""
    moves = np.flatnonzero(np.abs(path - path[-1]).max(axis=1) > 1e-9)
    return path[: moves[-1] + 2] if len(moves) else path[:1]


def compare(mine: Drawn, true: Drawn, turned: bool = False, rim: int = 2, order: bool = False) -> None:
    """Hold what the page draws against what the frame shows: nothing is off by half a pixel at 1080p.

    Of lines a vertex or two at the rim of a hill may count as seen in one and as hidden in the other.
    """
    ours, theirs = gathered(mine), gathered(true)
    # What has no room beside other texts is left out where a hand has turned the panel.
    assert set(ours) == set(theirs) if not turned else set(ours) <= set(theirs)
    assert {key for key in theirs if key not in ours} <= {key for key in theirs if key[0] == "text"}
    for key, drawn in theirs.items():
        if key not in ours:
            continue
        if key[0] != "stroke":
            faces = [path for paths in drawn for path in paths]
            own = [path for paths in ours[key] for path in paths]
            if key[0] == "text" and turned and len(own) < len(faces):
                own, faces = faces, own
            else:
                assert len(faces) == len(own), key
            middles = np.array([face.mean(axis=0) for face in own])
            if order and key[0] == "fill":  # from far to near
                ranks = [int(np.hypot(*(middles - face.mean(axis=0)).T).argmin()) for face in faces]
                assert (np.diff(ranks) < 0).mean() < 0.02, ranks
            for face in faces:
                k = int(np.hypot(*(middles - face.mean(axis=0)).T).argmin())
                if key[0] == "text" and turned:  # beside an edge that goes up they stand farther out
                    assert np.abs(own[k] - face)[..., 1].max() < 0.5 and np.abs(own[k] - face)[0, 0] < 90, key
                elif own[k].shape == face.shape:
                    assert np.abs(own[k] - face).max() < 0.5, key
                else:  # a star is told by its corners in one, and by its middle in the other
                    assert len(face) == 1 and np.abs(own[k].mean(axis=0) - face[0]).max() < 0.8, key
        else:
            every, own = ([p for paths in some for p in paths if len(p)] for some in (drawn, ours[key]))
            if all(len(p) == 1 for p in every) or any(len(p) == 2 and p[1][0] == p[1][1] for p in own):
                assert len(every) == len(own)
                continue  # rims of points, whose faces were compared
            for one, other in ((every, own), (own, every)):
                away = nearest(np.concatenate(one), other)
                assert (away > 0.5).sum() <= rim, (key, (away > 0.5).sum(), away.max())
    # Colours of faces, wherever they are.
    tones = [sorted(one["style"] for one in some if one["kind"] == "fill") for some in (mine, true)]
    values = [np.array([[float(v) for v in s[5:-1].split(",")] for s in some]) * [1, 1, 1, 255] for some in tones]
    assert np.abs(np.sort(values[0], axis=0) - np.sort(values[1], axis=0)).max() <= 2


def hills(nx: int, ny: int) -> Floats:
    x, y = np.meshgrid(np.linspace(-1, 1, nx), np.linspace(-1, 1, ny))
    z = np.exp(-6 * ((x - 0.3) ** 2 + y**2)) + 0.6 * np.exp(-9 * ((x + 0.5) ** 2 + (y + 0.4) ** 2)) + 0.1 * (1 + x)
    return (z - z.min()) / np.ptp(z)


class Land:
    """A landscape with a path, a runner and signs, as marks and in space."""

    def __init__(self, elevation: float = ELEVATION) -> None:
        z = hills(33, 25)
        window = ((-2.0, 4.0), (0.0, 4.0))
        levels = np.linspace(0.1, 0.9, 9)
        slanted = [np.array([[-1.0, 1.0], [0.5, 3.5]])]
        self.relief = Relief(DARK, window, z, viridis(z), levels, RECT, elevation, 0.8, ("x", "y"), hatched=slanted)
        t = np.linspace(0, 1, 60)
        self.xy = np.stack([-1.8 + 5.4 * t, 2.0 + 1.7 * np.sin(5 * t)], axis=1)
        self.parts = [np.column_stack([np.arange(60.0), self.xy])]
        self.course = self.relief.course(self.parts)
        self.plot = Plot(RECT, self.relief.xlim, self.relief.ylim)
        self.low = np.array([[3.0, 1.0], [-1.0, 3.8], [1.4, 3.2]])

    def panel(self, azimuth: float, rise: float, upto: float) -> Panel:
        relief, color = self.relief, "#ff8800"
        xy = np.array([np.interp(upto, np.arange(60.0), column) for column in self.xy.T])[None]
        places = np.concatenate([self.xy[:1], self.low])
        spots, hidden = relief.spot(places, azimuth, rise)
        here, dim = relief.spot(xy, azimuth, rise)
        marks = [*relief.ground(azimuth, rise), *signs(DARK, spots[0], spots[1:], hidden)]
        laid = relief.laid(places, rise)
        things: list[Thing] = [relief.viewpoint(azimuth), *relief.block(rise)]
        things += signs_in_space(DARK, laid[:1], laid[1:])
        if rise == 1.0:
            marks += strokes(DARK, [(*relief.trail(self.parts, azimuth).upto(upto), color)], 4.0)
            things += tracks(DARK, [(self.course, color)], upto, 4.0)
        marks += heads(DARK, self.plot, here, [color], ["circle"], dim=dim.tolist())
        things += heads_in_space(DARK, self.plot, here, relief.laid(xy, rise), [color], ["circle"])
        return Panel("main", RECT, relief.xlim, relief.ylim, tuple(marks), equal=True, space=lambda: things)


class Cloth:
    """A sheet with lines and dots that a plane parts, as marks and in space."""

    def __init__(self) -> None:
        u, v = np.meshgrid(np.linspace(-1, 1, 13), np.linspace(-1, 1, 9))
        self.nodes = np.stack([u, v, 0.6 * np.cos(2.2 * u) * np.cos(1.4 * v)], axis=-1)
        self.dots = np.array([[0.1, 0.2, 0.55], [0.8, -0.7, 0.1], [-0.9, 0.3, -0.2]])
        self.curve = np.stack([np.linspace(-1, 1, 9), np.zeros(9), np.full(9, 0.2)], axis=-1)

    def panel(self, azimuth: float, elevation: float, cut: float | None) -> Panel:
        eye = Eye((0.05, -0.1, 0.1), 1.4, azimuth, elevation)
        size = RECT[2:]
        look = Points(self.dots[:, :2], "#4488ff", 14.0, DARK.outline, 1.6, "circle")
        height = None if cut is None else 0.15
        cells = patches(self.nodes, height)
        plain = rgba("#33405a9e")
        fills = lit(cells, plain)
        tints = np.array([rgba("#3366ff"), rgba("#ff9933")])
        if height is not None and cut is not None:
            upper = cells[..., 2].mean(axis=1) > height
            fills[:, :3] += cut * (tints[upper.astype(int)][:, :3] - fills[:, :3])
        lines = [(self.nodes[::2], "#66ccaa"), (np.swapaxes(self.nodes, 0, 1)[::2], "#aa66cc")]
        sheet = Sheet(cells, fills, lines, [(self.dots, look)])
        below, above = sheet_marks(eye, sheet, height)
        middle = np.array(eye.centre[:2])
        plane = None
        if height is not None:
            below += plate(DARK, eye, height, middle, 1.1)
            plane = (plate_corners(height, middle, 1.1), *plate_looks(DARK))
        stands = eye.stand(self.curve, size)[None]
        line = boundary(eye.see(self.curve)[0])
        tip = Text(eye.see(self.dots[:1])[0][0], "h", 24.0, DARK.quiet, anchor=("center", "bottom"))
        pins = [Pinned(line, stands), Pinned(tip, eye.stand(self.dots[:1], size))]
        arguments = (height, tints, cut or 0.0, plane)
        things = [eye.viewpoint(size), fabric(eye, size, sheet, self.nodes, plain[None], True, *arguments), *pins]
        marks = (*below, *above, *(pin.mark for pin in pins))
        return Panel("main", RECT, *Eye.limits(size), marks, equal=True, space=lambda: things)


def boundary(flat: Floats) -> Lines:
    return Lines(flat, "#ffee66", 5.0)


def document(monkeypatch: Any, panel: Callable[[float], Panel]) -> str:
    """A page that shows one panel for the 1.2 seconds of the small scene."""
    with tiny_scene(monkeypatch):
        animation = viz.scene("tiny")
        told = about(animation, 0.0, None, ["dark"], ["en"])
        taken = film(lambda t: Frame((panel(t),), 1920, 1080, "#101520"), animation.timeline)
    assert stands_in_space(taken)
    return page(packed({"dark-en": taped(taken)}, told), "t", "d", "en", "dark", "test", space=True)


def motion(t: float) -> tuple[float, float, float]:
    """Azimuth, rise and step at a time."""
    p = float(np.clip((t - 0.4) / 0.3, 0, 1)) if t < 0.8 else 1.0
    return AZIMUTH + 35.0 * p, 1.0, 30.0 + 5.0 * p


@needs_chromium
def test_a_landscape_stands_as_in_its_frames_however_it_is_turned(tmp_path: Path, monkeypatch: Any) -> None:
    land = Land()
    made = document(monkeypatch, lambda t: land.panel(*motion(t)))
    rng = np.random.default_rng(5)
    with browser(viewport={"width": 1000, "height": 800}) as tab:
        show(tab, made, tmp_path)
        tab.evaluate("() => { player.stage.fit(1920, 1080); player.resize = () => {}; }")
        for time in (0.1, 0.45, 0.533, 0.61, 1.0):
            azimuth, rise, upto = motion(time)
            compare(tab.evaluate(RECORD, [time, 0, 0]), truth(land.panel(azimuth, rise, upto)))
            hand = float(rng.uniform(-180, 180)), float(rng.uniform(-20, 45))
            turned = Land(ELEVATION + hand[1]).panel(azimuth + hand[0], rise, upto)
            there = [azimuth + hand[0], ELEVATION + hand[1]]
            compare(tab.evaluate(RECORD, [time, *there]), truth(turned), True)
        # Turned so far down that hills hide much: what is in front is drawn last.
        for azimuth, elevation in ((40.0, -18.0), (-150.0, -16.0)):
            there = [AZIMUTH + 35.0 + azimuth, ELEVATION + elevation]
            tab.evaluate("([azimuth, elevation]) => { player.stage.hand = { azimuth, elevation }; }", there)
            tab.evaluate("player.stage.draw(1.0)")
            view = Land(ELEVATION + elevation)
            low = view.panel(AZIMUTH + 35.0 + azimuth, 1.0, 35.0)
            assert view.relief.spot(view.low, AZIMUTH + 35.0 + azimuth)[1].any()
            true = painter("mpl", 1920, 1080).paint(Frame((low,), 1920, 1080, "#101520"))[..., :3]
            gap = np.abs(seen(tab) - true).mean(axis=2)[90:690, 60:960]
            assert (gap > 40).mean() < 0.008, (azimuth, (gap > 40).mean())
            compare(tab.evaluate(RECORD, [1.0, *there]), truth(low), True)
        assert tab.errors == []


@needs_chromium
def test_beside_a_twin_everything_comes_as_much_closer(tmp_path: Path, monkeypatch: Any) -> None:
    land = Land()

    def panel(t: float) -> Panel:
        return dataclasses.replace(land.panel(*motion(t)), rect=(300.0, 200.0, 0.6 * RECT[2], 0.6 * RECT[3]))

    with browser() as tab:
        show(tab, document(monkeypatch, panel), tmp_path)
        tab.evaluate("() => { player.stage.fit(1920, 1080); player.resize = () => {}; }")
        compare(tab.evaluate(RECORD, [0.1, 0, 0]), truth(panel(0.1)))


@needs_chromium
def test_a_landscape_rises_as_in_its_frames(tmp_path: Path, monkeypatch: Any) -> None:
    land = Land()

    def panel(t: float) -> Panel:
        p = float(np.clip(t / 0.2, 0, 1))
        return land.panel(AZIMUTH, 0.2 + 0.7 * p, 10.0)

    with browser() as tab:
        show(tab, document(monkeypatch, panel), tmp_path)
        tab.evaluate("() => { player.stage.fit(1920, 1080); player.resize = () => {}; }")
        for time in (0.02, 0.13, 0.35):
            compare(tab.evaluate(RECORD, [time, 0, 0]), truth(panel(time)))


@needs_chromium
@pytest.mark.parametrize("cut", [None, 0.4])
def test_a_sheet_stands_as_in_its_frames_however_it_is_turned(
    cut: float | None, tmp_path: Path, monkeypatch: Any
) -> None:
    cloth = Cloth()
    made = document(monkeypatch, lambda t: cloth.panel(motion(t)[0], 25.0, cut))
    with browser() as tab:
        show(tab, made, tmp_path)
        tab.evaluate("() => { player.stage.fit(1920, 1080); player.resize = () => {}; }")
        for time, *hand in ((0.1, 0, 0), (0.5, 0, 0), (0.55, 100, 30), (1.0, -140, -10)):
            there = [motion(time)[0] + hand[0], 25.0 + hand[1]]
            panel = cloth.panel(there[0], there[1], cut)
            compare(tab.evaluate(RECORD, [time, *(there if any(hand) else (0, 0))]), truth(panel), order=True)
            tab.evaluate("([azimuth, elevation]) => { player.stage.hand = { azimuth, elevation }; }", there)
            tab.evaluate(f"player.stage.draw({time})")
            true = painter("mpl", 1920, 1080).paint(Frame((panel,), 1920, 1080, "#101520"))[..., :3]
            gap = np.abs(seen(tab) - true).mean(axis=2)[90:690, 60:960]
            assert (gap > 25).mean() < 0.009, (time, (gap > 25).mean())


@needs_chromium
@pytest.mark.parametrize(
    ("name", "options", "moments"),
    [
        ("optimizer-race", {"optimizers": ("sgd", "adam"), "steps": 30}, ("surface@0.4", "race@0.5", "end")),
        ("network-warp", {"dataset": "circles", "widths": (3,), "samples": 60, "steps": 60}, ("layer 1@0.4", "end")),
    ],
)
def test_scenes_in_space_look_as_matplotlib_draws_them(
    name: str, options: dict[str, Any], moments: tuple[str, ...], tmp_path: Path
) -> None:
    size = (960, 540)
    animation = viz.scene(name, **options)
    brush = painter("mpl", *size)
    with browser(viewport={"width": 1000, "height": 800}) as tab:
        show(tab, player_page(animation, themes=("dark",), langs=("en",)), tmp_path)
        tab.evaluate("() => { player.stage.fit(960, 540); player.resize = () => {}; }")
        for moment in moments:
            time = animation.timeline.time(moment)
            tab.evaluate(f"() => {{ player.clock.seek({time}); player.stage.draw({time}); }}")
            mine = seen(tab)
            true = brush.paint(animation.frame(time, size=size))[..., :3].astype(float)
            gap = np.abs(mine - true).mean(axis=2)
            assert gap.mean() < 1.3 and (gap > 60).mean() < 0.003, (moment, gap.mean(), (gap > 60).mean())
        assert tab.errors == []


@needs_chromium
def test_hands_and_keys_turn_it_and_turn_it_back(tmp_path: Path, monkeypatch: Any) -> None:
    land = Land()
    made = document(monkeypatch, lambda t: land.panel(*motion(t)))
    with browser(viewport={"width": 1000, "height": 800}) as tab:
        show(tab, made, tmp_path)
        turn = tab.locator("#turn")
        assert turn.is_visible() and turn.inner_text() == "Drag to turn"
        box = tab.locator("#picture").bounding_box()
        x, y = (box["x"] + box["width"] * 500 / 1920, box["y"] + box["height"] * 390 / 1080)
        before = tab.evaluate("player.stage.canvas.toDataURL()")
        tab.mouse.move(x, y)
        assert tab.evaluate("player.stage.canvas.style.cursor") == "grab"
        tab.mouse.down()
        tab.mouse.move(x + 50, y + 20, steps=4)
        tab.mouse.up()
        assert tab.evaluate("player.stage.hand") == {"azimuth": AZIMUTH - 20, "elevation": ELEVATION + 6}
        assert not tab.evaluate("player.clock.playing")  # a drag is no click
        until(tab, f"player.stage.canvas.toDataURL() !== {before!r}")
        assert turn.inner_text() == "Turn back"
        tab.keyboard.press("Shift+ArrowRight")
        tab.keyboard.press("Shift+ArrowDown")
        hand = tab.evaluate("player.stage.hand")
        assert hand == {"azimuth": AZIMUTH - 27.5, "elevation": ELEVATION + 13.5}
        assert tab.evaluate("player.clock.time") == 0  # the arrows alone go by steps
        tab.focus("#scrub")
        tab.keyboard.press("Shift+ArrowLeft")  # from wherever the focus is
        assert tab.evaluate("player.stage.hand.azimuth") == AZIMUTH - 20
        tab.evaluate("player.jump(1.0)")
        tab.wait_for_timeout(60)
        # What a hand has chosen stays while the camera of the scene goes on.
        assert tab.evaluate("player.stage.seen") == hand | {"azimuth": AZIMUTH - 20}
        tab.evaluate("player.jump(0)")
        turn.click()
        until(tab, f"player.stage.canvas.toDataURL() === {before!r}")
        turn.click()  # shows what a hand could do
        assert tab.evaluate("player.stage.hand.azimuth") == AZIMUTH - 30
        tab.mouse.dblclick(x, y)
        assert tab.evaluate("player.stage.hand") is None
        tab.evaluate("player.jump(0)")
        tab.mouse.click(x, y)
        assert tab.evaluate("player.clock.playing")
        tab.evaluate("player.jump(0)")
        beside = (box["x"] + box["width"] * 0.9, y)
        tab.mouse.move(*beside)
        tab.mouse.down()
        tab.mouse.move(beside[0] - 60, y, steps=3)
        tab.mouse.up()  # a drag beside it is no press either
        assert not tab.evaluate("player.clock.playing") and tab.evaluate("player.stage.hand") is None
        tab.mouse.move(*beside)  # beside the panel there is nothing to turn
        assert tab.evaluate("player.stage.canvas.style.cursor") == ""
        assert tab.errors == []


@needs_chromium
def test_a_finger_turns_the_surface_and_strokes_beside_it(tmp_path: Path, monkeypatch: Any) -> None:
    land = Land()
    made = document(monkeypatch, lambda t: land.panel(*motion(t)))
    stroke = """([x, y]) => {
        const { left, top, width, height } = player.stage.canvas.getBoundingClientRect();
        const [clientX, clientY] = [left + (x / 1920) * width, top + (y / 1080) * height];
        const about = { pointerType: "touch", bubbles: true, clientY, button: 0, pointerId: 1 };
        player.stage.canvas.setPointerCapture = () => {};
        const send = (name, x) => player.stage.canvas.dispatchEvent(new PointerEvent(name, { ...about, clientX: x }));
        send("pointerdown", clientX);
        send("pointermove", clientX - 60);
        send("pointerup", clientX - 60);
    }"""
    with browser(viewport={"width": 700, "height": 700}, has_touch=True) as tab:
        show(tab, made, tmp_path)
        tab.evaluate(stroke, [500, 390])
        assert tab.evaluate("player.stage.hand.azimuth") == pytest.approx(AZIMUTH + 24)
        assert not tab.evaluate("player.clock.playing")
        tab.evaluate(stroke, [1700, 390])
        assert tab.evaluate("player.stage.hand.azimuth") == pytest.approx(AZIMUTH + 24)
        assert tab.evaluate("player.clock.playing")


def test_a_page_without_space_has_nothing_to_turn(monkeypatch: Any) -> None:
    with tiny_scene(monkeypatch):
        flat = player_page(viz.scene("tiny"))
    land = Land()
    deep = document(monkeypatch, lambda t: land.panel(*motion(t)))
    for code in ("class Turning", "class Eye", "function fabric", 'data-say="turning"'):
        assert code in deep and code not in flat


# --- the things themselves


def test_space_and_marks_come_from_the_same_numbers() -> None:
    land = Land()
    panel = land.panel(AZIMUTH, 1.0, 30.0)
    kinds = [type(one).__name__ for one in panel.things]
    assert kinds[:2] == ["Viewpoint", "Block"] and {"Walls", "Ruler", "Track", "Drape", "Pinned"} <= set(kinds)
    view, block = panel.things[:2]
    assert isinstance(view, Viewpoint) and isinstance(block, Block)
    camera = land.relief.camera(AZIMUTH)
    assert view.distance * land.relief.unit == pytest.approx(camera.distance)
    assert block.heights.max() * land.relief.unit == pytest.approx(0.8)
    drape = next(one for one in panel.things if isinstance(one, Drape))
    assert drape.counts.sum() == len(drape.lines)
    track = next(one for one in panel.things if isinstance(one, Track))
    # The points of the path, projected, are the trail.
    flat = camera.project(track.xyz * land.relief.unit)[0]
    trail = land.relief.trail(land.parts, AZIMUTH).parts[0]
    away = nearest(trail[:, 1:] / land.relief.unit, [flat / land.relief.unit])
    assert away.max() < 1e-9
    # What stands still is the same thing from frame to frame.
    again = land.panel(AZIMUTH + 5, 1.0, 31.0)
    assert again.things[1] is block
    risen = land.panel(AZIMUTH, 0.5, 31.0).things[1]
    assert isinstance(risen, Block) and risen.heights is block.heights and risen.rise == 0.5


def test_lines_of_different_lengths_stay_at_their_last_point() -> None:
    lines = [np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(4, 3)]
    together = filled_up(lines, 3)
    assert together.shape == (2, 4, 3)
    assert np.array_equal(together[0, 1:], np.tile(lines[0][-1], (3, 1)))
    assert filled_up([], 3).shape == (0, 0, 3)
