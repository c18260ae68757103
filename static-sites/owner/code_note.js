// A visitor's code: until when it opens, the way to send it again, and why it could not be sent at all.

import { element, setAttribute, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { clock, secondsUntil } from "/shared/times.js";
import { problemBox, problemText } from "./problems.js";
import { knownVisitor } from "./words.js";

const COUNT_MILLISECONDS = 500;

/** Why somebody who was recognised has no code, in a sentence or two; "" where that is no problem. */
export function messageProblem(visit) {
  if (!visit.message_problem) return "";
  return t(`message_problem.${visit.message_problem}`, { name: knownVisitor(visit)?.name ?? t("visitor") });
}

/** The same as a notice, with the way to the number for those who may change it: {root, update(visit)}. */
export function messageProblemNote(page) {
  const text = element("p", {});
  const link = element("a", { class: "button" }, t("message_problem.correct"));
  const next = element("p", {}, page.role === "owner" ? link : t("message_problem.ask_owner"));
  const root = element("div", { class: "notice notice-danger", hidden: true }, text, next);
  return {
    root,
    update(visit) {
      const visitor = knownVisitor(visit);
      setText(text, messageProblem(visit));
      root.hidden = !visit.message_problem;
      next.hidden = visit.message_problem !== "phone_unreachable" || !visitor;
      setAttribute(link, "href", visitor && `#/visitors/${encodeURIComponent(visitor.id)}`);
    },
  };
}

/** About the code of a visit, as long as it can be sent again: {root, update(visit)}. `onSent(visit or null)`. */
export function codeNote({ page, onSent }) {
  let visit = null;
  let busy = false;
  let counting = null;
  const times = element("p", {});
  const hint = element("p", { class: "quiet small" }, t("code.hint"));
  const problem = problemBox();
  const button = element("button", { type: "button", class: "button", on: { click: send } }, t("code.send_again"));
  const again = element("div", { class: "stack" }, hint, problem.root, element("div", {}, button));
  const root = element("div", { class: "stack", hidden: true }, times, again);

  function update(latest) {
    visit = latest;
    root.hidden = !visit.code_expires_at;
    if (root.hidden) return problem.show(null);
    const span = { sent: clock(visit.code_sent_at), until: clock(visit.code_expires_at) };
    setText(times, secondsUntil(visit.code_expires_at) > 0 ? t("code.opens_until", span) : t("code.over", span));
    again.hidden = page.role === "guest" || !visit.resend_from;
    count();
  }

  /** The button says how long it takes until it can be pressed. */
  function count() {
    clearInterval(counting);
    const seconds = Math.ceil(secondsUntil(visit.resend_from ?? visit.code_sent_at));
    const isWaiting = seconds > 0;
    setAttribute(button, "aria-disabled", isWaiting || busy ? "true" : null);
    setText(button, busy ? t("page.one_moment") : isWaiting ? t("code.send_again_in", { seconds }) : t("code.send_again"));
    if (isWaiting && root.isConnected) counting = setInterval(count, COUNT_MILLISECONDS);
  }

  async function send() {
    if (busy || button.getAttribute("aria-disabled")) return;
    busy = true;
    problem.show(null);
    count();
    try {
      const sent = await page.api.resendCode(visit);
      page.reached();
      page.say(t("code.sent_again", { name: sent.visitor_name ?? t("visitor") }), "good");
      onSent(sent);
    } catch (error) {
      if (!(error instanceof RefusedError)) return page.failed(error);
      problem.show(refusal(error));
      onSent(null);
    } finally {
      busy = false;
      count();
    }
  }

  function refusal(error) {
    const name = visit.visitor_name ?? t("visitor");
    if (error.code === "visit_already_decided" && error.details.state === "admitted") return t("outcome.sentence.admitted", { name });
    if (error.code === "phone_unreachable") return t("message_problem.phone_unreachable", { name });
    return problemText(error);
  }

  return { root, update };
}
