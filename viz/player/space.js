// Things in space as an eye sees them: where they are in the picture, and what hides what.

const TINY = 1e-12;

/** An eye that looks at the middle of a picture, and walks around the vertical axis. */
export class Eye {
  /**
   * @param {number[]} turn azimuth and elevation in degrees
   * @param {number[]} stand distance, height of the middle, where that is in the picture, how much larger the picture is
   * than lengths say; and the room to fill, if any
   */
  constructor([azimuth, elevation], [distance, middle, x, y, scale, width, height, up]) {
    const [a, e] = [azimuth, elevation].map((degrees) => (degrees * Math.PI) / 180);
    this.right = [Math.cos(a), Math.sin(a), 0];
    this.up = [-Math.sin(a) * Math.sin(e), Math.cos(a) * Math.sin(e), Math.cos(e)];
    this.ahead = [-Math.sin(a) * Math.cos(e), Math.cos(a) * Math.cos(e), -Math.sin(e)];
    this.distance = distance;
    this.middle = middle;
    this.position = this.ahead.map((v, k) => (k === 2 ? middle : 0) - distance * v);
    this.place = [x, y];
    this.room = width === undefined ? null : [width, height, up];
    this.scale = scale;
    this.zoom = 1;
    this.shift = [0, 0];
    this.key = `${azimuth} ${elevation} ${distance} ${x} ${y}`;
  }

  /**
   * Points (x, y, z one after the other) in the picture: x, y (down) and depth, one after the other.
   * @param {ArrayLike<number>} xyz
   */
  see(xyz, out = new Float64Array(xyz.length)) {
    const [rx, ry] = this.right;
    const [ux, uy, uz] = this.up;
    const [ax, ay, az] = this.ahead;
    const scale = this.scale * this.zoom * this.distance;
    const left = this.place[0] + this.scale * this.shift[0];
    const top = this.place[1] - this.scale * this.shift[1];
    for (let n = 0; n < xyz.length; n += 3) {
      const x = xyz[n];
      const y = xyz[n + 1];
      const z = xyz[n + 2] - this.middle;
      const depth = ax * x + ay * y + az * z + this.distance;
      const size = scale / depth;
      out[n] = left + (rx * x + ry * y) * size;
      out[n + 1] = top - (ux * x + uy * y + uz * z) * size;
      out[n + 2] = depth;
    }
    return out;
  }

  /** Comes as near as these points have room. */
  fit(xyz) {
    if (!this.room) return;
    this.zoom = 1;
    this.shift = [0, 0];
    const seen = this.see(xyz);
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let n = 0; n < seen.length; n += 3) {
      left = Math.min(left, seen[n]);
      right = Math.max(right, seen[n]);
      top = Math.min(top, seen[n + 1]);
      bottom = Math.max(bottom, seen[n + 1]);
    }
    const [width, height, up] = this.room;
    this.zoom = Math.min(width / (right - left), height / (bottom - top)) * this.scale;
    const [x, y] = this.place;
    const grown = this.zoom / this.scale;
    this.shift = [-((left + right) / 2 - x) * grown, ((top + bottom) / 2 - y) * grown + up];
  }
}

/** A height field on a rectangle around the origin. */
export class Field {
  /** @param {ArrayLike<number>} heights row by row, the first at the low end of y */
  constructor(heights, rows, columns, rise, halfX, halfY, depth, clearance) {
    this.rows = rows;
    this.columns = columns;
    this.half = [halfX, halfY];
    this.depth = depth;
    this.clearance = clearance;
    this.heights = Float64Array.from(heights, (height) => height * rise);
    this.key = `${rise}`;
    this.highest = this.heights.reduce((a, b) => Math.max(a, b), -Infinity);
    this.outlined = this.outline(heights); // of full height, however far it has risen
  }

  /** Corners (x, y, z one after the other), with these heights. */
  corners(heights = this.heights) {
    const { rows, columns, half } = this;
    const xyz = new Float64Array(3 * rows * columns);
    for (let j = 0, n = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++, n += 3) {
        xyz[n] = ((2 * i) / (columns - 1) - 1) * half[0];
        xyz[n + 1] = ((2 * j) / (rows - 1) - 1) * half[1];
        xyz[n + 2] = heights[j * columns + i];
      }
    }
    return xyz;
  }

  /** The corners of a block of some heights and of its foot: what has to fit into the picture. */
  outline(heights) {
    const [x, y] = this.half;
    const foot = [-x, x].flatMap((u) => [-y, y].flatMap((v) => [u, v, -this.depth]));
    const corners = this.corners(heights);
    const all = new Float64Array(corners.length + foot.length);
    all.set(corners);
    all.set(foot, corners.length);
    return all;
  }

  /** The height at a place, between the corners; beyond the edge that of the edge. */
  at(x, y) {
    const { rows, columns, half, heights } = this;
    const u = Math.min(Math.max((x / half[0] + 1) * ((columns - 1) / 2), 0), columns - 1);
    const v = Math.min(Math.max((y / half[1] + 1) * ((rows - 1) / 2), 0), rows - 1);
    const i = Math.min(Math.trunc(u), columns - 2);
    const j = Math.min(Math.trunc(v), rows - 2);
    const a = u - i;
    const b = v - j;
    const n = j * columns + i;
    const low = heights[n] * (1 - a) + heights[n + 1] * a;
    const high = heights[n + columns] * (1 - a) + heights[n + columns + 1] * a;
    return low * (1 - b) + high * b;
  }

  /**
   * Which points lie behind a hill: the line of sight passes below the surface.
   * @param {ArrayLike<number>} xyz points on or above it
   * @param {number} density places looked at in each cell along a line of sight
   * @returns {Uint8Array} 1 for hidden
   */
  hides(xyz, eye, density = 2) {
    const count = xyz.length / 3;
    const { rows, columns, clearance, heights, highest } = this;
    const [halfX, halfY] = this.half;
    const [eyeX, eyeY, eyeZ] = eye.position;
    const [cellX, cellY] = [(2 * halfX) / (columns - 1), (2 * halfY) / (rows - 1)];
    const reaches = new Float64Array(count);
    let most = 0;
    for (let k = 0, n = 0; k < count; k++, n += 3) {
      const [dx, dy] = [eyeX - xyz[n], eyeY - xyz[n + 1]];
      // Beyond the edge of the rectangle, or above the highest summit, nothing can be in the way.
      const room = Math.max(highest - xyz[n + 2], 0) / Math.max(eyeZ - xyz[n + 2], 1e-9);
      const crossX = ((dx < 0 ? -halfX : halfX) - xyz[n]) / (Math.abs(dx) < TINY ? TINY : dx);
      const crossY = ((dy < 0 ? -halfY : halfY) - xyz[n + 1]) / (Math.abs(dy) < TINY ? TINY : dy);
      const reach = Math.min(1, room, Math.max(crossX, 0), Math.max(crossY, 0));
      reaches[k] = reach;
      most = Math.max(most, (Math.abs(dx) * reach) / cellX, (Math.abs(dy) * reach) / cellY);
    }
    const samples = Math.max(2, Math.ceil(density * most));
    const hidden = new Uint8Array(count);
    const [lastX, lastY] = [columns - 1, rows - 1];
    for (let k = 0, n = 0; k < count; k++, n += 3) {
      // The line of sight in cells of the grid; the height under it is that of `at`, asked a million times.
      const step = reaches[k] / samples;
      let u = (xyz[n] / halfX + 1) * (lastX / 2);
      let v = (xyz[n + 1] / halfY + 1) * (lastY / 2);
      let z = xyz[n + 2] + clearance;
      const du = ((eyeX - xyz[n]) / cellX) * step;
      const dv = ((eyeY - xyz[n + 1]) / cellY) * step;
      const dz = (eyeZ - xyz[n + 2]) * step;
      for (let s = 0; s < samples; s++) {
        u += du;
        v += dv;
        z += dz;
        const x = u < 0 ? 0 : u > lastX ? lastX : u;
        const y = v < 0 ? 0 : v > lastY ? lastY : v;
        const i = x < lastX - 1 ? x | 0 : lastX - 1;
        const j = y < lastY - 1 ? y | 0 : lastY - 1;
        const m = j * columns + i;
        const a = x - i;
        const low = heights[m] + (heights[m + 1] - heights[m]) * a;
        const high = heights[m + columns] + (heights[m + columns + 1] - heights[m + columns]) * a;
        if (z < low + (high - low) * (y - j)) {
          hidden[k] = 1;
          break;
        }
      }
    }
    return hidden;
  }
}

/** Stretches of equal flags: [first, last + 1, flag]. */
export function runs(flags) {
  const found = [];
  for (let first = 0; first < flags.length; ) {
    let last = first + 1;
    while (last < flags.length && flags[last] === flags[first]) last++;
    found.push([first, last, flags[first]]);
    first = last;
  }
  return found;
}

/** Indices of a line's points that are at least so far from the one kept before; the ends are kept. */
export function apart(seen, least) {
  const count = seen.length / 3;
  const kept = [0];
  let [x, y] = seen;
  for (let k = 1; k < count - 1; k++) {
    const dx = seen[3 * k] - x;
    const dy = seen[3 * k + 1] - y;
    if (dx * dx + dy * dy >= least * least) {
      kept.push(k);
      x = seen[3 * k];
      y = seen[3 * k + 1];
    }
  }
  if (count > 1) kept.push(count - 1);
  return kept;
}

/** Flags along a line ([x, y] each) without stretches that are shorter than `least`. */
export function steady(line, flags, least) {
  const out = Array.from(flags);
  const travelled = [0];
  for (let k = 1; k < line.length; k++) {
    travelled.push(travelled[k - 1] + Math.hypot(line[k][0] - line[k - 1][0], line[k][1] - line[k - 1][1]));
  }
  for (const [first, last, flag] of runs(flags)) {
    const inner = first > 0 && last < line.length;
    if (inner && travelled[Math.min(last, line.length - 1)] - travelled[first] < least) out.fill(1 - flag, first, last);
  }
  return out;
}
