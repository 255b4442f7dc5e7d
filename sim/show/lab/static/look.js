// Colours and numbers as people read them. Low trust is what stands out: dark on a light page, bright on a dark one.
"use strict";
(function () {
  const SCALES = {
    light: {
      trust: ["#3b0f3f", "#8c2152", "#d3504a", "#f09a54", "#f3d08a", "#d9dfc4", "#bfdde6"],
      change: ["#7f2704", "#d55e00", "#f2a65e", "#dcdad3", "#8dbfe0", "#2b83ba", "#08508c"],
    },
    dark: {
      trust: ["#fff3b8", "#fdb95f", "#f2705c", "#b64e80", "#6f4e92", "#44568c", "#3a5a72"],
      change: ["#ffd9a0", "#ff9a3c", "#b7622a", "#4a4f55", "#3a6f96", "#56a8dc", "#b5dcf7"],
    },
  };
  const INKS = {
    light: {
      ink: "#1d2329", muted: "#5c6670", rule: "#d5dade", page: "#ffffff", tie: "rgba(108,122,132,A)",
      rim: [60, 66, 72], left: "#1d2329", right: "#0072b2", pulse: "#c2410c", story: "#c2410c", chosen: "#1d2329",
    },
    dark: {
      ink: "#e8ebee", muted: "#9aa6b1", rule: "#323a42", page: "#12161a", tie: "rgba(150,166,180,A)",
      rim: [10, 12, 14], left: "#e8ebee", right: "#56b4e9", pulse: "#ffd166", story: "#ffd166", chosen: "#ffffff",
    },
  };
  const STEPS = 128; // colour classes of a scale

  function parsed(hex) {
    return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
  }

  // Whether the page is dark now: what is printed is light.
  ripple.theme = function () {
    const wanted = document.documentElement.dataset.theme;
    if (wanted) return wanted;
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  };
  ripple.inks = () => INKS[ripple.theme()];

  // A scale of STEPS colours from low to high: css texts, and pixels (ABGR) for buffers.
  ripple.scale = function (name, low, high) {
    const stops = SCALES[ripple.theme()][name === "trust" ? "trust" : "change"].map(parsed);
    const pixels = new Uint32Array(STEPS);
    const css = [];
    for (let k = 0; k < STEPS; k++) {
      const at = (k / (STEPS - 1)) * (stops.length - 1);
      const below = Math.min(Math.floor(at), stops.length - 2);
      const rgb = stops[below].map((c, i) => Math.round(c + (stops[below + 1][i] - c) * (at - below)));
      pixels[k] = (255 << 24) | (rgb[2] << 16) | (rgb[1] << 8) | rgb[0];
      css.push(`rgb(${rgb.join(",")})`);
    }
    const level = (points) => {
      const k = Math.round(((points - low) / (high - low)) * (STEPS - 1));
      return k < 0 ? 0 : k >= STEPS ? STEPS - 1 : k;
    };
    return { name, low, high, pixels, css, level, of: (points) => css[level(points)] };
  };

  ripple.still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  ripple.number = (value) => Math.round(value).toLocaleString(ripple.texts.language);
  ripple.points = (value) => (Number.isFinite(value) ? value.toFixed(1) : "–");
  ripple.signed = function (value, digits = 1) {
    const text = Math.abs(value).toFixed(digits);
    if (Number(text) === 0) return text;
    return (value > 0 ? "+" : "−") + text;
  };
  ripple.day = (hours) => (Math.round((hours / 24) * 10) / 10).toString();
  ripple.when = function (hours) {
    const whole = Math.floor(hours + 1e-6);
    return ripple.say("when", {
      day: Math.floor(whole / 24),
      clock: ripple.say("clock", { hour: String(whole % 24).padStart(2, "0") }),
    });
  };

  // An element with its attributes, and children or text; text never becomes markup.
  ripple.make = function (tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
})();
