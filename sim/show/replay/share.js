// A file that is taken home: unpacks its recording and puts player, sliders and lesson on the page. It asks nobody for
// anything. data-state on the body tells when it is ready, data-error what went wrong.
"use strict";
(function () {
  const body = document.body;
  const make = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  async function begin() {
    const packed = document.getElementById("recording");
    const recording = ripple.frames.decode(await ripple.frames.unpack(packed.textContent));
    packed.remove();
    const page = new Page(recording);
    page.start();
    body.dataset.state = "ready";
    window.dispatchEvent(new Event("ripple-ready"));
    return page;
  }

  class Page {
    constructor(recording) {
      this.recording = recording;
      this.deck = recording.deck || null;
      const main = make("main", { class: "share" });
      const head = make("header", {}, make("div", {}, make("h1", {}, recording.title)));
      if (recording.question) head.firstChild.append(make("p", { class: "question" }, recording.question));
      this.controls = make("div", { class: "controls" });
      head.append(this.controls);
      this.stage = make("div", { class: "stage" });
      this.playerElement = make("div", { class: "player" });
      this.stage.append(this.playerElement);
      main.append(head);
      if (this.deck) main.append(this.sliders());
      else if (recording.panels.length > 2) this.choosers();
      main.append(this.stage, make("footer", {}, recording.about || ""));
      body.append(main);
      this.player = new TrustPlayer(this.playerElement, {});
      if (recording.lessons && recording.lessons.length) this.lessonTools();
      this.left = 0;
      this.right = this.deck ? this.at() : Math.min(1, recording.panels.length - 1);
      if (this.deck) this.left = this.deck.first;
    }

    start() {
      this.show(false);
    }

    panelsShown() {
      const { panels } = this.recording;
      return this.left === this.right ? [panels[this.left]] : [panels[this.left], panels[this.right]];
    }

    show(keep) {
      const panels = this.panelsShown();
      this.player.show(Object.assign({}, this.recording, { panels }), { keepView: keep, keepTime: keep });
      body.dataset.panels = panels.map((panel) => panel.key).join(" | ");
    }

    // Which runs stand on the left and on the right, when there are more than two.
    choosers() {
      const pick = (side) => {
        const box = make("select", { "data-side": side });
        this.recording.panels.forEach((panel, k) => box.append(make("option", { value: String(k) }, panel.title)));
        box.value = side === "left" ? "0" : "1";
        box.addEventListener("change", () => { this[side] = Number(box.value); this.show(true); });
        return make("label", { class: "chooser" }, side === "left" ? ripple.say("share.left") : ripple.say("share.right"), box);
      };
      this.controls.append(pick("left"), pick("right"));
    }

    // --- a deck: recorded runs behind sliders ---

    sliders() {
      this.places = this.deck.dimensions.map(() => 0);
      const row = make("div", { class: "sliders" });
      this.deck.dimensions.forEach((dimension, d) => {
        const value = make("output", {}, dimension.values[0]);
        const slider = make("input", { type: "range", min: "0", max: String(dimension.values.length - 1), step: "1", value: "0",
          "data-vary": dimension.name, "aria-label": dimension.label, "aria-valuetext": dimension.values[0] });
        slider.addEventListener("input", () => {
          this.places[d] = Number(slider.value);
          value.textContent = dimension.values[this.places[d]];
          slider.setAttribute("aria-valuetext", value.textContent);
          this.right = this.at();
          this.show(true);
        });
        row.append(make("label", {}, make("span", {}, `${dimension.label}: `, value), slider));
      });
      const pin = make("button", { type: "button", class: "tool", "data-do": "pin" }, ripple.say("share.pin"));
      pin.addEventListener("click", () => { this.left = this.right; this.show(true); });
      row.append(pin);
      return row;
    }

    at() {
      let cell = 0;
      this.deck.dimensions.forEach((dimension, d) => { cell = cell * dimension.values.length + this.places[d]; });
      return this.deck.cells[cell];
    }

    // --- the lesson ---

    lessonTools() {
      const open = make("button", { type: "button", class: "tool", "aria-pressed": "false", "data-do": "lesson" }, ripple.say("share.lesson"));
      const hide = make("input", { type: "checkbox", "data-do": "hide-answers" });
      const hiding = make("label", { hidden: "" }, hide, ripple.say("share.hideAnswers"));
      const box = make("aside", { class: "lesson", "aria-label": ripple.say("share.lesson"), hidden: "" });
      this.stage.prepend(box);
      open.addEventListener("click", () => {
        const on = box.hidden;
        box.hidden = hiding.hidden = !on;
        box.toggleAttribute("hidden", !on);
        hiding.toggleAttribute("hidden", !on);
        this.stage.dataset.lesson = this.stage.parentElement.dataset.lesson = String(on);
        open.setAttribute("aria-pressed", String(on));
        if (on && !this.lesson) this.lesson = new TrustLesson(box, this.recording.lessons, { player: this.player, recording: this.recording });
        else if (on) this.lesson.go(this.lesson.step);
        else { this.lesson.shade(false); this.show(true); }
        if (this.player.resize) this.player.resize();
      });
      hide.addEventListener("change", () => this.lesson.setHidden(hide.checked));
      this.controls.append(open, hiding);
    }
  }

  begin().catch((problem) => {
    body.dataset.error = String(problem);
    body.append(make("p", { class: "share", role: "alert" }, ripple.say("share.failed", { problem: problem.message || problem })));
  });
})();
