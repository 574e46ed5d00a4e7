// The message box, and the command that is suggested while one types.
import { glyph, h } from "./dom.js";
import { avatar } from "./message.js";

const form = document.getElementById("composer");
const entry = document.getElementById("entry");
const suggest = document.getElementById("suggest");
const send = form.querySelector(".send");

export function startComposer(page) {
  send.append(glyph("send"));
  const fit = () => {
    entry.style.height = "auto";
    entry.style.height = entry.scrollHeight + "px";
    send.disabled = entry.value.trim() === "";
    hint(page);
  };
  entry.addEventListener("input", fit);
  entry.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Tab" && !suggest.hidden) { event.preventDefault(); suggest.querySelector("button")?.click(); }
  });
  document.getElementById("slash").addEventListener("click", () => {
    entry.value = page.state.commands[0] + " ";
    entry.focus();
    fit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = entry.value.trim();
    if (text === "") return;
    entry.value = "";
    fit();
    page.send(text);
  });
}

export function drawComposer(page) {
  entry.placeholder = "Message " + (page.channel.direct ? page.bot.real_name : "#" + page.channel.name);
  entry.setAttribute("aria-label", entry.placeholder);
}

// hint shows the commands that begin like what was typed, and how they go on.
function hint(page) {
  const typed = entry.value;
  const fits = page.state.commands.filter((c) => typed.startsWith("/") && (c.startsWith(typed) || typed.startsWith(c + " ")) && typed.length <= c.length + 1);
  suggest.hidden = fits.length === 0;
  suggest.replaceChildren(h("div", { class: "title" }, "Commands of apps in this workspace"), ...fits.map((command) =>
    h("button", { type: "button", onclick: () => { entry.value = command + " "; entry.focus(); suggest.hidden = true; send.disabled = false; } },
      avatar(page.bot), h("b", {}, command), h("span", { class: "hint" }, page.state.usage_hint))));
}
