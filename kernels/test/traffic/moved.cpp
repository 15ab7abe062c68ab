#include "moved.hpp"

#include <sstream>
#include <vector>

#include "device.hpp"
#include "dtype.hpp"
#include "operand_buffers.hpp"
#include "problem_data.hpp"
#include "program.hpp"

namespace prelu::traffic {
namespace {

constexpr double kMostSectors = 1.05;  // of the fewest

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
  const Problem& problem = c.problem;
  const std::int64_t run = problem.layout == Layout::nchw ? problem.shape.spatial : problem.shape.c;
  return c.offset == 0 &&
         run * static_cast<std::int64_t>(size_of(problem.dtype)) % simt::kSectorBytes == 0;
}

std::string broken_promise(const Promises& promises, const harness::Case& c, const Moved& moved) {
  const auto elements = static_cast<double>(c.problem.shape.elements());
  const double bytes = elements * static_cast<double>(size_of(c.problem.dtype));
  const double loads = share(moved.tensors.loaded, bytes);
  const double stores = share(moved.tensors.stored, bytes);
  const double promised = promises.accesses_per_element;
  const double overhead = share(moved.workspace.bytes(), promised * bytes);
  const double sectors = moved.sectors();

  std::ostringstream complaint;
  if (promised <= 0) {
    complaint << "promises nothing of what it moves";
  } else if (stores != 1 || loads != promised - 1) {
    complaint << "loads " << loads << " and stores " << stores << " tensors, but promises "
              << promised - 1 << " and 1";
  } else if (c.offset == 0 && overhead > promises.overhead) {
    complaint << "moves another " << overhead << " of the tensors' bytes, but promises at most "
              << promises.overhead;
  } else if (promises.coalesced && is_aligned(c) && sectors > kMostSectors) {
    complaint << "touches " << sectors << " times the fewest sectors, but promises to coalesce";
  }
  return complaint.str();
}

}  // namespace prelu::traffic
