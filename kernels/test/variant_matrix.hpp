// What is promised for every combination of direction, dtype, alpha's dtype, layout and alpha mode:
// a CPU variant, and a CUDA variant that is neither naive nor CUB's.
#pragma once

#include <array>
#include <string_view>

namespace prelu {

struct MatrixRow {
  std::string_view direction;
  std::string_view dtype;
  std::string_view alpha_dtype;
  std::string_view layout;
  std::string_view alpha_mode;
  std::string_view cpu;
  std::string_view cuda;
};

// clang-format off
inline constexpr auto kVariantMatrix = std::to_array<MatrixRow>({
    {"forward", "f16", "f16", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f32", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f16", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f32", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f16", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f32", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f16", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f32", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f16", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f32", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f16", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f16", "f32", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "bf16", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "f32", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "bf16", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "f32", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "bf16", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "f32", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "bf16", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "f32", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "bf16", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "f32", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "bf16", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "bf16", "f32", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f32", "f32", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f32", "f32", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f32", "f32", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f32", "f32", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f32", "f32", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f32", "f32", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f64", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f32", "nchw", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f64", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f32", "nchw", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f64", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f32", "nchw", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f64", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f32", "nhwc", "shared", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f64", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f32", "nhwc", "per_channel", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f64", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"forward", "f64", "f32", "nhwc", "per_element", "cpu/forward_threaded", "cuda/forward_packed"},
    {"backward", "f16", "f16", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f16", "f32", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f16", "f16", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "f16", "f32", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "f16", "f16", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f16", "f32", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f16", "f16", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f16", "f32", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f16", "f16", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "f16", "f32", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "f16", "f16", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f16", "f32", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "bf16", "bf16", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "bf16", "f32", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "bf16", "bf16", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "bf16", "f32", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "bf16", "bf16", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "bf16", "f32", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "bf16", "bf16", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "bf16", "f32", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "bf16", "bf16", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "bf16", "f32", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "bf16", "bf16", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "bf16", "f32", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f32", "f32", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f32", "f32", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "f32", "f32", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f32", "f32", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f32", "f32", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "f32", "f32", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f64", "f64", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f64", "f32", "nchw", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f64", "f64", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "f64", "f32", "nchw", "per_channel", "cpu/backward_threaded", "cuda/backward_plane"},
    {"backward", "f64", "f64", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f64", "f32", "nchw", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f64", "f64", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f64", "f32", "nhwc", "shared", "cpu/backward_threaded", "cuda/backward_two_pass"},
    {"backward", "f64", "f64", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "f64", "f32", "nhwc", "per_channel", "cpu/backward_threaded", "cuda/backward_nhwc"},
    {"backward", "f64", "f64", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
    {"backward", "f64", "f32", "nhwc", "per_element", "cpu/backward_threaded", "cuda/backward_element"},
});
// clang-format on

}  // namespace prelu
