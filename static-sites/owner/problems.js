// What went wrong, in the reader's words: by the stable code of the API's answer, never by its English sentence.

import { element, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { hasWords, t } from "/shared/i18n.js";

/** A sentence or two about an OfflineError or RefusedError, with what to do next. */
export function problemText(error) {
  if (error instanceof OfflineError) return t("error.offline");
  const field = `error.field.${error.details?.field}`;
  if (error.code === "request_invalid" && hasWords(field)) return t(field);
  if (hasWords(`error.${error.code}`)) return t(`error.${error.code}`);
  return error.status >= 500 ? t("error.internal_error") : t("error.unexpected");
}

/** Says what became of something that somebody asked for; what is no answer to it is for the page around. */
export function sayProblem(page, error) {
  if (error instanceof OfflineError || error instanceof RefusedError) page.warn(problemText(error));
  else page.failed(error);
}

/** An alert that stays where something went wrong: {root, show(text or null)}. */
export function problemBox(attributes = {}) {
  const root = element("p", { class: "notice notice-danger", role: "alert", hidden: true, ...attributes });
  return {
    root,
    show(text) {
      root.hidden = text === null;
      setText(root, text ?? "");
    },
  };
}
