// Draws things in space: what viz/render/solid.py told, as the eye of the panel sees it.
import { css, PAINTERS, SETTING } from "./paint.js";
import { apart, Eye, Field, runs, steady } from "./space.js";

/** Degrees above the horizon between which a hand turns. */
export const LOWEST = 6;
export const HIGHEST = 86;

/** Keeps the last thing made for an object as long as what it was made from stays the same. */
class Memory {
  constructor() {
    this.known = new WeakMap();
  }

  get(object, key, make) {
    const before = this.known.get(object);
    if (before && before.key === key) return before.value;
    const value = make();
    this.known.set(object, { key, value });
    return value;
  }
}

const memory = { shades: new Memory(), fields: new Memory(), draped: new Memory(), tracks: new Memory() };

/** From where the things that follow are seen: as told, or as a hand has turned them. */
function viewpoint(_context, { numbers: { turn, stand } }, about) {
  let [azimuth, elevation] = turn;
  if (about.hand) {
    // Seen from straight above a plane is as it is; there the hand lets go.
    const share = Math.min(Math.max((90 - elevation) / 15, 0), 1);
    const way = ((((about.hand.azimuth - azimuth) % 360) + 540) % 360) - 180;
    azimuth += share * way;
    elevation += share * (about.hand.elevation - elevation);
  }
  about.eye = new Eye([azimuth, elevation], [...stand]);
  about.field = null;
  about.seen({ azimuth, elevation });
}

function block(context, { value, numbers: { heights, color, rise, box } }, about) {
  const [rows, columns, light, ambient, diffuse] = value;
  const [halfX, halfY, depth, overlap, clearance] = box;
  const make = () => new Field(heights, rows, columns, rise[0], halfX, halfY, depth, clearance);
  about.field = memory.fields.get(heights, `${rise[0]}`, make);
  about.light = { light, ambient };
  const { field, eye } = about;
  eye.fit(field.outlined);
  if (!context) return;
  const xyz = field.corners();
  const fills = memory.shades.get(color, field.key, () => shades(xyz, rows, columns, color, light, ambient, diffuse));
  const seen = eye.see(xyz);
  const reach = Math.max(overlap * eye.scale, about.pixel);
  // A line of sight passes the cells in growing distance along both axes: so drawn, each covers what it hides.
  const across = farFirst(columns - 1, field.half[0], eye.position[0]);
  const wide = 3 * columns;
  for (const j of farFirst(rows - 1, field.half[1], eye.position[1])) {
    for (const i of across) {
      const n = 3 * (j * columns + i);
      face(context, seen, n, n + 3, n + wide + 3, n + wide, reach);
      context.fillStyle = fills[j * (columns - 1) + i];
      context.fill();
    }
  }
}

/** The numbers of cells along an axis, the one farthest from the eye first. */
function farFirst(count, half, eye) {
  const away = (k) => Math.abs(((2 * k + 1) / count - 1) * half - eye);
  return Array.from({ length: count }, (_, k) => k).sort((a, b) => away(b) - away(a));
}

/** A face of four corners, which reaches a little under its neighbours. */
function face(context, seen, a, b, c, d, reach) {
  const x = (seen[a] + seen[b] + seen[c] + seen[d]) / 4;
  const y = (seen[a + 1] + seen[b + 1] + seen[c + 1] + seen[d + 1]) / 4;
  context.beginPath();
  for (let k = 0, n = a; k < 4; k++, n = k === 1 ? b : k === 2 ? c : d) {
    const u = seen[n] - x;
    const v = seen[n + 1] - y;
    const more = 1 + reach / Math.max(Math.sqrt(u * u + v * v), 1e-9);
    if (k) context.lineTo(x + u * more, y + v * more);
    else context.moveTo(x + u * more, y + v * more);
  }
  context.closePath();
}

/** The colours of the faces in their light. */
function shades(xyz, rows, columns, color, light, ambient, diffuse) {
  const found = [];
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const n = 3 * (j * columns + i);
      const [a, b, c, d] = [n, n + 3, n + 3 * columns + 3, n + 3 * columns];
      const [x, y, z] = cross(between(xyz, a, c), between(xyz, b, d));
      const shine = (x * light[0] + y * light[1] + z * light[2]) / Math.hypot(x, y, z);
      found.push(shaded(color, j * (columns - 1) + i, ambient + diffuse * Math.min(Math.max(shine, 0), 1)));
    }
  }
  return found;
}

/** From one point to another of some, one after the other. */
export function between(xyz, a, b) {
  return [xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]];
}

/** The cross product. */
export function cross([a, b, c], [d, e, f]) {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

/** A colour made darker or lighter. */
function shaded(color, k, light) {
  const own = color.subarray(4 * k, 4 * k + 4);
  return css([...[0, 1, 2].map((c) => Math.min(own[c] * light, 1)), own[3]], 0);
}

function drape(context, { numbers: { line, count, color, width, above } }, { eye, field }) {
  const lines = memory.draped.get(line, `${eye.key} ${field.key}`, () => {
    const xyz = new Float64Array((line.length / 2) * 3);
    for (let k = 0; k < line.length / 2; k++) {
      const [x, y] = [line[2 * k], line[2 * k + 1]];
      xyz.set([x, y, field.at(x, y) + above[0]], 3 * k);
    }
    const seen = eye.see(xyz);
    const hidden = field.hides(xyz, eye, 1);
    const found = [];
    let first = 0;
    for (const points of count) {
      const own = places(seen, first, first + points);
      for (const [a, b, flag] of runs(hidden.subarray(first, first + points))) {
        if (!flag && b - a > 1) found.push(own.slice(a, b + 1));
      }
      first += points;
    }
    return found;
  });
  stroke(context, lines, css(color, 0), width[0], null);
}

/** The points from one number to another as [x, y]. */
function places(seen, first, last) {
  return Array.from({ length: last - first }, (_, k) => [seen[3 * (first + k)], seen[3 * (first + k) + 1]]);
}

/** Draws lines ([x, y] each) with one brush. */
export function stroke(context, lines, style, width, dash) {
  if (!lines.length) return;
  context.lineCap = dash ? "butt" : "round";
  context.lineJoin = "round";
  context.setLineDash(dash ?? []);
  context.strokeStyle = style;
  context.lineWidth = width;
  context.beginPath();
  for (const line of lines) trace(context, line);
  context.stroke();
}

/** Goes along a line ([x, y] each). */
export function trace(context, line) {
  line.forEach(([x, y], k) => {
    if (k) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
}

function walls(context, { numbers: { color } }, { eye, field, light: { light, ambient } }) {
  const { rows, columns, half, depth } = field;
  const xyz = field.corners();
  const row = (j) => Array.from({ length: columns }, (_, i) => j * columns + i);
  const column = (i) => Array.from({ length: rows }, (_, j) => j * columns + i);
  const sides = [
    [row(0), 1, -1],
    [row(rows - 1), 1, 1],
    [column(0), 0, -1],
    [column(columns - 1), 0, 1],
  ];
  for (const [edge, axis, sign] of sides) {
    if (sign * eye.position[axis] <= half[axis]) continue;
    const top = edge.flatMap((n) => [...xyz.subarray(3 * n, 3 * n + 3)]);
    const foot = [...edge].reverse().flatMap((n) => [xyz[3 * n], xyz[3 * n + 1], -depth]);
    const seen = eye.see([...top, ...foot]);
    context.beginPath();
    trace(context, places(seen, 0, seen.length / 3));
    context.closePath();
    context.fillStyle = shaded(color, 0, ambient + (1 - ambient) * Math.max(0, sign * light[axis]));
    context.fill();
  }
}

function ruler(context, { value: [axis, named, looks], numbers: { at, color, size, shift } }, about) {
  const { eye, field } = about;
  const other = 1 - axis;
  const ends = field.half.map((half, k) => (eye.position[k] < 0 ? -half : half));
  const foot = [];
  for (const along of [...at, ends[axis]]) {
    const spot = [0, 0, -field.depth];
    spot[axis] = along;
    spot[other] = ends[other];
    foot.push(...spot);
  }
  const seen = eye.see(foot);
  const count = at.length;
  let middle = 0;
  for (let k = 0; k < count - named; k++) middle += seen[3 * k] / (count - named);
  // Outside is away from the nearest corner; where a hand has turned an edge so that it goes up, away from the middle.
  const last = 3 * (count - named - 1);
  const steep = about.hand && Math.abs(seen[last + 1] - seen[1]) > Math.abs(seen[last] - seen[0]);
  const side = Math.sign(middle - (steep ? eye.see([0, 0, 0])[0] : seen[3 * count]));
  if (steep) {
    // Seen from above the rim of the hills may reach farther out than their foot.
    for (let k = 0; k < count; k++) {
      const [x, y] = [foot[3 * k], foot[3 * k + 1]];
      const [rim] = eye.see([x, y, field.at(x, y)]);
      seen[3 * k] = side > 0 ? Math.max(seen[3 * k], rim) : Math.min(seen[3 * k], rim);
    }
  }
  const drawn = [];
  for (let k = count - 1; k >= 0; k--) {
    const xy = [seen[3 * k] + side * shift[0] * eye.scale, seen[3 * k + 1] + shift[1] * eye.scale];
    // Turned by hand an edge may be seen from its end: then the name comes first, and what has room beside it.
    const close = ([x, y]) => Math.hypot(x - xy[0], (y - xy[1]) * 1.5) < 2.2 * size[0];
    if (about.hand && drawn.some(close)) continue;
    drawn.push(xy);
    const numbers = { xy, color: color.subarray(4 * k, 4 * k + 4), size, angle: [0] };
    PAINTERS.text(context, { numbers, look: looks[k][side > 0 ? 0 : 1] }, about);
  }
}

function track(context, { value: [behind, dash, near, blink], numbers }, { eye, field }) {
  const { step, xyz, count, upto, color, width } = numbers;
  const parts = memory.tracks.get(xyz, `${eye.key} ${field.key}`, () => {
    let first = 0;
    return Array.from(count, (points) => {
      const own = xyz.subarray(3 * first, 3 * (first + points));
      const steps = step.subarray(first, first + points);
      first += points;
      return path(own, steps, eye, field, near, blink);
    });
  });
  const lines = [];
  for (const part of parts) {
    const line = cut(part, upto[0]);
    for (const [a, b, flag] of runs(part.hidden.slice(0, line.length))) {
      const stretch = line.slice(a, b + 1);
      if (stretch.length > 1 && Boolean(flag) === behind) lines.push(stretch);
    }
  }
  // One over the other, so that where they cross nothing is thinned out.
  for (const line of lines) stroke(context, [line], css(color, 0), width[0], dash);
}

/** A path as an eye sees it: its points that can be told apart, their steps, and which are hidden. */
function path(xyz, steps, eye, field, near, blink) {
  const seen = eye.see(xyz);
  const kept = apart(seen, near * eye.scale);
  const line = kept.map((k) => [seen[3 * k], seen[3 * k + 1]]);
  const own = Float64Array.from(kept.flatMap((k) => [...xyz.subarray(3 * k, 3 * k + 3)]));
  return { line, steps: kept.map((k) => steps[k]), hidden: steady(line, field.hides(own, eye), blink * eye.scale) };
}

/** A path up to a step. */
function cut({ line, steps }, upto) {
  let n = 0;
  while (n < steps.length && steps[n] <= upto) n++;
  if (n === 0 || n === steps.length) return line.slice(0, n);
  const share = (upto - steps[n - 1]) / (steps[n] - steps[n - 1]);
  return [...line.slice(0, n), [0, 1].map((k) => line[n - 1][k] + share * (line[n][k] - line[n - 1][k]))];
}

/** Where pinned things are in the picture, and which of them hills hide. */
function pinned({ xyz, shift, dim }, { eye, field }) {
  const seen = eye.see(xyz);
  const count = xyz.length / 3;
  const xy = new Float64Array(2 * count);
  const alike = !shift || shift.length === 2;
  for (let k = 0; k < count; k++) {
    xy[2 * k] = seen[3 * k] + (shift ? shift[alike ? 0 : 2 * k] * eye.scale : 0);
    xy[2 * k + 1] = seen[3 * k + 1] + (shift ? shift[alike ? 1 : 2 * k + 1] * eye.scale : 0);
  }
  const fades = field && dim?.some((share) => share < 1);
  return { xy, hidden: fades ? field.hides(xyz, eye) : null };
}

/** A colour for each of some things, paler for those that are hidden; `which` of the two shares of `dim` holds. */
function faded(colors, hidden, dim, which, count, stride = 1) {
  if (!hidden) return colors;
  const out = new Float32Array(4 * count);
  for (let k = 0; k < count; k++) {
    const n = colors.length > 4 ? 4 * k : 0;
    const share = dim[dim.length > 2 ? 2 * k + which : which];
    for (let c = 0; c < 4; c++) out[4 * k + c] = colors[n + c] * (c === 3 && hidden[k * stride] ? share : 1);
  }
  return out;
}

function pinnedPoints(context, { value: [marker], numbers }, about) {
  const { xy, hidden } = pinned(numbers, about);
  const count = xy.length / 2;
  const color = faded(numbers.color, hidden, numbers.dim, 0, count);
  const edge = faded(numbers.edge, hidden, numbers.dim, 1, count);
  PAINTERS.points(context, { value: marker, numbers: { ...numbers, xy, color, edge } }, about);
}

function pinnedLines(context, { value: [dash, points], numbers }, about) {
  const { xy, hidden } = pinned(numbers, about);
  const count = new Array(xy.length / 2 / points).fill(points);
  const color = faded(numbers.color, hidden, numbers.dim, 0, count.length, points);
  PAINTERS.lines(context, { value: dash, numbers: { xy, count, color, width: numbers.width } }, about);
}

function pinnedPolygons(context, { value: [corners], numbers }, about) {
  const { xy } = pinned(numbers, about);
  PAINTERS.polygons(context, { value: corners, numbers: { ...numbers, xy } }, about);
}

function pinnedText(context, { look, numbers }, about) {
  const { xy, hidden } = pinned(numbers, about);
  const color = faded(numbers.color, hidden, numbers.dim, 0, 1);
  PAINTERS.text(context, { look, numbers: { ...numbers, xy, color } }, about);
}

function pinnedArrows(context, { numbers: { xyz, color, width } }, about) {
  const { xy } = pinned({ xyz }, about);
  const corners = [];
  for (let n = 0; n < xy.length; n += 4) {
    corners.push(...arrow([xy[n], xy[n + 1]], [xy[n + 2], xy[n + 3]], width[0], width[1]));
  }
  const numbers = { xy: corners.flat(), color, edge: [0, 0, 0, 0], edge_width: [0] };
  PAINTERS.polygons(context, { value: 7, numbers }, about);
}

/** Corners of an arrow: shaft and head as one polygon; a short one shrinks as a whole. */
function arrow(tail, head, width, longest) {
  const along = [head[0] - tail[0], head[1] - tail[1]];
  const length = Math.hypot(...along);
  const unit = along.map((v) => v / (length || 1));
  const side = [-unit[1], unit[0]];
  const tip = Math.min(longest, length);
  const half = 0.5 * width * Math.min(1, length / longest);
  const neck = head.map((v, k) => v - unit[k] * tip);
  const aside = (spot, far) => spot.map((v, k) => v + side[k] * far);
  const wing = 0.42 * tip;
  return [
    aside(tail, half),
    aside(neck, half),
    aside(neck, wing),
    head,
    aside(neck, -wing),
    aside(neck, -half),
    aside(tail, -half),
  ];
}

Object.assign(PAINTERS, {
  viewpoint,
  block,
  drape,
  walls,
  ruler,
  track,
  "pinned points": pinnedPoints,
  "pinned lines": pinnedLines,
  "pinned polygons": pinnedPolygons,
  "pinned text": pinnedText,
  "pinned arrows": pinnedArrows,
});

for (const kind of ["viewpoint", "block"]) SETTING.add(kind);
