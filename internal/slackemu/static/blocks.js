// Block Kit, drawn: docs.slack.dev/reference/block-kit/blocks.
import { h } from "./dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";

// drawBlocks draws blocks. Context has names (of people, for mentions), use(key, element, chosen)
// for what a person does, and values and errors of a modal's inputs.
export function drawBlocks(blocks, context) {
  return h("div", { class: "blocks" }, blocks.map((block) => draw(block, context)));
}

export function textOf(text, names) {
  if (!text) return [];
  return text.type === "plain_text" ? plain(text.text) : mrkdwn(text.text, names);
}

function draw(block, context) {
  const { names } = context;
  switch (block.type) {
    case "header": return h("h3", { class: "block-header" }, plain(block.text.text));
    case "divider": return h("hr", { class: "block-divider" });
    case "section": return section(block, context);
    case "context": return h("div", { class: "block-context" }, block.elements.map((e) =>
      e.type === "image" ? h("img", { src: e.image_url, alt: e.alt_text }) :
        h("span", { class: "text" }, e.type === "plain_text" ? plain(e.text) : mrkdwn(e.text, names))));
    case "actions": return h("div", { class: "block-actions" }, block.elements.map((e) => element(block, e, context)));
    case "image": return h("figure", { class: "block-image" },
      block.title && h("figcaption", {}, plain(block.title.text)), h("img", { src: block.image_url, alt: block.alt_text }));
    case "input": return input(block, context);
  }
  return h("p", { class: "text" }, `[${block.type}]`);
}

function section(block, context) {
  const fields = block.fields ?? [];
  return h("div", { class: "block-section" },
    h("div", { class: "main" },
      block.text && h("div", { class: "text" }, textOf(block.text, context.names)),
      fields.length > 0 && h("div", { class: "fields" },
        fields.map((f) => h("div", { class: "text" }, textOf(f, context.names))))),
    block.accessory && element(block, block.accessory, context));
}

function input(block, context) {
  const wrong = context.errors?.[block.block_id];
  const id = "input-" + block.block_id;
  return h("div", { class: "field" },
    h("label", { class: "label", for: id }, plain(block.label.text), block.optional && h("i", {}, " (optional)")),
    element(block, block.element, context, id),
    block.hint && h("div", { class: "hint" }, plain(block.hint.text)),
    wrong && h("div", { class: "wrong" }, wrong));
}

function element(block, e, context, id) {
  const key = block.block_id + "/" + e.action_id;
  const isInput = block.type === "input";
  const keep = (chosen) => {
    context.values?.set(key, chosen);
    if (!isInput) context.use(key, e, chosen);
  };
  const kept = context.values?.get(key);
  switch (e.type) {
    case "button": return button(key, e, context);
    case "image": return h("img", { class: "accessory-image", src: e.image_url, alt: e.alt_text });
    case "static_select": case "overflow": return select(e, id, kept, isInput, keep);
    case "radio_buttons": return choices("radio", key, e, kept, keep);
    case "checkboxes": return choices("checkbox", key, e, kept, keep);
    case "plain_text_input": return typed(e, id, kept, keep);
    case "datepicker": case "timepicker": return h("input", {
      id, type: e.type === "datepicker" ? "date" : "time", value: kept?.[0] ?? e.initial_date ?? e.initial_time ?? "",
      onchange: (event) => keep([event.target.value]),
    });
  }
  return h("span", {}, `[${e.type}]`);
}

function button(key, e, context) {
  const attributes = { class: "button " + (e.style ?? ""), "aria-label": e.accessibility_label, "data-action": e.action_id };
  const press = (event) => context.use(key, e, [], event.currentTarget);
  if (e.url) return h("a", { ...attributes, href: e.url, target: "_blank", rel: "noreferrer", onclick: press }, plain(e.text.text));
  return h("button", { ...attributes, type: "button", onclick: press }, plain(e.text.text));
}

function select(e, id, kept, isInput, keep) {
  const chosen = kept?.[0] ?? e.initial_option?.value ?? "";
  const prompt = e.placeholder?.text ?? (e.type === "overflow" ? "More" : "Choose");
  const list = h("select", { id, class: isInput ? "" : "button", "aria-label": prompt, onchange: (event) => keep([event.target.value]) },
    h("option", { value: "", disabled: true }, prompt),
    e.options.map((o) => h("option", { value: o.value }, o.text.text)));
  list.value = chosen;
  return list;
}

function choices(type, key, e, kept, keep) {
  const initial = kept ?? (e.initial_options ?? [e.initial_option]).filter(Boolean).map((o) => o.value);
  const group = h("div", { role: type === "radio" ? "radiogroup" : "group" });
  const gather = () => keep([...group.querySelectorAll("input:checked")].map((box) => box.value));
  group.append(...e.options.map((o) => h("label", { class: "choice" },
    h("input", { type, name: key, value: o.value, checked: initial.includes(o.value), onchange: gather }),
    h("span", {}, plain(o.text.text), o.description && h("small", {}, plain(o.description.text))))));
  return group;
}

function typed(e, id, kept, keep) {
  return h(e.multiline ? "textarea" : "input", {
    id, type: e.multiline ? null : "text", placeholder: e.placeholder?.text, maxlength: e.max_length || null,
    value: kept?.[0] ?? e.initial_value ?? "", oninput: (event) => keep([event.target.value]),
  });
}
