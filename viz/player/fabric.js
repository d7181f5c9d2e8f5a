// Draws a sheet in space from far to near, with its lines and dots, and a plane that parts it.
import { css, PAINTERS } from "./paint.js";
import { between, cross, stroke, trace } from "./solids.js";
import { runs } from "./space.js";

const RING = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 2],
  [2, 2],
  [2, 1],
  [2, 0],
  [1, 0],
];

function fabric(context, { value, numbers }, about) {
  const [rows, columns, bent, width, slabs, light, parted, plated, grids, crowds] = value;
  const height = parted ? numbers.plane[0] : null;
  const cells = bent ? patches(numbers.nodes, rows, columns, height) : quads(numbers.nodes, rows, columns);
  const sheet = cells.map((corners, k) => ({
    corners,
    middle: mean(corners),
    fill: bent ? lit(corners, numbers, light, height) : css(numbers.fill, k),
  }));
  const threads = segments(numbers.strokes, grids);
  const spots = spotsOf(numbers.dots);
  const { eye } = about;
  const depth = (xyz) => eye.see(xyz)[2];
  const everything = [...sheet.map(({ middle }) => middle), ...threads.flatMap(({ middles }) => middles), ...spots];
  const depths = everything.map(depth);
  const [near, far] = [Math.min(...depths), Math.max(...depths)];
  // Layers count from near to far; behind the plane they come after all others.
  const edges = Array.from({ length: slabs - 1 }, (_, k) => near + ((far - near) * (k + 1)) / slabs);
  const layer = (xyz, deep) => {
    const beyond = edges.findIndex((edge) => edge >= deep);
    return (beyond < 0 ? slabs - 1 : beyond) + (parted && xyz[2] <= height ? slabs : 0);
  };
  const layers = everything.map((xyz, k) => layer(xyz, depths[k]));
  sheet.forEach((cell, k) => {
    cell.depth = depths[k];
    cell.layer = layers[k];
  });
  sheet.sort((a, b) => b.depth - a.depth);
  let at = sheet.length;
  for (const thread of threads) {
    const own = layers.slice(at, at + thread.middles.length);
    thread.stretches = runs(own).map(([a, b, k]) => ({ layer: k, line: seen(eye, thread.line.slice(a, b + 1)) }));
    at += thread.middles.length;
  }
  const dots = spots.map((xyz, k) => ({ layer: layers[at + k], depth: depths[at + k], xy: seen(eye, [xyz])[0] }));
  for (let k = 2 * slabs - 1; k >= 0; k--) {
    if (k === slabs - 1 && plated) plate(context, numbers, eye);
    for (const cell of sheet) if (cell.layer === k) filled(context, seen(eye, triples(cell.corners)), cell.fill);
    grids.forEach((_, g) => {
      const own = threads.filter(({ grid }) => grid === g).flatMap(({ stretches }) => stretches);
      const lines = own.filter((stretch) => stretch.layer === k).map(({ line }) => line);
      stroke(context, lines, css(numbers.ink.subarray(4 * g, 4 * g + 4), 0), width, null);
    });
    crowd(context, dots, k, crowds, numbers, about);
  }
}

/** The dots of one layer, nearer ones larger. */
function crowd(context, dots, layer, crowds, numbers, about) {
  let first = 0;
  crowds.forEach(([count, marker], c) => {
    const own = dots.slice(first, first + count).filter((dot) => dot.layer === layer);
    first += count;
    if (!own.length) return;
    const size = own.map(({ depth }) => numbers.size[c] * Math.min(Math.max(about.eye.distance / depth, 0.7), 1.5));
    const looks = {
      color: numbers.color.subarray(4 * c, 4 * c + 4),
      edge: numbers.edge.subarray(4 * c, 4 * c + 4),
      edge_width: numbers.edge_width.subarray(c, c + 1),
    };
    PAINTERS.points(context, { value: marker, numbers: { xy: own.flatMap(({ xy }) => xy), size, ...looks } }, about);
  });
}

function plate(context, { plane, tint }, eye) {
  const corners = seen(eye, triples(plane.subarray(1)));
  filled(context, corners, css(tint, 3));
  context.setLineDash([]);
  context.lineJoin = "round";
  context.strokeStyle = css(tint, 4);
  context.lineWidth = 2;
  context.stroke();
}

function filled(context, corners, style) {
  context.beginPath();
  trace(context, corners);
  context.closePath();
  context.fillStyle = style;
  context.fill();
}

/** Where points [x, y, z] are in the picture. */
function seen(eye, spots) {
  const flat = eye.see(spots.flat());
  return spots.map((_, k) => [flat[3 * k], flat[3 * k + 1]]);
}

/** Numbers, one after the other, as points [x, y, z]; what are points already stays. */
function triples(xyz) {
  return typeof xyz[0] === "number" ? spotsOf(xyz) : xyz;
}

function spotsOf(xyz) {
  return Array.from({ length: xyz.length / 3 }, (_, k) => [xyz[3 * k], xyz[3 * k + 1], xyz[3 * k + 2]]);
}

function mean(corners) {
  return [0, 1, 2].map((c) => corners.reduce((sum, corner) => sum + corner[c], 0) / corners.length);
}

/** Lines of the grids, each with the middles of its segments. */
function segments(strokes, grids) {
  const every = spotsOf(strokes);
  const found = [];
  let first = 0;
  grids.forEach(([count, length], grid) => {
    for (let m = 0; m < count; m++, first += length) {
      const line = every.slice(first, first + length);
      const middles = line.slice(1).map((spot, k) => mean([line[k], spot]));
      found.push({ grid, line, middles });
    }
  });
  return found;
}

/** The cells between the nodes of a grid. */
function quads(nodes, rows, columns) {
  const spots = spotsOf(nodes);
  const found = [];
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const n = j * columns + i;
      found.push([n, n + 1, n + columns + 1, n + columns].map((k) => spots[k]));
    }
  }
  return found;
}

/** The cells between every other node, bent in the middle of their sides; a plane z = height cuts them in two. */
function patches(nodes, rows, columns, height) {
  const spots = spotsOf(nodes);
  const found = [];
  for (let j = 0; j < rows - 2; j += 2) {
    for (let i = 0; i < columns - 2; i += 2) {
      const ring = RING.map(([down, along]) => spots[(j + down) * columns + i + along]);
      const heights = ring.map(([, , z]) => z);
      if (height === null || Math.min(...heights) >= height || Math.max(...heights) <= height) {
        found.push(ring);
        continue;
      }
      const middle = spots[(j + 1) * columns + i + 1];
      for (const k of [0, 2, 4, 6]) found.push(...halves([ring[k], ring[k + 1], middle, ring[(k + 7) % 8]], height));
    }
  }
  return found;
}

/** What of four corners is below and above a plane, each with its last corner repeated up to eight. */
function halves(quad, height) {
  const away = quad.map(([, , z]) => z - height);
  if (Math.min(...away) >= 0 || Math.max(...away) <= 0) return [quad.flatMap((corner) => [corner, corner])];
  return [-1, 1].map((side) => {
    const corners = [];
    quad.forEach((corner, k) => {
      const before = (k + 3) % 4;
      const [a, b] = [side * away[before], side * away[k]];
      if (a * b < 0) {
        const share = a / (a - b);
        const [x, y] = [0, 1].map((c) => quad[before][c] + share * (corner[c] - quad[before][c]));
        corners.push([x, y, height]);
      }
      if (b >= 0) corners.push(corner);
    });
    while (corners.length < 8) corners.push(corners[corners.length - 1]);
    return corners;
  });
}

/** The colour of a cell in the light, with that of the side of the plane on which it is. */
function lit(corners, { fill, tint }, [x, y, z, ambient, diffuse], height) {
  const flat = corners.flat();
  const k = corners.length / 4;
  const normal = cross(between(flat, 0, 6 * k), between(flat, 3 * k, 9 * k));
  const size = Math.hypot(...normal);
  const shine = size > 0 ? Math.abs(normal[0] * x + normal[1] * y + normal[2] * z) / size : 0;
  const color = [0, 1, 2].map((c) => fill[c] * (ambient + diffuse * shine));
  if (height !== null) {
    const side = mean(corners)[2] > height ? 4 : 0;
    for (const c of [0, 1, 2]) color[c] += tint[8] * (tint[side + c] - color[c]);
  }
  return css([...color, fill[3]], 0);
}

Object.assign(PAINTERS, { fabric });
