// A pass that was just made: its code, large and this once, and the message to pass on.

import { element } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { clockChange, nextTime, rule, zoneNote } from "./passes_words.js";

/** What is shown of a new invitation: {parts, focus()}. */
export function invitation({ pass, passcode, message, sent }, page) {
  const name = pass.visitor_name ?? t("who.somebody");
  const heading = element("h1", { tabindex: "-1" }, t("passes.made", { name }));
  const change = clockChange(pass);
  const note = zoneNote(pass.time_zone);
  const code = element(
    "section",
    { class: "card panel pass-made" },
    element("h2", {}, t("passes.code")),
    element("p", { class: "pass-code" }, passcode),
    element("p", { class: "notice notice-warning" }, t("passes.code_once")),
    element("div", { class: "pass-buttons" }, copyButton(t("passes.copy_code"), passcode, page)),
    element("p", {}, [nextTime(pass), rule(pass), pass.door_name].filter(Boolean).join(" · ")),
    note && element("p", { class: "quiet small" }, note),
    change && element("p", { class: "notice notice-warning" }, change),
  );
  const said = element(
    "section",
    { class: "card panel" },
    element("h2", {}, t("passes.part_message")),
    sent
      ? element("p", { class: "notice notice-good" }, t("passes.sent", { name }))
      : element("p", { class: "notice" }, t("passes.pass_on", { name })),
    element("blockquote", { class: "pass-message", lang: "en" }, message),
    element("div", { class: "pass-buttons" }, copyButton(t("passes.copy_message"), message, page), shareButton(message, page)),
  );
  const ways = element(
    "div",
    { class: "pass-buttons" },
    element("a", { class: "button button-primary", href: "#/passes" }, t("passes.all")),
  );
  return { parts: [heading, code, said, ways], focus: () => heading.focus() };
}

function copyButton(label, text, page) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      page.say(t("passes.copied"), "good");
    } catch {
      page.warn(t("passes.not_copied")); // the browser, or its owner, does not allow it
    }
  };
  return element("button", { type: "button", class: "button", on: { click: copy } }, label);
}

/** The phone's own list of ways to send a text; null where the browser has none. */
function shareButton(text, page) {
  if (!navigator.share) return null;
  const share = async () => {
    try {
      await navigator.share({ text });
    } catch (error) {
      if (error.name !== "AbortError") page.warn(t("passes.not_shared"));
    }
  };
  return element("button", { type: "button", class: "button", on: { click: share } }, t("passes.share"));
}
