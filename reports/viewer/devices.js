// Reports of several machines: a strip for each, every case a tick beside the median of all machines.

function machineOf({context, device}) {
  const uuids = context.prelu.devices.map(({uuid}) => uuid).filter(Boolean).join(' ');
  return `${context.host_name}, ${device}${uuids ? `, ${uuids}` : ''}`;
}

function machines(page) {
  return grouped(page.reports, machineOf);
}

/// The latest time of each case on a machine.
function latestTimes(reports) {
  const byDate = [...reports].sort((a, b) => a.date.localeCompare(b.date));
  return new Map(byDate.flatMap((report) => report.cases.filter(({time}) => time).map((one) => [one.id, {one, report}])));
}

/// For each machine the ratio of each case to the median over all machines that timed it.
function stripRows(page, matches) {
  const times = [...machines(page)].map(([name, reports]) => ({name, reports, times: latestTimes(reports)}));
  const all = new Map();
  for (const machine of times) {
    for (const [id, {one}] of machine.times) {
      if (matches(one)) all.set(id, [...all.get(id) ?? [], one.time.median]);
    }
  }
  const middle = new Map([...all].filter(([, list]) => list.length > 1).map(([id, list]) => [id, d3.median(list)]));
  return times.map(({name, reports, times: own}) => {
    const ratios = [...own].filter(([id]) => middle.has(id)).map(([id, {one, report}]) => ({
      id, one, report, ratio: one.time.median / middle.get(id)})).sort((a, b) => a.ratio - b.ratio);
    return {name, reports, ratios, median: d3.median(ratios, ({ratio}) => ratio), slowest: ratios.at(-1)};
  });
}

function strip(ratios, x, width) {
  const root = svg('svg', {width, height: 34, class: 'strip c0', 'aria-hidden': 'true'},
                   svg('line', {class: 'one', x1: x(1), x2: x(1), y1: 0, y2: 34}));
  const ticks = ratios.map(({ratio}) => `M${x(ratio).toFixed(1)},8V26`).join('');
  root.append(svg('path', {class: 'ticks', d: ticks}));
  if (ratios.length) {
    const middle = x(d3.median(ratios, ({ratio}) => ratio));
    root.append(svg('path', {class: 'median', d: `M${middle},3V31`}));
  }
  return root;
}

function stripAxis(x, width) {
  const root = svg('svg', {width, height: 24, 'aria-hidden': 'true'});
  const ticks = d3.scaleLinear().domain(x.domain()).ticks(5).filter((ratio) => ratio > 0);
  drawAxis(root, d3.axisTop(x).tickFormat((ratio) => `×${Number(ratio.toPrecision(3))}`), 'translate(0,22)', [...new Set([...ticks, 1])]);
  return root;
}

function stripRow(page, {name, ratios, median, slowest}, x, width) {
  const link = slowest && el('a', {href: hashWith({
    view: 'case', case: slowest.id, report: page.reports.indexOf(slowest.report), sort: null})}, slowest.id);
  return el('tr', null,
            el('th', {scope: 'row'}, name, el('div', {class: 'dim'}, plural(ratios.length, 'case'))),
            el('td', null, median === undefined ? '-' : `×${median.toFixed(2)}`),
            el('td', null, strip(ratios, x, width)),
            el('td', null, slowest ? [link, `: ×${slowest.ratio.toFixed(2)}`] : '-'));
}

function stripTable(page, rows, width) {
  const most = Math.exp(d3.max(rows.flatMap(({ratios}) => ratios), ({ratio}) => Math.abs(Math.log(ratio))) ?? 0);
  const x = d3.scaleLog().domain([1, -1].map((sign) => Math.max(most * 1.05, 1.05) ** -sign))
      .range([10, width - 10]);
  const head = ['machine', 'median', [unseen('every case'), stripAxis(x, width)], 'its slowest case'];
  return el('table', {class: 'small strips', 'aria-label': 'Machines'},
            el('thead', null, el('tr', null, head.map((text) => el('th', {scope: 'col'}, text)))),
            el('tbody', null, rows.map((row) => stripRow(page, row, x, width))));
}

function devicesView(main, page) {
  const place = el('div', {class: 'sideways'});
  replace(main, el('h2', null, 'Machine beside machine'),
          el('p', {class: 'dim'}, 'Each tick is a case: its time over the median of all machines that ' +
             'timed it. To the right is slower. The tall mark is the median of the machine.'), place);
  const all = new Set(page.reports.flatMap(({cases}) => cases.map(({id}) => id))).size;
  const update = () => {
    const rows = stripRows(page, matcher());
    showCount(new Set(rows.flatMap(({ratios}) => ratios.map(({id}) => id))).size, all);
    replace(place, stripTable(page, rows, narrow.matches ? main.clientWidth : Math.max(260, Math.min(560, main.clientWidth - 720))));
  };
  addEventListener('resize', update);
  update();
  return {update, close: () => removeEventListener('resize', update)};
}
