// A table of any length: only the rows in sight are in the document. It scrolls with the page.

const narrow = matchMedia('(max-width: 760px)');
const medium = matchMedia('(max-width: 1100px)');


/// Orders by a column; what has no value comes last either way.
function sortRows(rows, column, descending) {
  const keyed = rows.map((row, i) => ({row, i, key: column.value(row)}));
  const missing = (key) => key === null || key === undefined || Number.isNaN(key);
  const order = new Intl.Collator('en', {numeric: true});
  const compare = column.numeric ? (a, b) => a - b : (a, b) => order.compare(a, b);
  // Comparing names is slow, and many are the same: each gets its rank once.
  let rank = null;
  if (!column.numeric) {
    const names = [...new Set(keyed.map(({key}) => key).filter((key) => !missing(key)))].sort(compare);
    rank = new Map(names.map((name, i) => [name, i]));
  }
  const number = (key) => (rank ? rank.get(key) : key);
  keyed.sort((a, b) => {
    if (missing(a.key) || missing(b.key)) return missing(a.key) - missing(b.key) || a.i - b.i;
    const difference = number(a.key) - number(b.key);
    return (descending ? -difference : difference) || a.i - b.i;
  });
  return keyed.map(({row}) => row);
}

function headerCell(column, sort, onSort) {
  const active = sort.key === column.key;
  const direction = !active ? null : sort.descending ? 'descending' : 'ascending';
  const arrow = !active ? '' : sort.descending ? ' ▼' : ' ▲';
  return el('th', {scope: 'col', role: 'columnheader', 'aria-sort': direction, class: column.key,
                   title: column.title},
            el('button', {type: 'button', 'data-sort': column.key, onclick: () => onSort(column.key)},
               column.label, el('span', {'aria-hidden': 'true'}, arrow)), column.picture?.());
}

class VirtualTable {
  /// options: label, columns (key, label, numeric, value, cell, wide: only on wide screens), href(row), className(row),
  /// note(row): what stands in place of all columns from `noteFrom` on. cards: see height().
  constructor(options) {
    this.options = options;
    this.head = el('tr', {role: 'row', 'aria-rowindex': 1});
    this.body = el('tbody', {role: 'rowgroup'});
    this.element = el('table', {role: 'table', class: `virtual ${options.className ?? ''}${options.cards ? ' cards' : ''}`,
                                'aria-label': options.label},
                      el('thead', {role: 'rowgroup'}, this.head), this.body);
    this.rows = [];
    this.active = 0;
    this.whole = false;
    this.body.addEventListener('keydown', (event) => this.keyDown(event));
    this.body.addEventListener('click', (event) => this.click(event));
    this.draw = onceAFrame(() => this.drawNow());
    this.listeners = [['scroll', this.draw], ['resize', () => this.resize()],
                      ['beforeprint', () => this.print(true)],
                      ['afterprint', () => this.print(false)]];
    for (const [event, listener] of this.listeners) addEventListener(event, listener);
  }

  /// On a phone the rows of some tables are cards of two lines.
  height() {
    return narrow.matches && this.options.cards ? 64 : 30;
  }

  columns() {
    return this.options.columns.filter(({wide}) => !(wide && medium.matches));
  }

  close() {
    for (const [event, listener] of this.listeners) removeEventListener(event, listener);
  }

  show(rows, sort, onSort) {
    Object.assign(this, {rows, sort, onSort});
    this.active = Math.min(this.active, Math.max(rows.length - 1, 0));
    this.element.setAttribute('aria-rowcount', rows.length + 1);
    const focused = document.activeElement?.dataset?.sort;
    this.head.replaceChildren(
        ...this.columns().map((column) => headerCell(column, sort, onSort)));
    if (focused) this.head.querySelector(`[data-sort="${focused}"]`)?.focus();
    this.redraw();
  }

  resize() {
    if (this.sort) this.show(this.rows, this.sort, this.onSort);
  }

  redraw() {
    this.first = this.last = -1;
    this.drawNow();
  }

  /// A print shows every row, unless there are more than anyone would print.
  print(whole) {
    this.whole = whole && this.rows.length <= 3000;
    this.redraw();
  }

  drawNow() {
    if (!this.element.isConnected) return;
    const height = this.height();
    const above = -this.body.getBoundingClientRect().top;
    const count = Math.ceil(innerHeight / height);
    let first = Math.max(0, Math.floor(above / height) - count);
    let last = Math.min(this.rows.length, Math.ceil(above / height) + 2 * count);
    if (this.whole) [first, last] = [0, this.rows.length];
    last = Math.max(last, 0);
    first = Math.min(first, last);
    if (first === this.first && last === this.last) return;
    [this.first, this.last] = [first, last];
    const focused = this.body.contains(document.activeElement);
    const spacer = (rows) => {
      const cell = el('td', {colspan: this.columns().length});
      cell.style.height = `${rows * height}px`;
      return el('tr', {class: 'spacer', 'aria-hidden': 'true'}, cell);
    };
    const shown = [];
    for (let i = first; i < last; ++i) shown.push(this.row(this.rows[i], i));
    this.body.replaceChildren(...[
      first > 0 ? spacer(first) : null, ...shown,
      last < this.rows.length ? spacer(this.rows.length - last) : null].filter(Boolean));
    if (focused) this.link(this.active)?.focus({preventScroll: true});
  }

  row(row, i) {
    const {note, noteFrom, rowClass} = this.options;
    const columns = this.columns();
    const said = note?.(row);
    const cells = [];
    for (const [place, column] of columns.entries()) {
      if (said && place === noteFrom) {
        cells.push(el('td', {role: 'cell', class: 'note', colspan: columns.length - place,
                             title: said}, said));
        break;
      }
      let content = column.cell(row);
      if (column.opens) {
        content = el('a', {href: this.options.href(row), tabindex: i === this.active ? 0 : -1}, content);
      }
      cells.push(el('td', {role: 'cell', class: column.key}, content));
    }
    return el('tr', {role: 'row', 'aria-rowindex': i + 2, 'data-row': i, class: rowClass?.(row)}, cells);
  }

  link(i) {
    return this.body.querySelector(`tr[data-row="${i}"] a`);
  }

  /// Arrows and page keys move from row to row, as in any list; Enter follows the row's link.
  keyDown(event) {
    const page = Math.max(1, Math.floor(innerHeight / this.height()) - 2);
    const last = this.rows.length - 1;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') return this.across(event);
    const moves = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -last, End: last};
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    event.preventDefault();
    const at = event.target.closest('tr')?.dataset.row;
    const next = Number(at ?? this.active) + moves[event.key];
    this.focus(Math.min(Math.max(next, 0), last));
    return undefined;
  }

  /// To the next link of the same row.
  across(event) {
    const links = [...event.target.closest('tr').querySelectorAll('a')];
    const next = links[links.indexOf(event.target) + (event.key === 'ArrowRight' ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  focus(i) {
    this.link(this.active)?.setAttribute('tabindex', -1);
    this.active = i;
    const height = this.height();
    const top = this.body.getBoundingClientRect().top + i * height;
    const room = 2 * height;  // the header stays in sight
    if (top < room) scrollBy(0, top - room);
    else if (top + height > innerHeight - height) scrollBy(0, top + 2 * height - innerHeight);
    this.drawNow();
    this.link(i)?.setAttribute('tabindex', 0);
    this.link(i)?.focus({preventScroll: true});
  }

  click(event) {
    const row = event.target.closest('tr[data-row]');
    if (!row || event.target.closest('a, button') || String(getSelection())) return;
    row.querySelector('a')?.click();
  }
}

/// What the hash says of the order: "time" or "-time".
function sortState(fallback) {
  const text = state.sort || fallback;
  return {key: text.replace(/^-/, ''), descending: text.startsWith('-')};
}

function toggleSort(columns, fallback) {
  return (key) => {
    const sort = sortState(fallback);
    const column = columns.find((one) => one.key === key);
    // The first click shows what is large: of names, what comes first.
    const descending = sort.key === key ? !sort.descending : Boolean(column.numeric);
    adjust({sort: (descending ? '-' : '') + key});
    announce(`Sorted by ${column.label}, ${descending ? 'descending' : 'ascending'}`);
  };
}
