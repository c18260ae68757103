// #/passes: who is invited: now, later, and who was.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { confirmed } from "./confirm.js";
import { listPasses, revokePass } from "./passes_api.js";
import { clockChange, lastUse, nextTime, rule, zoneNote } from "./passes_words.js";
import { sayProblem } from "./problems.js";

const POLL_MILLISECONDS = 10_000;
const GROUPS = { active: ["open"], upcoming: ["upcoming"], over: ["used", "over", "revoked"] };
const TONES = { open: "good", upcoming: "waiting", revoked: "danger" };

export function passesView(page) {
  const heading = element("h1", { tabindex: "-1" }, t("passes.title"));
  const invite = element("a", { class: "button button-primary", href: "#/passes/new" }, t("passes.invite"));
  const zone = element("p", { class: "quiet small", hidden: true });
  const none = element("p", { class: "card empty", hidden: true }, t("passes.none"));
  const groups = Object.entries(GROUPS).map(([name, states]) => passGroup(name, states, revoke));
  const root = element(
    "div",
    { class: "stack", "aria-busy": "true" },
    element("div", { class: "passes-head" }, heading, invite),
    zone,
    none,
    ...groups.map((group) => group.root),
  );
  let poller = null;
  let questions = 0;

  async function refresh() {
    questions += 1;
    const mine = questions;
    try {
      const passes = await listPasses(page.api);
      page.reached();
      if (mine === questions) show(passes); // a slow answer from before a change would take the change back
      return true;
    } catch (error) {
      page.failed(error);
      return false;
    }
  }

  function show(passes) {
    const hadFocus = groups.some((group) => group.root.contains(document.activeElement));
    for (const group of groups) group.update(passes);
    if (hadFocus && document.activeElement === document.body) heading.focus();
    none.hidden = passes.length > 0;
    const note = passes.length > 0 ? zoneNote(passes[0].time_zone) : null;
    zone.hidden = !note;
    setText(zone, note ?? "");
    setAttribute(root, "aria-busy", null);
  }

  async function revoke(pass) {
    const name = nameOf(pass);
    const question = t("passes.revoke_question", { name });
    if (!(await confirmed({ question, explanation: t("passes.revoke_why"), yes: t("passes.revoke") }))) return;
    try {
      await revokePass(page.api, pass);
      await refresh();
      page.say(t("passes.revoked", { name }), "good");
      heading.focus();
    } catch (error) {
      sayProblem(page, error);
      poller.now();
    }
  }

  return {
    root,
    start() {
      page.setTitle(t("passes.title"));
      if (page.role === "guest") {
        setAttribute(root, "aria-busy", null);
        root.replaceChildren(heading, element("p", { class: "card empty" }, t("passes.not_for_guests")));
        return;
      }
      poller = poll(refresh, () => POLL_MILLISECONDS);
    },
    stop: () => poller?.stop(),
  };
}

/** The passes that are in one of `states`, under a heading; nothing while there are none. */
function passGroup(name, states, revoke) {
  const id = `passes-${name}`;
  const rows = new Map();
  const list = element("ul", { role: "list", class: "pass-list", "aria-labelledby": id });
  const root = element("section", { class: "pass-group", hidden: true }, element("h2", { id }, t(`passes.group.${name}`)), list);
  return {
    root,
    update(passes) {
      const ours = passes.filter((pass) => states.includes(pass.state));
      if (name !== "over") ours.sort((a, b) => Date.parse(a.opens_next_at) - Date.parse(b.opens_next_at));
      reconcile(list, rows, ours, (pass) => pass.pass_id, () => passCard(revoke));
      root.hidden = ours.length === 0;
    },
  };
}

/** One pass: {root, update(pass)}. */
function passCard(revoke) {
  let pass = null;
  const name = element("h3", {});
  const badge = element("span", { class: "badge" });
  const next = element("p", { class: "pass-next" });
  const [when, use, by] = ["", "", ""].map(() => element("p", { class: "quiet small" }));
  const change = element("p", { class: "notice notice-warning small" });
  const button = element("button", { type: "button", class: "button button-danger", on: { click: () => revoke(pass) } }, t("passes.revoke"));
  const root = element(
    "li",
    { class: "card pass-card" },
    element("div", { class: "pass-title" }, name, badge),
    next,
    when,
    change,
    use,
    by,
    button,
  );

  function update(latest) {
    pass = latest;
    const isComing = GROUPS.over.indexOf(pass.state) < 0;
    setText(name, nameOf(pass));
    setText(badge, t(`passes.state.${pass.state}`));
    setAttribute(badge, "class", `badge badge-${TONES[pass.state] ?? "neutral"}`);
    show(next, nextTime(pass));
    show(when, `${rule(pass)} · ${pass.door_name}`);
    show(change, isComing ? clockChange(pass) : null);
    show(use, lastUse(pass));
    show(by, t("passes.invited_by", { person: pass.created_by }));
    button.hidden = !isComing;
    setAttribute(button, "aria-label", t("passes.revoke_of", { name: nameOf(pass) }));
  }

  return { root, update };
}

function show(place, text) {
  place.hidden = text === null;
  setText(place, text ?? "");
}

function nameOf(pass) {
  return pass.visitor_name ?? t("who.somebody");
}
