// prelu-traffic: what the CUDA kernels move, counted in the SIMT executor, and whether that is what
// they promise.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "dtype.hpp"
#include "moved.hpp"
#include "suite.hpp"

namespace prelu::traffic {
namespace {

using harness::Case;

enum ExitStatus { kKept = 0, kUsage = 2, kBroken = 3, kNothingCounted = 4 };

constexpr const char* kColumns = R"(
Columns:
  loaded, stored  bytes of the tensors x and y, or x, dy and dx
  an element      the same, for each element of the problem
  promised        what the variant's file says of them
  alpha           bytes of alpha and dalpha, for each element; nothing is promised of them
  workspace       bytes of the workspace, for each element
  sectors         32-byte sectors that the accesses of warps to tensors touch, as a multiple of the
                  fewest that could hold their bytes: at most 1.05; more (~) where planes, samples
                  or the tensor do not begin and end with a sector

Exit status: 0 every promise is kept, 2 bad usage, 3 a promise is broken, 4 no variant computes
the problems.)";

struct Options {
  std::vector<std::string> variants;
  std::vector<std::string> problems;
};

/// The cases of these variants that they can compute.
std::vector<Case> select(const Options& options) {
  std::vector<Case> cases;
  if (options.problems.empty())
    cases = harness::load_suite(PRELU_TRAFFIC_SUITE, {}, registry()).cases;
  for (const std::string& text : options.problems) {
    Case c = harness::parse_case(text);
    if (!c.variant.empty()) throw std::invalid_argument("'" + text + "' is no problem but a case");
    for (const KernelVariant& variant : registry()) {
      c.variant = variant.name;
      cases.push_back(c);
    }
  }
  for (const std::string& name : options.variants) {
    if (find_variant(name) == nullptr) throw std::invalid_argument("no variant is called " + name);
  }
  std::erase_if(cases, [&](const Case& c) {
    const bool wanted =
        options.variants.empty() || std::ranges::count(options.variants, c.variant) > 0;
    return !wanted || unsupported(*find_variant(c.variant), c.problem);
  });
  return cases;
}

void print_header(std::size_t width) {
  std::cout << std::left << std::setw(static_cast<int>(width)) << "case" << std::right
            << std::setw(10) << "loaded" << std::setw(10) << "stored" << std::setw(12)
            << "an element" << std::setw(10) << "promised" << std::setw(9) << "alpha"
            << std::setw(11) << "workspace" << std::setw(9) << "sectors" << '\n';
}

void print_row(std::size_t width, const Case& c, const Promises& promises, const Moved& moved) {
  const auto elements = static_cast<double>(c.problem.shape.elements());
  const auto an_element = [&](const simt::Traffic& traffic) {
    return static_cast<double>(traffic.bytes()) / elements;
  };
  std::cout << std::left << std::setw(static_cast<int>(width)) << harness::case_name(c)
            << std::right << std::setw(10) << moved.tensors.loaded << std::setw(10)
            << moved.tensors.stored << std::fixed << std::setprecision(3) << std::setw(12)
            << an_element(moved.tensors) << std::setw(10)
            << promises.accesses_per_element * static_cast<double>(size_of(c.problem.dtype))
            << std::setw(9) << an_element(moved.slopes) << std::setw(11)
            << an_element(moved.workspace) << std::setw(9) << moved.sectors()
            << (is_aligned(c) ? "" : "~") << '\n';
}

int run(const Options& options) {
  const std::vector<Case> cases = select(options);
  std::size_t width = 0;
  for (const Case& c : cases) width = std::max(width, harness::case_name(c).size());
  if (!cases.empty()) print_header(width);
  int broken = 0;
  for (const Case& c : cases) {
    const KernelVariant& variant = *find_variant(c.variant);
    const Moved moved = measure(variant, c);
    print_row(width, c, variant.promises, moved);
    const std::string complaint = broken_promise(variant.promises, c, moved);
    if (complaint.empty()) continue;
    ++broken;
    std::cout << "BROKEN: " << harness::case_name(c) << ": " << complaint << '\n';
  }
  std::cout << cases.size() << " counted, " << broken << " with a broken promise\n";
  if (cases.empty()) return kNothingCounted;
  return broken == 0 ? kKept : kBroken;
}

int start(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Executes the CUDA kernels on the CPU and counts the bytes and sectors of global memory "
      "that\n"
      "their accesses move. A kernel is held to what its file promises.",
      "prelu-traffic"};
  app.footer(kColumns);
  app.add_option("PROBLEM", options.problems,
                 "e.g. backward/f16/nchw/per_channel/16x64x7x7 (default: those of the test)");
  app.add_option("--variant", options.variants, "Only this variant; may be repeated")
      ->allow_extra_args(false);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return run(options);
}

}  // namespace
}  // namespace prelu::traffic

int main(int argc, char** argv) {
  try {
    return prelu::traffic::start(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "prelu-traffic: " << error.what() << '\n';
    return prelu::traffic::kUsage;
  }
}
