// The processes of a run, one a device: what is used of MPI, so that nobody else but a reducer
// needs its header.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace prelu::harness {

/// Every function but abort() is collective: all ranks call it, in the same order.
class Ranks {
 public:
  /// Starts MPI, which may take arguments of its own out of these.
  Ranks(int& argc, char**& argv);
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_first() const { return rank_ == 0; }
  int rank_on_node() const { return rank_on_node_; }
  int size_on_node() const { return size_on_node_; }
  /// "rank 2 of 4 on HOST"
  const std::string& who() const { return who_; }

  void barrier() const;
  /// Overwrites these bytes with those of the first rank.
  void broadcast(std::span<std::byte> bytes) const;
  /// The text of the lowest rank that has one, on every rank; empty where none has.
  std::string first_text(const std::string& mine) const;
  double largest(double mine) const;
  /// One vector a rank, on the first rank; nothing on the others. All are equally long.
  std::vector<std::vector<double>> gather(const std::vector<double>& mine) const;

  /// Ends every rank with this status: for what only one rank knows.
  [[noreturn]] static void abort(int status);

 private:
  int rank_ = 0;
  int size_ = 1;
  int rank_on_node_ = 0;
  int size_on_node_ = 1;
  std::string who_;
};

}  // namespace prelu::harness
