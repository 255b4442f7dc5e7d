// The words of pages: the texts of texts.json are put in here, and {name} in a text is filled in by say().
"use strict";
var ripple = window.ripple || {};
window.ripple = ripple;

ripple.texts = "{{texts}}";

// A text with its blanks filled in: say("when", {day: 3}); a text that is not known is shown by its key.
ripple.say = function (key, values) {
  let text = ripple.texts;
  for (const part of key.split(".")) text = text === undefined ? undefined : text[part];
  if (typeof text !== "string") return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
};
