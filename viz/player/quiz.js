// A question before a step: the picture waits, an answer is taken, the step shows what is true.

/** Asks the questions that steps carry. */
export class Quiz {
  /**
   * @param {HTMLElement} box where a question is shown
   * @param {object} hooks say(key), lang(), go(): plays the step that answers, done(): goes on after it
   */
  constructor(box, hooks) {
    this.box = box;
    this.hooks = hooks;
    this.on = true;
    this.asked = null;
    this.given = new Map();
  }

  get open() {
    return !this.box.hidden;
  }

  /** Shows the question of a step unless it has been answered; whether there is one to show. */
  ask(step, index) {
    if (!this.on || !step.question || this.given.has(index)) return false;
    this.asked = { step, index };
    this.show();
    return true;
  }

  /** Shows what is true after the step that was asked about. */
  reveal(step, index) {
    if (!this.on || !step.question || !this.given.has(index)) return false;
    this.asked = { step, index };
    this.show(true);
    return true;
  }

  close() {
    this.box.hidden = true;
    this.asked = null;
  }

  /** Builds the box again, for example in another language. */
  show(revealed = this.revealed) {
    if (!this.asked) return;
    this.revealed = revealed === true;
    const { step, index } = this.asked;
    const { say, lang } = this.hooks;
    const { question } = step;
    const chosen = this.given.get(index);
    const prompt = element("h2", question.prompt[lang()]);
    prompt.id = "question-prompt";
    const list = element("div");
    list.className = "choices";
    question.choices.forEach((choice, i) => {
      const button = element("button", choice[lang()]);
      button.type = "button";
      if (this.revealed) {
        button.disabled = true;
        const sign = i === question.answer ? "✓ " : i === chosen ? "✗ " : "";
        button.textContent = sign + choice[lang()];
        button.classList.toggle("right", i === question.answer);
        button.classList.toggle("wrong", i === chosen && i !== question.answer);
      } else {
        button.addEventListener("click", () => this.answer(i));
      }
      list.append(button);
    });
    const row = element("div");
    row.className = "row";
    const parts = [prompt, list];
    if (this.revealed) {
      const key = chosen === null ? "answer" : chosen === question.answer ? "right" : "wrong";
      parts.push(element("p", `${say(key)} ${question.explanation[lang()]}`));
      row.append(this.button("continue", () => this.hooks.done()));
    } else {
      row.append(this.button("skip", () => this.answer(null)));
    }
    this.box.replaceChildren(...parts, row);
    this.box.hidden = false;
    const focus = this.revealed ? row.firstChild : list.firstChild;
    focus.focus({ preventScroll: true });
  }

  answer(choice) {
    const { index } = this.asked;
    this.given.set(index, choice);
    this.close();
    this.hooks.go(index);
  }

  button(key, action) {
    const button = element("button", this.hooks.say(key));
    button.type = "button";
    button.className = "plain";
    button.addEventListener("click", action);
    return button;
  }
}

function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
