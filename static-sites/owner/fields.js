// Form fields whose label, hint and error belong together.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { problemText } from "./problems.js";

let made = 0;

/** The visible one of `fields`, which are under the API's names, that a refusal names; null where there is none. */
export function fieldOf(error, fields) {
  const name = error instanceof RefusedError ? error.details.field : null;
  const field = Object.hasOwn(fields, name ?? "") ? fields[name] : null;
  return field && !field.root.closest("[hidden]") ? field : null;
}

/** Shows what an answer says is wrong at the field that it names: true, or false where no such field is to be seen. */
export function showAtField(error, fields) {
  const field = fieldOf(error, fields);
  if (!field) return false;
  field.showError(problemText(error));
  if (field.focus) field.focus();
  else field.input.focus();
  return true;
}

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

/** A field to search in, that may stay empty. */
export function searchField(label, onInput) {
  const field = textField({ label, type: "search", autocomplete: "off", required: false, maxlength: 80 });
  field.input.addEventListener("input", onInput);
  return field;
}

/**
 * A group of radio buttons with pictures: {root, value, label, update(options), choose(value), showError(text or null)}.
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
  const update = (options) =>
    reconcile(list, shown, options, (option) => option.value, (option) => choiceRow(name, option.value, asTiles));

  const showError = (text) => {
    error.hidden = text === null;
    setText(error, text ?? "");
  };
  list.addEventListener("change", () => showError(null));
  return {
    root,
    update,
    showError,
    focus: () => (list.querySelector("input:checked") ?? list.querySelector("input"))?.focus(),
    choose(value) {
      list.querySelector(`input[value="${CSS.escape(value)}"]`).checked = true;
    },
    get value() {
      return list.querySelector("input:checked")?.value ?? null;
    },
    /** What the chosen option is called. */
    get label() {
      return list.querySelector("input:checked")?.closest("label").querySelector(".choice-label").textContent ?? null;
    },
  };
}

function choiceRow(name, value, hasLetter) {
  const label = element("span", { class: "choice-label" });
  const detail = element("span", { class: "quiet small" });
  const picture = element("span", { class: "choice-picture", "aria-hidden": "true" });
  let hasPicture = false;
  const root = element(
    "label",
    { class: "choice" },
    element("input", { type: "radio", name, value }),
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
