// Small helpers. Text only ever enters the page as text nodes and attributes: nothing that an
// app or a person writes is read as HTML.

// h makes an element: h("p", {class: "x", onclick: f}, "text", child, …).
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  assign(element, attributes);
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

function assign(element, attributes) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "selected") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
}

// svg makes a drawing of [tag, attributes] pairs on a square of the given size.
export function svg(size, shapes, attributes) {
  const make = (tag, attrs) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attrs)) node.setAttribute(key, value);
    return node;
  };
  const root = make("svg", { viewBox: `0 0 ${size} ${size}`, ...attributes });
  root.append(...shapes.map(([tag, attrs]) => make(tag, attrs)));
  return root;
}

// glyph is one of the line icons of the page itself.
export function glyph(name) {
  const paths = {
    send: "M3.2 3.3 17 10 3.2 16.7l1.9-5.6L11 10 5.1 8.9z",
    close: "M5 5l10 10M15 5 5 15",
    eye: "M2.5 10S5.2 5.2 10 5.2 17.5 10 17.5 10 14.8 14.8 10 14.8 2.5 10 2.5 10zM10 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4",
    menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
    down: "M6 8l4 4 4-4",
    home: "M3.5 9.5 10 4l6.5 5.5M5.5 8.5V16h9V8.5",
    reply: "M17 9.5a6.5 5.6 0 0 1-9.6 4.9L3.8 15.6l1-3A5.3 5.3 0 0 1 4 9.5a6.5 5.6 0 0 1 13 0z",
  };
  const filled = name === "send";
  return svg(20, [["path", {
    d: paths[name], fill: filled ? "currentColor" : "none", stroke: filled ? "none" : "currentColor",
    "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round",
  }]], { class: "glyph", "aria-hidden": "true" });
}
