// The picture on the screen: what rests is drawn once on a ground, what moves is drawn on top for every frame.
import { itemAt, pieceAt, rests, Things } from "./motion.js";
import { paint, SETTING } from "./paint.js";

const LASTING = 0.5; // seconds that something must rest to be worth drawing on the ground

/** What else a page can do: functions that are given the player. */
export const additions = [];

/** Draws a film's frames on a canvas at the resolution of the screen. */
export class Stage {
  constructor(film, canvas) {
    this.film = film;
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.ground = document.createElement("canvas");
    this.things = new Things(film);
    this.markers = film.head.markers;
    this.hand = null; // to where panels in space are turned by hand: azimuth and elevation, degrees
    this.seen = null; // from where the last one was seen
    this.still = new Map();
    this.key = "";
    this.name = "";
  }

  /** Chooses a view, such as dark-en. */
  show(name) {
    this.name = name;
    this.view = this.film.head.views[name];
    this.key = "";
  }

  /** Makes the canvas as large as it is on the screen, in the screen's own pixels. */
  fit(width, height) {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.key = "";
  }

  /** Draws the picture at a time. */
  draw(time) {
    const parts = this.parts(time);
    this.now = parts;
    const key = parts
      .map(({ piece, kept, space }) => {
        const turned = space && this.hand ? `:${this.hand.azimuth}:${this.hand.elevation}` : "";
        return kept ? `${piece[0]}:${kept}${turned}` : "-";
      })
      .join();
    if (key !== this.key) {
      this.key = key;
      this.ground.width = this.canvas.width;
      this.ground.height = this.canvas.height;
      const context = this.scaled(this.ground);
      context.fillStyle = this.view.background;
      context.fillRect(0, 0, this.view.width, this.view.height);
      for (const part of parts) this.slots(context, part, 0, part.kept, time);
    }
    const context = this.context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.ground, 0, 0);
    this.scale(context);
    for (const part of parts) this.slots(context, part, part.kept, part.piece[3].length, time);
  }

  /** The chrome of all panels and then their marks, each with the number of leading things that lie on the ground. */
  parts(time) {
    const found = [];
    for (const kind of [1, 2]) {
      for (const panel of this.view.panels) {
        const piece = pieceAt(panel[kind], time);
        if (!piece) continue;
        const kept = piece[1] - piece[0] >= LASTING ? this.resting(piece) : 0;
        found.push({ piece, kept, space: kind === 2 && this.inSpace(piece) });
      }
    }
    return found;
  }

  /** The rectangles of the panels in the picture that stand in space. */
  spaces() {
    return (this.now ?? []).filter(({ space }) => space).map(({ piece }) => this.film.arrays[piece[2]].values);
  }

  inSpace(piece) {
    const [slot] = piece[3];
    if (slot === undefined || piece[2] < 0) return false;
    const { id } = itemAt(slot, piece, piece[0]);
    return SETTING.has(this.film.looks[this.film.items[id][0]][0]);
  }

  resting(piece) {
    if (!this.still.has(piece)) {
      const slots = piece[3];
      const moving = slots.findIndex((slot) => !rests(this.film, slot));
      this.still.set(piece, moving < 0 ? slots.length : moving);
    }
    return this.still.get(piece);
  }

  slots(context, { piece, space }, first, last, time) {
    if (first >= last) return;
    const pixel = this.view.width / this.canvas.width;
    const about = {
      film: this.film,
      markers: this.markers,
      hand: this.hand,
      pixel,
      seen: (turn) => {
        this.seen = turn;
      },
    };
    const clip = piece[2];
    context.save();
    if (clip >= 0) {
      const [x, y, width, height] = this.film.arrays[clip].values;
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
    }
    for (let k = space ? 0 : first; k < last; k++) {
      if (k >= first) paint(context, this.things.at(piece[3][k], piece, time), about);
      else this.set(piece[3][k], piece, time, about);
    }
    context.restore();
  }

  /** What a thing says about how those after it are seen, without drawing it. */
  set(slot, piece, time, about) {
    const { id } = itemAt(slot, piece, time);
    if (SETTING.has(this.film.looks[this.film.items[id][0]][0])) paint(null, this.things.at(slot, piece, time), about);
  }

  scaled(canvas) {
    const context = canvas.getContext("2d", { alpha: false });
    this.scale(context);
    return context;
  }

  scale(context) {
    context.setTransform(this.canvas.width / this.view.width, 0, 0, this.canvas.height / this.view.height, 0, 0);
  }
}
