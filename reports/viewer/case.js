// One case: is it right, its samples in the order they were taken, and how they are distributed.

function caseFacts(one) {
  const {verification, kernel} = one;
  const sum = one.direction === 'backward' ? `, error of dalpha ${verification.max_error} of ` +
      `${verification.allowed} allowed` : ', equal to the bit';
  const rows = [
    ['Status', `${one.status}${one.reason ? `: ${one.reason}` : ''}`],
    ['Verified', verification.status === 'passed'
        ? `${plural(verification.checked, 'element')} compared${sum}` : verification.status],
  ];
  if (one.time) {
    rows.push(
        ['Median, cold', formatTime(one.time)], ['95 % interval', formatInterval(one.time)],
        ['Throughput', `${formatBandwidth(one.bytes, one.time)} GB/s of ${formatBytes(one.bytes)}`],
        ['Ceiling', one.ceiling === null ? 'not measured'
            : `${formatUs(one.ceiling)}; the share is ${formatShare(one.share)}` +
              (one.share > suspectShare ? ' (suspect)' : '')],
        ['Hot', one.hot === null ? 'not measured' : formatUs(one.hot) +
            (one.hotCeiling ? `; ceiling ${formatUs(one.hotCeiling)}` : '')],
        ['Throttled', one.throttled ? `${plural(one.throttled, 'sample')} taken again` : 'no']);
    if (one.clock) rows.push(['SM clock', `${withPrecision(one.clock, 1)} MHz`]);
    if (one.process) rows.push(['Process', one.process]);
  }
  if (kernel) {
    rows.push(['Registers', `${kernel.registers} a thread`], ['Spilled', formatBytes(kernel.spill_bytes)],
              ['In flight', `${formatBytes(kernel.bytes_in_flight_per_sm)} an SM`]);
  }
  rows.push(['Deterministic', one.deterministic ? 'yes' : 'no']);
  if (one.networks.length) rows.push(['Networks', one.networks.join(', ')]);
  if (one.codeHash) rows.push(['Code hash', one.codeHash]);
  return rows;
}

/// The samples in order: block after block, told apart by colour, shape and a line between.
function sampleSeries(one) {
  let place = 0;
  return one.blocks.map((block, number) => ({
    name: `block ${number + 1}`, number: number % 2, joined: false,
    lines: [block.map((us, i) => ({x: ++place, y: us, block: number + 1, inBlock: i + 1}))],
  }));
}

/// Samples far apart, as outliers are, would hide the rest: then the axis is logarithmic.
function farApart(samples) {
  return d3.max(samples) > 3 * d3.min(samples);
}

/// Freedman and Diaconis' width, so that two modes show and noise does not; never more than 60.
function histogram(samples) {
  const [to, from] = farApart(samples) ? [Math.log, Math.exp] : [(us) => us, (us) => us];
  const sorted = samples.map(to).sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)];
  const spread = d3.quantile(sorted, 0.75) - d3.quantile(sorted, 0.25);
  const width = 2 * spread / Math.cbrt(sorted.length);
  const count = high > low ? Math.min(Math.max(Math.ceil((high - low) / (width || high - low)), 5), 60) : 1;
  const edge = (i) => from(low + (high - low) * i / count);
  const bins = Array.from({length: count}, (_, i) => ({low: edge(i), high: edge(i + 1), samples: 0}));
  for (const value of sorted) {
    ++bins[Math.min(Math.floor((value - low) / (high - low || 1) * count), count - 1)].samples;
  }
  return bins;
}

function histogramPicture(one, unit) {
  const samples = one.blocks.flat();
  const bins = histogram(samples);
  const [width, height] = [340, 300];
  const ends = bins.length === 1 ? [bins[0].low * 0.99, bins[0].low * 1.01] : [bins[0].low, bins.at(-1).high];
  const x = (farApart(samples) ? d3.scaleLog() : d3.scaleLinear()).domain(ends.map((us) => us / unit.us))
      .range([margin.left, width - 12]);
  const y = d3.scaleLinear().domain([0, d3.max(bins, (bin) => bin.samples)]).range([height - margin.bottom, margin.top]);
  const words = (bin) => `${formatUs(bin.low)} to ${formatUs(bin.high)}: ${plural(bin.samples, 'sample')}`;
  const root = svg('svg', {width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', class: 'c0 histogram',
                           'aria-label': `Distribution. ${bins.filter((bin) => bin.samples).map(words).join('; ')}`});
  for (const bin of bins) {
    const left = bins.length === 1 ? x(bin.low / unit.us) - 15 : x(bin.low / unit.us);
    const right = bins.length === 1 ? left + 30 : x(bin.high / unit.us);
    root.append(svg('rect', {class: 'bin', x: left, width: Math.max(right - left - 1, 1), y: y(bin.samples),
                             height: y(0) - y(bin.samples)}, svg('title', null, words(bin))));
  }
  const median = x(one.time.median / unit.us);
  root.append(svg('line', {class: 'guide median', x1: median, x2: median, y1: margin.top - 8, y2: y(0)}),
              svg('text', {class: 'guide-label', x: median + 5, y: margin.top - 1}, 'median'));
  drawAxis(root, d3.axisBottom(x).tickFormat(String), `translate(0,${height - margin.bottom})`,
           farApart(samples) ? logTicks(x.domain()) : x.ticks(4));
  drawAxis(root, d3.axisLeft(y).tickFormat(String), `translate(${margin.left},0)`, y.ticks(5).filter(Number.isInteger));
  root.append(svg('text', {class: 'axis-label', x: (margin.left + width - 12) / 2, y: height - 8,
                           'text-anchor': 'middle'}, unit.name),
              svg('text', {class: 'axis-label', x: 8, y: 14}, 'samples'));
  return root;
}

function sampleChart(one, unit) {
  const series = sampleSeries(one);
  const scaled = (us) => us / unit.us;
  for (const point of series.flatMap(({lines}) => lines.flat())) point.y = scaled(point.y);
  const starts = series.slice(1).map(({lines}) => ({at: lines[0][0].x - 0.5, className: 'faint'}));
  const samples = one.blocks.flat();
  const count = samples.length;
  const nearCeiling = one.ceiling && Math.abs(Math.log(one.ceiling / one.time.median)) < Math.log(3);
  return new Chart({
    label: 'Samples in the order they were taken', height: 300, right: 56,
    x: {label: 'sample', domain: [0.5, count + 0.5],
        ticks: (_, room) => d3.scaleLinear().domain([1, count]).ticks(Math.min(room, count)).filter(Number.isInteger)},
    y: {label: unit.name, log: farApart(samples)}, series, verticals: starts,
    bands: [{low: scaled(one.time.low), high: scaled(one.time.high)}],
    horizontals: [{at: scaled(one.time.median), label: 'median', className: 'median'},
                  ...(nearCeiling ? [{at: scaled(one.ceiling), label: 'ceiling', className: 'ceiling'}] : [])],
    describe: ({x, block, inBlock}) => [
      `${samples[x - 1]} µs`, `sample ${x} of ${count}`, `block ${block}, number ${inBlock} in it`],
  });
}

/// Cases of the same problem, or the same case of other reports, fastest first.
function smallTable(label, head, rows) {
  if (!rows.length) return null;
  return el('section', null, el('h3', null, label), el('div', {class: 'sideways'}, el(
      'table', {class: 'small', 'aria-label': label},
      el('thead', null, el('tr', null, head.map((text) => el('th', {scope: 'col'}, text)))),
      el('tbody', null, rows.map((cells) => el('tr', null, cells.map((cell) => el('td', null, cell))))))));
}

function timeCells(one) {
  if (!one.time) return [`${symbols[one.status]} ${one.status}`, reasonOf(one), '', ''];
  return [formatTime(one.time), formatInterval(one.time), formatBandwidth(one.bytes, one.time),
          one.share === null ? '-' : shareBar(one.share)];
}

function siblings(report, one) {
  const rows = report.cases.filter((other) => other.problem === one.problem)
      .sort((a, b) => (a.time?.median ?? Infinity) - (b.time?.median ?? Infinity))
      .map((other) => [
        other === one ? el('b', null, `${other.variant}${other.mark} (this one)`)
                      : el('a', {href: hashWith({case: other.id})}, other.variant + other.mark),
        ...timeCells(other)]);
  return smallTable('The same problem, every variant', ['variant', 'time', '95 % interval', 'GB/s', 'of ceiling'], rows);
}

function elsewhere(page, report, one) {
  const rows = page.reports.flatMap((other, i) => {
    const same = other.byId.get(one.id);
    return other === report || !same ? [] : [[
      el('a', {href: hashWith({report: i})}, `${i + 1}: ${other.device}`), other.date.slice(0, 16), ...timeCells(same)]];
  });
  return smallTable('The same case in the other reports',
                    ['report', 'date', 'time', '95 % interval', 'GB/s', 'of ceiling'], rows);
}

function caseView(main, page, report) {
  const one = report.byId.get(state.case);
  if (!one) {
    replace(main, el('p', {class: 'empty'}, 'This report holds no case ', el('code', null, state.case ?? '(none)'), '. ',
                     el('a', {href: hashWith({view: 'cases', case: null})}, 'All cases')),
            trendOfCase(page, {id: state.case, name: state.case}));
    return {};
  }
  const chart = one.time ? sampleChart(one, timeUnit(one.time.median)) : null;
  replace(main,
          el('p', null, el('a', {href: hashWith({view: 'cases', case: null})}, '← All cases')),
          el('h2', {class: `title ${one.status}`}, el('span', {'aria-hidden': 'true'}, `${symbols[one.status]} `),
             one.variant + one.mark, el('br'), el('span', {class: 'dim'}, one.problem)),
          el('div', {class: `case ${one.status}`}, definitions(caseFacts(one), {class: 'facts'}),
             one.rerun ? el('p', null, 'To run it again: ', el('code', null, one.rerun)) : null),
          chart ? el('div', {class: 'side-by-side'},
                     el('section', null, el('h3', null, 'Samples, in the order they were taken'), chart.element),
                     el('section', null, el('h3', null, 'Distribution'),
                        histogramPicture(one, timeUnit(one.time.median)))) : null,
          siblings(report, one), trendOfCase(page, one), elsewhere(page, report, one));
  chart?.draw();
  return {close: () => chart?.close()};
}
