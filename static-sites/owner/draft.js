// What somebody had typed when their login ran out: kept while they log in again, for this tab and this address, once.

const KEPT_AS = "smart-door.draft";
const PATIENCE_MILLISECONDS = 10_000;
const PASSED_OVER = new Set(["button", "fieldset", "file", "search", "submit"]);

const touched = new WeakSet();

/** Notes from now on which fields below `root` somebody writes in. */
export function noteTyping(root) {
  root.addEventListener("input", ({ target }) => touched.add(target));
}

/** Keeps what somebody wrote and chose in the forms below `root`. */
export function keepDraft(root, email) {
  const fields = fieldsOf(root).filter((field) => touched.has(field) && (field.type !== "radio" || field.checked));
  const values = Object.fromEntries(fields.map((field) => [nameOf(field), valueOf(field)]));
  sessionStorage.setItem(KEPT_AS, JSON.stringify({ address: location.hash, email, values }));
}

/** Puts it back where the same person is at the same address: into each field as soon as it is there. */
export function restoreDraft(root, email) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null");
  forgetDraft();
  if (kept?.address !== location.hash || kept.email !== email) return;
  const values = new Map(Object.entries(kept.values));
  const observer = new MutationObserver(restore);

  function restore() {
    if (root.querySelector('[aria-busy="true"]')) return; // what the home says comes first
    for (const field of fieldsOf(root)) {
      const name = nameOf(field);
      if (!values.has(name)) continue;
      put(field, values.get(name));
      values.delete(name);
    }
    if (values.size === 0) observer.disconnect();
  }

  observer.observe(root, { childList: true, subtree: true, attributeFilter: ["aria-busy"] });
  setTimeout(() => observer.disconnect(), PATIENCE_MILLISECONDS);
  restore();
}

/** Forgets it, such as when somebody logs out. */
export function forgetDraft() {
  sessionStorage.removeItem(KEPT_AS);
}

/** What is written and chosen in the forms that check themselves. */
function fieldsOf(root) {
  const forms = [...root.querySelectorAll("form")].filter((form) => form.noValidate);
  return forms.flatMap((form) => [...form.elements]).filter((field) => !PASSED_OVER.has(field.type));
}

/** A field's name for people, with the group and the visit that it belongs to. */
function nameOf(field) {
  const visit = field.closest("article")?.getAttribute("aria-labelledby") ?? "";
  const group = field.closest("fieldset")?.querySelector("legend")?.textContent ?? "";
  return [visit, group, field.labels[0]?.textContent ?? ""].join("\n");
}

function isBox({ type }) {
  return type === "radio" || type === "checkbox";
}

function valueOf(field) {
  return isBox(field) ? field.checked : field.value;
}

function put(field, value) {
  if (valueOf(field) === value) return;
  field[isBox(field) ? "checked" : "value"] = value;
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
}
