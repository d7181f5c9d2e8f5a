// Reads what viz/render/pack.py wrote: a zlib stream of JSON, of numbers as differences, and of pixels.

/** @param {string} base64 @returns {Promise<Film>} */
export async function open(base64) {
  const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    parts.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return new Film(JSON.parse(new TextDecoder().decode(parts[0])), parts[1], parts[2]);
}

/** Everything that is drawn: tables of items, arrays, glyphs and pictures. */
class Film {
  constructor(head, numbers, pixels) {
    this.head = head;
    this.arrays = arrays(numbers, head.scales);
    this.items = head.items;
    this.looks = head.looks;
    this.glyphs = head.glyphs.map((path) => new Path2D(path));
    this.pictures = pictures(head.images, pixels);
    this.runs = new Map();
  }

  /** The outline of a text, in steps of an em around its anchor. */
  run(look) {
    if (!this.runs.has(look)) this.runs.set(look, outline(this.looks[look][1], this.glyphs));
    return this.runs.get(look);
  }
}

/** All glyphs of a text as one path. */
function outline(text, glyphs) {
  const path = new Path2D();
  let x = 0;
  let y = 0;
  text.glyphs.forEach((glyph, i) => {
    x += text.x[i];
    if (Array.isArray(text.y)) y += text.y[i];
    else y = text.y ?? 0;
    const scale = text.scale ? text.scale[i] / 1024 : 1;
    path.addPath(glyphs[glyph], { a: scale, b: 0, c: 0, d: scale, e: x, f: -y });
  });
  for (const [left, bottom, width, height] of text.bars ?? []) path.rect(left, -bottom - height, width, height);
  return path;
}

/** Arrays of numbers: `frames` moments of `size` values each. */
function arrays(bytes, scales) {
  let at = 0;
  function next() {
    let value = 0;
    let weight = 1;
    let byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte & 128);
    return value;
  }
  function signed() {
    const value = next();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }
  const shapes = Array.from({ length: next() }, () => [next(), next(), next(), next(), next()]);
  return shapes.map(([frames, rows, columns, kind, mode]) => {
    const size = rows * columns;
    const steps = new Float64Array(frames * size);
    const times = [0];
    for (let k = 1; k < frames; k++) times.push(times[k - 1] + next());
    const order = mode >> 1;
    for (let k = 0; k < frames; k++) {
      const start = k * size;
      const along = k === 0 || mode & 1;
      for (let i = 0; i < size; i++) {
        steps[start + i] = signed() + (along && i >= columns ? steps[start + i - columns] : 0);
      }
      if (k > 0) addGuess(steps, times, k, order, size);
    }
    const scale = scales[kind];
    const values = Float32Array.from(steps, (step) => step / scale);
    return { frames, rows, columns, size, values };
  });
}

/** Adds to the differences of moment k what the moments before it let one expect. */
function addGuess(steps, times, k, order, size) {
  const first = k - Math.min(order, k);
  const total = new Float64Array(size);
  for (let i = first; i < k; i++) {
    let weight = 1;
    for (let j = first; j < k; j++) {
      if (j !== i) weight = (weight * (times[k] - times[j])) / (times[i] - times[j]);
    }
    for (let n = 0; n < size; n++) total[n] += weight * steps[i * size + n];
  }
  for (let n = 0; n < size; n++) steps[k * size + n] += Math.floor(total[n] + 0.5);
}

/** Pictures as canvases, made when they are first drawn. */
function pictures(shapes, bytes) {
  const before = new Map();
  let at = 0;
  const planes = shapes.map(([width, height, ...palette]) => {
    const count = palette.length ? 2 : 4;
    const size = count * width * height;
    const key = `${count} ${width} ${height}`;
    const values = bytes.slice(at, at + size);
    at += size;
    const earlier = before.get(key);
    if (earlier) for (let i = 0; i < size; i++) values[i] += earlier[i];
    before.set(key, values);
    return { width, height, palette, values };
  });
  const made = new Map();
  return (index) => {
    if (!made.has(index)) {
      if (made.size > 64) made.delete(made.keys().next().value);
      made.set(index, picture(planes[index]));
    }
    return made.get(index);
  };
}

function picture({ width, height, palette, values }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const size = width * height;
  const image = new ImageData(width, height);
  for (let i = 0; i < size; i++) {
    if (palette.length) {
      const color = palette[values[i]];
      image.data.set([color >> 16, (color >> 8) & 255, color & 255, values[size + i]], 4 * i);
    } else {
      image.data.set([values[i], values[size + i], values[2 * size + i], values[3 * size + i]], 4 * i);
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
