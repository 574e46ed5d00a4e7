// Confirmation dialogs and modals, both in the page's one <dialog>.
import { glyph, h } from "./dom.js";
import { drawBlocks, textOf } from "./blocks.js";
import { avatar } from "./message.js";

const dialog = document.getElementById("dialog");
let shown = null; // hash of the view that is drawn

// confirm asks again before an action, and resolves to whether the person said yes.
export function confirm(question, names) {
  return new Promise((resolve) => {
    shown = null;
    const answer = (yes) => { dialog.close(); dialog.oncancel = null; resolve(yes); };
    dialog.className = "confirm";
    dialog.replaceChildren(
      h("header", {}, h("h2", {}, question.title.text), closeButton(() => answer(false))),
      h("div", { class: "content text" }, textOf(question.text, names)),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: () => answer(false) }, question.deny.text),
        h("button", { type: "button", class: "button " + (question.style ?? "primary"), autofocus: true, onclick: () => answer(true) }, question.confirm.text)));
    dialog.oncancel = (event) => { event.preventDefault(); answer(false); };
    dialog.showModal();
  });
}

// drawModal shows the view that the app opened, or none. What was typed stays while it is open.
export function drawModal(view, page) {
  if (dialog.open && dialog.className === "confirm") return; // one question at a time
  if (!view) {
    if (dialog.open && shown) dialog.close();
    shown = null;
    return;
  }
  if (shown === view.hash && dialog.open) return;
  if (page.modal?.id !== view.id) page.modal = { id: view.id, values: new Map() };
  page.modal.errors = {};
  render(view, page);
  shown = view.hash;
  if (!dialog.open) dialog.showModal();
}

function render(view, page) {
  const { values, errors } = page.modal;
  const close = () => page.closeModal(view);
  const submit = async (event) => {
    event.preventDefault();
    page.modal.errors = await page.submit(view, Object.fromEntries(values)) ?? {};
    if (Object.keys(page.modal.errors).length > 0) render(view, page);
  };
  dialog.className = "modal";
  dialog.oncancel = (event) => { event.preventDefault(); close(); };
  dialog.replaceChildren(h("form", { onsubmit: submit },
    h("header", {}, avatar(page.bot), h("h2", {}, view.title?.text ?? ""), closeButton(close)),
    h("div", { class: "content" }, drawBlocks(view.blocks, {
      names: page.names, values, errors, use: (key, e, chosen, button) => page.useInView(view, key, e, chosen, button),
    })),
    h("footer", {},
      h("button", { type: "button", class: "button", onclick: close }, view.close?.text ?? "Close"),
      view.submit && h("button", { type: "submit", class: "button primary" }, view.submit.text))));
}

function closeButton(close) {
  return h("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: close }, glyph("close"));
}
