// A build without NCCL.
#include "reducer.hpp"

namespace prelu::harness {

std::unique_ptr<Reducer> nccl_reducer(const Ranks&) { return nullptr; }

}  // namespace prelu::harness
