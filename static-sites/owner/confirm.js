// A question that must be answered before something that cannot be undone.

import { element } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { uniqueId } from "./fields.js";

/** Asks; resolves true only for the yes. Escape and a closed dialog are a no. Focus returns by itself. */
export function confirmed({ question, explanation, yes }) {
  const id = uniqueId("question");
  const dialog = element(
    "dialog",
    { class: "dialog", "aria-labelledby": id, "aria-describedby": `${id}-explanation` },
    element("h2", { id }, question),
    element("p", { id: `${id}-explanation` }, explanation),
    element(
      "form",
      { method: "dialog", class: "dialog-buttons" },
      element("button", { class: "button", value: "no" }, t("confirm.cancel")),
      element("button", { class: "button button-danger", value: "yes" }, yes),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
