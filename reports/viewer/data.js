// The data of the page: reports restored from what is embedded, and the cases that they hold.

/// Undoes the difference that page_json.cpp has written: `before` with what has changed.
function changed(before, difference) {
  if ('=' in difference) return difference['='];
  const after = {...before};
  for (const [key, value] of Object.entries(difference)) {
    const nested = value !== null && typeof value === 'object' && !Array.isArray(value);
    after[key] = nested ? changed(before[key], value) : value;
  }
  return after;
}

function restored(differences) {
  const rows = [];
  let row = null;
  for (const difference of differences) rows.push(row = changed(row, difference));
  return rows;
}

/// report.json, as it went in.
function reportJson(entry) {
  const {context, benchmarks} = entry.report;
  const ours = {...context.prelu, not_timed: restored(context.prelu.not_timed)};
  return {context: {...context, prelu: ours}, benchmarks: restored(benchmarks)};
}

/// "backward/f16/nhwc/shared/2x3x5/zero=alpha" in its parts.
function problemParts(problem) {
  const [direction = '', dtype = '', layout = '', alpha = '', shape = '', ...options] =
      problem.split('/');
  return {direction, dtype, layout, alpha, shape, options: options.join('/')};
}

/// What a timed and an untimed case share; `ours` is what stands under "prelu", or the untimed case.
function caseOf(name, ours, place) {
  return {
    name, place, variant: ours.variant, problem: ours.problem, device: ours.device || 'none',
    ...problemParts(ours.problem), verification: ours.verification, kernel: ours.kernel,
    deterministic: ours.deterministic, codeHash: ours.code_hash, index: ours.index, process: 0,
    machine: ours.device_index ?? null,  // of a merged report: which of its devices
    status: 'passed', reason: '', rerun: '', time: null, share: null, blocks: [], networks: [],
  };
}

function timedCases(entry) {
  const cases = [];
  let row = null;
  for (const difference of entry.report.benchmarks) {
    row = changed(row, difference);
    const ours = row.prelu;
    let one = cases.at(-1);
    if (!one || one.name !== row.name || one.process !== ours.process ||
        one.machine !== (ours.device_index ?? null)) {
      const [median, low, high, confidence, share] = entry.summaries[cases.length];
      one = caseOf(row.name, ours, cases.length);
      Object.assign(one, {
        time: {median, low, high, confidence}, share, bytes: ours.bytes, elements: ours.elements,
        hot: ours.hot_us, hotCeiling: ours.hot_ceiling_us ?? null, ceiling: ours.ceiling_us,
        clock: ours.sm_mhz, throttled: ours.throttled, process: ours.process,
        bandwidth: ours.bytes / median * 1e-3,
      });
      cases.push(one);
    }
    one.blocks.push(ours.samples_us);
  }
  return cases;
}

function untimedCases(entry) {
  return restored(entry.report.context.prelu.not_timed).map((untimed, place) => Object.assign(
      caseOf(untimed.name, untimed, place),
      {status: untimed.status, reason: untimed.reason, rerun: untimed.rerun}));
}

/// Which networks pose which problem.
function networksOf(context) {
  const names = new Map();
  for (const {name, layers} of context.prelu.networks ?? []) {
    for (const problem of layers.flatMap(({forward, backward}) => [forward, backward])) {
      if (!names.has(problem)) names.set(problem, new Set());
      names.get(problem).add(name);
    }
  }
  return names;
}

function loadReport(entry) {
  const {context} = entry.report;
  const networks = networksOf(context);
  const cases = [...timedCases(entry), ...untimedCases(entry)];
  cases.sort((a, b) => a.index - b.index || a.process - b.process);
  cases.forEach((one, order) => {
    one.order = order;
    one.networks = [...networks.get(one.problem) ?? []];
    one.mark = (one.process ? ` @${one.process}` : '') + (one.machine === null ? '' : ` on ${one.machine}`);
    one.id = one.name + one.mark;
    one.searched = `${one.id} ${one.reason} ${one.status}`.toLowerCase();
  });
  const counts = {passed: 0, failed: 0, skipped: 0, timed: 0};
  for (const one of cases) {
    ++counts[one.status];
    if (one.time) ++counts.timed;
  }
  return {
    ...entry, context, cases, counts, byId: new Map(cases.map((one) => [one.id, one])),
    environment: context.prelu.environment_key, date: context.date,
  };
}

function loadPage() {
  const page = JSON.parse(document.getElementById('data').textContent);
  return {...page, reports: page.reports.map(loadReport)};
}
