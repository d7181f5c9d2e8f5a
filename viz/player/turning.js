// A surface is turned by hand: dragged with mouse or finger, or with Shift and the arrow keys.
import { HIGHEST, LOWEST } from "./solids.js";
import { additions } from "./stage.js";

const DEGREES = { x: 0.4, y: 0.3 }; // for each pixel that the hand moves
const KEY_DEGREES = 7.5;
const SHOWN = [-30, 10]; // degrees that the button turns

/** Ties hands and keys to the panels in space. */
class Turning {
  constructor(player) {
    this.player = player;
    this.stage = player.stage;
    this.canvas = player.stage.canvas;
    this.held = null;
    this.button = document.getElementById("turn");
    this.button.addEventListener("click", () => {
      if (this.stage.hand) this.reset();
      else this.turn(...SHOWN); // what a hand could do
    });
    this.canvas.addEventListener("pointerdown", (event) => this.take(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.drop());
    this.canvas.addEventListener("dblclick", (event) => {
      if (this.holds(event)) this.reset();
    });
    // A finger on the surface turns it, one beside it scrolls the page.
    const touch = (event) => {
      if (event.touches.length === 1 && this.holds(event.touches[0])) event.preventDefault();
    };
    this.canvas.addEventListener("touchstart", touch, { passive: false });
    this.show();
  }

  /** Whether a pointer is on something that it turns. */
  holds({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const { view } = this.stage;
    const [x, y] = [((clientX - left) / width) * view.width, ((clientY - top) / height) * view.height];
    return this.stage.spaces().some(([a, b, w, h]) => x >= a && x <= a + w && y >= b && y <= b + h);
  }

  take(event) {
    if (event.button !== 0 || !this.holds(event)) return;
    this.held = { x: event.clientX, y: event.clientY };
  }

  move(event) {
    if (!this.held) {
      this.canvas.style.cursor = this.holds(event) ? "grab" : "";
      return;
    }
    if (!this.player.dragged) return;
    const [dx, dy] = [event.clientX - this.held.x, event.clientY - this.held.y];
    this.held = { x: event.clientX, y: event.clientY };
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.style.cursor = "grabbing";
    this.turn(-DEGREES.x * dx, DEGREES.y * dy);
  }

  drop() {
    this.held = null;
    this.canvas.style.cursor = "";
  }

  /** Turns all that stands in space by some degrees: what is compared is seen from the same side, and stays so. */
  turn(azimuth, elevation) {
    const from = this.stage.hand ?? this.stage.seen;
    if (!from) return;
    const tilt = Math.min(Math.max(from.elevation + elevation, LOWEST), HIGHEST);
    this.stage.hand = { azimuth: (from.azimuth + azimuth) % 360, elevation: tilt };
    this.player.stale = true;
    this.show();
  }

  reset() {
    this.stage.hand = null;
    this.player.stale = true;
    this.show();
  }

  /** Whether a key turned something. */
  key(event) {
    const [x, y] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!event.shiftKey || (!x && !y) || this.stage.spaces().length === 0) return false;
    this.turn(KEY_DEGREES * x, KEY_DEGREES * y);
    return true;
  }

  /** The button says what can be done; where nothing stands in space it is not there. */
  show() {
    const turned = this.stage.hand !== null;
    this.button.hidden = this.stage.spaces().length === 0;
    this.button.textContent = this.player.say(turned ? "untouched" : "turn");
  }
}

additions.push((player) => new Turning(player));
