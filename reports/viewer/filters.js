// Which cases are shown: words that their names hold, and facets with a box for each value.

const facetNames = {alpha: 'alpha mode'};

/// The values that a case has of a facet: of networks several.
function facetValues(one, facet) {
  return facet === 'network' ? one.networks : [one[facet]];
}

/// Words must all occur in the name, the status or the reason; none that follows a '-'.
function textMatcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.filter((word) => word === '-' || !word.startsWith('-'));
  const unwanted = words.filter((word) => word.length > 1 && word.startsWith('-'))
      .map((word) => word.slice(1));
  return (searched) => wanted.every((word) => searched.includes(word)) &&
      !unwanted.some((word) => searched.includes(word));
}

function matcher() {
  const chosen = facets.map((facet) => [facet, listIn(facet)]).filter(([, values]) => values.size);
  const matchesText = textMatcher(state.q ?? '');
  return (one) => matchesText(one.searched) && chosen.every(
      ([facet, values]) => facetValues(one, facet).some((value) => values.has(value)));
}

function filtered(cases) {
  return cases.filter(matcher());
}

function facetBoxes(facet, counts) {
  const boxes = [...counts].map(([value, count]) => {
    const box = el('input', {type: 'checkbox', value, onchange: () => {
      const values = listIn(facet);
      if (box.checked) values.add(value); else values.delete(value);
      adjust({[facet]: listText(values)});
    }});
    return el('label', null, box, ` ${value || '(none)'} `,
              el('span', {class: 'dim'}, count.toLocaleString('en')));
  });
  return el('fieldset', null, el('legend', {class: 'unseen'}, facetNames[facet] ?? facet), boxes);
}

/// A facet of one value filters nothing.
function facetMenu(cases, facet) {
  const counts = new Map();
  for (const value of cases.flatMap((one) => facetValues(one, facet))) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (counts.size < (facet === 'network' ? 1 : 2)) return null;
  const chosen = el('b');
  const menu = el('details', {class: 'facet', 'data-facet': facet},
                  el('summary', null, `${facetNames[facet] ?? facet} `, chosen),
                  facetBoxes(facet, counts));
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  return {facet, menu, chosen};
}

/// Builds the filters of these cases; the function returned makes them show the present state.
function buildFilters(place, cases) {
  const text = el('input', {
    type: 'search', id: 'q', placeholder: 'f32 nhwc -naive', spellcheck: 'false',
    autocomplete: 'off', oninput: () => adjust({q: text.value}),
  });
  const menus = facets.map((facet) => facetMenu(cases, facet)).filter(Boolean);
  const count = el('output', {id: 'count', for: 'q'});
  const reset = el('button', {type: 'button', onclick: () => {
    adjust(Object.fromEntries(['q', ...facets].map((key) => [key, null])));
    text.focus();
  }}, 'Show all');
  replace(
      place, el('label', {for: 'q'}, 'Filter '), text, menus.map(({menu}) => menu), reset, count);
  // A menu closes when another is opened, or something else is clicked.
  place.addEventListener('toggle', ({target}) => {
    if (target.open) for (const {menu} of menus) if (menu !== target) menu.open = false;
  }, true);
  return () => {
    if (text.value !== (state.q ?? '')) text.value = state.q ?? '';
    for (const {facet, menu, chosen} of menus) {
      const values = listIn(facet);
      chosen.textContent = values.size === 0 ? 'all' : values.size === 1 ? [...values][0] : values.size;
      menu.classList.toggle('chosen', values.size > 0);
      for (const box of menu.querySelectorAll('input')) box.checked = values.has(box.value);
    }
    reset.disabled = !state.q && facets.every((facet) => !state[facet]);
  };
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll('details.facet[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

function showCount(shown, all) {
  document.getElementById('count').textContent =
      shown === all ? plural(all, 'case') : `${shown.toLocaleString('en')} of ${plural(all, 'case')}`;
}
