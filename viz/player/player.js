// The page: opens the film, and ties buttons, keys and touches to time, language and theme.
import { Clock } from "./clock.js";
import { open } from "./data.js";
import { Quiz } from "./quiz.js";
import { additions, Stage } from "./stage.js";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2];
const FRAME = 1 / 30;
const SMALL = 700;
const NAMES = { en: "English", zh: "中文" }; // each language in its own words
const STILL = 4; // pixels that a hand may move while it presses
const TAGS = { en: "en", zh: "zh-Hans" };
const MOST_PIXELS = 3840 * 2160;

const $ = (id) => document.getElementById(id);

/** One animation on the page. */
class Player {
  constructor(film) {
    this.film = film;
    this.head = film.head;
    this.steps = film.head.steps;
    this.clock = new Clock(this.steps);
    this.stage = new Stage(film, $("picture"));
    this.lang = film.head.lang;
    this.theme = film.head.theme;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.quiz = new Quiz($("question"), {
      say: (key) => this.say(key),
      lang: () => this.lang,
      go: (index) => this.go(index),
      done: () => this.goOn(),
    });
    this.answering = null;
    this.shown = "";
    this.additions = [];
    this.build();
    this.listen();
    this.address();
    this.look();
    if (this.calm.matches && !location.hash) this.clock.seek(this.head.poster);
    this.resize();
    this.additions = additions.map((add) => add(this));
    requestAnimationFrame((now) => this.tick(now));
  }

  say(key, values = {}) {
    const words = this.head.words[this.lang][key];
    return words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  }

  // -- what is on the page

  build() {
    const chapters = $("chapters");
    this.steps.forEach((step, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.style.flexGrow = String(step.end - step.start);
      button.addEventListener("click", () => this.jump(step.start, i));
      chapters.append(button);
    });
    for (const speed of SPEEDS) $("speed").append(new Option(`${speed}×`, speed, speed === 1, speed === 1));
    const scrub = $("scrub");
    scrub.min = this.clock.first;
    scrub.max = this.clock.last;
    $("lang").hidden = this.head.langs.length < 2;
    $("theme").hidden = this.head.themes.length < 2;
    $("quiz").hidden = !this.steps.some((step) => step.question);
    $("full").hidden = !document.fullscreenEnabled;
    if (innerWidth < SMALL) this.press("captions", true); // there the picture's own words are too small to read
  }

  /** Shows the chosen language and theme. */
  look() {
    document.documentElement.lang = TAGS[this.lang];
    document.documentElement.dataset.theme = this.theme;
    document.title = this.head.title[this.lang];
    this.stage.show(`${this.theme}-${this.lang}`);
    for (const node of document.querySelectorAll("[data-say]")) {
      const words = this.say(node.dataset.say);
      if (node.dataset.as === "label") {
        node.setAttribute("aria-label", words);
        node.title = words;
      } else {
        node.textContent = words;
      }
    }
    const others = this.head.langs.filter((lang) => lang !== this.lang);
    $("lang").textContent = NAMES[others[0]] ?? "";
    $("lang").lang = TAGS[others[0]] ?? "";
    $("lang").title = this.say("lang");
    $("title").textContent = this.head.title[this.lang];
    $("picture").setAttribute("aria-label", this.head.title[this.lang]);
    $("description").textContent = this.head.description[this.lang];
    $("transcript").replaceChildren(
      ...this.steps.map((step) => {
        const item = document.createElement("li");
        const name = document.createElement("strong");
        name.textContent = step.label[this.lang];
        item.append(name, ` ${plain(step.caption[this.lang])}`);
        return item;
      }),
    );
    [...$("chapters").children].forEach((button, i) => {
      const label = this.steps[i].label[this.lang];
      button.textContent = label;
      button.title = label;
    });
    if (this.quiz.open) this.quiz.show();
    this.stale = true;
    this.shown = "";
  }

  /** A time, language or theme in the address, as in warp.html#t=12&lang=zh&theme=light or #step=layer 2. */
  address() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (this.head.langs.includes(wanted.get("lang"))) this.lang = wanted.get("lang");
    if (this.head.themes.includes(wanted.get("theme"))) this.theme = wanted.get("theme");
    const step = this.steps.find(({ name }) => name === wanted.get("step"));
    if (step) this.clock.seek(step.settled);
    else if (Number.isFinite(Number.parseFloat(wanted.get("t")))) this.clock.seek(Number.parseFloat(wanted.get("t")));
  }

  // -- what people do

  listen() {
    $("play").addEventListener("click", () => this.toggle());
    $("picture").addEventListener("click", () => {
      if (!this.dragged) this.toggle();
    });
    $("back").addEventListener("click", () => this.back());
    $("next").addEventListener("click", () => this.next());
    $("scrub").addEventListener("input", () => this.jump(Number($("scrub").value)));
    $("speed").addEventListener("change", () => {
      this.clock.speed = Number($("speed").value);
    });
    $("stops").addEventListener("click", () => this.press("stops", !this.clock.pausing));
    $("quiz").addEventListener("click", () => this.press("quiz", !this.quiz.on));
    $("captions").addEventListener("click", () => this.press("captions", $("caption").hidden));
    $("lang").addEventListener("click", () => this.turn("lang", this.head.langs));
    $("theme").addEventListener("click", () => this.turn("theme", this.head.themes));
    $("full").addEventListener("click", () => this.full());
    document.addEventListener("keydown", (event) => this.key(event));
    this.strokes($("picture"));
    new ResizeObserver(() => this.resize()).observe($("frame"));
    addEventListener("resize", () => this.resize());
    visualViewport?.addEventListener("resize", () => this.resize());
    addEventListener("hashchange", () => {
      this.address();
      this.look();
    });
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
  }

  press(id, on) {
    $(id).setAttribute("aria-pressed", String(on));
    if (id === "stops") this.clock.pausing = on;
    if (id === "quiz") this.quiz.on = on;
    if (id === "captions") $("caption").hidden = !on;
    if (id === "quiz" && !on) this.quiz.close();
  }

  turn(what, choices) {
    this[what] = choices[(choices.indexOf(this[what]) + 1) % choices.length];
    this.look();
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target;
    const typing = target instanceof HTMLSelectElement || (target.id === "scrub" && event.key.startsWith("Arrow"));
    const pressing = target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter");
    if (this.additions.some((one) => one.key(event))) {
      event.preventDefault();
      return;
    }
    if (typing || pressing || target.localName === "summary") return;
    const actions = {
      " ": () => this.toggle(),
      k: () => this.toggle(),
      ArrowRight: () => this.next(),
      PageDown: () => this.next(),
      ArrowLeft: () => this.back(),
      PageUp: () => this.back(),
      ".": () => this.jump(this.clock.time + FRAME),
      ",": () => this.jump(this.clock.time - FRAME),
      Home: () => this.jump(this.clock.first),
      End: () => this.jump(this.clock.last),
      f: () => this.full(),
      l: () => this.turn("lang", this.head.langs),
      t: () => this.turn("theme", this.head.themes),
      c: () => this.press("captions", $("caption").hidden),
      s: () => this.press("stops", !this.clock.pausing),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** Who drags something does not press it; a finger's stroke to the left goes on, one to the right goes back. */
  strokes(target) {
    let pressed = null;
    let start = null;
    target.addEventListener("pointerdown", (event) => {
      pressed = event;
      this.dragged = false;
      const stroking = event.pointerType === "touch" && !this.additions.some((one) => one.holds(event));
      start = stroking ? event : null;
    });
    target.addEventListener("pointermove", ({ clientX, clientY }) => {
      if (pressed && Math.hypot(clientX - pressed.clientX, clientY - pressed.clientY) >= STILL) this.dragged = true;
    });
    target.addEventListener("pointerup", (event) => {
      pressed = null;
      if (!start) return;
      const along = event.clientX - start.clientX;
      if (Math.abs(along) > 40 && Math.abs(along) > 2 * Math.abs(event.clientY - start.clientY)) {
        if (along < 0) this.next();
        else this.back();
      }
      start = null;
    });
  }

  toggle() {
    if (this.clock.playing) this.clock.pause();
    else this.start();
    this.stale = true;
  }

  /** Plays from here; at the very end of a step the next one comes, with its question first. */
  start(until = null) {
    this.quiz.close();
    const { clock } = this;
    if (clock.time >= clock.last - 1e-3) clock.seek(clock.first);
    const index = clock.index(clock.time + 2e-4);
    const fresh = clock.time <= this.steps[index].start + 1e-3;
    if (fresh) clock.seek(this.steps[index].start);
    if (fresh && this.ask(index)) {
      this.resume = until;
      return;
    }
    clock.play(until);
  }

  /** Goes on to the end of the step: of the present one, or of the next when the present one has come to rest. */
  next() {
    const { clock } = this;
    this.answering = null;
    if (clock.time >= clock.last - 1e-3) return;
    const index = clock.index(clock.time + 2e-4);
    const step = this.steps[index];
    if (clock.playing && clock.time < step.settled) {
      clock.seek(step.settled);
      clock.pause();
      this.stale = true;
      return;
    }
    if (!clock.playing && clock.time >= step.settled - 1e-3 && index + 1 < this.steps.length) {
      clock.seek(this.steps[index + 1].start);
      this.start(this.steps[index + 1].settled);
    } else {
      this.start(step.settled > clock.time + 1e-3 ? step.settled : step.end);
    }
    this.stale = true;
  }

  back() {
    this.jump(this.clock.preceding());
  }

  jump(time) {
    this.quiz.close();
    this.answering = null;
    this.clock.pause();
    this.clock.seek(time);
    this.stale = true;
  }

  /** Asks what a step carries; the picture stays with what was before, since the step's own words tell the answer. */
  ask(index) {
    if (!this.quiz.ask(this.steps[index], index)) return false;
    this.clock.pause();
    this.clock.seek(this.steps[index].start - (index > 0 ? 1e-4 : 0));
    this.stale = true;
    return true;
  }

  /** After an answer: the step is played, and its end shows what is true. */
  go(index) {
    this.answering = index;
    this.clock.seek(this.steps[index].start);
    this.clock.play(this.steps[index].settled);
    $("picture").focus({ preventScroll: true });
  }

  goOn() {
    this.quiz.close();
    $("picture").focus({ preventScroll: true });
    if (this.resume === null && !this.clock.pausing) this.start();
    this.stale = true;
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else $("player").requestFullscreen();
  }

  print(on) {
    document.documentElement.dataset.theme = on && this.head.themes.includes("light") ? "light" : this.theme;
    this.stage.show(`${document.documentElement.dataset.theme}-${this.lang}`);
    this.stage.draw(on ? this.head.poster : this.clock.time);
    this.stale = true;
  }

  // -- what time does

  resize() {
    const { width, height } = this.stage.view;
    const full = document.fullscreenElement === $("player");
    const room = $("frame");
    const below = full ? 0 : $("bar").offsetHeight + 24;
    const tall = full ? room.clientHeight : Math.max(innerHeight - below, 160);
    const wide = Math.min(room.clientWidth, (tall * width) / height);
    const canvas = $("picture");
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${(wide * height) / width}px`;
    const zoom = devicePixelRatio * Math.min(visualViewport?.scale ?? 1, 4);
    const most = Math.sqrt(MOST_PIXELS / (wide * ((wide * height) / width)));
    const scale = Math.min(zoom, most);
    this.stage.fit(Math.max(Math.round(wide * scale), 2), Math.max(Math.round(((wide * height) / width) * scale), 2));
    this.stale = true;
  }

  tick(now) {
    const seconds = Math.min((now - (this.now ?? now)) / 1000, 0.25);
    this.now = now;
    const playing = this.clock.playing;
    const begun = this.clock.pass(seconds);
    if (begun !== null && this.ask(begun)) this.resume = null;
    if (playing && !this.clock.playing && this.answering !== null) {
      const index = this.answering;
      this.answering = null;
      this.quiz.reveal(this.steps[index], index);
    }
    if (playing || this.stale) {
      this.stale = false;
      this.render();
    }
    requestAnimationFrame((later) => this.tick(later));
  }

  render() {
    const { clock } = this;
    const index = clock.index();
    const step = this.steps[index];
    // With less motion wished for, each step is shown as it ends up.
    const still = this.calm.matches && clock.time < step.settled;
    this.stage.draw(still ? Math.min(step.settled + 1e-3, clock.last) : clock.time);
    $("scrub").value = clock.time;
    $("time").textContent = `${clock.time.toFixed(1)} / ${clock.last.toFixed(1)} s`;
    const state = `${index} ${clock.playing} ${this.lang} ${this.stage.spaces().length}`;
    if (state === this.shown) return;
    this.shown = state;
    for (const one of this.additions) one.show();
    const label = step.label[this.lang];
    $("scrub").setAttribute(
      "aria-valuetext",
      this.say("at", { step: label, number: index + 1, count: this.steps.length }),
    );
    const word = this.say(clock.playing ? "pause" : "play");
    $("play").setAttribute("aria-label", word);
    $("play").title = word;
    $("play").dataset.playing = String(clock.playing);
    $("caption").textContent = plain(step.caption[this.lang]);
    [...$("chapters").children].forEach((button, i) => {
      if (i === index) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
  }
}

/** A caption without the signs of mathematics, for those who have it read to them. */
function plain(text) {
  return text.replace(/\$/g, "");
}

open($("film").textContent.trim()).then(
  (film) => {
    globalThis.player = new Player(film);
    document.documentElement.dataset.ready = "true";
  },
  (error) => {
    $("trouble").hidden = false;
    console.error(error);
  },
);
