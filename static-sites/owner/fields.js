// Form fields whose label, hint and error belong together.

import { element, setAttribute, setText } from "/shared/dom.js";

let made = 0;

/** An id that no other element on the page has. */
export function uniqueId(stem) {
  made += 1;
  return `${stem}-${made}`;
}

/** A labelled text field: {root, input, value, showError(text or null)}. */
export function textField({ label, hint = null, ...attributes }) {
  const id = uniqueId("field");
  const error = element("p", { id: `${id}-error`, class: "field-error small", hidden: true });
  const described = hint ? `${id}-hint ${id}-error` : `${id}-error`;
  const input = element("input", { id, "aria-describedby": described, required: true, ...attributes });
  const root = element(
    "div",
    { class: "field" },
    element("label", { for: id }, label),
    input,
    hint && element("p", { id: `${id}-hint`, class: "quiet small" }, hint),
    error,
  );
  const showError = (text) => {
    error.hidden = text === null;
    setText(error, text ?? "");
    setAttribute(input, "aria-invalid", text === null ? null : "true");
  };
  input.addEventListener("input", () => showError(null));
  return {
    root,
    input,
    showError,
    get value() {
      return input.value.trim();
    },
  };
}

/**
 * A group of radio buttons with pictures: {root, value, update(options), showError(text or null)}.
 * An option is {value, label, detail?, pictureUrl?}; what is chosen stays chosen over updates. As tiles the
 * pictures are large, with a letter where there is none.
 */
export function pictureChoice({ legend, asTiles = false }) {
  const name = uniqueId("choice");
  const error = element("p", { id: `${name}-error`, class: "field-error small", hidden: true });
  const list = element("div", { class: asTiles ? "choices choices-tiles" : "choices" });
  const root = element(
    "fieldset",
    { class: "field", "aria-describedby": `${name}-error` },
    element("legend", { class: "field-label" }, legend),
    list,
    error,
  );
  const shown = new Map();

  function update(options) {
    const values = new Set(options.map((option) => option.value));
    for (const [value, row] of shown) {
      if (values.has(value)) continue;
      row.root.remove();
      shown.delete(value);
    }
    for (const option of options) {
      if (!shown.has(option.value)) {
        shown.set(option.value, choiceRow(name, option, asTiles));
        list.append(shown.get(option.value).root);
      }
      shown.get(option.value).update(option);
    }
  }

  const showError = (text) => {
    error.hidden = text === null;
    setText(error, text ?? "");
  };
  list.addEventListener("change", () => showError(null));
  return {
    root,
    update,
    showError,
    focus: () => list.querySelector("input")?.focus(),
    get value() {
      return list.querySelector("input:checked")?.value ?? null;
    },
  };
}

function choiceRow(name, option, hasLetter) {
  const label = element("span", { class: "choice-label" });
  const detail = element("span", { class: "quiet small" });
  const picture = element("span", { class: "choice-picture", "aria-hidden": "true" });
  let hasPicture = false;
  const root = element(
    "label",
    { class: "choice" },
    element("input", { type: "radio", name, value: option.value }),
    picture,
    element("span", { class: "choice-words" }, label, detail),
  );

  function update({ label: text, detail: more = "", pictureUrl = null }) {
    setText(label, text);
    setText(detail, more);
    if (!hasPicture && hasLetter) setText(picture, [...text][0] ?? "");
    if (!pictureUrl || hasPicture) return;
    hasPicture = true;
    const image = element("img", { src: pictureUrl, alt: "" });
    image.addEventListener("error", () => {
      image.remove();
      hasPicture = false;
    });
    picture.replaceChildren(image);
  }

  return { root, update };
}
