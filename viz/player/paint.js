// Draws one thing on a canvas whose unit is a canvas unit of the picture.

const TURN = 2 * Math.PI;

/** A colour of some (red, green, blue and opacity in 0..1, one after the other) for a canvas. */
export function css(values, i) {
  const n = values.length > 4 ? 4 * i : 0;
  const [r, g, b] = [values[n], values[n + 1], values[n + 2]].map((v) => Math.round(255 * v));
  return `rgba(${r},${g},${b},${values[n + 3].toFixed(3)})`;
}

function one(values, i) {
  return values.length > 1 ? values[i] : values[0];
}

function lines(context, { numbers: { xy, count, color, width }, value: dash }) {
  context.lineCap = dash ? "butt" : "round";
  context.lineJoin = "round";
  context.setLineDash(dash ?? []);
  const alike = color.length === 4 && width.length === 1;
  if (alike) {
    context.strokeStyle = css(color, 0);
    context.lineWidth = width[0];
    context.beginPath();
  }
  for (let k = 0, n = 0; k < count.length; k++) {
    if (!alike) context.beginPath();
    context.moveTo(xy[n], xy[n + 1]);
    n += 2;
    for (let i = 1; i < count[k]; i++, n += 2) context.lineTo(xy[n], xy[n + 1]);
    if (!alike) {
      context.strokeStyle = css(color, k);
      context.lineWidth = one(width, k);
      context.stroke();
    }
  }
  if (alike) context.stroke();
}

function polygons(context, { numbers: { xy, color, edge, edge_width: edgeWidth }, value: corners }) {
  const count = xy.length / (2 * corners);
  context.lineJoin = "round";
  context.setLineDash([]);
  context.lineWidth = edgeWidth[0];
  for (let k = 0, n = 0; k < count; k++) {
    context.beginPath();
    context.moveTo(xy[n], xy[n + 1]);
    n += 2;
    for (let i = 1; i < corners; i++, n += 2) context.lineTo(xy[n], xy[n + 1]);
    context.closePath();
    context.fillStyle = css(color, k);
    context.fill();
    if (edgeWidth[0] > 0) {
      context.strokeStyle = css(edge, k);
      context.stroke();
    }
  }
}

function points(context, { numbers, value: marker }, { markers }) {
  const { xy, color, size, edge, edge_width: edgeWidth } = numbers;
  const width = edgeWidth[0];
  const shape = markers[marker];
  context.lineJoin = "round";
  context.setLineDash([]);
  context.lineWidth = width;
  for (let i = 0; i < xy.length / 2; i++) {
    const diameter = one(size, i);
    if (diameter <= 0) continue;
    const x = xy[2 * i];
    const y = xy[2 * i + 1];
    context.beginPath();
    if (shape) {
      shape.forEach(([u, v], k) => {
        if (k) context.lineTo(x + u * diameter, y - v * diameter);
        else context.moveTo(x + u * diameter, y - v * diameter);
      });
      context.closePath();
    } else {
      context.arc(x, y, diameter / 2, 0, TURN);
    }
    context.fillStyle = css(color, i);
    context.fill();
    if (width > 0) {
      context.strokeStyle = css(edge, i);
      context.stroke();
    }
  }
}

function image(context, { numbers: { xy }, value }, { film }) {
  const [left, top, right, bottom] = xy;
  context.imageSmoothingEnabled = true;
  context.drawImage(film.pictures(value), left, top, right - left, bottom - top);
}

function text(context, { numbers: { xy, color, size, angle }, look }, { film }) {
  context.save();
  context.translate(xy[0], xy[1]);
  if (angle[0]) context.rotate((-angle[0] * TURN) / 360);
  context.scale(size[0] / 1024, size[0] / 1024);
  context.fillStyle = css(color, 0);
  context.fill(film.run(look));
  context.restore();
}

/** How each kind of thing is drawn; solids.js adds what stands in space. */
export const PAINTERS = { lines, polygons, points, image, text };

/** Kinds that draw nothing, or not only, but say how what follows in a panel is seen. */
export const SETTING = new Set();

/** Draws a thing; `about` holds the film, the outlines of markers, and from where a panel is seen. */
export function paint(context, thing, about) {
  PAINTERS[thing.kind](context, thing, about);
}
