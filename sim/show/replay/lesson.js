// Walks a class through a lesson: asks, takes predictions, shows the runs, reveals what was measured.
//
//   const lesson = new TrustLesson(element, steps, {player, recording, votes, onStep})
//
// steps: `lesson` of a recording. votes: where predictions go, {give(step, value), all(step) -> values, subscribe(f)};
// left out, they stay on this page, one after another from the whole class. data-step, data-phase (ask, watch, reveal)
// on the element tell where it is.
"use strict";

var ripple = ripple || {};
(function () {
class TrustLesson {
  constructor(element, steps, options = {}) {
    this.element = element;
    this.steps = steps;
    this.player = options.player || null;
    this.recording = options.recording || null;
    this.onStep = options.onStep || null;
    this.votes = options.votes || localVotes();
    this.hideAnswers = Boolean(options.hideAnswers);
    if (this.votes.subscribe) this.votes.subscribe(() => this.redraw());
    element.classList.add("lesson");
    this.go(0);
  }

  go(step) {
    this.step = Math.max(0, Math.min(this.steps.length - 1, step));
    this.phase = "ask";
    this.revealed = false;
    if (this.player) {
      this.player.pause();
      if (this.player.mark) this.player.mark(null);
      this.player.seek(0);
      this.shade(true);
    }
    this.draw();
  }

  // Until the class has predicted, nothing of the run is seen.
  shade(covered) {
    if (!this.player || !this.player.element) return;
    if (covered) this.player.element.setAttribute("data-covered", ripple.say("lesson.covered"));
    else this.player.element.removeAttribute("data-covered");
    if (!covered && this.player.resize) this.player.resize();
  }

  watch() {
    this.phase = "watch";
    const step = this.steps[this.step];
    this.draw();
    this.shade(false);
    if (this.onStep) this.onStep(step);
    if (!this.player) return;
    if (this.recording) {
      const panels = step.show.map((key) => this.recording.panels.find((panel) => panel.key === key)).filter(Boolean);
      if (panels.length) this.player.show(Object.assign({}, this.recording, { panels }), { keepView: true });
    }
    this.point(step);
    this.player.seek(step.at === null ? 0 : this.frameAt(step.at));
    this.player.play();
  }

  frameAt(hour) {
    const hours = this.player.recording ? this.player.recording.hours : [];
    let frame = 0;
    while (frame + 1 < hours.length && hours[frame + 1] <= hour + 1e-6) frame++;
    return Math.max(0, frame - Math.min(4, frame));
  }

  point(step) {
    const root = this.player.element;
    for (const old of root.querySelectorAll("[data-look]")) old.removeAttribute("data-look");
    if (step.chart) {
      const chart = root.querySelector(`.chart-${step.chart}`);
      if (chart) chart.setAttribute("data-look", "");
    }
    if (step.users && this.player.mark) this.player.mark(usersOf(this.player.recording, step.users));
  }

  reveal() {
    this.phase = "reveal";
    this.revealed = true;
    this.draw();
  }

  give(value) {
    this.votes.give(this.step, value);
    this.redraw();
  }

  redraw() {
    if (this.phase === "ask") this.count.textContent = this.counted();
    else this.draw();
  }

  counted() {
    const n = this.votes.all(this.step).length;
    return n === 0 ? "" : n === 1 ? ripple.say("lesson.one") : ripple.say("lesson.count", { n });
  }

  draw() {
    const step = this.steps[this.step];
    const parts = [
      el("p", { class: "lesson-where" }, ripple.say("lesson.step", { k: this.step + 1, n: this.steps.length })),
      el("h3", {}, step.question),
    ];
    if (this.phase === "ask") parts.push(this.asking(step));
    else {
      const look = [step.look, step.users ? ripple.say("lesson.reached", { users: ripple.say(`lesson.users.${step.users}`) }) : "",
        step.chart ? ripple.say("lesson.reached", { users: ripple.say(`lesson.charts.${step.chart}`) }) : ""].filter(Boolean);
      if (look.length) parts.push(el("p", { class: "lesson-look" }, el("b", {}, `${ripple.say("lesson.watch")}: `), look.join(" ")));
      if (this.phase === "reveal" && this.revealed && !this.hideAnswers) parts.push(this.answer(step));
    }
    parts.push(this.buttons());
    this.element.replaceChildren(...parts);
    this.element.dataset.step = String(this.step);
    this.element.dataset.phase = this.phase;
    this.element.dataset.answer = String(this.phase === "reveal" && this.revealed && !this.hideAnswers);
  }

  asking(step) {
    const form = el("form", { class: "lesson-ask" });
    this.count = el("span", { class: "lesson-count", role: "status" }, this.counted());
    form.append(el("p", { class: "lesson-predict" }, `${ripple.say("lesson.predict")}: `, el("span", {}, step.predict.meaning)));
    if (step.predict.kind === "choice") {
      const group = el("div", { class: "lesson-choices", role: "group", "aria-label": ripple.say("lesson.yours") });
      step.predict.choices.forEach((choice, k) => {
        const button = el("button", { type: "button", "data-choice": String(k) }, choice);
        button.addEventListener("click", () => {
          for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
          this.give(k);
        });
        group.append(button);
      });
      form.append(group);
    } else {
      const box = el("input", { type: "text", inputmode: "decimal", "aria-label": `${ripple.say("lesson.yours")}, ${step.predict.unit}`, size: "7" });
      const wrong = el("span", { class: "lesson-wrong", role: "alert" });
      form.append(el("label", {}, `${ripple.say("lesson.yours")} `, box, ` ${step.predict.unit} `), el("button", { type: "submit" }, ripple.say("lesson.add")), wrong);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const value = Number(box.value.replace("%", "").replace(",", ".").trim());
        if (box.value.trim() === "" || !Number.isFinite(value)) {
          wrong.textContent = ripple.say("lesson.number");
          return;
        }
        wrong.textContent = "";
        box.value = "";
        this.give(value);
      });
    }
    form.append(this.count);
    return form;
  }

  answer(step) {
    const box = el("div", { class: "lesson-answer", role: "status" });
    const rows = step.measured.map((one) => el("div", {}, el("dt", {}, one.label), el("dd", {}, one.value)));
    const head = step.predict.kind === "choice" ? step.predict.choices[step.predict.answer]
      : step.predict.answer === null ? "–" : `${step.predict.answer.toLocaleString(ripple.texts.language)} ${step.predict.unit}`;
    box.append(el("p", { class: "lesson-head" }, head), el("p", { class: "lesson-note" }, `${ripple.say("lesson.measured")}: ${step.predict.meaning}`), el("dl", {}, ...rows));
    box.append(this.histogram(step));
    if (step.reveal) box.append(el("p", { class: "lesson-why" }, step.reveal));
    return box;
  }

  histogram(step) {
    const values = this.votes.all(this.step);
    const box = el("div", { class: "lesson-votes" }, el("p", { class: "lesson-note" }, ripple.say("lesson.class")));
    if (!values.length) {
      box.append(el("p", {}, ripple.say("lesson.nobody")));
      return box;
    }
    const bars = step.predict.kind === "choice" ? byChoice(step.predict, values) : byNumber(step.predict, values);
    const most = Math.max(1, ...bars.map((bar) => bar.n));
    const list = el("ul", {});
    for (const bar of bars) {
      const fill = el("span", { class: "lesson-fill" });
      fill.style.width = `${(100 * bar.n) / most}%`;
      list.append(el("li", bar.right ? { class: "right" } : {}, el("span", { class: "lesson-label" }, bar.label),
        el("span", { class: "lesson-bar" }, fill), el("span", { class: "lesson-n" }, String(bar.n))));
    }
    const n = bars.filter((bar) => bar.right).reduce((sum, bar) => sum + bar.n, 0);
    const near = values.filter((v) => Math.abs(v - step.predict.answer) <= Math.abs(step.predict.answer) / 4).length;
    const said = step.predict.kind === "choice" ? ripple.say("lesson.right", { n, all: values.length }) : ripple.say("lesson.near", { n: near, all: values.length });
    box.append(list, el("p", { class: "lesson-note" }, said));
    return box;
  }

  buttons() {
    const row = el("div", { class: "lesson-buttons" });
    const add = (key, text, act, more = {}) => {
      const button = el("button", Object.assign({ type: "button", "data-do": key }, more), text);
      button.addEventListener("click", act);
      row.append(button);
    };
    if (this.step > 0) add("back", ripple.say("lesson.back"), () => this.go(this.step - 1));
    if (this.phase === "ask") add("show", ripple.say("lesson.show"), () => this.watch(), { class: "lesson-main" });
    else {
      add("again", ripple.say("lesson.again"), () => this.watch());
      if (this.phase === "watch") add("answer", ripple.say("lesson.answer"), () => this.reveal(), { class: "lesson-main" });
      else add(this.revealed ? "hide" : "answer", this.revealed ? ripple.say("lesson.hide") : ripple.say("lesson.answer"), () => { this.revealed = !this.revealed; this.draw(); });
      const last = this.step === this.steps.length - 1;
      if (this.phase === "reveal") add(last ? "restart" : "next", last ? ripple.say("lesson.restart") : ripple.say("lesson.next"), () => this.go(last ? 0 : this.step + 1), { class: "lesson-main" });
    }
    if (this.hideAnswers) row.append(el("span", { class: "lesson-note" }, ripple.say("lesson.hidden")));
    return row;
  }

  setHidden(hidden) {
    this.hideAnswers = hidden;
    this.draw();
  }

}

function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function localVotes() {
  const kept = new Map();
  return {
    give(step, value) { kept.set(step, [...(kept.get(step) || []), value]); },
    all(step) { return kept.get(step) || []; },
  };
}

function byChoice(predict, values) {
  return predict.choices.map((label, k) => ({ label, n: values.filter((v) => v === k).length, right: k === predict.answer }));
}

// Eight bins of round width over all predictions and the answer.
function byNumber(predict, values) {
  const all = predict.answer === null ? values : [...values, predict.answer];
  const low = Math.min(...all), high = Math.max(...all);
  const rough = (high - low) / 7 || Math.max(1, Math.abs(high)) / 4;
  const scale = 10 ** Math.floor(Math.log10(rough));
  const width = scale * [1, 2, 5, 10].find((k) => k * scale >= rough);
  const first = Math.floor(low / width + 1e-9);
  const last = Math.floor(high / width + 1e-9);
  const shown = (x) => Number(x.toPrecision(6)).toLocaleString(ripple.texts.language);
  const bars = [];
  for (let k = first; k <= last; k++) {
    const inside = (v) => Math.floor(v / width + 1e-9) === k;
    bars.push({
      label: ripple.say("lesson.range", { low: shown(k * width), high: shown((k + 1) * width) }), n: values.filter(inside).length,
      right: predict.answer !== null && inside(predict.answer),
    });
  }
  return bars;
}

// The rows of a group of users in the recording that is shown.
function usersOf(recording, group) {
  const { users, panels } = recording;
  const rows = Array.from({ length: users.n }, (_, i) => i);
  const byDegree = [...rows].sort((a, b) => users.degree[b] - users.degree[a] || a - b);
  const panel = panels.find((one) => one.story !== null) || panels[0];
  if (group === "hubs") return byDegree.slice(0, Math.max(1, Math.round(users.n / 100)));
  if (group === "edge") return byDegree.slice(Math.ceil(users.n / 2));
  if (group === "met") return rows.filter((i) => panel.hop[i] === 0);
  if (group === "told") return rows.filter((i) => panel.hop[i] > 0 && panel.hop[i] < ripple.frames.NO_HOP);
  return rows.filter((i) => panel.hop[i] === ripple.frames.NO_HOP);
}

window.TrustLesson = TrustLesson;
})();
