// Where everything is at a time: a thing's numbers are polynomials of time through their values at even moments.

/** The piece of a list that holds at a time, or null where there is none. */
export function pieceAt(pieces, time) {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle][0] <= time + 1e-7) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  return piece && time >= piece[0] - 1e-6 && time <= piece[1] + 1e-6 ? piece : null;
}

/** Which item a slot shows at a time, and the moments its numbers are made of. */
export function itemAt(slot, piece, time) {
  const [start, end] = piece;
  if (typeof slot === "number") return { id: slot, first: 0, share: (time - start) / (end - start), degree: null };
  const chain = typeof slot[0] === "number";
  let from = start;
  let first = 0;
  for (const [until, value] of chain ? slot[1] : slot) {
    if (time < until || until >= end - 1e-6) {
      const share = Math.min(Math.max((time - from) / (until - from), 0), 1);
      return chain ? { id: slot[0], first, share, degree: value } : { id: value, first: 0, share, degree: null };
    }
    from = until;
    if (chain) first += value;
  }
  throw new Error("a piece has no end");
}

const weights = new Float64Array(16);

/** Numbers of an array at a share of the stretch between moment `first` and the one `degree` after it. */
export function valuesAt(array, first, share, degree, out) {
  if (array.frames === 1) return array.values;
  const { size, values } = array;
  if (degree === 0) return values.subarray(first * size, (first + 1) * size);
  const at = share * degree;
  for (let k = 0; k <= degree; k++) {
    let weight = 1;
    for (let m = 0; m <= degree; m++) if (m !== k) weight *= (at - m) / (k - m);
    weights[k] = weight;
  }
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let k = 0, n = first * size + i; k <= degree; k++, n += size) sum += weights[k] * values[n];
    out[i] = sum;
  }
  return out;
}

/** An item at a time: its kind, its look, and its numbers by name. The numbers are good until the next call. */
export class Things {
  constructor(film) {
    this.film = film;
    this.room = new Map();
  }

  at(slot, piece, time) {
    const { id, first, share, degree } = itemAt(slot, piece, time);
    const [look, nodes, ...refs] = this.film.items[id];
    const [kind, value] = this.film.looks[look];
    const numbers = {};
    this.film.head.channels[kind].forEach((name, i) => {
      const array = this.film.arrays[refs[i]];
      numbers[name] = valuesAt(array, first, share, degree ?? nodes, this.buffer(`${i} ${array.size}`, array.size));
    });
    return { kind, look, value, numbers };
  }

  buffer(key, size) {
    if (!this.room.has(key)) this.room.set(key, new Float32Array(size));
    return this.room.get(key);
  }
}

/** Whether a thing rests all through its piece. */
export function rests(film, slot) {
  if (typeof slot !== "number") return false;
  const [, nodes, ...refs] = film.items[slot];
  return nodes === 0 || refs.every((ref) => film.arrays[ref].frames === 1);
}
