// Throughput against bytes: where a kernel is bound by launches, by a cache, by memory.

const seriesKeys = {variant: 'variant', dtype: 'dtype', layout: 'layout', alpha: 'alpha mode',
                    direction: 'direction', device: 'device'};

/// Cases that differ in size alone: those a line may join.
function family(one) {
  return [one.device, one.variant, one.direction, one.dtype, one.layout, one.alpha, one.options,
          one.process].join(' ');
}

function grouped(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return groups;
}

function throughputPoint(one) {
  const rate = (us) => one.bytes / us * 1e-3;
  return {x: one.bytes, y: one.bandwidth, low: rate(one.time.high), high: rate(one.time.low), one};
}

/// A series keeps its number, and so its colour, whatever the filter.
function throughputSeries(report, shown, by) {
  const numbers = new Map();
  for (const one of report.cases) if (one.time) numbers.set(one[by], numbers.get(one[by]) ?? numbers.size);
  return [...grouped(shown, (one) => one[by])].map(([name, cases]) => ({
    name, number: numbers.get(name),
    lines: [...grouped(cases, family).values()].map(
        (line) => line.map(throughputPoint).sort((a, b) => a.x - b.x)),
  })).sort((a, b) => a.number - b.number);
}

/// Of points that hardly differ in x the highest: a ceiling is what the fastest copy reached.
function highest(points) {
  const kept = [];
  for (const point of points.sort((a, b) => a[0] - b[0])) {
    const before = kept.at(-1);
    if (!before || point[0] > before[0] * 1.02) kept.push(point);
    else if (point[1] > before[1]) kept[kept.length - 1] = point;
  }
  return kept;
}

/// The fastest copies, as a line for each number of streams that the cases shown need.
function ceilingCurves(report, shown) {
  const directions = new Set(shown.map((one) => `${one.device} ${one.direction === 'forward' ? 1 : 2}`));
  const ceilings = report.context.prelu.ceilings.filter(
      ({device, reads, bytes, median_us: us}) => directions.has(`${device} ${reads}`) && bytes > 0 && us > 0);
  const several = new Set(ceilings.map(({device}) => device)).size > 1;
  return [...grouped(ceilings, ({device, reads}) => `${device} ${reads}`).values()].map((list) => ({
    label: `${several ? `${list[0].device} ` : ''}ceiling: ${plural(list[0].reads, 'read')}, 1 write`, below: list[0].reads > 1, className: 'ceiling',
    dash: list[0].reads === 1 ? '8 4' : '2 4',
    points: highest(list.map(({bytes, median_us: us}) => [bytes, bytes / us * 1e-3])),
  }));
}

/// Where the operands stop fitting a cache: of a GPU its L2, of a CPU every level.
function cacheLines(report, shown) {
  const devices = new Set(shown.map(({device}) => device));
  const lines = report.context.prelu.devices
      .filter(({kind, cache_bytes: bytes}) => devices.has(kind) && kind !== 'cpu' && bytes)
      .map(({kind, cache_bytes: bytes}) => ({at: bytes, label: `${kind} L2 ${formatBytes(bytes)}`}));
  if (devices.has('cpu')) {
    for (const {type, level, size} of report.context.caches) {
      if (type !== 'Instruction') lines.push({at: size, label: `L${level} ${formatBytes(size)}`});
    }
  }
  return lines;
}

/// What every chart says of a case.
function caseLines(one) {
  return [
    one.id,
    `${formatTime(one.time)} (95 %: ${formatInterval(one.time)})`,
    `${formatBandwidth(one.bytes, one.time)} GB/s of ${formatBytes(one.bytes)}`,
    one.share === null ? 'no ceiling' : `${formatShare(one.share)} of the ceiling` +
        (one.share > suspectShare ? ': suspect' : ''),
    plural(one.blocks.flat().length, 'sample'),
    one.throttled ? 'throttled' : '',
  ].filter(Boolean);
}

function openCase(one) {
  go({view: 'case', case: one.id, sort: null});
}

function throughputView(main, page, report) {
  const chart = new Chart({
    label: 'Throughput against bytes moved, both logarithmic', height: 460,
    x: {label: 'bytes that the problem must move', log: true, ticks: byteTicks, format: formatBytes},
    y: {label: 'GB/s', log: true},
    describe: ({one}) => caseLines(one), open: ({one}) => openCase(one),
  });
  const by = el('select', {id: 'by', onchange: () => adjust({by: by.value, off: null})},
                Object.entries(seriesKeys).map(([key, label]) => el('option', {value: key}, label)));
  const place = el('div');
  const note = el('p', {class: 'dim'});
  replace(main, el('h2', null, 'Throughput against bytes'),
          el('p', null, el('label', {for: 'by'}, 'A series for each '), by), chart.element, place, note);
  const update = () => {
    by.value = Object.hasOwn(seriesKeys, state.by ?? '') ? state.by : 'variant';
    const matching = filtered(report.cases);
    const shown = matching.filter((one) => one.time && one.bytes > 0);
    showCount(matching.length, report.cases.length);
    const series = throughputSeries(report, shown, by.value);
    showLegend(place, series);
    note.textContent = `${plural(shown.length, 'timed case')}. Lines join cases that differ in size alone; ` +
        'bands and bars are 95 % intervals. Upright lines: the size of a cache. ' +
        `Not drawn, for they have no time: ${plural(matching.length - shown.length, 'case')}.`;
    chart.show({series, hidden: listIn('off'), curves: ceilingCurves(report, shown),
                verticals: cacheLines(report, shown)});
  };
  update();
  return {update, close: () => chart.close()};
}
