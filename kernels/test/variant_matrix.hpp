// What is promised for every combination of direction, update, layout and alpha mode, and for each
// in every pair of dtypes of x and alpha: a CPU variant, and a CUDA variant that is neither naive
// nor CUB's.
#pragma once

#include <array>
#include <string_view>

namespace prelu {

struct MatrixRow {
  std::string_view direction;
  std::string_view update;  ///< of backward
  std::string_view layout;
  std::string_view alpha_mode;
  std::string_view cpu;
  std::string_view cuda;
};

// clang-format off
inline constexpr auto kVariantMatrix = std::to_array<MatrixRow>({
    {"forward", "gradient", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "gradient", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "gradient", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_plane"},
    {"forward", "gradient", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_nhwc"},
    {"forward", "gradient", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_nhwc"},
    {"forward", "gradient", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_nhwc"},
    {"forward", "gradient", "nchw", "broadcast", "cpu/forward_naive", "cuda/forward_broadcast"},
    {"forward", "gradient", "nhwc", "broadcast", "cpu/forward_naive", "cuda/forward_broadcast"},
    {"backward", "gradient", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_last_block"},
    {"backward", "gradient", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_last_block"},
    {"backward", "gradient", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "gradient", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "gradient", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "gradient", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "gradient", "nchw", "broadcast", "cpu/backward_naive", "cuda/backward_broadcast"},
    {"backward", "gradient", "nhwc", "broadcast", "cpu/backward_naive", "cuda/backward_broadcast"},
    {"backward", "frozen", "nchw", "shared", "cpu/backward_naive", "cuda/backward_dx_only"},
    {"backward", "frozen", "nhwc", "shared", "cpu/backward_naive", "cuda/backward_dx_only"},
    {"backward", "frozen", "nchw", "per_channel", "cpu/backward_naive", "cuda/backward_dx_only"},
    {"backward", "frozen", "nhwc", "per_channel", "cpu/backward_naive", "cuda/backward_dx_only"},
    {"backward", "frozen", "nchw", "per_element", "cpu/backward_naive", "cuda/backward_dx_only"},
    {"backward", "frozen", "nhwc", "per_element", "cpu/backward_naive", "cuda/backward_dx_only"},
    {"backward", "frozen", "nchw", "broadcast", "cpu/backward_naive", "cuda/backward_broadcast"},
    {"backward", "frozen", "nhwc", "broadcast", "cpu/backward_naive", "cuda/backward_broadcast"},
    {"backward", "sgd", "nchw", "shared", "cpu/backward_naive", "cuda/backward_sgd"},
    {"backward", "sgd", "nhwc", "shared", "cpu/backward_naive", "cuda/backward_sgd"},
    {"backward", "sgd", "nchw", "per_channel", "cpu/backward_naive", "cuda/backward_sgd"},
    {"backward", "sgd", "nhwc", "per_channel", "cpu/backward_naive", "cuda/backward_sgd"},
    {"backward", "sgd", "nchw", "per_element", "cpu/backward_naive", "cuda/backward_sgd"},
    {"backward", "sgd", "nhwc", "per_element", "cpu/backward_naive", "cuda/backward_sgd"},
    {"backward", "sgd", "nchw", "broadcast", "cpu/backward_naive", "cuda/backward_broadcast"},
    {"backward", "sgd", "nhwc", "broadcast", "cpu/backward_naive", "cuda/backward_broadcast"},
});
// clang-format on

}  // namespace prelu
