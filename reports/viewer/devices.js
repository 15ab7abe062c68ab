// Reports of several machines: a strip for each, every case a tick beside the median of all machines.

function machineName(host, text, uuid) {
  return [host, text, uuid].filter(Boolean).join(', ');
}

/// Of a case: its device where reports of several were merged, else the machine of its report.
function machineOf({context, device}, {machine}) {
  const {devices} = context.prelu;
  const own = devices[machine];
  if (own) return machineName(own.host ?? '', own.name, own.uuid);
  return machineName(context.host_name, device, devices.map(({uuid}) => uuid).filter(Boolean).join(' '));
}

/// For each machine the latest time of each case.
function machines(page) {
  const found = new Map();
  for (const report of [...page.reports].sort((a, b) => a.date.localeCompare(b.date))) {
    for (const one of report.cases) {
      const name = machineOf(report, one);
      if (!found.has(name)) found.set(name, new Map());
      if (one.time) found.get(name).set(one.name, {one, report});
    }
  }
  return found;
}

/// For each machine the ratio of each case to the median over all machines that timed it.
function stripRows(page, matches) {
  const all = new Map();
  const found = machines(page);
  for (const [name, {one}] of [...found.values()].flatMap((times) => [...times])) {
    if (matches(one)) all.set(name, [...all.get(name) ?? [], one.time.median]);
  }
  const middle = new Map([...all].filter(([, list]) => list.length > 1).map(([name, list]) => [name, d3.median(list)]));
  return [...found].map(([name, times]) => {
    const ratios = [...times].filter(([own]) => middle.has(own)).map(([own, {one, report}]) => ({
      one, report, ratio: one.time.median / middle.get(own)})).sort((a, b) => a.ratio - b.ratio);
    return {name, ratios, median: d3.median(ratios, ({ratio}) => ratio), slowest: ratios.at(-1)};
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
    view: 'case', case: slowest.one.id, report: page.reports.indexOf(slowest.report), sort: null})}, slowest.one.name);
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
  const all = new Set(page.reports.flatMap(({cases}) => cases.map(({name}) => name))).size;
  const update = () => {
    const rows = stripRows(page, matcher());
    showCount(new Set(rows.flatMap(({ratios}) => ratios.map(({one}) => one.name))).size, all);
    replace(place, stripTable(page, rows, narrow.matches ? main.clientWidth : Math.max(260, Math.min(560, main.clientWidth - 720))));
  };
  addEventListener('resize', update);
  update();
  return {update, close: () => removeEventListener('resize', update)};
}
