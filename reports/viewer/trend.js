// Many reports: how a case changed from one to the next, and how machines of one kind differ.

/// Reports that may be compared, in the order of their dates.
function environments(page) {
  const byDate = [...page.reports].sort((a, b) => a.date.localeCompare(b.date));
  return [...grouped(byDate, ({environment}) => environment).values()];
}

function trendPoints(reports, id) {
  return reports.map((report, i) => ({x: i + 1, report, one: report.byId.get(id)}))
      .filter(({one}) => one?.time);
}

/// One row a case and environment that has it at least twice.
function trendRows(page) {
  return environments(page).filter((reports) => reports.length > 1).flatMap((reports) => {
    const latest = new Map(reports.flatMap(({cases}) => cases.map((one) => [one.id, one])));
    return [...latest.values()].map((one) => {
      const points = trendPoints(reports, one.id);
      const [first, last] = [points[0]?.one.time, points.at(-1)?.one.time];
      return {...one, reports, points, last, first, ratio: points.length > 1 ? last.median / first.median : null};
    }).filter(({points}) => points.length > 1);
  });
}

/// The medians as a line in their intervals' band; every row has a scale of its own.
function spark({points, reports}) {
  const [width, height] = [200, 26];
  const x = d3.scaleLinear().domain([1, Math.max(reports.length, 2)]).range([4, width - 4]);
  const times = points.map(({one}) => one.time);
  const y = d3.scaleLinear().domain([Math.min(...times.map(({low}) => low)), Math.max(...times.map(({high}) => high))])
      .range([height - 3, 3]);
  const area = d3.area().x((one) => x(one.x)).y0(({one}) => y(one.time.low)).y1(({one}) => y(one.time.high));
  const line = d3.line().x((one) => x(one.x)).y(({one}) => y(one.time.median));
  return svg('svg', {width, height, class: 'spark c0', 'aria-hidden': 'true'},
             svg('path', {class: 'interval-band', d: area(points)}), svg('path', {class: 'line', d: line(points)}),
             svg('circle', {class: 'mark', cx: x(points.at(-1).x), cy: y(points.at(-1).one.time.median), r: 3}));
}

/// The uncertainty of last over first, from the widths of both intervals: for the digits alone.
function ratioWidth({first, last, ratio}) {
  return ratio * ((first.high - first.low) / first.median + (last.high - last.low) / last.median) / 2;
}

const trendColumns = [
  {key: 'problem', label: 'Problem', value: (row) => row.problem, opens: true, cell: (row) => row.problem},
  {key: 'variant', label: 'Variant', value: (row) => row.variant, cell: (row) => row.variant},
  {key: 'plot', label: 'Time, report by report', numeric: true, value: (row) => row.points.length,
   cell: (row) => [spark(row), unseen(row.points.map(({one}) => formatTime(one.time)).join(', '))]},
  {key: 'baseline', label: 'First', numeric: true, value: (row) => row.first.median, cell: (row) => formatTime(row.first)},
  {key: 'candidate', label: 'Last', numeric: true, value: (row) => row.last.median, cell: (row) => formatTime(row.last)},
  {key: 'change', label: 'Change', numeric: true, value: (row) => row.ratio,
   cell: (row) => formatChange(row.ratio, row.ratio, row.ratio + ratioWidth(row))},
];

function trendView(main, page) {
  const rows = trendRows(page);
  const table = new VirtualTable({
    label: 'Trend', className: 'compare', cards: true, columns: trendColumns,
    href: (row) => hashWith({view: 'case', case: row.id, report: page.reports.indexOf(row.points.at(-1).report), sort: null}),
  });
  replace(main, el('h2', null, 'From report to report'),
          el('p', {class: 'dim'}, `${plural(page.reports.length, 'report')}, by date, from ` +
             `${plural(environments(page).length, 'environment')}; only reports of one environment are set beside each other. ` +
             'Each line has its own scale; the band is the 95 % interval.'), table.element);
  const update = () => {
    const shown = filtered(rows);
    showCount(shown.length, rows.length);
    table.show(sortRows(shown, trendColumns.find(({key}) => key === sortState('-change').key) ?? trendColumns[5],
                        sortState('-change').descending), sortState('-change'), toggleSort(trendColumns, '-change'));
  };
  update();
  return {update, close: () => table.close()};
}

/// Of one case, for its own view; nothing where there are too few reports.
function trendOfCase(page, one) {
  const reports = environments(page).find((list) => list.some((report) => report.byId.get(one.id) === one)) ?? [];
  const points = trendPoints(reports, one.id);
  if (points.length < 3) return null;
  const unit = timeUnit(points[0].one.time.median);
  const chart = new Chart({
    label: 'Median of each report', height: 260,
    x: {label: 'report, by date', domain: [0.5, reports.length + 0.5],
        ticks: (_, room) => d3.scaleLinear().domain([1, reports.length]).ticks(Math.min(room, reports.length)).filter(Number.isInteger),
        format: (i) => reports[i - 1]?.date.slice(5, 16).replace('T', ' ') ?? ''},
    y: {label: unit.name},
    series: [{name: one.id, number: 0, lines: [points.map(({x, report, one: {time}}) => ({
      x, report, time, y: time.median / unit.us, low: time.low / unit.us, high: time.high / unit.us}))]}],
    describe: ({report, time}) => [report.date.slice(0, 16).replace('T', ' '), formatTime(time), `95 %: ${formatInterval(time)}`,
                                   `commit ${report.context.prelu.git.sha.slice(0, 9)}`, report.file],
    open: ({report}) => go({report: page.reports.indexOf(report)}),
  });
  requestAnimationFrame(() => chart.draw());
  return el('section', null, el('h3', null, 'From report to report'), chart.element);
}
