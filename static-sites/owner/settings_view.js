// #/settings: when phones ring, what is kept about people, and what was chosen when the home was set up.

import { element, setText } from "/shared/dom.js";
import { localeTag, t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { textField } from "./fields.js";
import { readSettings, writeSettings } from "./home_api.js";
import { checkbox, homeHead, part, problemBox, problemInForm } from "./home_parts.js";

const LOOK_EVERY_MILLISECONDS = 60_000;
const USUAL_NIGHT = { begins: "22:00", ends: "07:00" };

/** What template.yaml says unless whoever set the home up chose otherwise; a test compares. */
const SET_UP_WITH = { sure: 99, wait: 10, code: 5, video: 24, photos: 30, visits: 90 };

export function settingsView(page) {
  const mayChange = page.role === "owner";
  const form = settingsForm(page, mayChange);
  const root = element(
    "div",
    { class: "stack home", "aria-busy": "true" },
    homeHead(page, "settings"),
    !mayChange && element("p", { class: "notice" }, t("settings.read_only"), " ", element("strong", {}, t(`role.${page.role}`)), " · ", t(`role.${page.role}.may`)),
    form.root,
    privacy(page),
    page.doors.length > 0 && doors(page),
    setUp(),
  );
  let poller = null;

  async function refresh() {
    try {
      const settings = await readSettings(page.api);
      page.reached();
      form.update(settings);
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
    let stored = null;
    try {
      stored = await writeSettings(page.api, settings);
      isTouched = false;
      page.reached();
      page.say(t("settings.saved"), "good");
    } catch (error) {
      const text = problemInForm(error);
      if (text) problem.show(text);
      else page.failed(error);
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

  return { root, update };
}

/** What is kept about people, for how long, what to tell them, and how everything about one of them goes. */
function privacy(page) {
  const kept = ["photos", "visits", "video", "visitors"].map((what) =>
    element(
      "div",
      {},
      element("dt", {}, t(`privacy.${what}`)),
      element("dd", {}, t(`privacy.${what}_kept`, { value: SET_UP_WITH[what] ?? 0 })),
    ),
  );
  const text = t("privacy.consent", { photos: SET_UP_WITH.photos, visits: SET_UP_WITH.visits });
  const copy = element(
    "button",
    {
      type: "button",
      class: "button",
      on: {
        async click() {
          try {
            await navigator.clipboard.writeText(text);
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
  return part(
    t("privacy.title"),
    element("dl", { class: "home-facts" }, ...kept),
    element("h3", {}, t("privacy.tell")),
    element("blockquote", { class: "home-consent" }, text),
    element("p", { class: "quiet small" }, t("privacy.tell_hint")),
    element("div", { class: "home-buttons" }, copy),
    element("h3", {}, t("privacy.forget")),
    element("p", {}, t("privacy.forget_how")),
    element("p", {}, element("a", { href: "#/visitors" }, t("privacy.to_visitors"))),
  );
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

/** What cannot be changed here: in words, with what it is unless somebody chose otherwise. */
function setUp() {
  return part(
    t("setup.title"),
    element("p", { class: "quiet" }, t("setup.why")),
    element(
      "ul",
      { class: "home-list" },
      ...Object.entries(SET_UP_WITH).map(([name, value]) => element("li", {}, t(`setup.${name}`, { value }))),
      element("li", {}, t("setup.zone")),
    ),
    element("p", { class: "quiet small" }, t("setup.how")),
  );
}

/** "22:00" as the reader's country writes it. */
function hour(text) {
  if (!text) return "";
  const format = new Intl.DateTimeFormat(localeTag(), { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  return format.format(new Date(`1970-01-01T${text}Z`));
}
