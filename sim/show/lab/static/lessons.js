// The lesson of a scenario in the lab: its runs come from the server, predictions from this page or from the whole class.
"use strict";
(function () {
  class Lessons {
    // does: {player(), fetch(ask) -> Promise of a recording, classroom, ended()}
    constructor(does) {
      const say = ripple.say;
      this.does = does;
      this.open = ripple.make("button", { type: "button", class: "lesson-open", "aria-pressed": "false", hidden: true, onclick: () => this.toggle() }, say("lab.lesson"));
      this.hide = ripple.make("input", { type: "checkbox", id: "hide-answers", onchange: () => this.lesson && this.lesson.setHidden(this.hide.checked) });
      this.switch = ripple.make("label", { class: "hide-answers", for: "hide-answers", hidden: true }, this.hide, " ", say("lesson.hidden"));
      this.element = ripple.make("section", { class: "lesson-box", hidden: true });
    }

    load(about, ask) {
      this.open.hidden = !about.lesson;
      this.ask = { scenario: ask.scenario, seed: ask.seed };
      if (!about.lesson && this.lesson) this.close();
    }

    async toggle() {
      if (this.lesson) {
        this.close();
        this.does.ended();
        return;
      }
      this.open.disabled = true;
      const recording = await this.does.fetch(this.ask);
      this.open.disabled = false;
      if (!recording) return;
      this.element.hidden = false;
      this.switch.hidden = false;
      this.open.setAttribute("aria-pressed", "true");
      const player = this.does.player();
      const votes = this.does.classroom.votes(this.ask.scenario);
      this.lesson = new TrustLesson(this.element, recording.lessons, { player, recording, hideAnswers: this.hide.checked, ...(votes ? { votes } : {}) });
      this.lesson.setHidden(this.hide.checked);
      this.element.scrollIntoView({ block: "nearest" });
    }

    close() {
      if (!this.lesson) return;
      this.lesson.shade(false);
      this.does.player().mark(null);
      this.lesson = null;
      this.element.replaceChildren();
      this.element.hidden = true;
      this.switch.hidden = true;
      this.open.setAttribute("aria-pressed", "false");
    }
  }

  ripple.Lessons = Lessons;
})();
