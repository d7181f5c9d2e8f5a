"""The demo as a page: how long it takes to make once the numbers are there, its size, how smoothly it plays and turns.

Frames are counted by `requestAnimationFrame` in a headless Chromium, from the start of each step on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path

import viz
from viz.beside import cores
from viz.playing import player_page
from viz.timeline import Timeline

_PLAY = """(seconds) => new Promise((done) => {
    const gaps = [], drawn = [];
    let before = null;
    const start = performance.now();
    const render = player.render.bind(player);
    player.render = () => { const t = performance.now(); render(); drawn.push(performance.now() - t); };
    player.clock.play();
    function tick(now) {
        if (before !== null) gaps.push(now - before);
        before = now;
        if (now - start < 1000 * seconds) requestAnimationFrame(tick);
        else { player.render = render; player.clock.pause(); done([gaps, drawn]); }
    }
    requestAnimationFrame(tick);
})"""


# Turned by hand all the while, as far as a hand does in that time.
_TURN = """(seconds) => new Promise((done) => {
    const gaps = [];
    let before = null;
    const start = performance.now();
    function tick(now) {
        if (before !== null) gaps.push(now - before);
        before = now;
        player.stage.hand = { azimuth: 0.06 * (now - start), elevation: 8 * Math.sin((now - start) / 700) };
        player.stale = true;
        if (now - start < 1000 * seconds) requestAnimationFrame(tick);
        else { player.stage.hand = null; done(gaps); }
    }
    requestAnimationFrame(tick);
})"""


def made(scene: str) -> tuple[float, float, int]:
    """Seconds from when the numbers are there, seconds of processors and bytes of the first page of this process."""
    began: list[float] = []

    class Watched(viz.Animation):
        """Notes when the experiment is done."""

        @cached_property
        def timeline(self) -> Timeline:
            line = self.scene.timeline(self.data)
            began[:] = [time.perf_counter(), _processors()]
            return line

    animation = viz.scene(scene)
    animation.__class__ = Watched
    document = player_page(animation)
    return time.perf_counter() - began[0], _processors() - began[1], len(document.encode())


def _processors() -> float:
    """Seconds of this process and of those it started."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", default="network-warp")
    parser.add_argument("--seconds", type=float, default=5.0, help="of playing, from each start")
    parser.add_argument("--starts", default="8,12,20", help="seconds of the animation")
    parser.add_argument("--size", default="1280x720", help="of the window")
    parser.add_argument("--rounds", type=int, default=5, help="pages made; the fastest counts")
    parser.add_argument("--made", action="store_true", help="only make the page, and print what that took")
    given = parser.parse_args()
    if given.made:
        print(json.dumps(made(given.scene)))
        return
    animation = viz.scene(given.scene)
    animation.data  # noqa: B018  computed, or read from the cache
    alone = [sys.executable, __file__, "--scene", given.scene, "--made"]
    rounds = [json.loads(subprocess.run(alone, check=True, capture_output=True).stdout) for _ in range(given.rounds)]
    wall, cpu, size = min(rounds)
    print(f"{given.scene}: made in {wall:.2f} s ({cpu:.2f} s of {cores()} processors), {size / 1e6:.3f} MB")
    document = player_page(animation)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("No Chromium here: how smoothly it plays was not measured.")
        return
    from playwright.sync_api import sync_playwright

    width, height = (int(side) for side in given.size.split("x"))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "page.html"
        path.write_text(document, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": height})
        began = time.perf_counter()
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]")
        print(f"opened in {time.perf_counter() - began:.2f} s; canvas {tab.evaluate('picture.width')} pixels wide")
        print(
            "\n| From | Frames a second | Slowest frame in 20, ms | Script for a frame, ms |\n| --- | --- | --- | --- |"
        )
        for start in (float(s) for s in given.starts.split(",")):
            tab.evaluate(f"player.quiz.on = false; player.jump({start})")
            gaps, drawn = tab.evaluate(_PLAY, given.seconds)
            gaps.sort()
            rate = 1000 * len(gaps) / sum(gaps)
            print(f"| {start:g} s | {rate:.1f} | {gaps[int(0.95 * len(gaps))]:.1f} | {statistics.median(drawn):.1f} |")
        for start in (float(s) for s in given.starts.split(",")):
            tab.evaluate(f"player.jump({start})")
            tab.wait_for_timeout(200)
            if tab.evaluate("player.stage.spaces().length"):
                gaps = tab.evaluate(_TURN, given.seconds)
                print(f"turned by hand at {start:g} s: {1000 * len(gaps) / sum(gaps):.1f} frames a second")
        browser.close()


if __name__ == "__main__":
    main()
