#include "fake_variants.hpp"

#include <array>
#include <stdexcept>
#include <type_traits>

#include "device.hpp"
#include "dtype.hpp"
#include "reference.hpp"
#include "variant.hpp"

namespace prelu::harness {
namespace {

int launches_left = 40;

void wrong_forward(const Problem& problem, const Operands& op, Stream stream) {
  right_forward(problem, op, stream);
  static_cast<unsigned char*>(op.y)[0] ^= 1;
}

void worn_forward(const Problem& problem, const Operands& op, Stream stream) {
  (launches_left-- > 0 ? right_forward : wrong_forward)(problem, op, stream);
}

constexpr std::size_t kHugeWorkspace = std::size_t{1} << 40;

}  // namespace

void right_forward(const Problem& problem, const Operands& op, Stream) {
  reference::forward(problem, op);
}

void right_backward(const Problem& problem, const Operands& op, Stream) {
  const auto gradients = reference::backward(problem, op);
  visit_dtype(problem.alpha_dtype, [&]<class A>(std::type_identity<A>) {
    auto* dalpha = static_cast<A*>(op.dalpha);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      dalpha[k] = narrow<A>(gradients[k].value);
      if (problem.update != AlphaUpdate::sgd) continue;
      const double alpha = widen(static_cast<const A*>(op.alpha)[k]);
      static_cast<A*>(op.alpha_out)[k] =
          narrow<A>(alpha - op.sgd.learning_rate * gradients[k].value);
    }
  });
}

void mend_worn_variant(int launches) { launches_left = launches; }

}  // namespace prelu::harness

namespace prelu {

std::span<const KernelVariant> registry() {
  using namespace harness;
  static const std::array table{
      KernelVariant{
          .name = "cpu/backward_right", .direction = Direction::backward, .launch = right_backward},
      KernelVariant{.name = "cpu/forward_hungry",
                    .workspace_bytes = [](const Problem&) { return kHugeWorkspace; },
                    .launch = right_forward},
      KernelVariant{.name = "cpu/forward_kills",
                    .launch = [](const Problem&, const Operands&,
                                 Stream) { throw DeviceError("an illegal memory access"); }},
      KernelVariant{.name = "cpu/forward_picky",
                    .check = [](const Problem&) -> Unsupported { return "never content"; },
                    .launch = right_forward},
      KernelVariant{.name = "cpu/forward_right", .launch = right_forward},
      KernelVariant{.name = "cpu/forward_throws",
                    .launch = [](const Problem&, const Operands&,
                                 Stream) { throw std::runtime_error("the launch was refused"); }},
      KernelVariant{.name = "cpu/forward_worn", .launch = worn_forward},
      KernelVariant{.name = "cpu/forward_wrong", .launch = wrong_forward},
      KernelVariant{
          .name = "cuda/forward_right", .backend = Backend::cuda, .launch = right_forward},
  };
  return table;
}

}  // namespace prelu
