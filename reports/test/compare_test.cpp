// The gate as a whole: which verdict each case gets, and how the program ends.
#include "compare.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "compare_render.hpp"
#include "gate_reports.hpp"
#include "golden.hpp"

namespace prelu::reports {
namespace {

constexpr const char* kOne = "nchw/shared/1x1x64";
constexpr const char* kTwo = "nchw/shared/2x1x64";

Report two_cases(double one_us, double two_us) {
  return gate_report({timed_case(kOne, one_us), timed_case(kTwo, two_us)});
}

Comparison compared(const Report& baseline, const Report& candidate,
                    const CompareOptions& options = {}) {
  return compare({.baseline = gate_side(baseline), .candidate = gate_side(candidate)}, options);
}

/// The verdict on the first case and the exit status, for a candidate with one change.
struct Outcome {
  Outcome(Verdict its_verdict, int its_status) : verdict(its_verdict), status(its_status) {}

  Verdict verdict;
  int status;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome(const Comparison& comparison, const StatusOptions& options = {}) {
  return {comparison.cases.at(0).verdict, exit_status(comparison, options)};
}

Outcome outcome_of(const std::function<void(Report&)>& change) {
  Report candidate = two_cases(100, 100);
  change(candidate);
  return outcome(compared(two_cases(100, 100), candidate));
}

TEST(Compare, PassesWhatIsTheSameOrFaster) {
  EXPECT_EQ(outcome(compared(two_cases(100, 100), two_cases(100, 100))), Outcome(Verdict::same, 0));
  EXPECT_EQ(outcome(compared(two_cases(100, 100), two_cases(80, 100))),
            Outcome(Verdict::faster, 0));
}

TEST(Compare, CallsWhatIsSlowerARegression) {
  const Comparison comparison = compared(two_cases(100, 100), two_cases(110, 100));
  EXPECT_EQ(outcome(comparison), Outcome(Verdict::slower, 1));
  EXPECT_EQ(comparison.cases.at(1).verdict, Verdict::same);
  EXPECT_NEAR(comparison.cases.at(0).first.value().ratio.estimate, 1.1, 1e-9);
}

TEST(Compare, CallsItARegressionOnlyIfItIsSlowerAgain) {
  const auto again = [](double us) {
    return compare({.baseline = gate_side(two_cases(100, 100)),
                    .candidate = gate_side(two_cases(110, 100)),
                    .baseline_again = gate_side(two_cases(100, 100)),
                    .candidate_again = gate_side(two_cases(us, 100))},
                   {});
  };
  EXPECT_EQ(outcome(again(108)), Outcome(Verdict::slower, 1));
  EXPECT_EQ(outcome(again(101)), Outcome(Verdict::not_confirmed, 0));
  EXPECT_EQ(again(101).cases.at(0).note, "measured again: same");
}

TEST(Compare, KeepsARegressionThatWasNotMeasuredAgain) {
  const Comparison comparison =
      compare({.baseline = gate_side(two_cases(100, 100)),
               .candidate = gate_side(two_cases(110, 100)),
               .baseline_again = gate_side(gate_report({timed_case(kTwo, 100)})),
               .candidate_again = gate_side(gate_report({timed_case(kTwo, 100)}))},
              {});
  EXPECT_EQ(outcome(comparison), Outcome(Verdict::slower, 1));
  EXPECT_EQ(comparison.cases.at(0).note, "it was not measured again");
}

TEST(Compare, FindsAWrongResult) {
  EXPECT_EQ(outcome_of([](Report& report) {
              Result& result = report.results[0];
              result.status = result.verification.status = Status::failed;
              result.measurement.reset();
            }),
            Outcome(Verdict::failed, 3));
}

TEST(Compare, FindsAWrongResultOfTheSecondRound) {
  Report wrong = two_cases(110, 100);
  wrong.results[0].status = wrong.results[0].verification.status = Status::failed;
  wrong.results[0].measurement.reset();
  EXPECT_EQ(outcome(compare({.baseline = gate_side(two_cases(100, 100)),
                             .candidate = gate_side(two_cases(110, 100)),
                             .baseline_again = gate_side(two_cases(100, 100)),
                             .candidate_again = gate_side(wrong)},
                            {})),
            Outcome(Verdict::failed, 3));
}

TEST(Compare, FindsATimeWithoutAProofOnEitherSide) {
  const auto unproven = [](Report& report) {
    report.results[0].verification.status = Status::skipped;
  };
  EXPECT_EQ(outcome_of(unproven), Outcome(Verdict::unverified, 3));
  Report baseline = two_cases(100, 100);
  unproven(baseline);
  EXPECT_EQ(outcome(compared(baseline, two_cases(100, 100))), Outcome(Verdict::unverified, 3));
}

TEST(Compare, FindsWhatIsNoLongerVerified) {
  EXPECT_EQ(outcome_of([](Report& report) {
              Result& result = report.results[0];
              result.status = result.verification.status = Status::skipped;
              result.measurement.reset();
            }),
            Outcome(Verdict::unverified, 3));
}

TEST(Compare, DoesNotBlameTheCandidateForABudget) {
  EXPECT_EQ(outcome_of([](Report& report) {
              Result& result = report.results[0];
              result.status = result.verification.status = Status::skipped;
              result.reason = kBudgetUsedUp;
              result.measurement.reset();
            }),
            Outcome(Verdict::inconclusive, 0));
}

TEST(Compare, FindsWhatIsMissing) {
  EXPECT_EQ(outcome_of([](Report& report) { report.results.erase(report.results.begin()); }),
            Outcome(Verdict::missing, 3));
  EXPECT_EQ(outcome_of([](Report& report) { report.results[0].measurement.reset(); }),
            Outcome(Verdict::missing, 3));
}

TEST(Compare, LetsACaseGoThatWasRemovedOnPurpose) {
  const Comparison comparison = compared(two_cases(100, 100), gate_report({timed_case(kTwo, 100)}));
  EXPECT_EQ(outcome(comparison, {.missing_allowed = true}), Outcome(Verdict::missing, 0));
}

TEST(Compare, ShowsWhatIsNew) {
  const Comparison comparison = compared(gate_report({timed_case(kTwo, 100)}), two_cases(100, 100));
  EXPECT_EQ(exit_status(comparison, {}), 0);
  EXPECT_EQ(count(comparison, Verdict::added), 1U);
}

TEST(Compare, SaysNothingOfTimesInEnvironmentsThatDiffer) {
  EXPECT_EQ(outcome_of([](Report& report) { report.environment.cpus_allowed = 2; }),
            Outcome(Verdict::not_compared, 4));
  EXPECT_EQ(outcome_of([](Report& report) { report.foreign_key = "00000000000000ff"; }),
            Outcome(Verdict::not_compared, 4));
}

TEST(Compare, FindsAWrongResultInAnotherEnvironmentToo) {
  EXPECT_EQ(outcome_of([](Report& report) {
              report.environment.cpus_allowed = 2;
              report.results[0].verification.status = Status::failed;
            }),
            Outcome(Verdict::unverified, 3));
}

TEST(Compare, RefusesToCallNothingAPass) {
  EXPECT_EQ(exit_status(compared(gate_report({}), gate_report({})), {}), 4);
  EXPECT_THROW(compare({}, {}), std::invalid_argument);
}

TEST(Compare, RefusesAReportThatIsGivenTwice) {
  const Report report = two_cases(100, 100);
  EXPECT_THROW(compare({.baseline = {report, report}, .candidate = {report}}, {}),
               std::invalid_argument);
  EXPECT_EQ(exit_status(compare({.baseline = {report}, .candidate = {report}}, {}), {}), 0);
}

TEST(Compare, PassesWhatIsUndecidedUnlessItIsStrict) {
  Report noisy = two_cases(100, 100);
  for (double& sample : noisy.results[0].measurement->repetitions[0].samples_us) sample *= 1.5;
  const Comparison comparison = compared(noisy, noisy);
  EXPECT_EQ(outcome(comparison), Outcome(Verdict::inconclusive, 0));
  EXPECT_EQ(outcome(comparison, {.strict = true}), Outcome(Verdict::inconclusive, 4));
}

TEST(Compare, CallsWhatTheMachineExplainsAmbiguous) {
  Report candidate = two_cases(105, 100);
  candidate.results[0].measurement->ceiling_us = 50 * 1.05;
  const Comparison comparison = compared(two_cases(100, 100), candidate);
  EXPECT_EQ(outcome(comparison), Outcome(Verdict::ambiguous, 0));
  EXPECT_EQ(outcome(comparison, {.strict = true}), Outcome(Verdict::ambiguous, 4));
}

TEST(Compare, CannotCallTheSameCodeSlower) {
  Report baseline = two_cases(100, 100);
  Report candidate = two_cases(110, 100);
  baseline.results[0].code_hash = candidate.results[0].code_hash = "0123456789abcdef";
  EXPECT_EQ(outcome(compared(baseline, candidate)), Outcome(Verdict::same_code, 0));
  EXPECT_EQ(outcome(compared(baseline, candidate, {.same_code_rule = false})),
            Outcome(Verdict::slower, 1));
  candidate.results[0].code_hash = "fedcba9876543210";
  EXPECT_EQ(outcome(compared(baseline, candidate)), Outcome(Verdict::slower, 1));
}

TEST(Compare, DoesNotTakeUnknownCodeForTheSame) {
  EXPECT_EQ(two_cases(100, 100).results[0].code_hash, "");
  EXPECT_EQ(outcome(compared(two_cases(100, 100), two_cases(110, 100))),
            Outcome(Verdict::slower, 1));
}

TEST(Compare, TakesTheNoiseOnRecordForAThreshold) {
  const Report baseline = two_cases(100, 100);
  NoiseRecord noise{.environment_key = environment_key(baseline),
                    .cases = {{.name = baseline.results[0].name, .p99 = 0.15}}};
  EXPECT_EQ(outcome(compared(baseline, two_cases(110, 100), {.noise = noise})).status, 0);
  EXPECT_EQ(outcome(compared(baseline, two_cases(120, 100), {.noise = noise})).status, 1);
  noise.environment_key = "another";
  const Comparison unused = compared(baseline, two_cases(110, 100), {.noise = noise});
  EXPECT_EQ(exit_status(unused, {}), 1);
  EXPECT_EQ(unused.warnings.size(), 1U);
}

TEST(Compare, WarnsOfTooFewProcessesAndOfPartialReports) {
  const Report report = two_cases(100, 100);
  EXPECT_TRUE(compared(report, report).warnings.empty());
  Report partial = report;
  partial.partial = true;
  const Comparison comparison = compare({.baseline = {report}, .candidate = {partial}}, {});
  EXPECT_EQ(comparison.warnings.size(), 2U);
}

// A wrong result is worse than a slow one, and a slow one than an environment that does not fit.
TEST(ExitStatus, IsThatOfTheWorst) {
  const auto status = [](std::initializer_list<Verdict> verdicts, bool comparable) {
    Comparison comparison{.comparable = comparable};
    for (const Verdict verdict : verdicts) comparison.cases.push_back({.verdict = verdict});
    return exit_status(comparison, {.strict = true});
  };
  EXPECT_EQ(status({Verdict::inconclusive, Verdict::slower, Verdict::failed}, false), 3);
  EXPECT_EQ(status({Verdict::inconclusive, Verdict::slower}, false), 1);
  EXPECT_EQ(status({Verdict::inconclusive, Verdict::same}, true), 4);
  EXPECT_EQ(status({Verdict::same}, false), 4);
  EXPECT_EQ(status({Verdict::same, Verdict::not_confirmed, Verdict::faster}, true), 0);
}

/// A comparison with something of everything, and text that means something to each format.
Comparison example_comparison() {
  const Difference slower{.baseline_us = 101.25,
                          .candidate_us = 111.5,
                          .ratio = {.estimate = 1.1012, .low = 1.09, .high = 1.112},
                          .p = 0.00018,
                          .threshold = 0.02,
                          .detectable = 0.02,
                          .change = Change::slower};
  Difference other = slower;
  other.ratio = {.estimate = 0.95, .low = 0.94, .high = 0.96};
  Difference moved = slower;
  moved.ceiling_ratio = 1.1;
  moved.ambiguous = true;
  return {
      .comparable = true,
      .environment = {{"flags", "-O2", "-O3 | <x>"}},
      .warnings = {"a report of the baseline is partial: its run ended early"},
      .baseline_processes = 10,
      .candidate_processes = 9,
      .cases = {{.name = "cuda/forward_packed/a", .verdict = Verdict::same, .first = other},
                {.name = "cuda/forward_packed/b", .verdict = Verdict::faster, .first = other},
                {.name = "cuda/forward_packed/c",
                 .verdict = Verdict::slower,
                 .first = slower,
                 .again = slower},
                {.name = "cuda/forward_packed/d",
                 .verdict = Verdict::not_confirmed,
                 .note = "measured again: faster",
                 .first = slower,
                 .again = other},
                {.name = "cuda/forward_packed/e", .verdict = Verdict::ambiguous, .first = moved},
                {.name = "cuda/forward_packed/f",
                 .verdict = Verdict::failed,
                 .note = "y[7] is 1 & <2>\n100 % \"wrong\" \x01 | x"},
                {.name = "cuda/forward_packed/g",
                 .verdict = Verdict::missing,
                 .note = "the candidate has no such case"},
                {.name = "cuda/forward_packed/h", .verdict = Verdict::same_code, .first = slower},
                {.name = "cuda/forward_packed/i", .verdict = Verdict::proven}}};
}

TEST(Golden, ComparisonTable) {
  expect_golden(comparison_table(example_comparison(), false), "comparison.txt");
}
TEST(Golden, ComparisonMarkdown) {
  expect_golden(comparison_markdown(example_comparison()), "comparison.md");
}
TEST(Golden, ComparisonJson) {
  expect_golden(comparison_json(example_comparison(), 3), "comparison.json");
}
TEST(Golden, ComparisonJUnit) {
  expect_golden(comparison_junit(example_comparison()), "comparison.xml");
}
TEST(Golden, ComparisonAnnotations) {
  expect_golden(comparison_annotations(example_comparison()), "comparison_annotations.txt");
}

TEST(ComparisonTable, ShowsAllCasesIfAsked) {
  EXPECT_EQ(comparison_table(example_comparison(), false).find("forward_packed/a"),
            std::string::npos);
  EXPECT_NE(comparison_table(example_comparison(), true).find("forward_packed/a"),
            std::string::npos);
}

}  // namespace
}  // namespace prelu::reports
