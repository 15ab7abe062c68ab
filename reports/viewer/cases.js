// The table of all cases: failed and skipped ones among them, with their reasons.

const statusRank = {failed: 0, passed: 1, skipped: 2};

function shareBar(share) {
  const bar = el('span', {class: 'bar', 'aria-hidden': 'true'}, el('span'));
  bar.firstChild.style.width = `${Math.min(share, 1) * 100}%`;
  return [bar, el('span', null, formatShare(share)),
          share > suspectShare ? el('span', {class: 'flag', title: 'above 105 %: suspect'}, ' !',
                                    unseen('suspect')) : null];
}

function timeCell(one) {
  return [formatTime(one.time),
          one.throttled ? el('span', {class: 'flag', title: 'throttled: the clock was down'}, ' T',
                             unseen('throttled')) : null];
}

const caseColumns = [
  {key: 'status', label: 'Status', numeric: true, value: (one) => statusRank[one.status],
   cell: (one) => [el('span', {'aria-hidden': 'true'}, symbols[one.status]), ` ${one.status}`]},
  {key: 'problem', label: 'Problem', value: (one) => one.problem, opens: true,
   cell: (one) => one.problem + one.mark},
  {key: 'variant', label: 'Variant', value: (one) => one.variant, cell: (one) => one.variant},
  {key: 'time', label: 'Time', title: 'median of the cold samples', numeric: true,
   value: (one) => one.time?.median, cell: timeCell},
  {key: 'interval', wide: true, label: '95 % interval', title: 'sorts by the width, relative to the median',
   numeric: true, value: (one) => one.time && (one.time.high - one.time.low) / one.time.median,
   cell: (one) => formatInterval(one.time)},
  {key: 'bandwidth', label: 'GB/s', title: 'the least traffic of the problem, by the median',
   numeric: true, value: (one) => one.bandwidth, cell: (one) => formatBandwidth(one.bytes, one.time)},
  {key: 'share', label: 'Of ceiling', title: 'of the fastest copy of as many bytes and streams',
   numeric: true, value: (one) => one.share,
   cell: (one) => (one.share === null ? '-' : shareBar(one.share))},
  {key: 'hot', wide: true, label: 'Hot', title: 'one of many launches back to back', numeric: true,
   value: (one) => one.hot, cell: (one) => (one.hot === null ? '-' : formatUs(one.hot))},
];

function reasonOf(one) {
  if (one.time) return null;
  return one.reason || (one.status === 'passed' ? 'verified, not timed' : 'no reason given');
}

/// The order in the absence of a wish: what is wrong first, then as in the report, then what was
/// skipped.
const caseOrder = {key: 'order', value: (one) => statusRank[one.status] * 1e6 + one.order, numeric: true};

function sortedCases(cases) {
  const sort = sortState('order');
  const column = caseColumns.find(({key}) => key === sort.key) ?? caseOrder;
  return sortRows(cases, column, sort.descending);
}

function csvOf(cases) {
  const quoted = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? "'" : '') + text.replaceAll('"', '""')}"`;
  const lines = cases.map((one) => [
    quoted(one.name), quoted(one.variant), quoted(one.problem), quoted(one.device), one.status,
    quoted(one.reason), one.time?.median, one.time?.low, one.time?.high, one.bandwidth, one.share,
    one.hot, one.ceiling, one.bytes, one.elements].map((value) => value ?? '').join(','));
  return ['case,variant,problem,device,status,reason,median_us,low_us,high_us,gb_per_s,' +
          'share_of_ceiling,hot_us,ceiling_us,bytes,elements', ...lines, ''].join('\n');
}

function casesView(main, page, report) {
  const table = new VirtualTable({
    label: 'Cases', className: 'cases', cards: true, columns: caseColumns,
    href: (one) => hashWith({view: 'case', case: one.id}),
    rowClass: (one) => one.status, note: reasonOf, noteFrom: 3,
  });
  const empty = el('p', {class: 'empty'}, 'No case matches the filter.');
  const exportCsv = () => download(
      'cases.csv', 'text/csv', csvOf(sortedCases(filtered(report.cases))));
  const exportJson = () => download(
      'report.json', 'application/json', `${JSON.stringify(reportJson(report), null, 1)}\n`);
  main.replaceChildren(
      el('h2', {class: 'unseen'}, 'Cases'), table.element, empty,
      el('p', {class: 'actions'},
         el('button', {type: 'button', id: 'csv', onclick: exportCsv}, 'Save these rows as CSV'),
         el('button', {type: 'button', id: 'json', onclick: exportJson}, 'Save report.json'),
         el('span', {class: 'dim'}, 'In the table, arrow keys move and Enter opens a case.')));
  const update = () => {
    const shown = filtered(report.cases);
    showCount(shown.length, report.cases.length);
    table.show(sortedCases(shown), sortState('order'), toggleSort(caseColumns, 'order'));
    empty.hidden = shown.length > 0;
  };
  update();
  return {update, close: () => table.close()};
}
