// The function and its derivatives, to play with: alpha moves, and the slope at zero is a choice.

const slopesAtZero = {
  one: 'the textbook’s x ≥ 0 ? x : alpha·x; NumPy’s where(x < 0, …), ONNX, ncnn',
  alpha: 'PyTorch, oneDNN, Caffe, Paddle, OneFlow; there x·dy of a NaN enters dalpha too',
  zero: 'Keras and TensorFlow, whose relu(x) − alpha·relu(−x) has no gradient at 0',
};

/// The definition. ±0 and NaN are neither positive nor negative.
function slope(x, alpha, atZero) {
  return x > 0 ? 1 : x < 0 ? alpha : {one: 1, alpha, zero: 0}[atZero];
}

/// A straight piece to either side of 0, and the point that 0 itself has.
function pieces(name, number, f) {
  const side = (...places) => places.map((x) => ({x, y: f(x)}));
  return {name, number, marked: false, lines: [side(-2, -1.5, -1, -0.5, -1e-9), side(1e-9, 0.5, 1, 1.5, 2)]};
}

function functionChart(label, f, atZero, range) {
  const chart = new Chart({
    label, height: 320, x: {label: 'x', domain: [-2.1, 2.1]}, y: {label, domain: range},
    series: [{...pieces(label, 0, f)}], verticals: [{at: 0, className: 'faint'}],
    describe: ({x, y}) => [label, `x = ${Math.abs(x) < 1e-6 ? `0${x < 0 ? '−' : '+'}` : x}`, `y = ${y.toFixed(3)}`],
  });
  // Where the pieces end without reaching 0, and what holds there.
  const ends = [-1e-9, 1e-9].map((x) => ({x, y: f(x)})).filter(({y}) => Math.abs(y - atZero) > 1e-6);
  chart.options.series.push({name: 'ends', number: 0, joined: false, className: 'hollow', lines: [ends]},
                            {name: 'at x = 0', number: 0, lines: [[{x: 0, y: atZero}]]});
  return chart;
}

function functionView(main) {
  const place = el('div', {class: 'side-by-side equal'});
  const number = el('output', {for: 'a', class: 'mono'});
  const slider = el('input', {type: 'range', id: 'a', min: -1, max: 2, step: 0.05,
                              oninput: () => adjust({a: slider.value})});
  const radios = Object.entries(slopesAtZero).map(([name, who]) => {
    const radio = el('input', {type: 'radio', name: 'zero', value: name, onchange: () => adjust({zero: name})});
    return el('label', {class: 'radio'}, radio, el('span', null, el('b', null, ` ${name}: `), who));
  });
  const says = el('p', {role: 'status'});
  replace(main, el('h2', null, 'The function'),
          el('p', null, el('code', null, 'slope = x > 0 ? 1 : x < 0 ? alpha : at_zero;  y = slope·x;  dx = slope·dy;  ' +
             'dalpha = Σ x·dy over the x that take alpha')),
          el('p', null, el('label', {for: 'a'}, 'alpha '), slider, ' ', number),
          el('fieldset', {class: 'plain'}, el('legend', null, 'Slope at ±0 and NaN'), radios), says, place);
  let charts = [];
  const close = () => charts.forEach((chart) => chart.close());
  const update = () => {
    const wanted = Number(state.a ?? 0.25);
    const alpha = Number.isFinite(wanted) ? Math.min(Math.max(wanted, -1), 2) : 0.25;
    const atZero = Object.hasOwn(slopesAtZero, state.zero ?? '') ? state.zero : 'one';
    slider.value = alpha;
    number.textContent = alpha.toFixed(2);
    for (const radio of main.querySelectorAll('[name=zero]')) radio.checked = radio.value === atZero;
    const value = slope(0, alpha, atZero);
    says.textContent = `At x = 0, y is 0 whatever is chosen; the gradient there is ${value}·dy. A NaN in x reaches y under all three.`;
    close();
    charts = [
      functionChart('y', (x) => slope(x, alpha, atZero) * x, 0, [-2.2, 2.2]),
      functionChart('dy/dx', (x) => slope(x, alpha, atZero), value, [-1.2, 2.2]),
    ];
    replace(place, charts.map((chart) => el('section', null, chart.element)));
    for (const chart of charts) chart.draw();
  };
  update();
  return {update, close};
}
