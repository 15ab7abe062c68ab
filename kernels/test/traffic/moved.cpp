#include "moved.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "device.hpp"
#include "dtype.hpp"
#include "operand_buffers.hpp"
#include "problem_data.hpp"
#include "program.hpp"

namespace prelu::traffic {
namespace {

/// The operands as stretches of memory, and which part of Moved each belongs to.
class Ledger {
 public:
  void watch(const void* start, std::size_t bytes, simt::Traffic Moved::*part) {
    // A null pointer is no operand; in place, one stretch is two of them.
    if (start == nullptr || bytes == 0) return;
    const auto* first = static_cast<const std::byte*>(start);
    for (const simt::Memory& memory : memory_) {
      if (memory.data() == first) return;
    }
    memory_.emplace_back(first, bytes);
    parts_.push_back(part);
  }

  Moved count(const std::function<void()>& work) const {
    Moved moved;
    const std::vector<simt::Traffic> traffic = simt::count_traffic(memory_, work);
    for (std::size_t i = 0; i < traffic.size(); ++i) moved.*parts_[i] += traffic[i];
    return moved;
  }

 private:
  std::vector<simt::Memory> memory_;
  std::vector<simt::Traffic Moved::*> parts_;
};

double share(std::int64_t part, double whole) {
  return whole > 0 ? static_cast<double>(part) / whole : 0;
}

/// What a kernel may take by itself: a plane where each has a slope of its own, a sample where each
/// element has, else the whole tensor.
std::int64_t run_bytes(const Problem& problem) {
  const Shape& shape = problem.shape;
  const auto element = static_cast<std::int64_t>(size_of(problem.dtype));
  if (problem.alpha_mode == AlphaMode::per_element) return shape.c * shape.spatial * element;
  const bool planes =
      problem.alpha_mode == AlphaMode::per_channel && problem.layout == Layout::nchw;
  return (planes ? shape.spatial : shape.elements()) * element;
}

}  // namespace

double Moved::sectors() const {
  return share(tensors.sectors * simt::kSectorBytes, static_cast<double>(tensors.bytes()));
}

Moved measure(const KernelVariant& variant, const harness::Case& c) {
  const Problem& problem = c.problem;
  const std::size_t workspace = workspace_bytes(variant, problem);
  const harness::Devices devices = harness::open_devices({});
  harness::OperandBuffers buffers(*devices.at(Backend::cuda).device, c, workspace);
  const harness::ProblemData data = harness::make_data(problem, {.kind = harness::DataKind::equal});
  buffers.prepare(data, 0);
  const Operands operands = buffers.operands();

  Ledger ledger;
  for (const void* tensor : {operands.x, operands.dy, static_cast<const void*>(operands.y),
                             static_cast<const void*>(operands.dx)}) {
    ledger.watch(tensor, data.x.size(), &Moved::tensors);
  }
  for (const void* slopes : {operands.alpha, static_cast<const void*>(operands.dalpha),
                             static_cast<const void*>(operands.alpha_out)}) {
    ledger.watch(slopes, data.alpha.size(), &Moved::slopes);
  }
  ledger.watch(operands.workspace, workspace, &Moved::workspace);
  return ledger.count([&] { variant.launch(problem, operands, nullptr); });
}

bool is_aligned(const harness::Case& c) {
  return c.offset == 0 && c.shifted.empty() && run_bytes(c.problem) % simt::kSectorBytes == 0;
}

double most_sectors(const harness::Case& c) {
  constexpr double kAligned = 1.05;
  constexpr double kUnaligned = 1.55;  // a half type's 64 bytes a warp, in three sectors of two
  if (is_aligned(c)) return kAligned;
  // A run that is taken by itself shares a sector with its neighbour at either end.
  const auto run = static_cast<double>(run_bytes(c.problem));
  return std::max(kUnaligned, kAligned + 2 * simt::kSectorBytes / run);
}

std::string broken_promise(const Promises& promises, const harness::Case& c, const Moved& moved) {
  const auto elements = static_cast<double>(c.problem.shape.elements());
  const double bytes = elements * static_cast<double>(size_of(c.problem.dtype));
  const double loads = share(moved.tensors.loaded, bytes);
  const double stores = share(moved.tensors.stored, bytes);
  const double promised = promises.accesses_per_element;
  const double overhead = share(moved.workspace.bytes(), promised * bytes);

  std::ostringstream complaint;
  if (promised <= 0) {
    complaint << "promises nothing of what it moves";
  } else if (stores != 1 || loads != promised - 1) {
    complaint << "loads " << loads << " and stores " << stores << " tensors, but promises "
              << promised - 1 << " and 1";
  } else if (c.offset == 0 && c.shifted.empty() && overhead > promises.overhead) {
    complaint << "moves another " << overhead << " of the tensors' bytes, but promises at most "
              << promises.overhead;
  } else if (promises.coalesced && moved.sectors() > most_sectors(c)) {
    complaint << "touches " << moved.sectors()
              << " times the fewest sectors, but promises to coalesce";
  }
  return complaint.str();
}

}  // namespace prelu::traffic
