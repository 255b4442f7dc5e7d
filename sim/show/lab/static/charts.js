// Small line charts that share the time of the player: drawn when the run or the size changes; only a marker moves.
"use strict";
(function () {
  const HOPS = ["0", "1", "2", "3+"];

  // What each chart shows of a recording: lines {values, panel, dash, width} and bands {low, high, panel}.
  const CHARTS = {
    trust(panels) {
      return {
        lines: panels.map((panel, k) => ({ values: panel.series.trust, side: k, scale: 100, width: 2 })),
        bands: panels.map((panel, k) => ({ low: panel.series.q25, high: panel.series.q75, side: k, scale: 100 })),
        digits: 0,
      };
    },
    heard(panels) {
      const lines = [];
      panels.forEach((panel, k) => {
        const by = panel.series.heard_by_hop || {};
        const length = panel.series.trust.length;
        const all = new Float32Array(length);
        HOPS.forEach((hop, h) => {
          if (!by[hop]) return;
          for (let t = 0; t < length; t++) all[t] += by[hop][t];
          lines.push({ values: by[hop], side: k, scale: 1, width: 1, dash: [[], [6, 3], [2, 3], [8, 3, 2, 3]][h] });
        });
        lines.push({ values: all, side: k, scale: 1, width: 2.2 });
      });
      return { lines, bands: [], zero: true };
    },
    complaints(panels) {
      const lines = [];
      panels.forEach((panel, k) => {
        lines.push({ values: panel.series.complaints_open, side: k, scale: 1, width: 2 });
        lines.push({ values: panel.series.waiting, side: k, scale: 1, width: 1.2, dash: [4, 3] });
      });
      return { lines, bands: [], zero: true };
    },
    followers(panels) {
      return { lines: panels.map((panel, k) => ({ values: panel.series.followers, side: k, scale: 1, width: 2 })), bands: [] };
    },
  };

  function ticks(low, high, most) {
    const span = Math.max(high - low, 1e-9);
    const power = Math.pow(10, Math.floor(Math.log10(span / most)));
    const step = [1, 2, 5, 10].map((s) => s * power).find((s) => span / s <= most) || 10 * power;
    const found = [];
    for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step) found.push(v);
    return found;
  }

  class Chart {
    constructor(name, onTime) {
      this.name = name;
      this.canvas = ripple.make("canvas", { "aria-hidden": "true" });
      this.marker = ripple.make("div", { class: "marker", "aria-hidden": "true" });
      this.value = ripple.make("span", { class: "value" });
      this.area = ripple.make("div", { class: "area" }, this.canvas, this.marker);
      this.element = ripple.make(
        "figure", { class: `chart chart-${name}`, "data-chart": name },
        ripple.make("figcaption", {},
          ripple.make("strong", {}, ripple.say(`charts.${name}`)), " ", this.value,
          ripple.make("span", { class: "note" }, ripple.say(`charts.${name}Note`))),
        this.area,
      );
      const move = (event) => {
        if (event.type === "pointermove" && event.buttons !== 1) return;
        const box = this.area.getBoundingClientRect();
        const share = (event.clientX - box.left - this.left) / Math.max(1, box.width - this.left - this.right);
        onTime(Math.max(0, Math.min(1, share)));
      };
      this.area.addEventListener("pointerdown", move);
      this.area.addEventListener("pointermove", move);
      this.left = 40;
      this.right = 8;
    }

    load(recording) {
      this.recording = recording;
      this.content = CHARTS[this.name](recording.panels);
      this.draw();
    }

    limits() {
      let low = this.content.zero ? 0 : Infinity;
      let high = -Infinity;
      const see = (values, scale) => {
        for (const value of values || []) {
          if (!Number.isFinite(value)) continue;
          if (value * scale < low) low = value * scale;
          if (value * scale > high) high = value * scale;
        }
      };
      for (const line of this.content.lines) see(line.values, line.scale);
      for (const band of this.content.bands) { see(band.low, band.scale); see(band.high, band.scale); }
      if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [0, 1];
      if (high - low < 1e-6) [low, high] = this.content.zero ? [0, 1] : [low - 1, high + 1];
      const room = (high - low) * 0.06;
      return [this.content.zero ? 0 : low - room, high + room];
    }

    draw() {
      const box = this.area.getBoundingClientRect();
      if (!this.content || box.width < 20) return;
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const { canvas, left, right } = this;
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
      const c = canvas.getContext("2d");
      c.scale(ratio, ratio);
      const inks = ripple.inks();
      const width = box.width;
      const height = box.height;
      const bottom = height - 18;
      const top = 6;
      const [low, high] = this.limits();
      const hours = this.recording.hours;
      const end = hours[hours.length - 1] || 1;
      this.x = (hour) => left + (hour / end) * (width - left - right);
      const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
      c.font = "11px system-ui, sans-serif";
      c.fillStyle = inks.muted;
      c.strokeStyle = inks.rule;
      c.lineWidth = 1;
      c.textAlign = "right";
      c.textBaseline = "middle";
      for (const tick of ticks(low, high, Math.max(2, Math.floor((bottom - top) / 30)))) {
        c.beginPath();
        c.moveTo(left, Math.round(y(tick)) + 0.5);
        c.lineTo(width - right, Math.round(y(tick)) + 0.5);
        c.stroke();
        c.fillText(Math.abs(tick) >= 1e4 ? `${tick / 1000}k` : String(+tick.toFixed(2)), left - 5, y(tick));
      }
      c.textAlign = "center";
      c.textBaseline = "alphabetic";
      const days = ticks(0, end / 24, Math.max(2, Math.floor(width / 70)));
      days.forEach((day, k) => {
        c.textAlign = k === days.length - 1 && this.x(day * 24) > width - 24 ? "right" : "center";
        c.fillText(k === 0 ? `0 ${ripple.say("charts.days")}` : String(+day.toFixed(2)), this.x(day * 24) + (k === 0 ? 16 : 0), height - 4);
      });
      const colour = (side) => (side === 0 ? inks.left : inks.right);
      for (const band of this.content.bands) {
        if (!band.low || !band.high) continue;
        c.globalAlpha = 0.13;
        c.fillStyle = colour(band.side);
        c.beginPath();
        for (let t = 0; t < hours.length; t++) c.lineTo(this.x(hours[t]), y(band.high[t] * band.scale));
        for (let t = hours.length - 1; t >= 0; t--) c.lineTo(this.x(hours[t]), y(band.low[t] * band.scale));
        c.fill();
      }
      for (const line of this.content.lines) {
        if (!line.values) continue;
        c.globalAlpha = line.width < 1.5 ? 0.75 : 1;
        c.strokeStyle = colour(line.side);
        c.lineWidth = line.width;
        c.setLineDash(line.dash || []);
        c.beginPath();
        for (let t = 0; t < hours.length; t++) c.lineTo(this.x(hours[t]), y(line.values[t] * line.scale));
        c.stroke();
      }
      c.globalAlpha = 1;
      c.setLineDash([]);
    }

    at(position, hour) {
      if (!this.x) return;
      this.marker.style.transform = `translateX(${this.x(hour).toFixed(1)}px)`;
      const frame = Math.floor(position + 1e-6);
      if (frame === this.frame) return;
      this.frame = frame;
      const thick = this.content.lines.filter((line) => line.width >= 2 && line.values);
      this.value.textContent = thick
        .map((line) => (line.scale === 100 ? ripple.points(line.values[frame] * 100) : ripple.number(line.values[frame])))
        .join(" | ");
    }
  }

  ripple.Chart = Chart;
  ripple.chartNames = Object.keys(CHARTS);

  // A user's trust over time on both sides, small: points f32[T] for each side.
  ripple.spark = function (canvas, sides, hours, position) {
    const box = canvas.getBoundingClientRect();
    if (box.width < 10) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const c = canvas.getContext("2d");
    c.scale(ratio, ratio);
    const inks = ripple.inks();
    let low = Infinity;
    let high = -Infinity;
    for (const values of sides) for (const v of values) { low = Math.min(low, v); high = Math.max(high, v); }
    const room = Math.max(1, (high - low) * 0.1);
    low -= room;
    high += room;
    const left = 30;
    const end = hours[hours.length - 1] || 1;
    const x = (hour) => left + (hour / end) * (box.width - left - 4);
    const y = (v) => box.height - 4 - ((v - low) / (high - low)) * (box.height - 8);
    c.font = "11px system-ui, sans-serif";
    c.fillStyle = inks.muted;
    c.textAlign = "right";
    c.textBaseline = "middle";
    c.strokeStyle = inks.rule;
    for (const tick of ticks(low, high, 3)) {
      c.beginPath();
      c.moveTo(left, y(tick));
      c.lineTo(box.width, y(tick));
      c.stroke();
      c.fillText(String(+tick.toFixed(1)), left - 4, y(tick));
    }
    sides.forEach((values, side) => {
      c.strokeStyle = side === 0 ? inks.left : inks.right;
      c.lineWidth = 1.8;
      c.beginPath();
      values.forEach((v, t) => c.lineTo(x(hours[t]), y(v)));
      c.stroke();
    });
    const now = hours[Math.min(hours.length - 1, Math.floor(position))];
    c.strokeStyle = inks.muted;
    c.lineWidth = 1;
    c.setLineDash([3, 3]);
    c.beginPath();
    c.moveTo(x(now), 0);
    c.lineTo(x(now), box.height);
    c.stroke();
    c.setLineDash([]);
  };
})();
