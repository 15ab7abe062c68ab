// The first answer: is it right, what was it measured on, and can it be believed.

const symbols = {passed: '✓', failed: '✗', skipped: '–'};

function environmentRows(report) {
  const {context} = report;
  const {git, build, host, devices, protocol} = context.prelu;
  const rows = [];
  for (const one of devices) {
    const facts = [
      one.compute_units && (one.kind === 'cpu' ? plural(one.compute_units, 'core')
                                               : `${one.compute_units} SMs`),
      one.compute_capability && `compute capability ${one.compute_capability}`,
      one.driver && `driver ${one.driver}`,
      one.memory_bytes && `${formatBytes(one.memory_bytes)} of memory`,
      one.cache_bytes && `${formatBytes(one.cache_bytes)} of last cache`,
      one.ecc !== null && (one.ecc ? 'ECC on' : 'ECC off'),
      one.mig !== null && (one.mig ? 'MIG on' : 'MIG off'),
      one.power_limit_w && `limit ${one.power_limit_w} W`,
    ].filter(Boolean).join(', ');
    rows.push([`Device (${one.kind})`, `${one.name}: ${facts}`]);
  }
  rows.push(
      ['Host', `${context.host_name}: ${host.cpu || 'unknown CPU'}, ${host.cpus_allowed} of ` +
          `${context.num_cpus} CPUs allowed, governor ${host.governor ?? 'unknown'}`],
      ['Load at the start', context.load_avg.map((load) => withPrecision(load, 0)).join(', ')],
      ['Compilers', `${build.host_compiler}, ${build.nvcc ? `nvcc ${build.nvcc}` : 'no nvcc'}`],
      ['Flags', build.flags],
      ['Architectures', build.architectures.join(', ')],
      ['Commit', git.sha + (git.dirty ? ' (with changes)' : '')],
      ['Protocol', `suite ${protocol.suite}, cache ${protocol.cache}, ${protocol.repetitions} ` +
          `blocks of at most ${protocol.block} samples, seed ${protocol.seed}`],
      ['Environment key', report.environment],
      ['File', report.file]);
  return rows.filter(([, value]) => value);
}

function definitions(rows, attributes) {
  return el('dl', attributes, rows.map(([what, value]) => el(
      'div', null, el('dt', null, what), el('dd', null, value))));
}

/// "3 failed", as a link to them.
function countLink(report, status, text) {
  const count = report.counts[status];
  const attributes = {class: `count ${count ? status : 'none'}`};
  const label = [el('span', {'aria-hidden': 'true'}, symbols[status]), ` ${text}`];
  if (!count) return el('span', attributes, label);
  return el('a', {...attributes, href: hashWith({view: 'cases', status, case: null})}, label);
}

/// Reasons with their numbers, the most frequent first.
function reasonList(report, status) {
  const reasons = new Map();
  for (const one of report.cases) {
    if (one.status === status) reasons.set(one.reason, (reasons.get(one.reason) ?? 0) + 1);
  }
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  const most = 12;
  const items = sorted.slice(0, most).map(([reason, count]) => el(
      'li', null, el('a', {href: hashWith({view: 'cases', status, q: reason, case: null})},
                     reason || 'no reason given'), ` (${count.toLocaleString('en')})`));
  if (sorted.length > most) items.push(el('li', null, `and ${sorted.length - most} other reasons`));
  return el('ul', null, items);
}

/// What makes the numbers weaker than they look.
function doubts(report) {
  const timed = report.cases.filter((one) => one.time);
  const count = (is) => timed.filter(is).length;
  const throttled = count((one) => one.throttled > 0);
  const suspect = count((one) => one.share > suspectShare);
  const few = count((one) => one.time.confidence > 0 && one.time.confidence < 0.95);
  const unproven = count((one) => one.verification.status !== 'passed');
  const drift = Math.max(0, ...report.context.prelu.ceilings.map((one) => Math.abs(one.drift)));
  return [
    report.context.prelu.partial && 'Partial: the run ended before all cases were done.',
    unproven && `${plural(unproven, 'case was', 'cases were')} timed without a proof.`,
    throttled && `${plural(throttled, 'case was', 'cases were')} throttled: samples were taken ` +
        'again because the clock was down.',
    suspect && `${plural(suspect, 'case is', 'cases are')} above 105 % of the ceiling: suspect.`,
    few && `${plural(few, 'case has', 'cases have')} too few samples for an interval of 95 %.`,
    drift > 0.05 && `The ceiling drifted by up to ${(drift * 100).toFixed(0)} % during the run.`,
  ].filter(Boolean);
}

function verdictWords({failed, passed}) {
  if (failed) return ['failed', `${plural(failed, 'case is', 'cases are')} wrong`];
  if (!passed) return ['skipped', 'Nothing was proven'];
  return ['passed', 'Everything that ran is right'];
}

function reportChoice(page, chosen) {
  if (page.reports.length < 2) return null;
  const select = el('select', {id: 'report', onchange: () => go({report: select.value, case: null})},
                    page.reports.map((one, i) => el(
                        'option', {value: i, selected: one === chosen},
                        `${i + 1}: ${one.date.slice(0, 16).replace('T', ' ')} ${one.device} ` +
                            `(${one.file})`)));
  return el('p', {class: 'choice'}, el('label', {for: 'report'}, 'Report '), select);
}

function showBanner(page, report) {
  const {counts} = report;
  const [tone, words] = verdictWords(counts);
  const weak = doubts(report);
  replace(
      document.getElementById('banner'), el('h1', null, 'PReLU on ', el('span', null, report.device)),
      reportChoice(page, report),
      el('div', {class: `verdict ${tone}`},
         el('p', {class: 'words'}, el('span', {'aria-hidden': 'true'}, `${symbols[tone]} `), words),
         el('p', {class: 'counts'},
            countLink(report, 'passed', `${counts.passed.toLocaleString('en')} passed, ` +
                `${counts.timed.toLocaleString('en')} timed`),
            countLink(report, 'failed', `${counts.failed.toLocaleString('en')} failed`),
            countLink(report, 'skipped', `${counts.skipped.toLocaleString('en')} skipped`)),
         counts.failed ? [el('h2', null, 'Failed'), reasonList(report, 'failed')] : null,
         weak.length ? el('ul', {class: 'doubts'}, weak.map((doubt) => el('li', null, doubt))) : null),
      counts.skipped ? el('details', null, el('summary', null, 'Why cases were skipped'),
                          reasonList(report, 'skipped')) : null,
      el('details', null,
         el('summary', null, 'Environment: ', [
           report.date.slice(0, 10), `commit ${report.context.prelu.git.sha.slice(0, 9) || 'unknown'}`,
           `suite ${report.context.prelu.protocol.suite}`].join(', ')),
         definitions(environmentRows(report), {class: 'facts'})));
  document.title = `PReLU on ${report.device}`;
}
