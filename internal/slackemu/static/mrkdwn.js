// Slack's mrkdwn, drawn as nodes: docs.slack.dev/messaging/formatting-message-text.
import { h } from "./dom.js";
import { emoji, emojiPattern } from "./emoji.js";

// mrkdwn draws text; names resolves the people, groups and channels it mentions.
export function mrkdwn(text, names) {
  const parts = text.split(/```\n?([\s\S]*?)\n?```/);
  return parts.flatMap((part, i) =>
    i % 2 ? [h("pre", {}, unescape(part))] : lines(trimAround(part, i, parts.length), names));
}

// plain draws text in which only emoji count.
export function plain(text) {
  return withEmoji(text);
}

// A newline next to a code block belongs to the block.
function trimAround(part, i, count) {
  if (i > 0) part = part.replace(/^\n/, "");
  if (i < count - 1) part = part.replace(/\n$/, "");
  return part;
}

function lines(text, names) {
  if (text === "") return [];
  const drawn = [];
  let quote = null;
  text.split("\n").forEach((line, i) => {
    const quoted = line.match(/^(?:>|&gt;) ?(.*)$/);
    if (quoted) {
      if (!quote) drawn.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...inline(quoted[1], names));
      return;
    }
    const item = line.match(/^(\s*)([•◦▪-]|\d+\.) (.*)$/);
    if (item) {
      const kind = /\d/.test(item[2]) ? "item numbered" : "item";
      drawn.push(h("div", { class: kind }, h("span", { class: "bullet" }, item[2] === "-" ? "•" : item[2]),
        h("span", {}, inline(item[3], names))));
    } else {
      const last = drawn.at(-1);
      if (i > 0 && !quote && !(last instanceof HTMLElement && last.matches(".item"))) drawn.push(h("br"));
      drawn.push(...inline(line, names));
    }
    quote = null;
  });
  return drawn;
}

// A mark opens after a space or punctuation and closes before one, as in Slack.
const token = new RegExp([
  "`([^`\\n]+)`",
  "<([^<>\\n]+)>",
  "(?<![\\w*])\\*(?=\\S)([^*\\n]+?)(?<=\\S)\\*(?![\\w*])",
  "(?<![\\w_])_(?=\\S)([^_\\n]+?)(?<=\\S)_(?![\\w_])",
  "(?<![\\w~])~(?=\\S)([^~\\n]+?)(?<=\\S)~(?![\\w~])",
].join("|"), "g");

function inline(text, names) {
  const drawn = [];
  let end = 0;
  for (const m of text.matchAll(token)) {
    drawn.push(...withEmoji(unescape(text.slice(end, m.index))));
    const [, code, link, bold, italic, strike] = m;
    if (code !== undefined) drawn.push(h("code", {}, unescape(code)));
    else if (link !== undefined) drawn.push(reference(link, names));
    else if (bold !== undefined) drawn.push(h("strong", {}, inline(bold, names)));
    else if (italic !== undefined) drawn.push(h("em", {}, inline(italic, names)));
    else drawn.push(h("s", {}, inline(strike, names)));
    end = m.index + m[0].length;
  }
  drawn.push(...withEmoji(unescape(text.slice(end))));
  return drawn;
}

function reference(body, names) {
  const [target, label] = body.split("|");
  const mention = (text) => h("span", { class: "mention" }, text);
  switch (target[0]) {
    case "@": return mention("@" + (names.user(target.slice(1)) ?? label ?? target.slice(1)));
    case "#": return mention("#" + (names.channel(target.slice(1)) ?? label ?? target.slice(1)));
    case "!": return special(target.slice(1), label, names, mention);
  }
  const url = unescape(target);
  if (!/^(https?:|mailto:)/.test(url)) return document.createTextNode("<" + unescape(body) + ">");
  return h("a", { href: url, target: "_blank", rel: "noreferrer" }, label ? unescape(label) : url);
}

function special(target, label, names, mention) {
  const [kind, ...rest] = target.split("^");
  if (kind === "subteam") return mention("@" + (names.group(rest[0]) ?? label ?? rest[0]));
  if (kind === "date") return h("time", {}, date(Number(rest[0]), rest[1], label));
  return mention("@" + (label ?? kind));
}

// date draws <!date^seconds^format|fallback> in the reader's own time zone.
function date(seconds, format, fallback) {
  const at = new Date(seconds * 1000);
  if (Number.isNaN(at.getTime()) || !format) return fallback ?? "";
  const show = (options) => at.toLocaleString("en-GB", options);
  const day = show({ day: "numeric", month: "long", year: "numeric" });
  const short = show({ day: "numeric", month: "short", year: "numeric" });
  const values = {
    date: day, date_long: show({ weekday: "long" }) + ", " + day, date_short: short, date_num: at.toISOString().slice(0, 10),
    date_pretty: day, date_long_pretty: day, date_short_pretty: short,
    time: show({ hour: "2-digit", minute: "2-digit" }), time_secs: show({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: fallback ?? short,
  };
  return format.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

function withEmoji(text) {
  const drawn = [];
  let end = 0;
  for (const m of text.matchAll(emojiPattern)) {
    const image = emoji(m[0]);
    if (!image) continue;
    drawn.push(text.slice(end, m.index), image);
    end = m.index + m[0].length;
  }
  drawn.push(text.slice(end));
  return drawn.filter((part) => part !== "");
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
