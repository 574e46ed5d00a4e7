// Emoji by name. The ones that carry meaning in operations are drawn here, so that they look the
// same on a machine without an emoji font; the others are left to the reader's fonts.
import { h, svg } from "./dom.js";

const disc = (fill) => [["circle", { cx: 10, cy: 10, r: 8, fill }], ["path", { d: "M4.6 8a6 6 0 0 1 5-4", stroke: "#fff", "stroke-opacity": .55, "stroke-width": 1.4, fill: "none", "stroke-linecap": "round" }]];
const square = (fill) => [["rect", { x: 1.5, y: 1.5, width: 17, height: 17, rx: 3, fill }]];
const line = (d, stroke, width = 2) => ["path", { d, stroke, "stroke-width": width, fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" }];
const shape = (d, fill) => ["path", { d, fill }];

const drawings = {
  white_check_mark: ["✅", [...square("#2fa84f"), line("M5.6 10.4l3 3 5.9-6.8", "#fff", 2.4)]],
  heavy_check_mark: ["✔", [line("M4 10.6l4 4L16.2 5.4", "#2fa84f", 2.8)]],
  x: ["❌", [line("M4.5 4.5l11 11M15.5 4.5l-11 11", "#e0314f", 3.2)]],
  warning: ["⚠", [shape("M10 1.800c.7 0 1.2.4 1.5 1l7 12.700c.6 1.1-.2 2.5-1.5 2.500H3c-1.3 0-2.1-1.4-1.5-2.500l7-12.700c.3-.6.8-1 1.5-1z", "#f6b83c"), line("M10 7.200v4.6", "#3a2c06", 2), ["circle", { cx: 10, cy: 15, r: 1.25, fill: "#3a2c06" }]]],
  no_entry: ["⛔", [["circle", { cx: 10, cy: 10, r: 8.2, fill: "#d9344a" }], line("M5.6 10h8.8", "#fff", 3)]],
  no_entry_sign: ["🚫", [["circle", { cx: 10, cy: 10, r: 7.2, fill: "none", stroke: "#d9344a", "stroke-width": 2.4 }], line("M5 5l10 10", "#d9344a", 2.4)]],
  hourglass_flowing_sand: ["⏳", [shape("M5.2 3h9.600c0 4-2.9 5.2-3.6 7 .7 1.8 3.6 3 3.6 7H5.200c0-4 2.9-5.2 3.6-7-.7-1.8-3.6-3-3.6-7z", "#cfe6f5"), shape("M7 5.800h6C12.4 7.6 10.8 8.5 10 9.8 9.2 8.5 7.6 7.6 7 5.800zM6.6 16c.3-1.8 2-2.7 3.4-3.4 1.4.7 3.1 1.6 3.4 3.400z", "#e5a83b"), line("M4.6 2.800h10.800M4.6 17.200h10.8", "#8a5a2b", 1.8)]],
  hourglass: ["⌛", null, "hourglass_flowing_sand"],
  rocket: ["🚀", [shape("M17.5 2.500c-5-.3-8.6 2-11 6.800l4.2 4.200c4.8-2.4 7.1-6 6.8-11z", "#d7dee6"), shape("M6.9 8.6 3.2 9.200l-1.2 3 3.6-.4zM11.4 13.100l-.6 3.7-3 1.2.4-3.600z", "#d9344a"), ["circle", { cx: 12.7, cy: 7.3, r: 1.7, fill: "#3b82c4" }], shape("M5.3 12.600c-1.5.6-2.6 2.5-2.9 4.7 2.2-.3 4.1-1.4 4.7-2.900z", "#f6a13c")]],
  lock: ["🔒", [line("M6.5 9V6.500a3.5 3.5 0 0 1 7 0V9", "#9aa3ad", 2), ["rect", { x: 4, y: 8.5, width: 12, height: 9, rx: 2, fill: "#e9b23f" }], ["circle", { cx: 10, cy: 12.6, r: 1.5, fill: "#6b4b0c" }]]],
  arrows_counterclockwise: ["🔄", [...square("#3b82c4"), line("M5.6 9.200a4.6 4.6 0 0 1 8.2-2l.9 1M14.4 10.800a4.6 4.6 0 0 1-8.2 2l-.9-1", "#fff", 1.7), line("M15 5.400v2.900h-2.900M5 14.600v-2.900h2.9", "#fff", 1.7)]],
  rewind: ["⏪", [...square("#3b82c4"), shape("M9.8 5.800v8.400L4.2 10zM15.6 5.800v8.400L10 10z", "#fff")]],
  leftwards_arrow_with_hook: ["↩", [...square("#3b82c4"), line("M7.6 5.4 4.8 8.200l2.8 2.800M5.2 8.200h6.300a3.2 3.2 0 0 1 0 6.400H8", "#fff", 1.8)]],
  arrow_up: ["⬆", [...square("#3b82c4"), line("M10 15V5.400M6 9.200l4-4 4 4", "#fff", 2.2)]],
  arrow_forward: ["▶", [...square("#3b82c4"), shape("M7 5.200v9.600l7.6-4.800z", "#fff")]],
  double_vertical_bar: ["⏸", [...square("#3b82c4"), line("M7.6 6v8M12.4 6v8", "#fff", 2.4)]],
  package: ["📦", [shape("M2.5 6.2 10 2.500l7.5 3.700v8L10 17.800l-7.5-3.600z", "#c68b4f"), shape("M2.5 6.2 10 9.800v8l-7.5-3.600z", "#b0763c"), line("M2.5 6.2 10 9.800l7.5-3.600M10 9.800v8", "#8a5a2b", 1), shape("M6 4.500l7.5 3.700v2.600l2-1V7.300L8 3.500z", "#f0d9a8")]],
  floppy_disk: ["💾", [shape("M3 3h11.500L17 5.500V17H3z", "#40536b"), shape("M6 3h7v4.500H6z", "#c7d1dc"), shape("M5.5 10.500h9V17h-9z", "#eef2f6"), line("M7 12.600h6M7 14.800h6", "#9aa7b5", 1)]],
  mag: ["🔍", [["circle", { cx: 8.5, cy: 8.5, r: 5, fill: "#d5ebfa", stroke: "#5a6b7b", "stroke-width": 1.8 }], line("M12.4 12.400l4.6 4.6", "#5a6b7b", 2.6)]],
  bell: ["🔔", [shape("M10 2.500c3.2 0 5 2.3 5 5.6 0 3.6 1 4.9 2 6H3c1-1.1 2-2.4 2-6 0-3.3 1.8-5.6 5-5.600z", "#f2b632"), shape("M8 15.400h4a2 2 0 0 1-4 0z", "#b57b12")]],
  tada: ["🎉", [shape("M2.5 17.5 7 6.500l6.5 6.500z", "#f2b632"), line("M9 5.500c.8-1 .6-2 0-3M12 8c1.5-3 3.5-3 5.5-2.500M14.5 11c1-.8 2-.6 3 0", "#d9344a", 1.4), ["circle", { cx: 13.5, cy: 3.5, r: 1.1, fill: "#3b82c4" }], ["circle", { cx: 16.5, cy: 8.8, r: 1, fill: "#2fa84f" }]]],
  wrench: ["🔧", [line("M5 15l6.2-6.2", "#8794a3", 3.4), shape("M16.8 5.800l-2.6 2-2.2-1.5.3-3.100c-2.2.2-3.8 2-3.6 4.2.2 2.2 2.2 3.8 4.4 3.6 2.2-.2 4-2.9 3.7-5.200z", "#8794a3")]],
  shield: ["🛡", [shape("M10 2l6.5 2.400v5.200c0 4-2.7 7-6.5 8.4-3.8-1.4-6.5-4.4-6.5-8.400V4.400z", "#3b82c4"), shape("M10 2l6.5 2.400v5.200c0 4-2.7 7-6.5 8.400z", "#2c6ba6")]],
  eyes: ["👀", [["ellipse", { cx: 6, cy: 10, rx: 3.6, ry: 5, fill: "#fff", stroke: "#8794a3" }], ["ellipse", { cx: 14, cy: 10, rx: 3.6, ry: 5, fill: "#fff", stroke: "#8794a3" }], ["circle", { cx: 4.8, cy: 11, r: 1.7, fill: "#333" }], ["circle", { cx: 12.8, cy: 11, r: 1.7, fill: "#333" }]]],
  memo: ["📝", [shape("M4 2.500h9l3 3v12H4z", "#eef2f6"), line("M6.5 7h6M6.5 10h7M6.5 13h5", "#9aa7b5", 1.2), line("M11 14.500l5.5-5.5", "#e5a83b", 2)]],
  clipboard: ["📋", [["rect", { x: 3.5, y: 3, width: 13, height: 15, rx: 1.5, fill: "#b0763c" }], shape("M5.5 5h9v11h-9z", "#eef2f6"), ["rect", { x: 7, y: 2, width: 6, height: 3, rx: 1, fill: "#8794a3" }], line("M7 8.500h6M7 11h6M7 13.500h4", "#9aa7b5", 1.1)]],
  bar_chart: ["📊", [...square("#eef2f6"), shape("M4.5 10h2.800v5.500H4.500z", "#2fa84f"), shape("M8.6 5h2.800v10.500H8.600z", "#3b82c4"), shape("M12.7 8h2.800v7.500h-2.800z", "#e0314f")]],
  rotating_light: ["🚨", [shape("M5.5 14V9.500a4.5 4.5 0 0 1 9 0V14z", "#e0314f"), ["rect", { x: 3.5, y: 14, width: 13, height: 3.5, rx: 1, fill: "#5a6b7b" }], line("M10 1.800v1.400M3.6 4.600l1 1M16.4 4.600l-1 1", "#f2b632", 1.4)]],
  clock3: ["🕒", [["circle", { cx: 10, cy: 10, r: 7.5, fill: "#eef2f6", stroke: "#5a6b7b", "stroke-width": 1.6 }], line("M10 5.600V10h3.4", "#333", 1.6)]],
  stopwatch: ["⏱", null, "clock3"],
  raised_hand: ["✋", [["rect", { x: 5.3, y: 4.4, width: 2.6, height: 9, rx: 1.3, fill: "#f2b632" }], ["rect", { x: 8.1, y: 2, width: 2.6, height: 10, rx: 1.3, fill: "#f2b632" }], ["rect", { x: 10.9, y: 2.8, width: 2.6, height: 10, rx: 1.3, fill: "#f2b632" }], ["rect", { x: 13.7, y: 5, width: 2.4, height: 8, rx: 1.2, fill: "#f2b632" }], shape("M5.3 10.4h10.8v2.4a5.2 5.2 0 0 1-9.6 2.8L2.9 11.6c-.7-1 .6-2.3 1.6-1.600l.8.6z", "#f2b632")]],
  black_square_for_stop: ["⏹", [...square("#5a6b7b"), ["rect", { x: 6, y: 6, width: 8, height: 8, rx: 1.2, fill: "#fff" }]]],
  unlock: ["🔓", [line("M6.5 9V6a3.5 3.5 0 0 1 6.8-1.2", "#9aa3ad", 2), ["rect", { x: 4, y: 8.5, width: 12, height: 9, rx: 2, fill: "#e9b23f" }], ["circle", { cx: 10, cy: 12.6, r: 1.5, fill: "#6b4b0c" }]]],
  cyclone: ["🌀", [line("M10 10a1.5 1.5 0 0 1 2.6 1 3.3 3.3 0 0 1-5.9 1 4.7 4.7 0 0 1 3.8-7 6 6 0 0 1 6 6.6 7.2 7.2 0 0 1-4 5.4", "#3b82c4", 2.2)]],
  white_small_square: ["▫", [["rect", { x: 6, y: 6, width: 8, height: 8, rx: 1.5, fill: "none", stroke: "#9aa3ad", "stroke-width": 1.6 }]]],
  black_small_square: ["▪", [["rect", { x: 6, y: 6, width: 8, height: 8, rx: 1.5, fill: "#9aa3ad" }]]],
  thinking_face: ["🤔", [["circle", { cx: 10, cy: 9.4, r: 7.4, fill: "#f2c744" }], ["circle", { cx: 7.4, cy: 8, r: 1.1, fill: "#4a3608" }], ["circle", { cx: 12.6, cy: 8, r: 1.1, fill: "#4a3608" }], line("M8 12.200c1.4-.6 3-.6 4.2.2M11.2 5c1-.7 2.2-.7 3 0", "#4a3608", 1.3), shape("M5.8 18.500c-.6-1.9-.3-3.5 1.2-4.600l2.6 1c.9.4.5 1.7-.4 1.600l-1-.1c.4 1.1 0 1.9-2.4 2.100z", "#e3a02c")]],
  spiral_calendar_pad: ["🗓", [["rect", { x: 3, y: 4, width: 14, height: 13.5, rx: 1.8, fill: "#eef2f6", stroke: "#8794a3", "stroke-width": 1 }], shape("M3 5.800c0-1 .8-1.8 1.8-1.800h10.4c1 0 1.8.8 1.8 1.800V8H3z", "#d9344a"), line("M7 2.400v3M13 2.400v3", "#5a6b7b", 1.6), line("M6 11h1M9.5 11h1M13 11h1M6 14.200h1M9.5 14.200h1", "#5a6b7b", 1.8)]],
  construction: ["🚧", [line("M5 12v5.5M15 12v5.5", "#5a6b7b", 1.8), ["rect", { x: 1.8, y: 5.5, width: 16.4, height: 7, rx: 1.2, fill: "#f6b83c" }], shape("M4.6 5.500h3l-3 7h-2.800v-.4zM11 5.500h3l-3 7H8zM17.4 5.500h.8v5l-.9 2h-2.900z", "#3a2c06")]],
  ice_cube: ["🧊", [shape("M3 5.500 10 2.500l7 3v9l-7 3-7-3z", "#bfe3f7"), shape("M3 5.500 10 8.500v9l-7-3z", "#8fcbec"), shape("M10 8.500l7-3v9l-7 3z", "#6fb4dc"), line("M5 8.600v3.400", "#eefaff", 1.4)]],
  door: ["🚪", [["rect", { x: 5, y: 2, width: 10, height: 16, rx: 1, fill: "#9a6536" }], line("M7 4.500h6v4.200H7zM7 11h6v4.600H7z", "#7a4c24", 1.1), ["circle", { cx: 13.2, cy: 10, r: 0.9, fill: "#f2b632" }]]],
  black_right_pointing_double_triangle_with_vertical_bar: ["⏭", [...square("#3b82c4"), shape("M4.4 5.800v8.400L9 10zM9 5.800v8.400l4.600-4.200z", "#fff"), line("M15 6v8", "#fff", 1.8)]],
  sunny: ["☀", [["circle", { cx: 10, cy: 10, r: 4.2, fill: "#f6b83c" }], line("M10 1.800v2M10 16.200v2M1.8 10h2M16.200 10h2M4.2 4.200l1.4 1.4M14.400 14.400l1.4 1.4M4.2 15.800l1.4-1.4M14.400 5.600l1.4-1.4", "#f6b83c", 1.6)]],
  alarm_clock: ["⏰", [line("M3 5.400 5.800 2.800M17 5.400 14.200 2.800M5.6 16.200l-1.4 1.8M14.400 16.200l1.4 1.8", "#d9344a", 1.8), ["circle", { cx: 10, cy: 10.6, r: 6.4, fill: "#eef2f6", stroke: "#d9344a", "stroke-width": 1.8 }], line("M10 7.200v3.6l2.400 1.4", "#333", 1.5)]],
  "+1": ["👍", [shape("M8 9l2.600-6.200c1.4 0 2.400 1 2.400 2.400V8h3.2c1 0 1.8.9 1.600 1.900l-1 5.800c-.2 1-1 1.600-1.900 1.600H8z", "#f2b632"), ["rect", { x: 3, y: 8.6, width: 3.8, height: 9, rx: 1, fill: "#e3a02c" }]]],
  large_green_circle: ["🟢", disc("#2fa84f")], large_yellow_circle: ["🟡", disc("#f2b632")],
  red_circle: ["🔴", disc("#e0314f")], large_blue_circle: ["🔵", disc("#3b82c4")],
  large_orange_circle: ["🟠", disc("#ee8434")], white_circle: ["⚪", disc("#c7d1dc")], black_circle: ["⚫", disc("#3a434d")],
  large_green_square: ["🟩", square("#2fa84f")], large_yellow_square: ["🟨", square("#f2b632")],
  large_red_square: ["🟥", square("#e0314f")], large_blue_square: ["🟦", square("#3b82c4")],
  white_large_square: ["⬜", square("#c7d1dc")], black_large_square: ["⬛", square("#3a434d")],
};

const others = {
  "-1": "👎", wave: "👋", raised_hands: "🙌", fire: "🔥", bulb: "💡", gear: "⚙", calendar: "📅", key: "🔑",
  speech_balloon: "💬", zap: "⚡", sparkles: "✨", robot_face: "🤖", link: "🔗", hammer_and_wrench: "🛠",
  information_source: "ℹ", question: "❓", exclamation: "❗", unlock: "🔓", inbox_tray: "📥", outbox_tray: "📤", moon: "🌔",
  chart_with_upwards_trend: "📈", stop_sign: "🛑", vertical_traffic_light: "🚦", crescent_moon: "🌙", point_right: "👉",
};

const byCharacter = new Map(Object.entries(drawings).map(([name, [character]]) => [character, name]));

// emojiPattern finds :names: and the characters that are drawn here.
export const emojiPattern = new RegExp(`:[a-z0-9_+-]+:|(?:${[...byCharacter.keys()].join("|")})\\uFE0F?`, "gu");

// emoji draws a :name: or a character, and is null for what is neither.
export function emoji(found) {
  const name = found.startsWith(":") ? found.slice(1, -1) : byCharacter.get(found.replace("\uFE0F", ""));
  const drawing = drawings[name];
  if (drawing) {
    const shapes = drawing[1] ?? drawings[drawing[2]][1];
    return svg(20, shapes, { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") });
  }
  return others[name] ? h("span", { class: "emoji-text" }, others[name]) : null;
}
