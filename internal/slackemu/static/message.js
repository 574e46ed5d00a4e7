// Messages, days and threads.
import { glyph, h, svg } from "./dom.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawBlocks } from "./blocks.js";

// A message of the same author within this time needs no second head; a card always has one.
const follows = 5 * 60 * 1000;

export function avatar(person) {
  if (person.bot) {
    return h("span", { class: "avatar", "aria-hidden": "true" }, svg(36, [
      ["rect", { width: 36, height: 36, fill: "#1d6f5f" }],
      ["path", { d: "M18 7l9 3.4v7.2c0 5.6-3.8 9.7-9 11.4-5.2-1.7-9-5.8-9-11.4v-7.2z", fill: "#dff5ec" }],
      ["path", { d: "M18 22.5v-8m-3.6 3.4L18 14.2l3.6 3.7", fill: "none", stroke: "#1d6f5f", "stroke-width": 2.6, "stroke-linecap": "round", "stroke-linejoin": "round" }],
    ]));
  }
  const initials = person.real_name.split(" ").map((part) => part[0]).slice(0, 2).join("");
  return h("span", { class: "avatar c" + person.colour, "aria-hidden": "true" }, initials);
}

// drawMessages draws a list of messages with days between them.
export function drawMessages(messages, page) {
  const drawn = [];
  let before = null;
  for (const m of messages) {
    const at = new Date(m.at);
    if (page.days && (!before || new Date(before.at).toDateString() !== at.toDateString())) {
      drawn.push({ key: "day " + at.toDateString(), make: () => day(at) });
      before = null;
    }
    const near = before && !m.blocks && !m.broadcast && before.author === m.author && !before.ephemeral && !m.ephemeral && at - new Date(before.at) < follows;
    const thread = page.days ? page.replies(m) : [];
    const key = JSON.stringify([m, Boolean(near), thread.length, thread.at(-1)?.at, m.broadcast && rootText(m, page), page.me]);
    drawn.push({ key, ts: m.ts, make: () => message(m, near, thread, page) });
    before = m;
  }
  return drawn;
}

// place puts drawn messages into a list, and leaves those alone that did not change.
export function place(list, drawn) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const known = new Set([...list.children].map((child) => child.dataset.ts));
  const first = old.size === 0;
  const nodes = drawn.map(({ key, ts, make }) => {
    const kept = old.get(key);
    if (kept) return kept;
    const node = make();
    node.dataset.key = key;
    if (ts) node.dataset.ts = ts;
    if (ts && !first && !known.has(ts)) node.classList.add("new");
    return node;
  });
  const same = nodes.length === list.children.length && nodes.every((node, i) => node === list.children[i]);
  if (!same) list.replaceChildren(...nodes);
}

function day(at) {
  const today = new Date();
  const yesterday = new Date(today - 24 * 3600 * 1000);
  const name = at.toDateString() === today.toDateString() ? "Today" : at.toDateString() === yesterday.toDateString() ? "Yesterday" :
    at.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
  return h("div", { class: "day" }, h("span", {}, name));
}

export function clock(at) {
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function message(m, near, thread, page) {
  const author = page.person(m.author);
  const isCommand = !m.blocks && m.text.startsWith("/") && !author.bot;
  return h("article", { class: ["message", near && "follows", m.ephemeral && "ephemeral", isCommand && "command"].filter(Boolean).join(" ") },
    m.ephemeral && h("div", { class: "private" }, glyph("eye"), "Only visible to you"),
    near ? h("span", { class: "gutter" }, clock(m.at)) : avatar(author),
    h("div", { class: "body" },
      !near && h("div", { class: "head" }, h("span", { class: "author" }, author.real_name),
        author.bot && h("span", { class: "app" }, "APP"), h("time", { class: "at", datetime: m.at, title: new Date(m.at).toLocaleString("en-GB") }, clock(m.at))),
      m.broadcast && page.days && broadcast(m, page),
      body(m, page),
      m.reactions && h("div", { class: "reactions" }, m.reactions.map((name) => h("span", {}, emoji(`:${name}:`) ?? `:${name}:`, "1"))),
      thread.length > 0 && replies(m, thread, page)));
}

function body(m, page) {
  const edited = m.edits && !m.blocks ? h("span", { class: "edited" }, " (edited)") : null;
  if (!m.blocks) return h("div", { class: "text" }, mrkdwn(m.text, page.names), edited);
  return drawBlocks(m.blocks, { names: page.names, use: (key, e, chosen, button) => page.use(m, key, e, chosen, button) });
}

// broadcast says, above a reply that stands in the channel too, what it replies to.
function broadcast(m, page) {
  return h("button", { type: "button", class: "broadcast", onclick: () => page.openThread(m.thread_ts) },
    "replied to a thread: ", h("b", {}, rootText(m, page)));
}

function rootText(m, page) {
  const root = page.state.messages.find((r) => r.ts === m.thread_ts);
  return root ? root.text.split("\n")[0] : "an earlier message";
}

function replies(m, thread, page) {
  const authors = [...new Set(thread.map((r) => r.author))].slice(0, 3);
  return h("button", { type: "button", class: "replies", onclick: () => page.openThread(m.ts) },
    authors.map((id) => avatar(page.person(id))),
    h("b", {}, thread.length === 1 ? "1 reply" : thread.length + " replies"),
    h("span", {}, "Last reply at " + clock(thread.at(-1).at)));
}
