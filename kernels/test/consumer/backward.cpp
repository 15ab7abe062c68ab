// PReLU's gradients from C++: one sample of two channels, with one slope each.
#include <array>
#include <cstddef>
#include <cstdio>
#include <prelu/plan.hpp>
#include <vector>

int main() {
  const std::array<float, 4> x{-1, 2, -3, 4};
  const std::array<float, 2> alpha{0.5F, 0.25F};
  const std::array<float, 4> dy{8, 8, 16, 16};
  std::array<float, 4> dx{};
  std::array<float, 2> dalpha{};

  const prelu::Plan plan(prelu::Backend::cpu, {.direction = prelu::Direction::backward,
                                               .shape = {.n = 1, .c = 2, .spatial = 2}});
  struct alignas(256) Block {
    std::array<std::byte, 256> bytes;
  };
  std::vector<Block> workspace(plan.workspace_bytes() / sizeof(Block) + 1);  // zeroed
  plan.run({.x = x.data(),
            .alpha = alpha.data(),
            .dy = dy.data(),
            .dx = dx.data(),
            .dalpha = dalpha.data(),
            .workspace = workspace.data()});
  std::printf("%g %g %g %g, %g %g\n", dx[0], dx[1], dx[2], dx[3], dalpha[0], dalpha[1]);
}
