// Elements without markup: text only ever becomes text, so nothing on a page needs escaping.

/**
 * Makes an element. `attributes` may hold `class`, any attribute by its name, `on` (event listeners by
 * type) and booleans (true sets the empty attribute, false and null leave it out).
 * Children are elements or strings; null and false are left out.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener);
    } else {
      setAttribute(made, name, value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return made;
}

/** Sets, or with null or false removes, an attribute; leaves it alone where it is right already. */
export function setAttribute(target, name, value) {
  if (value === null || value === undefined || value === false) {
    target.removeAttribute(name);
  } else {
    const text = value === true ? "" : String(value);
    if (target.getAttribute(name) !== text) target.setAttribute(name, text);
  }
}

/** Changes an element's text only where it differs, so that screen readers and selections are left in peace. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** An inline SVG drawing made of path data on a 24 by 24 grid, hidden from assistive technology. */
export function icon(pathData) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const path = document.createElementNS(namespace, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", pathData);
  svg.append(path);
  return svg;
}

/**
 * Keeps a parent's children in step with a list without re-creating what is already there, so that focus,
 * half-written forms and loaded pictures survive an update.
 *
 * `views` is a Map from key to {root, update(item)}; `keyOf(item)` names an item; `make(item)` makes its view.
 */
export function reconcile(parent, views, items, keyOf, make) {
  const wanted = new Set(items.map(keyOf));
  for (const [key, view] of views) {
    if (!wanted.has(key)) {
      view.root.remove();
      view.close?.();
      views.delete(key);
    }
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    let view = views.get(keyOf(item));
    if (!view) {
      view = make(item);
      views.set(keyOf(item), view);
    }
    view.update(item);
    if (view.root === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(view.root, place);
    }
  }
}
