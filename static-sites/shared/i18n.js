// Words in the reader's language: no sentence stands in a script or a page, only its key.
//
// How to say something new:
//   1. Give it a key, such as "visits.nobody", in owner/i18n/en.json (or door/i18n), and the same key with the same
//      placeholders in the other languages. Keys are sorted.
//   2. In a script: t("visits.nobody"), t("visits.at_door", { name, door }). Numbers among the values come out as
//      the language writes them. In a page: <p data-t="visits.nobody"></p>, and for an accessible name
//      <nav data-t-label="visits.list"></nav>.
//   3. What depends on a count is an object: {"one": "{count} visit", "other": "{count} visits"}, said with
//      t("visits.waiting", { count }). "=2" stands for exactly two.
//   4. Keys are written out where they are used. Where a part of them is a value, as in t(`state.${state}`), all that
//      begin like that count as used. Times, durations and lists come from times.js and listed(), not from words.
// Tests hold that every language says everything, that no key is missing or idle, and that no script says a word.

const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 8_000;

/** What the pages speak, by the name that each language has for itself. The first is for everyone else. */
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español" };

let wishes = 0;
let words = {};
let language = Object.keys(LANGUAGES)[0];
let plurals = new Intl.PluralRules(language);
let numbers = new Intl.NumberFormat(language);

/** The first of the browser's languages that the pages speak. */
export function preferredLanguage(wanted = navigator.languages) {
  const spoken = wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => Object.hasOwn(LANGUAGES, tag));
  return spoken ?? Object.keys(LANGUAGES)[0];
}

/** Loads a site's words and puts them into the page; from then on t() answers in `wanted`, unless another came after. */
export async function speak(site, wanted = preferredLanguage()) {
  wishes += 1;
  const mine = wishes;
  const loaded = await load(`/${site}/i18n/${wanted}.json`);
  if (mine !== wishes) return;
  words = loaded;
  language = wanted;
  plurals = new Intl.PluralRules(localeTag());
  numbers = new Intl.NumberFormat(localeTag());
  document.documentElement.lang = wanted;
  translate(document);
}

/** The words of a key with the values put in. */
export function t(key, values = {}) {
  const found = words[key];
  if (found === undefined) {
    console.error(`no words for ${key}`);
    return key;
  }
  const text = typeof found === "string" ? found : formFor(found, values.count);
  return text.replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));
}

/** Whether there are words for a key; for codes that come from outside. */
export function hasWords(key) {
  return Object.hasOwn(words, key);
}

/** The language that is spoken, as the browser prefers it: "en-GB" rather than "en", for times and numbers. */
export function localeTag() {
  return navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
}

/** "Ada, Grace and Joan". */
export function listed(names) {
  return new Intl.ListFormat(localeTag()).format(names);
}

/** Puts words into everything below `root` that has a key. */
function translate(root) {
  for (const place of root.querySelectorAll("[data-t]")) place.textContent = t(place.dataset.t);
  for (const place of root.querySelectorAll("[data-t-label]")) place.setAttribute("aria-label", t(place.dataset.tLabel));
}

function formFor(forms, count) {
  return forms[`=${count}`] ?? forms[plurals.select(count)] ?? forms.other;
}

function shown(value) {
  return typeof value === "number" ? numbers.format(value) : String(value);
}

/** A page without words is of no use, so it waits for them. */
async function load(address) {
  for (let wait = FIRST_RETRY_MILLISECONDS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MILLISECONDS)) {
    try {
      const response = await fetch(address, { credentials: "omit" });
      if (response.ok) return await response.json();
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
