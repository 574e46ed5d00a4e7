// The page: it draws the state of the workspace for one person, and sends what that person does.
// The address says where one is: /?user=bob#C0PROD/1700000000.000100 is bob, in a thread.
import { act, load, watch } from "./api.js";
import { h, glyph } from "./dom.js";
import { confirm, drawModal } from "./dialog.js";
import { drawComposer, startComposer } from "./composer.js";
import { drawMessages, place } from "./message.js";
import { closeSidebar, drawBar, drawSidebar } from "./sidebar.js";

const list = document.getElementById("messages");
const panel = document.getElementById("thread");
const toastBox = document.getElementById("toast");
const status = document.getElementById("status");
const seen = new Map(); // newest message seen, by channel

const page = {
  user: new URLSearchParams(location.search).get("user") ?? "",
  state: null,
  channel: null,
  thread: "",
  days: true,
  get me() { return this.state.me; },
  get bot() { return this.person(this.state.bot); },

  person(id) {
    const { state } = this;
    if (id === state.bot) return { id, name: state.app, real_name: state.app, bot: true };
    const i = state.users.findIndex((u) => u.id === id);
    if (i < 0) return { id, name: "slackbot", real_name: id === state.slackbot ? "Slackbot" : id, colour: 5 };
    return { ...state.users[i], colour: i % 5 };
  },
  names: {
    user: (id) => id === page.state.bot ? page.state.app : page.state.users.find((u) => u.id === id)?.name,
    group: (id) => page.state.groups.find((g) => g.id === id)?.handle,
    channel: (id) => page.state.channels.find((c) => c.id === id)?.name,
  },
  replies: (m) => page.state.messages.filter((r) => r.thread_ts === m.ts),
  unread(channel) {
    const since = seen.get(channel) ?? "";
    return page.state.messages.filter((m) => m.channel === channel && (!m.thread_ts || m.broadcast) && m.ts > since && m.author !== page.me).length;
  },

  async send(text) { await attempt(() => act("type", { user: page.me, channel: page.channel.id, text })); },
  async use(m, key, element, chosen, button) {
    if (element.confirm && !await confirm(element.confirm, page.names)) return;
    await attempt(() => act("click", { user: page.me, channel: m.channel, ts: m.ts, element: key, chosen }), button);
  },
  async useInView(view, key, element, chosen, button) {
    await attempt(() => act("click", { user: page.me, view_id: view.id, element: key, chosen }), button);
  },
  async submit(view, values) {
    const ack = await attempt(() => act("submit", { user: page.me, view_id: view.id, values }));
    await refresh();
    return ack?.errors;
  },
  async closeModal(view) {
    await attempt(() => act("close", { user: page.me, view_id: view.id }));
    await refresh();
  },
  become(user) {
    page.user = user.name;
    history.replaceState(null, "", "?user=" + user.name + location.hash);
    document.querySelector(".switch").open = false;
    refresh();
  },
  openThread(ts) { location.hash = page.channel.id + (ts ? "/" + ts : ""); },
};

// attempt does something the app has to acknowledge, and shows how that went.
async function attempt(action, button) {
  button?.classList.remove("failed");
  button?.classList.add("busy");
  try {
    const ack = await action();
    if (ack.transport) {
      const way = ack.transport === "socket" ? "Socket Mode" : "HTTP";
      status.textContent = ack.failure ? `${ack.failure} after ${ack.milliseconds.toFixed(0)} ms`
        : `acknowledged in ${ack.milliseconds.toFixed(1)} ms over ${way}`;
    }
    if (ack.failure && button) {
      button.classList.add("failed");
      toast(`${page.state.app} did not answer the click: ${ack.failure}. Try again.`);
    }
    return ack;
  } catch (err) {
    toast(err.message);
    return null;
  } finally {
    button?.classList.remove("busy");
  }
}

let toastTimer = 0;
function toast(text) {
  toastBox.textContent = text;
  toastBox.hidePopover();
  toastBox.showPopover(); // above an open dialog, too
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toastBox.hidePopover(), 6000);
}

// locate reads from the address which channel and thread are shown.
function locate() {
  const [place, ts] = decodeURIComponent(location.hash.slice(1)).split("/");
  const { channels, direct, app } = page.state;
  const chosen = channels.find((c) => c.id === place || c.name === place);
  page.channel = chosen ?? (place === direct ? { id: direct, name: app, topic: "Messages between you and the app", direct: true } : channels[0]);
  const target = page.state.messages.find((m) => m.ts === ts && m.channel === page.channel.id);
  page.thread = target ? target.thread_ts ?? target.ts : "";
}

function draw() {
  const messages = page.state.messages.filter((m) => m.channel === page.channel.id);
  const here = messages.filter((m) => !m.thread_ts || m.broadcast);
  seen.set(page.channel.id, here.at(-1)?.ts ?? "");
  drawSidebar(page);
  drawBar(page);
  drawComposer(page);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120 || list.dataset.channel !== page.channel.id;
  list.dataset.channel = page.channel.id;
  place(list, [{ key: "start " + page.channel.id, make: beginning }, ...drawMessages(here, page)]);
  if (atEnd) list.scrollTop = list.scrollHeight;
  drawThread(messages);
  drawModal(page.state.modal, page);
}

function beginning() {
  const { channel } = page;
  return h("div", { class: "start" }, h("h2", {}, channel.direct ? channel.name : "# " + channel.name),
    h("p", {}, channel.direct ? channel.topic : `This is the very beginning of the channel. Type ${page.state.commands[0]} below to begin.`));
}

function drawThread(messages) {
  const root = messages.find((m) => m.ts === page.thread);
  panel.hidden = !root || page.replies(root).length === 0;
  if (panel.hidden) return;
  const replies = page.replies(root);
  let inner = panel.querySelector(".list");
  if (!inner || panel.dataset.ts !== root.ts) {
    panel.dataset.ts = root.ts;
    inner = h("div", { class: "list" });
    panel.replaceChildren(h("header", {}, h("h2", {}, "Thread"), h("span", {}, page.channel.direct ? "" : "# " + page.channel.name),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: () => page.openThread("") }, glyph("close"))), inner);
  }
  const atEnd = inner.scrollHeight - inner.scrollTop - inner.clientHeight < 80;
  const inThread = Object.create(page, { days: { value: false } });
  const count = replies.length === 1 ? "1 reply" : replies.length + " replies";
  place(inner, [...drawMessages([root], inThread), { key: count, make: () => h("div", { class: "count" }, count) }, ...drawMessages(replies, inThread)]);
  if (atEnd) inner.scrollTop = inner.scrollHeight;
}

async function refresh() {
  try {
    page.state = await load(page.user);
    locate();
    draw();
    document.body.dataset.ready = String(page.state.version);
  } catch (err) {
    toast(err.message);
  }
}

addEventListener("hashchange", () => { closeSidebar(); if (page.state) { locate(); draw(); } });
addEventListener("click", (event) => {
  const open = document.querySelector(".switch[open]");
  if (open && !open.contains(event.target)) open.open = false;
});
startComposer(page);
watch(refresh);
