// What the household's and the settings' screens have in common.

import { element } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { problemText } from "./problems.js";

export { problemBox } from "./problems.js";

/** What somebody may be; the first may most. */
export const ROLES = ["owner", "member", "guest"];

/** The heading with the links between the two screens, for those who may go to both. */
export function homeHead(page, current) {
  const heading = element("h1", { tabindex: "-1" }, t(`home.${current}`));
  if (page.role !== "owner") return heading;
  const links = ["settings", "household"].map((name) =>
    element("a", { href: `#/${name}`, "aria-current": name === current ? "page" : null }, t(`home.${name}`)),
  );
  return element("div", { class: "home-head" }, heading, element("nav", { class: "home-tabs", "aria-label": t("section.home") }, ...links));
}

/** A part of a screen with a heading of its own. */
export function part(title, ...children) {
  return element("section", { class: "card panel" }, element("h2", {}, title), ...children);
}

/** A labelled checkbox, perhaps with an explanation: {root, input}. */
export function checkbox({ id, label, hint = null }) {
  const input = element("input", { type: "checkbox", id, "aria-describedby": hint && `${id}-hint` });
  const root = element(
    "div",
    { class: "field home-check" },
    element("label", { for: id }, input, label),
    hint && element("p", { id: `${id}-hint`, class: "quiet small" }, hint),
  );
  return { root, input };
}

/** What a form shows itself; everything else is for the page around it. Answers null for that. */
export function problemInForm(error) {
  if (error instanceof OfflineError) return t("home.offline");
  return error instanceof RefusedError ? problemText(error) : null;
}
