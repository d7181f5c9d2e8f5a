"""Surfaces in space: projection, painter's order, what hills hide; contour lines; paths and heads on them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.draw.contour import contour_lines, contour_map, shade
from viz.draw.heads import Plot, apart, heads
from viz.draw.path import begun, clip, place, refine, upto, walked
from viz.draw.relief import Relief
from viz.draw.surface import Camera, Surface, runs
from viz.frame import Panel
from viz.marks import Floats, Lines, Points
from viz.theme import DARK, viridis

HEIGHT = 1.5
AZIMUTHS = (-170, -95, -50, -3, 0, 31, 90, 144)


def hills(nx: int = 23, ny: int = 17) -> Floats:
    """A landscape in 0..1 with a ridge, a pit and a steep edge."""
    x, y = np.meshgrid(np.linspace(-1, 1, nx), np.linspace(-1, 1, ny))
    z = (
        np.exp(-8 * (x + 0.3 * y) ** 2)
        - 0.7 * np.exp(-12 * ((x - 0.5) ** 2 + (y + 0.4) ** 2))
        + 0.4 * np.exp(3 * (y - 1))
    )
    return (z - z.min()) / (z.max() - z.min())


def hilly(half: tuple[float, float] = (1.0, 0.7)) -> Surface:
    z = hills()
    return Surface(z, viridis(z), HEIGHT, half)


# --- the camera


@given(st.floats(-360, 360), st.floats(5, 85), st.floats(2.5, 20), st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 1))
def test_projection_is_that_of_a_pinhole(
    azimuth: float, elevation: float, distance: float, x: float, y: float, z: float
) -> None:
    """Against the textbook: turn the world by the azimuth, tip it by the elevation, divide by the depth."""
    camera = Camera(azimuth, elevation, distance, 1.0, zoom=1.3, shift=(0.2, -0.1))
    a, e = np.deg2rad(azimuth), np.deg2rad(elevation)
    turned_x, turned_y = x * np.cos(a) + y * np.sin(a), -x * np.sin(a) + y * np.cos(a)
    up = (z - 0.5) * np.cos(e) + turned_y * np.sin(e)
    depth = distance + turned_y * np.cos(e) - (z - 0.5) * np.sin(e)
    flat, found = camera.project(np.array([x, y, z]))
    # Two orders of the same dozen operations on numbers below 25.
    np.testing.assert_allclose(found, depth, atol=1e-12)
    np.testing.assert_allclose(flat, 1.3 * distance / depth * np.array([turned_x, up]) + (0.2, -0.1), atol=1e-11)


def test_camera_stands_where_its_angles_say() -> None:
    camera = Camera(azimuth=90, elevation=30, distance=4, height=2)
    # Turned to the right by a quarter, from -y to +x, and 30 degrees above the middle of the box.
    np.testing.assert_allclose(camera.position, [4 * np.cos(np.pi / 6), 0, 1 + 2], atol=1e-12)
    np.testing.assert_allclose(camera.basis @ camera.basis.T, np.eye(3), atol=1e-15)
    np.testing.assert_allclose(camera.project(np.array([0.0, 0, 1]))[0], [0, 0], atol=1e-15)


# --- what is in front


def crossings(surface: Surface, camera: Camera, picture: Floats) -> tuple[Floats, Floats]:
    """Depths (K, N) at which the sight lines of N picture points meet the quads' two triangles, inf for none.

    Moeller and Trumbore's intersection, over every triangle; also for the other way to cut a quad in two, since
    four corners do not lie in a plane: the nearer and the farther of both.
    """
    eye, basis = camera.position, camera.basis
    toward = picture[:, :1] * basis[0] + picture[:, 1:] * basis[1] + camera.distance * basis[2]
    quads = surface._quads

    def meet(a: Floats, b: Floats, c: Floats) -> Floats:
        ab, ac = (b - a)[:, None], (c - a)[:, None]
        p = np.cross(toward[None], ac)
        det = np.sum(ab * p, axis=-1)
        t = (eye - a)[:, None]
        u = np.sum(t * p, axis=-1) / det
        q = np.cross(t, ab)
        v = np.sum(toward[None] * q, axis=-1) / det
        w = np.sum(ac * q, axis=-1) / det
        return np.where((u >= 0) & (v >= 0) & (u + v <= 1), w * camera.distance, np.inf)

    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.minimum(meet(*quads[:, [0, 1, 2]].swapaxes(0, 1)), meet(*quads[:, [0, 2, 3]].swapaxes(0, 1)))
        second = np.minimum(meet(*quads[:, [0, 1, 3]].swapaxes(0, 1)), meet(*quads[:, [1, 2, 3]].swapaxes(0, 1)))
    return np.minimum(first, second), np.maximum(first, second)


@pytest.mark.parametrize("azimuth", AZIMUTHS)
def test_nearer_quads_are_drawn_over_farther_ones(azimuth: float) -> None:
    """On ground so rugged that sorting by the depth of the quads' middles fails at every thirtieth point."""
    rng = np.random.default_rng(5)
    z = rng.uniform(0, 1, (9, 9))
    surface, camera = Surface(z, viridis(z), HEIGHT, (1.0, 0.7)), Camera(azimuth, 25, 4.0, HEIGHT)
    picture = rng.uniform(-1.1, 1.1, (500, 2))
    near, far = crossings(surface, camera, picture)
    rank = np.empty(len(near), dtype=int)
    rank[surface._order(camera)] = np.arange(len(near))
    seen = 0
    for k in range(len(picture)):
        hit = np.flatnonzero(np.isfinite(far[:, k]))
        if len(hit) > 1:
            last = hit[np.argmax(rank[hit])]
            seen += 1
            assert near[last, k] <= far[hit, k].min()
    assert seen > 100


@pytest.mark.parametrize("azimuth", AZIMUTHS)
def test_polygons_are_the_projected_quads_in_that_order(azimuth: float) -> None:
    surface, camera = hilly(), Camera(azimuth, 30, 5.0, HEIGHT)
    drawn = surface.polygons(camera)
    flat = camera.project(surface._quads[surface._order(camera)])[0]
    assert drawn.xy.shape == flat.shape == (22 * 16, 4, 2)
    # They reach under their neighbours by 0.0014, outwards from their middle.
    grown = np.hypot(*(drawn.xy - flat).swapaxes(0, -1))
    np.testing.assert_allclose(grown, 0.0014, atol=1e-12)
    middle = flat.mean(axis=1, keepdims=True)
    assert np.all(np.sum((drawn.xy - flat) * (flat - middle), axis=-1) > 0)
    assert drawn.fill.shape == (22 * 16, 4)


@pytest.mark.parametrize("azimuth", AZIMUTHS)
@pytest.mark.parametrize("elevation", [18, 38])
def test_hidden_against_every_triangle(azimuth: float, elevation: float) -> None:
    surface, camera = hilly(), Camera(azimuth, elevation, 4.0, HEIGHT)
    xy = np.random.default_rng(11).uniform(-1, 1, (400, 2)) * surface.half
    points = surface.lift(xy, 0.08)
    picture, depth = camera.project(points)
    # The bilinear quad lies between its two pairs of triangles: where neither is met, neither is the quad.
    open_ = ~np.any(crossings(surface, camera, picture)[0] < depth, axis=0)
    # Behind both pairs even when raised by 0.02: the sight line dips deeper than the clearance of 0.004.
    picture, depth = camera.project(points + np.array([0, 0, 0.02]))
    behind = np.any(crossings(surface, camera, picture)[1] < depth, axis=0)
    assert open_.sum() > 150 and behind.sum() > 2
    found = surface.hidden(points, camera)
    assert not found[open_].any()
    assert found[behind].all()


@pytest.mark.parametrize("azimuth", AZIMUTHS)
def test_hidden_against_a_fine_march(azimuth: float) -> None:
    """The definition itself, walked in 4000 steps: hidden where the sight line is below the bilinear surface."""
    surface, camera = hilly(), Camera(azimuth, 25, 4.0, HEIGHT)
    xy = np.random.default_rng(3).uniform(-1, 1, (200, 2)) * surface.half
    points = surface.lift(xy, 0.004)
    share = np.linspace(0, 1, 4001)[1:]
    drop = np.empty(len(points))
    for k, point in enumerate(points):
        ray = point + share[:, None] * (camera.position - point)
        on = (np.abs(ray[:, 0]) <= 1) & (np.abs(ray[:, 1]) <= 0.7)
        drop[k] = np.max(bilinear(ray[on], surface) - ray[on, 2], initial=-1.0)
    found = surface.hidden(points, camera)
    limit = 0.004
    # Two samples in a cell may miss the deepest point by the bend of a cell, but never find a deeper one.
    clear = (drop < limit - 1e-9) | (drop > limit + 0.01)
    assert clear.sum() > 120 and found.sum() > 5
    np.testing.assert_array_equal(found[clear], drop[clear] > limit)


def bilinear(points: Floats, surface: Surface) -> Floats:
    """Heights between the vertices, by scipy."""
    from scipy.interpolate import RegularGridInterpolator

    z = hills() * HEIGHT
    ny, nx = z.shape
    axes = np.linspace(-1, 1, ny) * surface.half[1], np.linspace(-1, 1, nx) * surface.half[0]
    return RegularGridInterpolator(axes, z)(
        np.clip(points[:, 1::-1], [-surface.half[1], -surface.half[0]], surface.half[::-1])
    )


def test_points_are_lifted_onto_the_surface() -> None:
    surface = hilly()
    xy = np.random.default_rng(0).uniform(-1, 1, (100, 2)) * surface.half
    lifted = surface.lift(xy, 0.25)
    np.testing.assert_array_equal(lifted[:, :2], xy)
    np.testing.assert_allclose(lifted[:, 2], bilinear(xy, surface) + 0.25, atol=1e-12)


@pytest.mark.parametrize("azimuth", [-140, -20, 20, 130, 0, 90])
def test_walls_are_those_that_face_the_camera(azimuth: float) -> None:
    surface, camera = hilly(), Camera(azimuth, 35, 6.0, HEIGHT)
    walls = surface.walls(camera, "#808080", depth=0.2)
    assert len(walls.xy) == (1 if azimuth in (0, 90) else 2)
    for wall in walls.xy:
        # Twice the area, by the shoelace formula: no wall is seen edge on.
        (x, y), (x1, y1) = wall.T, np.roll(wall, -1, axis=0).T
        assert abs(np.sum(x * y1 - x1 * y)) > 0.05
    foot = camera.project(np.array([[x, y, -0.2] for x in (-1, 1) for y in (-0.7, 0.7)]))[0]
    lowest = foot[np.argmin(foot[:, 1])]
    assert np.any(np.all(np.isclose(walls.xy, lowest, atol=1e-12), axis=-1))


def test_light_comes_from_one_side() -> None:
    flat = np.zeros((3, 3))
    gray = np.full((3, 3, 4), 0.5)
    gray[..., 3] = 1
    level = Surface(flat, gray).polygons(Camera()).fill[0, 0]
    left = Surface(np.tile([0.0, 0.5, 1.0], (3, 1)), gray).polygons(Camera()).fill[0, 0]
    right = Surface(np.tile([1.0, 0.5, 0.0], (3, 1)), gray).polygons(Camera()).fill[0, 0]
    # A slope that rises to the right faces the light at the left.
    assert right < level < left


@given(st.lists(st.booleans(), max_size=20))
def test_runs_tile_the_flags(flags: list[bool]) -> None:
    found = runs(np.array(flags, dtype=bool))
    assert [flag for a, b, flag in found for _ in range(a, b)] == flags
    assert all(x[2] != y[2] for x, y in pairwise(found))


# --- contours


def test_contour_lines_lie_on_their_level() -> None:
    xs, ys = np.linspace(-2, 3, 61), np.linspace(-1, 2, 41)
    values = np.sin(xs)[None] * np.cos(2 * ys)[:, None] + 0.1 * xs[None]
    levels = np.array([-0.5, 0.1, 0.6])
    from scipy.interpolate import RegularGridInterpolator

    at = RegularGridInterpolator((ys, xs), values)
    found = [0, 0, 0]
    for line in contour_lines(xs, ys, values, levels):
        heights = at(line[:, ::-1])
        which = int(np.argmin(np.abs(levels - heights[0])))
        found[which] += len(line)
        # On the edges of the grid interpolation is linear, so the crossing is exact to rounding.
        np.testing.assert_allclose(heights, levels[which], atol=1e-12)
    assert min(found) > 20


def test_contours_of_a_cone_are_circles() -> None:
    grid = np.linspace(-1, 1, 201)
    values = np.hypot(*np.meshgrid(grid, grid))
    (line,) = contour_lines(grid, grid, values, np.array([0.6]))
    # A chord between two neighbouring edges of the grid is within h²/8r of its arc.
    np.testing.assert_allclose(np.hypot(*line.T), 0.6, atol=0.01**2 / (8 * 0.6) + 1e-12)
    assert np.array_equal(line[0], line[-1])


def test_map_bands_change_at_the_lines() -> None:
    xs, ys = np.linspace(0, 1, 101), np.linspace(0, 1, 51)
    values = np.tile(xs * 8, (51, 1))
    image, lines = contour_map(xs, ys, values, lambda v: v / 8, bands=4)
    assert image.pixels.shape == (51, 101, 4)
    # Pixels are centred on the samples.
    assert image.extent == pytest.approx((-0.005, 1.005, -0.01, 1.01))
    changes = np.flatnonzero(np.any(np.diff(image.pixels[0].astype(int), axis=0), axis=1))
    np.testing.assert_allclose(xs[changes] + 0.005, [0.245, 0.495, 0.745], atol=1e-12)
    np.testing.assert_allclose(np.unique(np.round(lines.xy[..., 0], 9)), [0.25, 0.5, 0.75])
    np.testing.assert_array_equal(image.pixels[0, 0], np.round(viridis(0.125) * 255))


def test_map_has_the_low_end_of_y_below() -> None:
    grid = np.linspace(0, 1, 11)
    image, _ = contour_map(grid, grid, np.tile(grid[:, None], (1, 11)), lambda v: v, bands=2)
    assert image.pixels[0, 0, 1] > image.pixels[-1, 0, 1]  # viridis: yellow is high


def test_shade_without_levels_is_the_colour_map() -> None:
    values = np.linspace(0, 1, 7)
    np.testing.assert_array_equal(shade(values), viridis(values))
    np.testing.assert_array_equal(shade(values, colors=lambda v: np.stack([v] * 4, axis=-1))[:, 0], values)


# --- paths

WINDOW = ((-1.0, 2.0), (-1.0, 1.0))
positions = st.lists(st.tuples(st.floats(-4, 4), st.floats(-4, 4)), min_size=2, max_size=12)


def is_inside(xy: Floats, slack: float = 0.0) -> np.ndarray:
    low, high = np.array(WINDOW).T
    return np.all((xy >= low - slack) & (xy <= high + slack), axis=-1)


@given(positions)
def test_clipped_parts_are_what_is_inside(path: list[tuple[float, float]]) -> None:
    xy = np.array(path)
    parts = clip(xy, WINDOW)
    steps = np.linspace(0, len(xy) - 1, 37 * (len(xy) - 1) + 1)
    dense = np.array([place(xy, s) for s in steps])
    covered = np.zeros(len(steps), dtype=bool)
    for part in parts:
        assert is_inside(part[:, 1:]).all() and np.all(np.diff(part[:, 0]) >= 0)
        # Each corner lies on the path, at its step. Rounding in the share of a jump of at most 12.
        np.testing.assert_allclose(part[:, 1:], [place(xy, s) for s in part[:, 0]], atol=1e-13)
        covered |= (steps >= part[0, 0]) & (steps <= part[-1, 0])
    deep = is_inside(dense, -1e-9)
    assert covered[deep].all()
    assert not covered[~is_inside(dense, 1e-9)].any()


def test_clip_cuts_at_the_border() -> None:
    (part,) = clip([[0, 0], [4, 0]], WINDOW)
    np.testing.assert_array_equal(part, [[0, 0, 0], [0.5, 2, 0]])
    one, two = clip([[0, 0], [0, 4], [0, 0.5], [0, 0.5], [1, 0.5]], WINDOW)
    np.testing.assert_allclose(one, [[0, 0, 0], [0.25, 0, 1]])
    assert two[0].tolist() == [1 + 3 / 3.5, 0, 1] and two[-1].tolist() == [4, 1, 0.5]
    assert clip([[5, 5], [5, 7]], WINDOW) == [] == clip([[9.0, 0]], WINDOW)
    assert clip([[1.0, 0]], WINDOW)[0].tolist() == [[0, 1, 0]]


@pytest.mark.parametrize("far", [1e30, 1e200, 1.7e308])
def test_clip_survives_what_explodes(far: float) -> None:
    parts = clip([[0, 0], [1, 0.5], [far, -far], [-far, far], [0, 0]], WINDOW)
    for part in parts:
        assert is_inside(part[:, 1:]).all()
    np.testing.assert_array_equal(parts[0][:2], [[0, 0, 0], [1, 1, 0.5]])
    # The way out of (1, 0.5) along the diagonal meets the edge x = 2.
    assert parts[0][-1][1:] == pytest.approx([2, -0.5])


def test_refined_paths_keep_their_corners() -> None:
    part = np.array([[0, 0, 0], [1, 1, 0], [3, 1, 0.35], [3.5, 1, 0.35]])
    fine = refine(part, 0.1)
    gaps = np.hypot(*np.diff(fine[:, 1:], axis=0).T)
    assert gaps.max() <= 0.1 + 1e-12 and len(fine) == 10 + 4 + 1 + 1
    assert all(any(np.array_equal(row, corner) for row in fine) for corner in part)
    assert len(refine(part, 0.1, (0.1, 1.0))) == 1 + 4 + 1 + 1


def test_upto_cuts_between_corners() -> None:
    part = np.array([[1.0, 10, 0], [2, 20, 4], [4, 0, 4]])
    assert len(upto(part, 0.9)) == 0
    assert upto(part, 1.0).tolist() == [[1, 10, 0]]
    assert upto(part, 2.5).tolist() == [[1, 10, 0], [2, 20, 4], [2.5, 15, 4]]
    assert upto(part, 4.0) is not part and upto(part, 9.0).tolist() == part.tolist()


def test_only_parts_that_have_begun_are_drawn_and_a_single_point_is_no_line() -> None:
    parts = [np.array([[0.0, 5.0, 6.0], [2.0, 7.0, 8.0]]), np.array([[3.0, 1.0, 1.0], [4.0, 2.0, 1.0]])]
    assert [line.tolist() for line in begun(parts, 3.0)] == [parts[0].tolist(), [[3.0, 1.0, 1.0]]]
    assert [line.tolist() for line in walked(parts, 3.0)] == [[[5.0, 6.0], [7.0, 8.0]]]
    assert walked(parts, 3.5)[1].tolist() == [[1.0, 1.0], [1.5, 1.0]] and walked(parts, 0.0) == []


def test_place_stays_at_the_last_finite_point() -> None:
    path = np.array([[0, 0], [2.0, 4], [np.nan, np.nan]])
    assert place(path, 0.25).tolist() == [0.5, 1]
    assert place(path, 1.0).tolist() == place(path, 1.7).tolist() == [2, 4]


# --- heads


@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_heads_give_way(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = np.repeat(rng.uniform(0, 40, (1, 2)), count, axis=0) + rng.choice([0.0, 1.0, 300.0], (count, 1))
    low, high = np.zeros(2), np.array([500.0, 400.0])
    moved = apart(places, 27.0, low, high)
    gaps = np.hypot(*(moved[:, None] - moved[None]).T) + np.eye(count) * 99
    # Pushing ends after 80 rounds; then no marker of 26 covers another's middle, and mostly they only touch.
    assert gaps.min() > 22.0
    assert np.all((moved >= low) & (moved <= high))
    np.testing.assert_array_equal(moved, apart(places, 27.0, low, high))


def test_heads_that_are_apart_stay() -> None:
    places = np.array([[0.0, 0], [30, 0], [0, 30]])
    np.testing.assert_array_equal(apart(places, 27.0), places)
    assert len(apart(places[:1], 27.0)) == 1


def test_heads_are_tied_to_their_places() -> None:
    panel = Panel("p", (50, 60, 400, 200), (0, 100), (1e-3, 10), (), yscale="log")
    plot = Plot.of(panel)
    xy = np.array([[50.0, 0.1], [50.0, 0.1], [90.0, 5.0]])
    canvas = plot.to_canvas(xy)
    # The panel counts from the canvas' top left corner, the plot from its own lower left one.
    np.testing.assert_allclose(panel.to_canvas(xy), np.stack([50 + canvas[:, 0], 260 - canvas[:, 1]], axis=1))
    np.testing.assert_allclose(plot.to_data(canvas), xy)
    marks = heads(DARK, plot, xy, ["#ff0000", "#00ff00", "#0000ff"], ["circle", "square", "star"], 26.0)
    ties, dots = (m for m in marks if isinstance(m, Lines)), [m for m in marks if isinstance(m, Points)]
    (tie,) = ties
    np.testing.assert_allclose(tie.xy[:, 0], xy[[0, 1, 0, 1]])
    np.testing.assert_allclose(tie.xy[2:, 1], [dots[1].xy[0], dots[2].xy[0]])
    np.testing.assert_allclose(dots[3].xy[0], xy[2])
    assert [d.marker for d in dots[1:]] == ["circle", "square", "star"]


# --- the landscape


def landscape(rect: tuple[float, float, float, float] = (0, 0, 1000, 600)) -> Relief:
    z = hills(41, 31)
    return Relief(DARK, ((-2, 4), (0, 4)), z, viridis(z), np.linspace(0.1, 0.9, 9), rect, 25, 1.2)


@pytest.mark.parametrize("azimuth", [-60, -20, 15, 160])
@pytest.mark.parametrize("rect", [(0, 0, 1000, 600), (10, 20, 580, 470)])
def test_the_block_fills_its_panel(azimuth: float, rect: tuple[float, float, float, float]) -> None:
    relief = landscape(rect)
    flat = relief.camera(azimuth).project(relief.surface.outline(0.1))[0]
    low, high = flat.min(axis=0) / relief.unit, flat.max(axis=0) / relief.unit
    room = np.array(rect[2:]) / 2
    assert np.all(low >= -room) and np.all(high <= room)
    # It touches the room left by the tick labels, 84 wide or 68 high, in one direction.
    spare = np.array(rect[2:]) - (84, 68) - (high - low)
    assert spare.min() == pytest.approx(0, abs=1e-6)


def test_a_path_lies_on_the_surface_and_tells_what_is_hidden() -> None:
    relief = landscape()
    xy = np.array([[-1.8, 0.2], [1.0, 2.0], [3.7, 3.8]])
    part = np.column_stack([np.arange(3.0), xy])
    trail = relief.trail([part], -30)
    ends, _ = relief.spot(xy[[0, 2]], -30)
    np.testing.assert_allclose(trail.parts[0][[0, -1], 1:], ends, atol=1e-12)
    seen, behind = trail.upto(2.0)
    assert behind and seen  # the ridge is between the camera and the far half
    middle = np.concatenate(behind).mean(axis=0)
    assert ends[:, 0].min() < middle[0] < ends[:, 0].max()
    # Drawn halfway, it ends where the runner is.
    halfway, _ = relief.spot(np.array([[1.0, 2.0]]), -30)
    last = max((line[-1] for some in trail.upto(1.0) for line in some), key=lambda p: p[0])
    assert np.hypot(*(last - halfway[0])) < 3 * relief.unit


def test_hills_rise_from_the_plane() -> None:
    relief = landscape()
    flat = relief.spot(np.array([[1.0, 2.0]]), -30, 0.0)[0]
    up = relief.spot(np.array([[1.0, 2.0]]), -30, 1.0)[0]
    ground = relief.camera(-30).project(np.array([[0.0, 0.0, 0.004]]))[0]
    np.testing.assert_allclose(flat, ground, atol=1e-12)
    assert up[0, 1] > flat[0, 1]
    assert len(relief.ground(-30, 0.0)) > 3
