// People on file to pick one of, by face; where there are many, a search in names and numbers comes first.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { pictureChoice, searchField } from "./fields.js";
import { matching } from "./visitors_api.js";

const SEARCH_FROM = 7;

/**
 * The choice: {root, value, label, update(people), choose(value), showError(text or null), focus()}.
 *
 * `detailOf(visitor)` is what stands below a name. `first` is an option that is none of the people, always there.
 */
export function peoplePicker({ legend, asTiles = true, detailOf = ({ phone }) => phone, first = null }) {
  let people = [];
  const search = searchField(t("visitors.search"), offer);
  const note = element("p", { class: "quiet", role: "status" });
  const choice = pictureChoice({ legend, asTiles });
  const root = element("div", { class: "people-picker" }, note, choice.root);
  search.input.addEventListener("keydown", goOn);

  function update(latest) {
    people = latest;
    if (people.length < SEARCH_FROM) search.root.remove();
    else if (!search.root.isConnected) root.prepend(search.root);
    offer();
  }

  function offer() {
    const found = matching(people, search.value);
    setText(note, people.length > 0 && found.length === 0 ? t("visitors.none_found", { query: search.value }) : "");
    const options = found.map((visitor) => ({
      value: visitor.visitor_id,
      label: visitor.name,
      detail: detailOf(visitor),
      pictureUrl: visitor.photo_url,
    }));
    if (first) options.unshift(first);
    choice.root.hidden = options.length === 0;
    choice.update(options);
  }

  /** Enter in the search goes on to who was found; it sends nothing. */
  function goOn(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    choice.focus();
  }

  return {
    root,
    update,
    choose: choice.choose,
    showError: choice.showError,
    focus: choice.focus, // a search with the focus would bring up a phone's keyboard, over the faces
    get value() {
      return choice.value;
    },
    get label() {
      return choice.label;
    },
  };
}
