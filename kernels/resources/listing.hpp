// A kernel's machine code as far as its memory accesses, its loops and its integer divisions go:
// one form for PTX and for SASS, so that one analysis serves both.
#pragma once

#include <string>
#include <vector>

namespace prelu::resources {

enum class Access { none, load, store };

struct Instruction {
  std::vector<std::string> labels;  ///< those that lead here
  std::vector<std::string> reads;   ///< registers
  std::vector<std::string> writes;  ///< registers

  std::string target;        ///< the label it branches to; empty if it does not
  bool conditional = false;  ///< what follows may be reached too
  bool ends = false;         ///< the thread leaves here

  Access access = Access::none;  ///< of global memory
  int bits = 0;                  ///< the width of the access
  bool read_only = false;        ///< loaded through the path for what no one writes
  bool bulk = false;             ///< starts a bulk copy
  bool divides = false;          ///< divides integers
  bool orders = false;           ///< a barrier, a fence or an atomic access: loads do not pass it

  /// The kernel's parameters that the address comes from. PTX only: SASS does not tell.
  std::vector<std::string> pointers;
};

struct Listing {
  std::string kernel;  ///< its mangled name
  int block_size = 0;  ///< of __launch_bounds__; 0 where there are none. PTX only
  /// The instructions are issued in this order. Those of PTX are not: ptxas will order them anew.
  bool scheduled = false;
  std::vector<Instruction> instructions;
};

/// The kernels of a PTX file.
std::vector<Listing> read_ptx(const std::string& text);

/// The kernels in what nvdisasm prints of a cubin.
std::vector<Listing> read_sass(const std::string& text);

}  // namespace prelu::resources
