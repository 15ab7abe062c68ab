// prelu-resources: what the compiler made of the CUDA kernels.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "collect.hpp"
#include "table.hpp"

namespace prelu::resources {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription =
    "Shows what the compiler made of each CUDA kernel: registers, shared memory and spills of a "
    "block or thread,\nthe widest load and store in bits, how full it leaves an SM, and the bytes "
    "in flight of a thread and\nof an SM, beside those that Little's law asks for.";

constexpr const char* kExamples =
    "Examples:\n"
    "  prelu-resources                                       every kernel of this build\n"
    "  prelu-resources --arch 90 --variant forward_packed    the kernels of one file, on sm_90\n"
    "  prelu-resources --tensors --dtype bf16                those that access tensors\n";

struct Options {
  int architecture = 0;
  std::string variant;
  std::string dtype;
  bool tensors = false;
  std::string collect;
  std::string out;
};

/// The tables lie beside the program.
fs::path table_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path() / "kernel_resources";
}

void show(const Options& options) {
  Table table = read_tables(table_folder());
  if (table.empty()) throw std::invalid_argument("no tables in " + table_folder().string());
  std::erase_if(table, [&](const KernelResources& kernel) {
    return (options.architecture > 0 && kernel.architecture != options.architecture) ||
           kernel.variant.find(options.variant) == std::string::npos ||
           (!options.dtype.empty() && kernel.dtype != options.dtype) ||
           (options.tensors && !kernel.accesses_tensors);
  });
  if (table.empty()) throw std::invalid_argument("no such kernel");
  std::cout << to_text(table);
}

/// For the build: one architecture's table, of every variant whose PTX lies in a folder.
void collect_into_file(const Options& options) {
  Table table;
  for (const KernelVariant& variant : registry()) {
    if (!variant.name.starts_with("cuda/")) continue;
    const Table kernels = collect(variant, options.collect, architecture(options.architecture));
    table.insert(table.end(), kernels.begin(), kernels.end());
  }
  std::ofstream stream(options.out, std::ios::binary);
  stream << to_json(table) << std::flush;
  if (!stream) throw std::runtime_error(options.out + ": cannot be written");
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app(kDescription);
  app.footer(kExamples);
  app.add_option("--arch", options.architecture, "only this architecture: 90 is sm_90");
  app.add_option("--variant", options.variant, "only variants whose name holds this");
  app.add_option("--dtype", options.dtype, "only kernels of this dtype of x")
      ->check(CLI::IsMember({"f16", "bf16", "f32", "f64"}));
  app.add_flag("--tensors", options.tensors, "only kernels that access tensors");
  auto* collect = app.add_option("--collect", options.collect)->group("");
  auto* out = app.add_option("--out", options.out)->group("");
  collect->needs(out);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.collect.empty() ? show(options) : collect_into_file(options);
  return 0;
}

}  // namespace
}  // namespace prelu::resources

int main(int argc, char** argv) {
  try {
    return prelu::resources::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "prelu-resources: " << error.what() << '\n';
    return 2;
  }
}
