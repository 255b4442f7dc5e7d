// Play, pause, step, speed, and the line of time with its acts.
"use strict";
(function () {
  const SPEEDS = { slow: 0.5, normal: 1, fast: 2.5, faster: 6 };
  const WHOLE_RUN = 36; // seconds at normal speed

  const ICONS = {
    play: "M8 5v14l11-7z", pause: "M7 5h4v14H7zM13 5h4v14h-4z", back: "M15 6v12l-8-6zM5 6h2v12H5z",
    forward: "M9 6v12l8-6zM17 6h2v12h-2z", start: "M18 6v12l-8-6zM6 6h2v12H6zM10 6v12l-3-6z",
  };

  ripple.icon = function (name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  };

  class Timeline {
    // does: {toggle, step, seek(frame), speed(framesPerSecond), place(hour) -> bool}
    constructor(does) {
      this.does = does;
      const button = (name, text, act) =>
        ripple.make("button", { type: "button", class: `icon ${name}`, "aria-label": text, title: text, onclick: act }, ripple.icon(name));
      this.play = button("play", ripple.say("play"), () => does.toggle());
      this.back = button("back", ripple.say("back"), () => does.step(-1));
      this.forward = button("forward", ripple.say("forward"), () => does.step(1));
      this.start = button("start", ripple.say("start"), () => does.seek(0));
      this.clock = ripple.make("output", { class: "clock" });
      this.speeds = ripple.make(
        "select", { "aria-label": ripple.say("speed"), onchange: () => this.tellSpeed() },
        ...Object.keys(SPEEDS).map((name) => ripple.make("option", { value: name }, ripple.say(`speeds.${name}`))),
      );
      this.speeds.value = "normal";
      this.range = ripple.make("input", {
        type: "range", class: "time", min: 0, max: 1, step: "any", value: 0, "aria-label": ripple.say("time"),
        oninput: () => does.seek(Number(this.range.value)),
      });
      this.range.addEventListener("keydown", (event) => {
        const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        does.step(by);
      });
      this.marks = ripple.make("div", { class: "marks" });
      this.track = ripple.make("div", { class: "track" }, this.marks, this.range);
      this.track.addEventListener("click", (event) => {
        const box = this.range.getBoundingClientRect();
        const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
        if (does.place && this.hours && does.place(share * this.hours[this.hours.length - 1])) event.preventDefault();
      }, true);
      this.told = ripple.make("ol", { class: "acts" });
      this.element = ripple.make(
        "section", { class: "timeline", "aria-label": ripple.say("time") },
        ripple.make("div", { class: "transport" }, this.start, this.back, this.play, this.forward, this.clock, this.speeds),
        this.track, this.told,
      );
    }

    load(recording) {
      this.hours = recording.hours;
      this.range.max = String(recording.hours.length - 1);
      this.marks.replaceChildren();
      this.told.replaceChildren();
      this.acts = together(recording);
      const end = this.hours[this.hours.length - 1] || 1;
      const lanes = { left: [], right: [], both: [] };
      for (const act of this.acts) {
        const share = act.hour / end;
        if (share < 0 || share > 1) continue;
        const day = ripple.day(act.hour);
        const text = ripple.say("jump", { day, sentence: act.sentence });
        const crowded = lanes[act.side].some((other) => Math.abs(other - share) < 0.004);
        if (!crowded) {
          lanes[act.side].push(share);
          this.marks.append(ripple.make("button", {
            type: "button", class: `mark ${act.side} ${act.kind}`, "aria-label": text, title: `${ripple.when(act.hour)} (${act.sideWords}): ${act.sentence}`,
            "data-at": String(share), onclick: (event) => { event.stopPropagation(); this.does.seek(this.frameOf(act.hour)); },
          }));
        }
        act.element = ripple.make("li", { class: `${act.side} ${act.kind}` },
          ripple.make("button", { type: "button", class: "link", onclick: () => this.does.seek(this.frameOf(act.hour)) },
            ripple.make("span", { class: "side" }, act.sideWords), " ",
            ripple.make("b", {}, ripple.when(act.hour)), " ", act.sentence));
        if (this.told.children.length < 60) this.told.append(act.element);
      }
      for (const mark of this.marks.children) mark.style.left = `calc(var(--thumb) / 2 + (100% - var(--thumb)) * ${mark.dataset.at})`;
      this.tellSpeed();
      this.before = -1;
    }

    frameOf(hour) {
      const step = this.hours.length > 1 ? this.hours[1] - this.hours[0] : 1;
      return Math.min(this.hours.length - 1, Math.ceil(hour / step - 1e-6));
    }

    tellSpeed() {
      if (this.hours) this.does.speed(((this.hours.length - 1) / WHOLE_RUN) * SPEEDS[this.speeds.value]);
    }

    at(position, hour, playing) {
      this.range.value = String(position);
      const text = ripple.when(hour);
      if (text !== this.clock.textContent) {
        this.clock.textContent = text;
        this.range.setAttribute("aria-valuetext", text);
      }
      if (playing !== this.playing) {
        this.playing = playing;
        const name = playing ? "pause" : "play";
        this.play.replaceChildren(ripple.icon(name));
        this.play.title = playing ? ripple.say("pause") : ripple.say("play");
        this.play.setAttribute("aria-label", this.play.title);
      }
      let past = 0;
      for (const act of this.acts) if (act.hour <= hour + 1e-6) past++;
      if (past === this.before) return;
      this.before = past;
      this.acts.forEach((act, k) => {
        if (act.element) act.element.className = `${act.side} ${act.kind}${k < past ? " past" : ""}${k === past - 1 ? " last" : ""}`;
      });
    }
  }

  // The acts of all panels in order of time; what happens in both at once is said once.
  function together(recording) {
    const words = { left: ripple.say("lab.sideOf.left"), right: ripple.say("lab.sideOf.right"), both: ripple.say("actsBoth") };
    const found = new Map();
    recording.panels.forEach((panel, k) => {
      for (const act of panel.acts) {
        if (act.kind === "calendar" && panel.acts.length > 12) continue;
        const key = `${act.hour} ${act.sentence}`;
        const side = recording.panels.length === 1 ? "both" : k === 0 ? "left" : "right";
        if (found.has(key)) found.get(key).side = "both";
        else found.set(key, { hour: act.hour, sentence: act.sentence, kind: act.kind, side });
      }
    });
    const acts = [...found.values()].sort((a, b) => a.hour - b.hour);
    for (const act of acts) act.sideWords = recording.panels.length === 1 ? "" : words[act.side];
    return acts;
  }

  ripple.Timeline = Timeline;
})();
