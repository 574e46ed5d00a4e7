// The list of places, the bar above the messages, and the switch between people.
import { glyph, h } from "./dom.js";
import { avatar } from "./message.js";

const sidebar = document.getElementById("sidebar");
const scrim = document.getElementById("scrim");

export function drawSidebar(page) {
  const { state } = page;
  const entry = (channel, icon, label) => {
    const count = page.unread(channel.id);
    const chosen = channel.id === page.channel.id;
    return h("a", { href: "#" + channel.id, class: ["place", chosen && "chosen", count > 0 && "unread"].filter(Boolean).join(" "), "aria-current": chosen ? "page" : null, onclick: closeSidebar },
      icon, h("span", { class: "label" }, label), count > 0 && h("span", { class: "count" }, String(count)));
  };
  sidebar.replaceChildren(
    h("div", { class: "team" }, h("span", { class: "logo", "aria-hidden": "true" }, state.team[0]), state.team),
    h("h2", {}, "Channels"),
    ...state.channels.map((c) => entry(c, h("span", { class: "hash" }, "#"), c.name)),
    h("h2", {}, "Apps"),
    entry({ id: state.direct }, avatar(page.bot), state.app),
    h("p", { class: "note" }, h("span", { class: "dot" + (state.connected ? " on" : "") }), " ",
      state.connected ? state.app + " is connected." : state.app + " is not connected.", h("br"), "An emulated workspace: nothing leaves this machine."));
}

export function drawBar(page) {
  const { channel, state } = page;
  document.title = (channel.direct ? state.app : "#" + channel.name) + " · " + state.team;
  const bar = document.getElementById("bar");
  const open = bar.querySelector("details")?.open ?? false;
  bar.replaceChildren(
    h("button", { type: "button", class: "menu icon-button", "aria-label": "Channels", onclick: openSidebar }, glyph("menu")),
    h("div", { class: "where" }, h("h1", {}, channel.direct ? state.app : "# " + channel.name), channel.topic && h("p", { class: "topic" }, channel.topic)),
    people(page, open));
}

function people(page, open) {
  const me = page.person(page.state.me);
  return h("details", { class: "switch", open },
    h("summary", {}, h("span", { class: "you" }, "you are"), h("b", {}, me.name), avatar(me), glyph("down")),
    h("div", { class: "people" }, page.state.users.map((u) => h("button", {
      type: "button", class: "person", "data-user": u.name, "aria-current": String(u.id === me.id), onclick: () => page.become(u),
    }, avatar(page.person(u.id)), h("span", {}, h("b", {}, u.real_name), h("small", {}, "@" + u.name + (u.title ? " · " + u.title : "")))))));
}

function openSidebar() {
  sidebar.classList.add("open");
  scrim.hidden = false;
}

export function closeSidebar() {
  sidebar.classList.remove("open");
  scrim.hidden = true;
}

scrim.addEventListener("click", closeSidebar);
