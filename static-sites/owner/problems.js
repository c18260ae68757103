// What went wrong, in the reader's words: by the stable code of the API's answer, never by its English sentence.

import { OfflineError } from "/shared/http.js";
import { hasWords, t } from "/shared/i18n.js";

/** A sentence or two about an OfflineError or RefusedError, with what to do next. */
export function problemText(error) {
  if (error instanceof OfflineError) return t("error.offline");
  if (hasWords(`error.${error.code}`)) return t(`error.${error.code}`);
  return error.status >= 500 ? t("error.internal_error") : t("error.unexpected");
}
