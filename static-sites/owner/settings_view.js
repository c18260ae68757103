// #/settings: when phones ring, what is kept about people, and what was chosen when the home was set up.

import { element, setText } from "/shared/dom.js";
import { localeTag, t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { showAtField, textField } from "./fields.js";
import { readSettings, writeSettings } from "./home_api.js";
import { checkbox, homeHead, part, problemBox, problemInForm } from "./home_parts.js";
import { ownMessages } from "./told_form.js";

const LOOK_EVERY_MILLISECONDS = 60_000;
const USUAL_NIGHT = { begins: "22:00", ends: "07:00" };
/** The stack's parameters, in the order in which they are told. */
const PARAMETERS = ["recognition_similarity", "visit_minutes", "visit_gap_seconds", "passcode_minutes", "video_hours", "photo_days", "visit_days"];

export function settingsView(page) {
  const mayChange = page.role === "owner";
  const form = settingsForm(page, mayChange);
  const own = page.role === "member" ? ownMessages(page) : null;
  const kept = privacy(page);
  const chosen = setUp();
  const root = element(
    "div",
    { class: "stack home", "aria-busy": "true" },
    homeHead(page, "settings"),
    !mayChange && element("p", { class: "notice" }, t("settings.read_only"), " ", element("strong", {}, t(`role.${page.role}`)), " · ", t(`role.${page.role}.may`)),
    form.root,
    own?.root,
    kept.root,
    page.doors.length > 0 && doors(page),
    chosen.root,
  );
  let poller = null;

  async function refresh() {
    try {
      const before = form.saves;
      const settings = await readSettings(page.api);
      page.reached();
      if (before === form.saves) form.update(settings); // an answer from before a change would take the change back
      await own?.refresh();
      kept.update(settings.set_up);
      chosen.update(settings);
      root.removeAttribute("aria-busy");
      return true;
    } catch (error) {
      page.failed(error);
      return false;
    }
  }

  return {
    root,
    start() {
      page.setTitle(t("home.settings"));
      poller = poll(refresh, () => LOOK_EVERY_MILLISECONDS);
    },
    stop: () => poller.stop(),
  };
}

/** Everything that the API lets an owner change: {root, update(settings)}; what is half-written stays. */
function settingsForm(page, mayChange) {
  let zone = "";
  let isTouched = false;
  let busy = false;
  let saves = 0;

  const strangers = checkbox({ id: "ask", label: t("settings.strangers"), hint: t("settings.strangers_hint") });
  const quiet = checkbox({ id: "quiet", label: t("settings.quiet"), hint: t("settings.quiet_hint") });
  const begins = textField({ label: t("settings.from"), type: "time" });
  const ends = textField({ label: t("settings.to"), type: "time" });
  const sentence = element("p", { class: "small" });
  const hours = element("div", { class: "home-hours" }, begins.root, ends.root, sentence);
  const blocked = checkbox({ id: "warn", label: t("settings.blocked"), hint: t("settings.blocked_hint") });
  const enrol = checkbox({ id: "enrol", label: t("settings.enrol"), hint: t("settings.enrol_hint") });
  const problem = problemBox();
  const save = element("button", { type: "submit", class: "button button-primary" }, t("settings.save"));
  const fields = element(
    "fieldset",
    { class: "stack", disabled: true, "aria-label": t("home.settings") },
    part(t("settings.phones"), strangers.root, quiet.root, hours, blocked.root),
    part(t("settings.faces"), enrol.root),
    problem.root,
    mayChange && element("div", { class: "home-buttons" }, save),
  );
  const root = element(
    "form",
    { novalidate: true, on: { submit: send, input: touched } },
    fields,
  );

  function update(settings) {
    if (isTouched || busy) return;
    fields.disabled = !mayChange;
    zone = settings.time_zone;
    strangers.input.checked = settings.ask_about_strangers;
    blocked.input.checked = settings.warn_about_blocked;
    enrol.input.checked = settings.enrol_faces;
    quiet.input.checked = Boolean(settings.quiet_hours);
    begins.input.value = (settings.quiet_hours ?? USUAL_NIGHT).begins;
    ends.input.value = (settings.quiet_hours ?? USUAL_NIGHT).ends;
    explain();
  }

  function touched() {
    isTouched = true;
    problem.show(null);
    explain();
  }

  /** Shows only what counts: no quiet hours where nobody rings, and what the hours mean. */
  function explain() {
    quiet.root.hidden = !strangers.input.checked;
    hours.hidden = quiet.root.hidden || !quiet.input.checked;
    const [from, to] = [begins.value, ends.value];
    const isTold = from && to && from !== to;
    const times = { from: hour(from), to: hour(to), zone };
    setText(sentence, !isTold ? "" : from < to ? t("settings.same_day", times) : t("settings.over_night", times));
  }

  /** The settings as the form has them, or null after saying what is wrong. */
  function read() {
    const settings = {
      ask_about_strangers: strangers.input.checked,
      warn_about_blocked: blocked.input.checked,
      enrol_faces: enrol.input.checked,
    };
    if (!quiet.input.checked) return settings;
    if (hours.hidden && (!begins.value || begins.value === ends.value)) return settings;
    begins.showError(begins.value ? null : t("settings.hour_missing"));
    const wrong = !ends.value ? t("settings.hour_missing") : begins.value === ends.value ? t("settings.same_hour") : null;
    ends.showError(wrong);
    const first = root.querySelector('[aria-invalid="true"]');
    first?.focus();
    return first ? null : { ...settings, quiet_hours: { begins: begins.value, ends: ends.value } };
  }

  async function send(event) {
    event.preventDefault();
    const settings = busy ? null : read();
    if (!settings) return;
    setBusy(true);
    problem.show(null);
    isTouched = false; // what is changed from here on is not saved
    let stored = null;
    try {
      stored = await writeSettings(page.api, settings);
      saves += 1;
      page.reached();
      page.say(t("settings.saved"), "good");
    } catch (error) {
      isTouched = true;
      const text = problemInForm(error);
      if (text && !showAtField(error, { begins, ends, quiet_hours: ends })) problem.show(text);
      if (!text) page.failed(error);
    } finally {
      setBusy(false);
    }
    if (stored) update(stored);
  }

  function setBusy(now) {
    busy = now;
    save.setAttribute("aria-disabled", String(now));
    save.textContent = now ? t("page.one_moment") : t("settings.save");
  }

  return {
    root,
    update,
    get saves() {
      return saves;
    },
  };
}

/** What is kept about people, for how long, what to tell them, and how everything about one of them goes. */
function privacy(page) {
  const terms = ["photos", "visits", "video", "visitors"];
  const kept = new Map(terms.map((what) => [what, element("dd", {})]));
  const facts = terms.map((what) => element("div", {}, element("dt", {}, t(`privacy.${what}`)), kept.get(what)));
  const consent = element("blockquote", { class: "home-consent" });
  const copy = element(
    "button",
    {
      type: "button",
      class: "button",
      on: {
        async click() {
          try {
            await navigator.clipboard.writeText(consent.textContent);
            page.say(t("privacy.copied"), "good");
          } catch (error) {
            if (!(error instanceof DOMException)) throw error;
            page.warn(t("privacy.not_copied"));
          }
        },
      },
    },
    t("privacy.copy"),
  );
  const root = part(
    t("privacy.title"),
    element("dl", { class: "home-facts" }, ...facts),
    element("h3", {}, t("privacy.tell")),
    consent,
    element("p", { class: "quiet small" }, t("privacy.tell_hint")),
    element("div", { class: "home-buttons" }, copy),
    element("h3", {}, t("privacy.forget")),
    element("p", {}, t("privacy.forget_how")),
    element("p", {}, element("a", { href: "#/visitors" }, t("privacy.to_visitors")), " · ", element("a", { href: "#/activity" }, t("privacy.to_activity"))),
  );

  function update({ photo_days: photos, visit_days: visits, video_hours: video }) {
    setText(kept.get("photos"), t("privacy.photos_kept", { count: photos }));
    setText(kept.get("visits"), t("privacy.visits_kept", { count: visits }));
    setText(kept.get("video"), t("privacy.video_kept", { count: video }));
    setText(kept.get("visitors"), t("privacy.visitors_kept"));
    setText(consent, t("privacy.consent", { photos, visits }));
  }

  return { root, update };
}

function doors(page) {
  const rows = page.doors.map(({ door_id: id, name }) =>
    element(
      "li",
      { class: "home-row" },
      element("strong", {}, name),
      element(
        "a",
        { class: "button", href: `/door/?door=${encodeURIComponent(id)}`, target: "_blank", rel: "noopener" },
        t("doors.open", { door: name }),
      ),
    ),
  );
  return part(
    t("doors.title"),
    element("p", { class: "quiet" }, t("doors.why")),
    element("ul", { role: "list", class: "home-rows" }, ...rows),
  );
}

/** What cannot be changed here, in words: {root, update(settings)}. */
function setUp() {
  const list = element("ul", { class: "home-list" });
  const root = part(t("setup.title"), list, element("p", { class: "quiet small" }, t("setup.how")));
  const update = ({ set_up: chosen, time_zone: zone }) => {
    const sentences = PARAMETERS.map((name) => t(`setup.${name}`, { count: chosen[name] }));
    sentences.push(t("setup.time_zone", { zone: zone.replaceAll("_", " ") }));
    if (list.textContent !== sentences.join("")) list.replaceChildren(...sentences.map((text) => element("li", {}, text)));
  };
  return { root, update };
}

/** "22:00" as the reader's country writes it. */
function hour(text) {
  if (!text) return "";
  const format = new Intl.DateTimeFormat(localeTag(), { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  return format.format(new Date(`1970-01-01T${text}Z`));
}
