// Two reports: the ratio of every case with its interval, as the gate judged it (compare.cpp).

const verdicts = {
  failed: '✗', unverified: '✗', missing: '?', slower: '▲', 'not confirmed': '△', ambiguous: '~',
  inconclusive: '~', faster: '▼', same: '=', 'same code': '≡', proven: '✓', added: '+', 'not compared': '∅',
};
const worstFirst = Object.keys(verdicts);

/// How far the plots reach: as far as the intervals do, but a wild one must not flatten the rest.
function reach(differences) {
  const ends = differences.flatMap(({low, high, threshold}) => [
    Math.abs(Math.log(low)), Math.abs(Math.log(high)), threshold * 1.3]).filter(Number.isFinite);
  const sorted = ends.sort((a, b) => a - b);
  return Math.min(Math.max(d3.quantile(sorted, 0.98) ?? 0.05, 0.03), 1.5);
}

const forestWidth = 220;

/// Ratio and interval on a logarithmic axis; the threshold is shaded. An arrow leaves the picture.
function forest({ratio, low, high, threshold}, most, verdict) {
  const x = d3.scaleLinear().domain([-most, most]).range([8, forestWidth - 8]);
  const at = (value) => x(Math.min(Math.max(Math.log(value), -most), most));
  const outside = Math.abs(Math.log(ratio)) > most;
  const [left, right] = [at(1 - threshold), at(1 + threshold)];
  return svg('svg', {width: forestWidth, height: 24, class: `forest ${verdict.replace(' ', '-')}`, 'aria-hidden': 'true'},
             svg('rect', {class: 'within', x: left, width: right - left, y: 0, height: 24}),
             svg('line', {class: 'one', x1: at(1), x2: at(1), y1: 0, y2: 24}),
             svg('line', {class: 'interval', x1: at(low), x2: at(high), y1: 12, y2: 12}),
             outside ? svg('path', {class: 'mark', d: ratio > 1 ? 'M204,6L214,12L204,18Z' : 'M16,6L6,12L16,18Z'})
                     : svg('circle', {class: 'mark', cx: at(ratio), cy: 12, r: 4}));
}

function forestAxis(most) {
  const x = d3.scaleLinear().domain([-most, most]).range([8, forestWidth - 8]);
  const end = `${withPrecision((Math.exp(most) - 1) * 100, 10)} %`;
  const text = (at, anchor, words) => svg('text', {class: 'guide-label', x: at, y: 11, 'text-anchor': anchor}, words);
  return svg('svg', {width: forestWidth, height: 15, 'aria-hidden': 'true'},
             text(0, 'start', `${end} faster`), text(x(0), 'middle', '0'), text(forestWidth, 'end', `${end} slower`));
}

/// The rows of the comparison, with what the reports know of the cases, so that they can be filtered.
function comparisonRows(page) {
  const known = new Map(page.reports.flatMap(({cases}) => cases.map((one) => [one.name, one])));
  const stub = {device: '', direction: '', dtype: '', layout: '', alpha: '', networks: [], status: ''};
  return page.comparison.cases.map((row, order) => ({
    ...known.get(row.name) ?? {...stub, variant: row.name, problem: '', id: row.name},
    ...row, order, difference: row.again ?? row.first, known: known.has(row.name),
    searched: `${row.name} ${row.verdict} ${row.note}`.toLowerCase(),
  }));
}

function worstOrder(rows) {
  return [...rows].sort((a, b) => worstFirst.indexOf(a.verdict) - worstFirst.indexOf(b.verdict) ||
      (b.difference?.ratio ?? 0) - (a.difference?.ratio ?? 0) || a.order - b.order);
}

function compareColumns(most) {
  const of = (pick) => (row) => (row.difference ? pick(row.difference) : null);
  const shown = (pick) => (row) => (row.difference ? pick(row.difference) : '-');
  return [
    {key: 'judged', label: 'Verdict', numeric: true, value: (row) => worstFirst.indexOf(row.verdict),
     cell: (row) => [el('span', {'aria-hidden': 'true'}, verdicts[row.verdict] ?? ''), ` ${row.verdict}`]},
    {key: 'problem', label: 'Problem', value: (row) => row.problem, opens: true, cell: (row) => row.problem || row.name},
    {key: 'variant', label: 'Variant', value: (row) => row.variant, cell: (row) => row.variant},
    {key: 'baseline', wide: true, label: 'Before', numeric: true, value: of((one) => one.baseline_us),
     cell: shown((one) => formatUs(one.baseline_us))},
    {key: 'candidate', wide: true, label: 'After', numeric: true, value: of((one) => one.candidate_us),
     cell: shown((one) => formatUs(one.candidate_us))},
    {key: 'change', label: 'Change', numeric: true, value: of((one) => one.ratio),
     cell: shown((one) => formatChange(one.ratio, one.low, one.high))},
    {key: 'plot', label: '95 % interval', title: 'sorts by the width of the interval', numeric: true,
     picture: () => forestAxis(most),
     value: of((one) => one.high - one.low), cell: shown(() => '')},
    {key: 'seen', wide: true, label: 'Seen from', title: 'the smallest slow-down that would have been called one', numeric: true,
     value: of((one) => one.smallest_detectable),
     cell: shown((one) => `${withPrecision(one.smallest_detectable * 100, 0.1)} %`)},
  ].map((column) => (column.key !== 'plot' ? column : {
    ...column, cell: (row) => (!row.difference ? row.note || '-' : [
      forest(row.difference, most, row.verdict),
      unseen(`ratio ${row.difference.ratio.toFixed(3)}, ${row.difference.low.toFixed(3)} to ${row.difference.high.toFixed(3)}`)]),
  }));
}

function environmentDifferences({environment, comparable}) {
  if (!environment.length) return el('p', null, 'The two environments are the same.');
  return el('details', {open: !comparable}, el('summary', null, `${plural(environment.length, 'difference')} of the environments`),
            el('table', {class: 'small', 'aria-label': 'Differences of the environments'},
               el('thead', null, el('tr', null, ['what', 'before', 'after'].map((text) => el('th', {scope: 'col'}, text)))),
               el('tbody', null, environment.map(({what, baseline, candidate}) => el(
                   'tr', null, [what, baseline, candidate].map((text) => el('td', null, text)))))));
}

function compareView(main, page) {
  const {comparison} = page;
  const rows = comparisonRows(page);
  const most = reach(rows.filter(({difference}) => difference).map(({difference}) => difference));
  const columns = compareColumns(most);
  const table = new VirtualTable({
    label: 'Comparison', className: 'compare', cards: true, columns,
    href: (row) => hashWith({view: 'case', case: row.id, sort: null}),
    rowClass: ({verdict}) => `verdict-${verdict.replace(' ', '-')}`,
  });
  const counts = [...grouped(worstOrder(rows), ({verdict}) => verdict)].map(([verdict, list]) => el(
      'a', {class: `chip verdict-${verdict.replace(' ', '-')}`, href: hashWith({q: verdict})},
      `${verdicts[verdict] ?? ''} ${list.length.toLocaleString('en')} ${verdict}`));
  const bad = rows.some(({verdict}) => ['failed', 'unverified', 'missing', 'slower'].includes(verdict));
  replace(main, el('h2', null, 'What changed'),
          el('div', {class: `verdict ${bad ? 'failed' : comparison.comparable ? 'passed' : 'skipped'}`},
             el('p', {class: 'words'}, comparison.comparable ? comparison.text
                 : `Not comparable: the environments differ. ${comparison.text}`),
             el('p', {class: 'chips'}, counts),
             comparison.warnings.length ? el('ul', {class: 'doubts'}, comparison.warnings.map((text) => el('li', null, text))) : null),
          el('p', {class: 'dim'}, `Before: ${plural(comparison.baseline_processes, 'process', 'processes')}; after: ` +
             `${comparison.candidate_processes}. The shaded band is the threshold: what lies within it is no change.`),
          environmentDifferences(comparison),
          table.element);
  const update = () => {
    const shown = filtered(rows);
    showCount(shown.length, rows.length);
    const sort = sortState('worst');
    const column = columns.find(({key}) => key === sort.key);
    table.show(column ? sortRows(shown, column, sort.descending) : worstOrder(shown), sort, toggleSort(columns, 'worst'));
  };
  update();
  return {update, close: () => table.close()};
}
