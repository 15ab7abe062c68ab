#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "build_info.hpp"

namespace prelu::harness {
namespace {

constexpr int kUsage = 2;

constexpr const char* kDescription =
    "Measures the backward pass of data-parallel training: every rank computes dx and dalpha of "
    "its\n"
    "rows of the batch, then dalpha is summed over all ranks, by NCCL between GPUs and by MPI "
    "between\n"
    "CPUs. Proves it on every rank against one process that does all of it in float64 first.";

constexpr const char* kFooter =
    "A step is --layers equal layers, each with tensors of its own. Four times are taken in "
    "turns,\n"
    "each the maximum over the ranks, iteration by iteration:\n"
    "  backward    the layers alone\n"
    "  after       then one sum of all their dalpha\n"
    "  overlap-N   N sums instead, each begun when its layers are done, beside those that follow\n"
    "  all_reduce  one sum of all their dalpha, alone: its bytes over its time are the algorithm\n"
    "              bandwidth; times 2(ranks-1)/ranks, which the links must carry, the bus "
    "bandwidth\n"
    "\n"
    "Start one rank a device:\n"
    "  mpirun -n 4 prelu-dp-bench --out dp\n"
    "  srun --mpi=pmix -n 16 --gpus-per-task=1 --kill-on-bad-exit prelu-dp-bench\n"
    "  mpirun -n 4 prelu-dp-bench --verify-only --problem backward/f32/nhwc/shared/5x64x56x56\n"
    "\n"
    "Exit status: 0 all well, 2 bad usage, 3 a result is wrong, 5 the device failed, a rank died, "
    "or\n"
    "nothing moved for --timeout seconds.";

}  // namespace

DpCommandLine read_dp_command_line(int argc, char** argv, bool speaks) {
  DpCommandLine line;
  DpOptions& options = line.options;
  CLI::App app{kDescription, "prelu-dp-bench"};
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("prelu-dp-bench ") + kVersion);
  constexpr int kMany = 100'000;
  app.add_option("--problem", options.problems,
                 "A backward problem of the whole batch, whose n rows are dealt out to the ranks:\n"
                 "backward/DTYPE/LAYOUT/ALPHA/NxCxHxW, with /alpha=f32 where the dtype is f16 or\n"
                 "bf16; may be repeated (default: backward/f32/nchw/per_channel/32x64x56x56)")
      ->allow_extra_args(false);
  app.add_option("--device", options.device,
                 "auto, cpu or cuda: each rank takes one GPU of its node")
      ->capture_default_str();
  app.add_option("--reducer", options.reducer, "auto, mpi or nccl: who sums")
      ->capture_default_str();
  app.add_option("--threads", options.threads,
                 "CPU threads of a rank; 0 is its share of the node's cores")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  app.add_option("--layers", options.layers, "Layers of a step")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--buckets", options.buckets, "Sums of a step with overlap, at most --layers")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--repetitions", options.repetitions, "Blocks of iterations, each a row")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--block", options.block, "Iterations of a block")
      ->check(CLI::Range(1, kMany))
      ->capture_default_str();
  app.add_option("--timeout", options.timeout_s,
                 "Seconds after which a rank gives up that waits for the others")
      ->check(CLI::Range(1, kMany))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the inputs")->capture_default_str();
  app.add_flag("--verify-only", options.verify_only, "Prove, without measuring");
  app.add_option("--out", options.out, "Folder for report.json, report.ci.json and report.md");
  try {
    app.parse(argc, argv);
    if (options.buckets > options.layers) {
      throw CLI::ValidationError("--buckets",
                                 "more than --layers, " + std::to_string(options.layers));
    }
  } catch (const CLI::ParseError& error) {
    std::ostringstream silent;
    line.exit = true;
    line.status =
        app.exit(error, speaks ? std::cout : silent, speaks ? std::cerr : silent) == 0 ? 0 : kUsage;
  }
  if (options.problems.empty()) {
    options.problems.emplace_back("backward/f32/nchw/per_channel/32x64x56x56");
  }
  return line;
}

}  // namespace prelu::harness
