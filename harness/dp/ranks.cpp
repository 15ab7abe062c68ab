#include "ranks.hpp"

#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <stdexcept>

namespace prelu::harness {
namespace {

/// Errors of MPI end the job themselves: its default handler prints them.
int checked_count(std::size_t count) {
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::invalid_argument("a message of " + std::to_string(count) + " parts is too long");
  }
  return static_cast<int>(count);
}

}  // namespace

Ranks::Ranks(int& argc, char**& argv) {
  int provided = 0;
  // The watchdog is a thread of its own, and never calls MPI.
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &rank_on_node_);
  MPI_Comm_size(node, &size_on_node_);
  MPI_Comm_free(&node);
  std::array<char, MPI_MAX_PROCESSOR_NAME> host{};
  int length = 0;
  MPI_Get_processor_name(host.data(), &length);
  who_ = "rank " + std::to_string(rank_) + " of " + std::to_string(size_) + " on " + host.data();
}

Ranks::~Ranks() { MPI_Finalize(); }

void Ranks::barrier() const { MPI_Barrier(MPI_COMM_WORLD); }

void Ranks::broadcast(std::span<std::byte> bytes) const {
  MPI_Bcast(bytes.data(), checked_count(bytes.size()), MPI_BYTE, 0, MPI_COMM_WORLD);
}

std::string Ranks::first_text(const std::string& mine) const {
  const int candidate = mine.empty() ? size_ : rank_;
  int owner = size_;
  MPI_Allreduce(&candidate, &owner, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  if (owner == size_) return {};
  std::string text = mine;
  auto length = static_cast<unsigned long long>(text.size());
  MPI_Bcast(&length, 1, MPI_UNSIGNED_LONG_LONG, owner, MPI_COMM_WORLD);
  text.resize(length);
  MPI_Bcast(text.data(), checked_count(length), MPI_CHAR, owner, MPI_COMM_WORLD);
  return text;
}

double Ranks::largest(double mine) const {
  double largest = mine;
  MPI_Allreduce(&mine, &largest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return largest;
}

std::vector<std::vector<double>> Ranks::gather(const std::vector<double>& mine) const {
  const int count = checked_count(mine.size());
  const auto ranks = is_first() ? static_cast<std::size_t>(size_) : 0;
  std::vector<double> flat(ranks * mine.size());
  MPI_Gather(mine.data(), count, MPI_DOUBLE, flat.data(), count, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  std::vector<std::vector<double>> all;
  for (auto from = flat.begin(); all.size() < ranks; from += count) {
    all.emplace_back(from, from + count);
  }
  return all;
}

void Ranks::abort(int status) {
  MPI_Abort(MPI_COMM_WORLD, status);
  std::_Exit(status);
}

}  // namespace prelu::harness
