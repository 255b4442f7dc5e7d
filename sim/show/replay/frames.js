// Reads a recording: the binary message that sim/show/replay/encoding.py writes (its format is told there).
//
//   const recording = ripple.frames.decode(arrayBuffer)
//   const buffer = await ripple.frames.unpack(text)      // base64 of gzip, as it stands in a file
//
// What comes out: {title, name, start, step_hours, baseline, hours, users: {n, of, x, y, degree, community, label?},
// ties: {from, to, shown, of}, panels: [{key, title, story, trust, heard, hop, from, acts, stories,
// passages, series}], note}. trust[frame * users.n + user] counts half points, 0 to 200.
"use strict";

var ripple = ripple || {};

ripple.frames = (() => {
  const MAGIC = "TRIPPLE1";
  const TYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i4: Int32Array, f4: Float32Array };
  const NEVER = 65535; // frame of somebody who never heard
  const NO_HOP = 255;

  function decode(buffer) {
    const ascii = new TextDecoder("latin1");
    if (buffer.byteLength < 16 || ascii.decode(new Uint8Array(buffer, 0, 8)) !== MAGIC) {
      throw new Error(ripple.say("noRecording"));
    }
    const length = new DataView(buffer).getUint32(8, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 16, length)));
    const arrays = head.arrays.map((about) => read(buffer, 16 + length, about));
    delete head.arrays;
    return filled(head, arrays);
  }

  function read(buffer, base, about) {
    const values = new TYPES[about.type](buffer, base + about.at, about.length);
    return about.coding === "delta" ? summed(values, about.width) : values;
  }

  // Differences, one user after another, become values, one frame after another.
  function summed(changes, width) {
    const frames = changes.length / width;
    const out = new Uint8Array(changes.length);
    for (let user = 0, at = 0; user < width; user++) {
      let value = 0;
      for (let frame = 0; frame < frames; frame++, at++) {
        value = (value + changes[at]) & 255;
        out[frame * width + user] = value;
      }
    }
    return out;
  }

  function filled(value, arrays) {
    if (Array.isArray(value)) return value.map((entry) => filled(entry, arrays));
    if (value === null || typeof value !== "object") return value;
    const keys = Object.keys(value);
    if (keys.length === 1 && keys[0] === "array") return arrays[value.array];
    for (const key of keys) value[key] = filled(value[key], arrays);
    return value;
  }

  async function unpack(text) {
    const binary = atob(text.trim());
    const bytes = new Uint8Array(binary.length);
    for (let k = 0; k < binary.length; k++) bytes[k] = binary.charCodeAt(k);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  return { decode, unpack, NEVER, NO_HOP };
})();
