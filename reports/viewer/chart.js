// A chart: axes and grid, lines with their bands, points with their intervals, and a cursor that a
// mouse or the arrow keys move from point to point. Drawn as SVG with d3's scales, axes and shapes.

const margin = {top: 26, right: 20, bottom: 46, left: 62};
const colours = 8;
const shapes = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond,
                d3.symbolCross, d3.symbolStar, d3.symbolWye];

/// Colour and shape of the i-th series: the pair is unique among 56, and neighbours differ in both.
function look(i) {
  return {colour: `c${i % colours}`, shape: shapes[i % shapes.length]};
}

function symbol(shape, size = 44) {
  return d3.symbol().type(shape).size(size)();
}

/// 1, 2, 5, 10, ... as many as there is room for.
function logTicks([low, high]) {
  const decades = Math.log10(high / low);
  const digits = decades < 0.7 ? [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]
      : decades < 1.5 ? [1, 2, 3, 5, 7] : decades < 3.5 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); ++e) {
    ticks.push(...digits.map((digit) => digit * 10 ** e));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/// Powers of two with the prefixes that memory has.
function byteTicks([low, high], most) {
  const [first, last] = [Math.ceil(Math.log2(low)), Math.floor(Math.log2(high))];
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const ticks = [];
  for (let e = first; e <= last; ++e) if (e % step === 0) ticks.push(2 ** e);
  return ticks;
}

function padded([low, high], log) {
  if (log) {
    const by = Math.max((high / low) ** 0.06, 1.05);
    return [low / by, high * by];
  }
  const by = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
  return [low - by, high + by];
}

/// The ends of `axis`: what is given, or what the values take.
function domain(axis, values) {
  if (axis.domain) return axis.domain;
  const finite = values.filter((value) => Number.isFinite(value) && (!axis.log || value > 0));
  if (!finite.length) return axis.log ? [1, 10] : [0, 1];
  return padded(d3.extent(finite), axis.log);
}

function scale(axis, values, range) {
  return (axis.log ? d3.scaleLog() : d3.scaleLinear()).domain(domain(axis, values)).range(range);
}

function drawAxis(group, axis, at, ticks) {
  axis.tickValues(ticks).tickSizeOuter(0);
  d3.select(group.appendChild(svg('g', {class: 'axis', transform: at}))).call(axis);
}

class Chart {
  /// options: label, x and y (label, log, domain, ticks(domain, room), format), series (name,
  /// number, lines: lists of points {x, y, low, high}, joined, marked), curves (points, label, className, dash,
  /// below: where the label stands),
  /// verticals and horizontals (at, label, className), right: the room for the latter's labels, bands
  /// (low, high), height, describe(point),
  /// open(point), hidden: names that are not shown.
  constructor(options) {
    this.options = options;
    this.picture = el('div', {
      class: 'picture', tabindex: 0, role: 'group', 'aria-roledescription': 'chart',
      'aria-label': `${options.label}. Arrow keys move between points` +
          (options.open ? ', Enter opens one.' : '.'),
    });
    this.tip = el('div', {class: 'tip', hidden: true});
    this.element = el('div', {class: 'chart'}, this.picture, this.tip);
    this.redraw = onceAFrame(() => this.draw());
    addEventListener('resize', this.redraw);
    this.picture.addEventListener('pointermove', (event) => this.point(event));
    this.picture.addEventListener('pointerleave', () => this.choose(null));
    this.picture.addEventListener('blur', () => this.choose(null));
    this.picture.addEventListener('click', () => this.open());
    this.picture.addEventListener('keydown', (event) => this.keyDown(event));
  }

  close() {
    removeEventListener('resize', this.redraw);
  }

  show(changes) {
    Object.assign(this.options, changes);
    this.draw();
  }

  draw() {
    if (!this.element.isConnected) return;
    this.right = this.options.right ?? margin.right;
    const {x, y, series = [], curves = [], verticals = [], horizontals = [], bands = [], hidden,
           height = 380, label} = this.options;
    const width = Math.max(this.element.clientWidth, 240);
    this.drawn = series.filter(({name}) => !hidden?.has(name));
    this.points = this.drawn.flatMap((one) => one.lines.flat().map((point) => ({...point, series: one})));
    const onCurves = curves.flatMap(({points}) => points);
    this.x = scale(x, [...this.points.map((one) => one.x), ...onCurves.map((one) => one[0])],
                   [margin.left, width - this.right]);
    this.y = scale(y, [...this.points.flatMap((one) => [one.y, one.low, one.high]),
                       ...onCurves.map((one) => one[1]), ...horizontals.map(({at}) => at)],
                   [height - margin.bottom, margin.top]);
    const root = svg('svg', {width, height, role: 'img', 'aria-label': label});
    this.axes(root, width, height);
    for (const band of bands) this.band(root, band);
    for (const one of verticals) this.vertical(root, one, height);
    for (const one of horizontals) this.horizontal(root, one, width);
    for (const one of curves) this.curve(root, one);
    for (const one of this.drawn) this.series(root, one);
    root.append(...root.querySelectorAll('.guide-label'));  // readable over the lines
    this.cursor = root.appendChild(svg('circle', {class: 'cursor', r: 9, visibility: 'hidden'}));
    this.picture.replaceChildren(root);
    this.chosen = null;
    this.tip.hidden = true;
  }

  axes(root, width, height) {
    const {x, y} = this.options;
    const ticksX = (x.ticks ?? ((_, room) => (x.log ? logTicks(this.x.domain()) : this.x.ticks(room))))(
        this.x.domain(), Math.max(2, Math.floor(width / 90)));
    const ticksY = y.ticks?.(this.y.domain()) ??
        (y.log ? logTicks(this.y.domain()) : this.y.ticks(Math.floor(height / 55)));
    const grid = root.appendChild(svg('g', {class: 'grid'}));
    for (const tick of ticksY) {
      grid.append(svg('line', {x1: margin.left, x2: width - this.right, y1: this.y(tick), y2: this.y(tick)}));
    }
    drawAxis(root, d3.axisBottom(this.x).tickFormat(x.format ?? String),
             `translate(0,${height - margin.bottom})`, ticksX);
    drawAxis(root, d3.axisLeft(this.y).tickFormat(y.format ?? String), `translate(${margin.left},0)`, ticksY);
    root.append(
        svg('text', {class: 'axis-label', x: (margin.left + width - this.right) / 2, y: height - 8,
                     'text-anchor': 'middle'}, x.label),
        svg('text', {class: 'axis-label', x: 8, y: 14}, y.label));
  }

  band(root, {low, high, className = ''}) {
    const [left, right] = this.x.range();
    const top = Math.max(this.y(high), margin.top);
    root.append(svg('rect', {class: `band ${className}`, x: left, width: right - left, y: top,
                             height: Math.max(this.y(low) - top, 1)}));
  }

  vertical(root, {at, label, className = ''}, height) {
    const x = this.x(at);
    const [left, right] = this.x.range();
    if (!(x >= left && x <= right)) return;
    root.append(svg('line', {class: `guide ${className}`, x1: x, x2: x, y1: margin.top, y2: height - margin.bottom}));
    if (label) {
      root.append(svg('text', {class: 'guide-label', x: x - 4, y: height - margin.bottom - 6,
                               transform: `rotate(-90 ${x - 4} ${height - margin.bottom - 6})`}, label));
    }
  }

  horizontal(root, {at, label, className = ''}, width) {
    const y = this.y(at);
    root.append(
        svg('line', {class: `guide ${className}`, x1: margin.left, x2: width - this.right, y1: y, y2: y}),
        svg('text', {class: 'guide-label', x: width - this.right + 4, y: y + 4}, label));
  }

  curve(root, {points, label, className = '', dash, below = false}) {
    if (!points.length) return;
    const path = d3.line().x((one) => this.x(one[0])).y((one) => this.y(one[1]))(points);
    root.append(svg('path', {class: `curve ${className}`, d: path, 'stroke-dasharray': dash}));
    if (!label) return;
    const [x, y] = points.at(-1);
    root.append(svg('text', {class: 'guide-label', x: Math.min(this.x(x), this.x.range()[1]),
                             y: this.y(y) + (below ? 16 : -7), 'text-anchor': 'end'}, label));
  }

  series(root, {number, lines, joined = true, marked = true, className = ''}) {
    const {colour, shape} = look(number);
    const group = root.appendChild(svg('g', {class: `series ${colour} ${className}`}));
    const across = (one) => this.x(one.x);
    const shown = lines.map((line) => line.filter(({x, y}) => Number.isFinite(this.x(x)) && Number.isFinite(this.y(y))));
    let intervals = '';
    for (const line of shown) {
      const wide = line.every((one) => one.low !== undefined);
      if (joined && line.length > 1) {
        if (wide) {
          const area = d3.area().x(across).y0((one) => this.y(one.low)).y1((one) => this.y(one.high));
          group.append(svg('path', {class: 'interval-band', d: area(line)}));
        }
        group.append(svg('path', {class: 'line', d: d3.line().x(across).y((one) => this.y(one.y))(line)}));
      }
      if (wide) for (const one of line) intervals += `M${this.x(one.x)},${this.y(one.low)}V${this.y(one.high)}`;
    }
    if (intervals) group.append(svg('path', {class: 'interval', d: intervals}));
    if (!marked) return;
    const mark = symbol(shape, this.points.length > 400 ? 16 : 44);
    for (const {x, y} of shown.flat()) {
      group.append(svg('path', {class: 'mark', d: mark, transform: `translate(${this.x(x)},${this.y(y)})`}));
    }
  }

  point(event) {
    const place = this.picture.getBoundingClientRect();
    const [x, y] = [event.clientX - place.left, event.clientY - place.top];
    let nearest = null;
    let least = 40 ** 2;
    for (const one of this.points) {
      const distance = (this.x(one.x) - x) ** 2 + (this.y(one.y) - y) ** 2;
      if (distance < least) [nearest, least] = [one, distance];
    }
    this.choose(nearest);
  }

  choose(point) {
    if (point === this.chosen) return;
    this.chosen = point;
    this.tip.hidden = !point;
    this.cursor?.setAttribute('visibility', point ? 'visible' : 'hidden');
    this.picture.classList.toggle('pointing', Boolean(point && this.options.open));
    if (!point) return;
    const [x, y] = [this.x(point.x), this.y(point.y)];
    this.cursor.setAttribute('cx', x);
    this.cursor.setAttribute('cy', y);
    const [title, ...lines] = this.options.describe(point);
    this.tip.replaceChildren(el('b', null, title), ...lines.map((line) => el('div', null, line)));
    const left = x > this.element.clientWidth / 2 ? x - this.tip.offsetWidth - 14 : x + 14;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${Math.max(0, y - this.tip.offsetHeight / 2)}px`;
  }

  open() {
    if (this.chosen && this.options.open) this.options.open(this.chosen);
  }

  /// Left and right follow a series, up and down lead to the nearest point of another.
  keyDown(event) {
    if (event.key === 'Enter') return this.open();
    if (event.key === 'Escape') return this.choose(null);
    const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!step || !this.points.length) return undefined;
    event.preventDefault();
    const order = (a, b) => a.x - b.x || a.y - b.y;
    const of = (series) => this.points.filter((one) => one.series === series).sort(order);
    let next = of(this.drawn.find((one) => one.lines.flat().length))[0];
    if (this.chosen && /Left|Right/.test(event.key)) {
      const line = of(this.chosen.series);
      next = line[Math.min(Math.max(line.indexOf(this.chosen) + step, 0), line.length - 1)];
    } else if (this.chosen) {
      const filled = this.drawn.filter((one) => one.lines.flat().length);
      const at = (filled.indexOf(this.chosen.series) + step + filled.length) % filled.length;
      const distance = (one) => Math.abs(this.x(one.x) - this.x(this.chosen.x));
      next = of(filled[at]).reduce((a, b) => (distance(b) < distance(a) ? b : a));
    }
    this.choose(next);
    announce(this.options.describe(next).join(', '));
    return undefined;
  }
}

/// Buttons that show and hide the series; which are hidden stands in the hash, under "off".
function legend(series) {
  const hidden = listIn('off');
  const toggle = (names) => adjust({off: listText(names)});
  const items = series.map(({name, number}) => {
    const {colour, shape} = look(number);
    const swatch = svg('svg', {width: 34, height: 14, class: colour, 'aria-hidden': 'true'},
                       svg('path', {class: 'line', d: 'M1,7H33'}),
                       svg('path', {class: 'mark', d: symbol(shape, 40), transform: 'translate(17,7)'}));
    return el('button', {type: 'button', 'aria-pressed': String(!hidden.has(name)), 'data-series': name,
                         onclick: () => {
      const names = listIn('off');
      if (!names.delete(name)) names.add(name);
      toggle(names);
    }}, swatch, ` ${name}`);
  });
  const all = hidden.size ? [] : series.map(({name}) => name);
  return el('div', {class: 'legend', role: 'group', 'aria-label': 'Series'}, items,
            el('button', {type: 'button', 'data-series': '', onclick: () => toggle(all)},
               hidden.size ? 'Show all series' : 'Hide all series'));
}

/// Puts a new legend in the place of the old one; who pressed a button stays on it.
function showLegend(place, series) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.series : null;
  replace(place, legend(series));
  if (focused !== null) place.querySelector(`[data-series="${CSS.escape(focused)}"]`)?.focus();
}
