// Time that runs, rests and jumps, and the steps it passes.

/** The time of an animation: plays at a speed, stops at the end and, when asked to, after each step. */
export class Clock {
  /** @param {{start: number, settled: number, end: number}[]} steps */
  constructor(steps) {
    this.steps = steps;
    this.first = steps[0].start;
    this.last = steps[steps.length - 1].end;
    this.time = this.first;
    this.speed = 1;
    this.playing = false;
    this.pausing = false;
    this.until = null;
  }

  /** The number of the step that a time lies in; at a border that of the later one. */
  index(time = this.time) {
    let found = 0;
    this.steps.forEach((step, i) => {
      if (time >= step.start - 1e-6) found = i;
    });
    return found;
  }

  /** Starts to play; from the end it starts again, `until` names a time to stop at. */
  play(until = null) {
    if (this.time >= this.last - 1e-6) this.time = this.first;
    this.playing = true;
    this.until = until;
  }

  pause() {
    this.playing = false;
    this.until = null;
  }

  /** Jumps to a time, held within the animation. */
  seek(time) {
    this.time = Math.min(Math.max(time, this.first), this.last);
  }

  /**
   * Lets some seconds of the wall clock pass.
   * @returns {number | null} the number of a step that was just begun, or null
   */
  pass(seconds) {
    if (!this.playing) return null;
    const before = this.index();
    const step = this.steps[before];
    const border = this.pausing ? step.end : this.last;
    const stop = Math.min(this.until ?? this.last, border, this.last);
    const next = this.time + seconds * this.speed;
    if (next >= stop - 1e-9) {
      // The very end of a step still shows that step.
      this.time = stop < this.last ? Math.max(stop - 1e-4, this.time) : stop;
      this.pause();
      return null;
    }
    this.time = next;
    const after = this.index();
    return after > before ? after : null;
  }

  /** The time at which the step after the present one begins, or the end. */
  following() {
    const next = this.steps[this.index(this.time + 2e-4) + 1];
    return next ? next.start : this.last;
  }

  /** The time one goes back to: the start of this step, or of the one before when this has hardly begun. */
  preceding() {
    const i = this.index(this.time + 2e-4);
    const begun = this.time - this.steps[i].start > 0.6;
    return this.steps[begun ? i : Math.max(i - 1, 0)].start;
  }
}
