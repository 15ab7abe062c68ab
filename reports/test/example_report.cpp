#include "example_report.hpp"

namespace prelu::reports {
namespace {

Environment example_environment() {
  return {.date = "2025-03-01T12:34:56+01:00",
          .host_name = "bench-host",
          .host_cpu = "Example CPU 9000",
          .num_cpus = 8,
          .cpus_allowed = 4,
          .mhz_per_cpu = 2900.5,
          .cpu_scaling_enabled = true,
          .governor = "powersave",
          .caches = {{.type = "Data", .level = 1, .size = 32768, .num_sharing = 2},
                     {.type = "Unified", .level = 3, .size = 33554432, .num_sharing = 8}},
          .load_avg = {0.5, 0.25, 0.125},
          .git_sha = "0123456789abcdef0123456789abcdef01234567",
          .git_dirty = true,
          .build_type = "release",
          .host_compiler = "GNU 12.2.0",
          .cuda_compiler = "13.0.48",
          .flags = "-O3 -DNDEBUG",
          .architectures = {"90", "100"},
          .library_version = "0.1.0",
          .devices = {{.kind = "cpu",
                       .name = "Example CPU 9000",
                       .compute_units = 4,
                       .cache_bytes = 33554432,
                       .memory_bytes = 68719476736,
                       .clock_resolution_us = 0.03125},
                      {.kind = "cuda",
                       .name = "Example GPU",
                       .uuid = "GPU-0f",
                       .compute_units = 132,
                       .cache_bytes = 52428800,
                       .memory_bytes = 85899345920,
                       .compute_capability = "9.0",
                       .driver = "580.65.06",
                       .ecc = true,
                       .mig = false,
                       .power_limit_w = 700,
                       .clock_mhz = 1980,
                       .memory_clock_mhz = 2619,
                       .clock_resolution_us = 0.5}}};
}

Result timed_on_cpu() {
  return {.name = "cpu/forward_threaded/f32/nchw/per_channel/2x64x3136",
          .variant = "cpu/forward_threaded",
          .problem = "forward/f32/nchw/per_channel/2x64x3136",
          .device = "cpu",
          .code_hash = "0123456789abcdef",
          .status = Status::passed,
          .verification = {.status = Status::passed, .checked = 802816},
          .measurement = Measurement{
              .bytes = 3211520,
              .elements = 401408,
              .repetitions = {{.samples_us = {101.5, 100.5, 102}, .cpu_time_us = 390.5},
                              {.samples_us = {100, 101, 131.25}, .cpu_time_us = 400.25}},
              .hot_us = 61.5,
              .ceiling_us = 92.5,
              .process = 3}};
}

/// The same problem, slower, in bursts, and neither hot nor against a ceiling.
Result slower_on_cpu() {
  Result result = timed_on_cpu();
  result.name = "cpu/forward_naive/f32/nchw/per_channel/2x64x3136";
  result.variant = "cpu/forward_naive";
  result.measurement = {.bytes = 3211520,
                        .elements = 401408,
                        .repetitions = {{.samples_us = {1300, 2100}, .cpu_time_us = 1200}},
                        .disturbed = {.retaken = 7, .kept = 1}};
  return result;
}

/// Faster than the fastest copy.
Result suspect_on_gpu() {
  return {.name = "cuda/backward_plane/f16/nchw/per_channel/2x64x3136/zero=alpha",
          .variant = "cuda/backward_plane",
          .problem = "backward/f16/nchw/per_channel/2x64x3136/zero=alpha",
          .device = "cuda",
          .deterministic = false,
          .status = Status::passed,
          .verification = {.status = Status::passed,
                           .max_error = 0.0625,
                           .allowed = 0.5,
                           .checked = 401472},
          .kernel = KernelInfo{.registers = 40, .spill_bytes = 8, .bytes_in_flight_per_sm = 98304},
          .measurement =
              Measurement{.bytes = 2408704,
                          .elements = 401408,
                          .repetitions = {{.samples_us = {0.75, 0.5, 0.625}, .cpu_time_us = 7}},
                          .ceiling_us = 0.75,
                          .clock_mhz = 1755,
                          .throttled = 2}};
}

Result proven_only() {
  return {.name = "cpu/forward_naive/f32/nchw/shared/0x3x5",
          .variant = "cpu/forward_naive",
          .problem = "forward/f32/nchw/shared/0x3x5",
          .device = "cpu",
          .status = Status::passed,
          .verification = {.status = Status::passed}};
}

Result failed_on_gpu() {
  return {.name = "cuda/backward_naive/f32/nchw/shared/2x3x5",
          .variant = "cuda/backward_naive",
          .problem = "backward/f32/nchw/shared/2x3x5",
          .device = "cuda",
          .deterministic = false,
          .status = Status::failed,
          .reason = "dx[7] is 1 (0x3f800000), expected exactly 0.5 (0x3f000000) | <b>",
          .rerun =
              "prelu-bench --verify-only --seed 1 --case "
              "'cuda/backward_naive/f32/nchw/shared/2x3x5'",
          .verification = {.status = Status::failed, .checked = 30}};
}

Result skipped(const char* shape) {
  const std::string problem = std::string("f32/nchw/shared/") + shape;
  return {.name = "cuda/forward_packed/" + problem,
          .variant = "cuda/forward_packed",
          .problem = "forward/" + problem,
          .status = Status::skipped,
          .reason = "element count is not a whole number of packs"};
}

}  // namespace

Report example_report() {
  return {.environment = example_environment(),
          .protocol = {.suite = "smoke,extra",
                       .cache = "rotate",
                       .block = 30,
                       .repetitions = 2,
                       .seed = 18446744073709551615U,
                       .budget_s = 12.5},
          .ceilings = {{.device = "cpu",
                        .way = "cpu/copy_streaming",
                        .reads = 1,
                        .bytes = 3211520,
                        .median_us = 92.5,
                        .drift = -0.03125},
                       {.device = "cuda",
                        .way = "cuda/add_bulk",
                        .reads = 2,
                        .bytes = 2408704,
                        .median_us = 0.75,
                        .drift = 0.5}},
          .results = {slower_on_cpu(), timed_on_cpu(), skipped("1x1x3"), suspect_on_gpu(),
                      failed_on_gpu(), proven_only(), skipped("1x1x5")},
          .partial = true};
}

}  // namespace prelu::reports
