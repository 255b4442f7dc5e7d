// The sliders: where each stands, what it would be by the scenario, and how its value is written.
"use strict";
(function () {
  const WRITTEN = {
    share: (v) => ripple.say("units.share", { value: Math.round(v * 100) }),
    size: (v) => String(+v.toFixed(2)),
    count: (v) => String(Math.round(v)),
    rate: (v) => ripple.say("units.rate", { value: +v.toFixed(4) }),
    hours: (v) =>
      v < 1 ? ripple.say("units.minutes", { value: Math.round(v * 60) })
        : v < 48 ? ripple.say("units.hours", { value: +v.toFixed(1) })
          : ripple.say("units.days", { value: +(v / 24).toFixed(1) }),
  };

  class Controls {
    // changed(key, value or null): a slider was moved, or put back
    constructor(changed) {
      this.changed = changed;
      this.element = ripple.make("div", { class: "controls" });
    }

    load(controls, settings) {
      const signature = JSON.stringify(controls);
      if (signature !== this.signature) {
        this.signature = signature;
        this.rows = new Map();
        this.element.replaceChildren(...controls.map((control) => this.row(control)));
        if (!controls.length) this.element.append(ripple.make("p", { class: "note" }, ripple.say("lab.none")));
      }
      for (const [key, row] of this.rows) row.set(key in settings ? settings[key] : row.control.value, key in settings);
    }

    row(control) {
      const log = control.scale === "log";
      const to = (v) => (log ? Math.log(Math.max(v, control.low)) : v);
      const from = (s) => (log ? Math.exp(s) : s);
      const id = `control-${control.key}`;
      const label = ripple.say(`controls.${control.key}`, control.about);
      const value = ripple.make("output", { for: id });
      const slider = ripple.make("input", {
        type: "range", id, min: to(control.low), max: to(control.high), step: log ? "any" : control.step, "data-control": control.key,
      });
      const back = ripple.make("button", { type: "button", class: "link back", hidden: true, "aria-label": `${ripple.say("lab.reset")}: ${label}`,
        onclick: () => this.changed(control.key, null) }, "↺");
      const write = (v) => {
        value.textContent = WRITTEN[control.unit](v);
        slider.setAttribute("aria-valuetext", value.textContent);
      };
      const read = () => {
        const v = from(Number(slider.value));
        return log ? (v < 1 ? Math.round(v * 60) / 60 : v < 24 ? Math.round(v * 2) / 2 : Math.round(v)) : v;
      };
      slider.addEventListener("input", () => {
        write(read());
        this.changed(control.key, Math.max(control.low, Math.min(control.high, read())), slider);
      });
      slider.addEventListener("keydown", (event) => {
        if (!log || !/^Arrow/.test(event.key)) return;
        event.preventDefault();
        const by = (to(control.high) - to(control.low)) / 40;
        slider.value = String(Number(slider.value) + (event.key === "ArrowRight" || event.key === "ArrowUp" ? by : -by));
        slider.dispatchEvent(new Event("input"));
      });
      const element = ripple.make("div", { class: "control" },
        ripple.make("label", { for: id }, label), ripple.make("span", { class: "reading" }, value, back), slider);
      this.rows.set(control.key, {
        control,
        set: (v, own) => {
          if (document.activeElement !== slider || Math.abs(read() - v) > 1e-6) slider.value = String(to(v));
          write(v);
          back.hidden = !own;
          element.classList.toggle("own", own);
        },
      });
      return element;
    }
  }

  ripple.Controls = Controls;
})();
