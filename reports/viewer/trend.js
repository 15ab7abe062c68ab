// How a case went from report to report, or, with a history (prelu-report trend), from commit to commit.

/// Reports that may be compared, in the order of their dates.
function environments(page) {
  const byDate = [...page.reports].sort((a, b) => a.date.localeCompare(b.date));
  return [...grouped(byDate, ({environment}) => environment).values()];
}

/// Of one case: {x, time, date, words}. The words say where the point is from.
function reportPoints(page, reports, id) {
  return reports.flatMap((report, i) => {
    const one = report.byId.get(id);
    const commit = report.context.prelu.git.sha.slice(0, 9);
    return !one?.time ? [] : [{
      x: i + 1, time: one.time, date: report.date.slice(0, 16).replace('T', ' '),
      words: [`95 %: ${formatInterval(one.time)}`, `commit ${commit}`, report.file],
      report: page.reports.indexOf(report)}];
  });
}

/// Likewise of a series of the history: medians of a commit's reports, between the fastest and the slowest.
function seriesPoints({points}) {
  return points.map(({commit, time, median_us: median, low_us: low, high_us: high, reports}, i) => ({
    x: i + 1, time: {median, low: low || median, high: high || median}, date: new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' '),
    words: [`commit ${commit.slice(0, 9)}`, plural(reports, 'report') + (low && reports > 1 ? `: ${formatUs(low)} to ${formatUs(high)}` : '')]}));
}

/// What a row is to be filtered and sorted by; of a case that no report holds, what its name says.
function trendRow(one, points, places, changes) {
  const [first, last] = [points[0].time, points.at(-1).time];
  return {...one, points, places, changes, first, last, ratio: last.median / first.median};
}

function rowsOfReports(page) {
  return environments(page).filter((reports) => reports.length > 1).flatMap((reports) => {
    const latest = new Map(reports.flatMap(({cases}) => cases.map((one) => [one.id, one])));
    return [...latest.values()].map((one) => [one, reportPoints(page, reports, one.id)])
        .filter(([, points]) => points.length > 1)
        .map(([one, points]) => trendRow(one, points, reports.length, null));
  });
}

function rowsOfHistory(page) {
  const known = new Map(page.reports.flatMap(({cases}) => cases.map((one) => [one.name, one])));
  const several = new Set(page.trend.series.map(({environment_key: key}) => key)).size > 1;
  return page.trend.series.filter(({points}) => points.length).map((series) => {
    const {name} = series;
    const one = known.get(name) ?? {
      ...caseOf(name, {variant: name.split('/').slice(0, 2).join('/'), problem: name.split('/').slice(2).join('/')}, 0),
      id: name, searched: name.toLowerCase()};
    return {...trendRow(one, seriesPoints(series), series.points.length, series.changes), where: several ? series.device : ''};
  });
}

function trendRows(page) {
  return page.trend ? rowsOfHistory(page) : rowsOfReports(page);
}

function hasTrend(page) {
  return page.trend ? page.trend.series.length > 0 : environments(page).some((reports) => reports.length > 2);
}

/// The medians as a line in their band; every row has a scale of its own. Changes are upright lines.
function spark({points, places, changes}) {
  const [width, height] = [200, 26];
  const x = d3.scaleLinear().domain([1, Math.max(places, 2)]).range([4, width - 4]);
  const y = d3.scaleLinear().domain([d3.min(points, ({time}) => time.low), d3.max(points, ({time}) => time.high)])
      .range([height - 3, 3]);
  const area = d3.area().x((one) => x(one.x)).y0(({time}) => y(time.low)).y1(({time}) => y(time.high));
  const line = d3.line().x((one) => x(one.x)).y(({time}) => y(time.median));
  const marks = (changes ?? []).map(({last_before: before}) => svg(
      'line', {class: 'guide', x1: x(before + 1.5), x2: x(before + 1.5), y1: 0, y2: height}));
  return svg('svg', {width, height, class: 'spark c0', 'aria-hidden': 'true'}, marks,
             svg('path', {class: 'interval-band', d: area(points)}), svg('path', {class: 'line', d: line(points)}),
             svg('circle', {class: 'mark', cx: x(points.at(-1).x), cy: y(points.at(-1).time.median), r: 3}));
}

/// The uncertainty of last over first, from the widths of both: for the digits alone.
function ratioWidth({first, last, ratio}) {
  return ratio * ((first.high - first.low) / first.median + (last.high - last.low) / last.median) / 2;
}

const trendColumns = [
  {key: 'problem', label: 'Problem', value: (row) => row.problem, opens: true,
   cell: (row) => [row.problem, row.where ? el('span', {class: 'dim'}, ` on ${row.where}`) : null]},
  {key: 'variant', label: 'Variant', value: (row) => row.variant, cell: (row) => row.variant},
  {key: 'plot', label: 'Time, one by one', numeric: true, value: (row) => row.changes?.length ?? row.points.length,
   cell: (row) => [spark(row), unseen(row.points.map(({time}) => formatTime(time)).join(', '))]},
  {key: 'baseline', label: 'First', numeric: true, value: (row) => row.first.median, cell: (row) => formatTime(row.first)},
  {key: 'candidate', label: 'Last', numeric: true, value: (row) => row.last.median, cell: (row) => formatTime(row.last)},
  {key: 'change', label: 'Change', numeric: true, value: (row) => row.ratio,
   cell: (row) => formatChange(row.ratio, row.ratio, row.ratio + ratioWidth(row))},
];

function trendView(main, page) {
  const rows = trendRows(page);
  const table = new VirtualTable({
    label: 'Trend', className: 'compare', cards: true, columns: trendColumns,
    href: (row) => hashWith({view: 'case', case: row.id, report: row.points.at(-1).report ?? state.report, sort: null}),
  });
  replace(main, el('h2', null, page.trend ? 'From commit to commit' : 'From report to report'),
          el('p', {class: 'dim'}, page.trend
             ? 'The median of each commit’s reports, between the fastest and the slowest; upright lines are the changes that ' +
               'prelu-report trend found. Each line has its own scale.'
             : `${plural(page.reports.length, 'report')}, by date, from ${plural(environments(page).length, 'environment')}; ` +
               'only reports of one environment are set beside each other. Each line has its own scale; the band is the ' +
               '95 % interval.'), table.element);
  const update = () => {
    const shown = filtered(rows);
    const sort = sortState('-change');
    showCount(shown.length, rows.length);
    table.show(sortRows(shown, trendColumns.find(({key}) => key === sort.key) ?? trendColumns.at(-1), sort.descending),
               sort, toggleSort(trendColumns, '-change'));
  };
  update();
  return {update, close: () => table.close()};
}

/// The chart of a case's points; nothing where there are too few for a trend.
function trendChart(points, places, changes) {
  if (points.length < 3) return null;
  const unit = timeUnit(points[0].time.median);
  const dates = new Map(points.map(({x, date}) => [x, date.slice(5)]));
  return new Chart({
    label: 'Median time, one by one', height: 260,
    x: {label: 'by date', domain: [0.5, places + 0.5],
        ticks: (_, room) => d3.scaleLinear().domain([1, places]).ticks(Math.min(room, places)).filter(Number.isInteger),
        format: (i) => dates.get(i) ?? ''},
    y: {label: unit.name},
    verticals: (changes ?? []).map(({last_before: before, ratio}) => ({
      at: before + 1.5, label: formatChange(ratio, ratio, ratio)})),
    series: [{name: 'median', number: 0, lines: [points.map((point) => ({
      ...point, y: point.time.median / unit.us, low: point.time.low / unit.us, high: point.time.high / unit.us}))]}],
    describe: ({date, time, words}) => [date, formatTime(time), ...words],
    open: ({report}) => (report === undefined ? null : go({report})),
  });
}

/// Of one case, for its own view.
function trendOfCase(page, one) {
  const reports = environments(page).find((list) => list.some((report) => report.byId.get(one.id) === one)) ?? [];
  const series = page.trend?.series.find(({name}) => name === one.name);
  const chart = series ? trendChart(seriesPoints(series), series.points.length, series.changes)
                       : trendChart(reportPoints(page, reports, one.id), reports.length, null);
  if (!chart) return null;
  requestAnimationFrame(() => chart.draw());
  return el('section', null, el('h3', null, series ? 'From commit to commit' : 'From report to report'), chart.element);
}
