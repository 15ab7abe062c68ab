// Share of the ceiling, problem by variant: which kernel is good for what, and what is left.

function heatCell(one) {
  if (!one) return el('span', {class: 'heat none'}, unseen('not in this report'), '·');
  const link = (attributes, ...text) => el(
      'a', {tabindex: -1, href: hashWith({view: 'case', case: one.id, sort: null}), ...attributes}, text);
  if (one.status === 'failed') return link({class: 'heat failed', title: one.reason}, '✗ failed');
  if (!one.time) return link({class: 'heat skipped', title: reasonOf(one)}, '–', unseen('not timed'));
  if (one.share === null) return link({class: 'heat', title: 'no ceiling was measured'}, formatTime(one.time));
  const suspect = one.share > suspectShare;
  const cell = link({class: 'heat timed', title: caseLines(one).slice(1).join('\n')},
                    formatShare(one.share), suspect ? el('span', {class: 'flag'}, ' !', unseen('suspect')) : '');
  cell.style.setProperty('--share', Math.min(one.share, 1).toFixed(3));
  return cell;
}

/// One table for each device and direction: no variant has both.
function heatTable(label, cases) {
  const problems = [...grouped(cases, (one) => one.problem)].map(([problem, list]) => {
    const byVariant = new Map(list.map((one) => [one.variant, one]));
    return {problem, byVariant, best: Math.max(0, ...list.map((one) => one.share ?? 0)) || null};
  });
  const variants = [...new Set(cases.map((one) => one.variant))].sort();
  const columns = [
    {key: 'problem', label: 'Problem', opens: true, value: (row) => row.problem, cell: (row) => row.problem.split('/').slice(1).join('/') || row.problem},
    {key: 'best', label: 'Best', numeric: true, value: (row) => row.best,
     cell: (row) => (row.best === null ? '-' : formatShare(row.best))},
    ...variants.map((variant) => ({
      key: `v-${variant}`, label: variant.split('/').slice(1).join('/') || variant, title: variant,
      numeric: true, value: (row) => row.byVariant.get(variant)?.share,
      cell: (row) => heatCell(row.byVariant.get(variant)),
    })),
  ];
  const table = new VirtualTable({
    label, className: 'heatmap', columns,
    href: ({problem}) => hashWith({view: 'cases', q: problem, sort: null}),
  });
  table.element.style.setProperty('--variants', variants.length);
  return {table, problems, columns};
}

function heatmapView(main, page, report) {
  let tables = [];
  const close = () => tables.forEach(({table}) => table.close());
  const place = el('div');
  replace(main, el('h2', null, 'Share of the ceiling'),
          el('p', {class: 'dim'}, 'Of the fastest copy with as many bytes and streams, measured beside the case. ' +
             'The stronger the colour, the nearer to it; above 105 % (!) is suspect. – was not timed, · is not in this report. ' +
             'Arrow keys move, Enter opens.'), place);
  const update = () => {
    close();
    const shown = filtered(report.cases);
    showCount(shown.length, report.cases.length);
    const groups = grouped(shown, (one) => `${one.direction}, ${one.variant.split('/')[0]}`);
    tables = [...groups].map(([label, cases]) => ({label, ...heatTable(label, cases)}));
    replace(place, tables.map(({label, table}) => el(
        'section', null, el('h3', null, label), el('div', {class: 'sideways'}, table.element))));
    for (const {table, problems, columns} of tables) {
      const sort = sortState('order');
      const column = columns.find(({key}) => key === sort.key);
      table.show(column ? sortRows(problems, column, sort.descending) : problems, sort,
                 toggleSort(columns, 'order'));
    }
    if (!tables.length) replace(place, el('p', {class: 'empty'}, 'No case matches the filter.'));
  };
  update();
  return {update, close};
}
