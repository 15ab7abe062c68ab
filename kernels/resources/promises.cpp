#include "promises.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "architecture.hpp"
#include "text.hpp"

namespace prelu::resources {
namespace {

/// Packs of 32 bytes are one access from sm_100 on.
int promised_bits(const Promises& promises, int architecture) {
  constexpr int kFirstWith256 = 100;
  return architecture >= kFirstWith256 ? promises.access_bits : std::min(promises.access_bits, 128);
}

bool serves_unaligned(const Promises& promises, const KernelResources& kernel) {
  return kernel.pack_bits > 0 && kernel.pack_bits < promises.access_bits;
}

std::string stem_of(const KernelResources& kernel) {
  return kernel.kernel.substr(0, kernel.kernel.find('<'));
}

/// "forward_packed<4, Pack<float, 4>>" -> "forward_packed<#, Pack<float, 4>>": instances that
/// differ in a number of their own, such as the packs of a thread, are one family.
std::string family_of(const KernelResources& kernel) {
  std::string family;
  std::string argument;
  int depth = 0;
  for (const char c : kernel.kernel) {
    const bool ends = depth == 1 && (c == ',' || c == '>');
    if (c == '<') ++depth;
    if (c == '>') --depth;
    if (!ends && c != '<') {
      argument += c;
      continue;
    }
    const std::string number = trimmed(argument);
    const bool digits = !number.empty() && std::ranges::all_of(number, [](unsigned char digit) {
      return std::isdigit(digit) != 0;
    });
    family += (digits && ends ? "#" : argument) + c;
    argument.clear();
  }
  return family + argument;
}

class Check {
 public:
  Check(const KernelVariant& variant, std::span<const KernelResources> kernels)
      : variant_(variant), promises_(variant.promises), kernels_(kernels) {}

  std::vector<std::string> run() {
    that_it_promises();
    for (const KernelResources& kernel : kernels_) {
      every(kernel);
      if (kernel.accesses_tensors) main(kernel);
    }
    that_nothing_is_missing();
    std::vector<std::string> sentences;
    sentences.reserve(broken_.size());
    for (const auto& [sentence, where] : broken_) {
      sentences.push_back(std::string(variant_.name).append(sentence).append(where));
    }
    return sentences;
  }

 private:
  void that_it_promises() {
    if (promises_.access_bits <= 0) say(" promises no width of its accesses");
    if (promises_.bytes_in_flight <= 0) say(" promises no bytes in flight");
    if (promises_.registers <= 0) say(" promises no number of registers");
  }

  void every(const KernelResources& kernel) {
    if (kernel.spill_bytes > 0)
      say(kernel, "spills " + std::to_string(kernel.spill_bytes) + " bytes");
    if (kernel.stack_bytes > 0) {
      say(kernel, "uses " + std::to_string(kernel.stack_bytes) + " bytes of local memory");
    }
    if (kernel.block_size == 0) say(kernel, "has no __launch_bounds__");
  }

  void main(const KernelResources& kernel) {
    if (kernel.registers > promises_.registers) {
      say(kernel, "takes " + std::to_string(kernel.registers) +
                      " registers; promised: " + std::to_string(promises_.registers));
    }
    if (serves_unaligned(promises_, kernel) || stands_in(kernel)) return;
    width(kernel);
    loads(kernel, kernel.ptx, "PTX");
    if (kernel.sass) loads(kernel, *kernel.sass, "SASS");
    in_flight(kernel);
  }

  /// After all kernels: each dtype, on each architecture, has one that is bound to the promises.
  void that_nothing_is_missing() {
    std::set<int> architectures;
    std::set<std::pair<int, std::string>> served;
    for (const KernelResources& kernel : kernels_) {
      architectures.insert(kernel.architecture);
      if (kernel.accesses_tensors && !serves_unaligned(promises_, kernel)) {
        served.emplace(kernel.architecture, kernel.dtype);
      }
    }
    if (kernels_.empty()) {
      say(": nothing is known of it");
    }
    for (const int architecture : architectures) {
      // An exception that holds here and not there would hide a fall there.
      if (!promises_.fills_memory && !unfilled_.contains(architecture)) {
        say(" fills the memory, and does not promise it; on", architecture);
      }
      for (const char* dtype : {"f16", "bf16", "f32", "f64"}) {
        if (served.contains({architecture, dtype})) continue;
        say(std::string(" has no kernel for ") + dtype +
                ", of packs or with its direction in its name, on",
            architecture);
      }
    }
  }

  /// The same of several architectures is said once.
  void say(const std::string& sentence, int architecture = 0) {
    const auto known = std::ranges::find(broken_, sentence, &Broken::sentence);
    Broken& broken = known != broken_.end() ? *known : broken_.emplace_back(Broken{sentence, ""});
    if (architecture > 0) broken.where += " sm_" + std::to_string(architecture);
  }

  void say(const KernelResources& kernel, const std::string& what) {
    say(", " + kernel.kernel + " " + what + "; on", kernel.architecture);
  }

  bool stores_wide(const KernelResources& kernel) const {
    const int bits = promised_bits(promises_, kernel.architecture);
    return std::ranges::any_of(kernel.streams,
                               [&](const Stream& one) { return one.store_bits >= bits; });
  }

  /// A variant that goes over the tensors twice: another kernel stores dx, this one only partial
  /// sums.
  bool only_sums(const KernelResources& kernel) const {
    constexpr double kOnce = 3;
    return promises_.accesses_per_element > kOnce &&
           std::ranges::any_of(kernels_, [&](const KernelResources& other) {
             return other.architecture == kernel.architecture && other.dtype == kernel.dtype &&
                    stem_of(other) != stem_of(kernel) && stores_wide(other);
           });
  }

  /// Tensors are read and written through so many pointers, at least so wide: one and one by a
  /// forward kernel, two and one by a backward kernel.
  void width(const KernelResources& kernel) {
    if (kernel.ptx.bulk) return;
    const int bits = promised_bits(promises_, kernel.architecture);
    const auto reads = std::ranges::count_if(
        kernel.streams, [&](const Stream& stream) { return stream.load_bits >= bits; });
    const int wanted = variant_.direction == Direction::forward ? 1 : 2;
    if (reads < wanted) {
      say(kernel, "loads " + std::to_string(bits) + " bits at a time from " +
                      std::to_string(reads) + " of " + std::to_string(wanted) + " tensors");
    }
    if (!stores_wide(kernel) && !only_sums(kernel)) {
      say(kernel, "stores " + std::to_string(bits) + " bits at a time to no tensor");
    }
  }

  void loads(const KernelResources& kernel, const Findings& code, const std::string& where) {
    if (!promises_.divides_in_loop && code.divides_in_loop) {
      say(kernel, "divides integers in its loop (" + where + ")");
    }
    if (code.bulk) return;
    const int bits = promised_bits(promises_, kernel.architecture);
    if (code.load_bits < bits) {
      say(kernel, "loads at most " + std::to_string(code.load_bits) + " bits at a time (" + where +
                      "); promised: " + std::to_string(bits));
    }
    if (code.store_bits < bits && !only_sums(kernel)) {
      say(kernel, "stores at most " + std::to_string(code.store_bits) + " bits at a time (" +
                      where + "); promised: " + std::to_string(bits));
    }
  }

  /// Newer architectures copy in bulk where this one, which cannot, makes do.
  bool stands_in(const KernelResources& kernel) const {
    return !kernel.ptx.bulk && std::ranges::any_of(kernels_, [&](const KernelResources& other) {
      return other.ptx.bulk && other.kernel == kernel.kernel &&
             other.architecture > kernel.architecture;
    });
  }

  /// Another instance of the kernel has more: this one spreads small problems thinner.
  bool has_a_heavier_sibling(const KernelResources& kernel) const {
    return std::ranges::any_of(kernels_, [&](const KernelResources& other) {
      return other.architecture == kernel.architecture &&
             other.ptx.bytes_in_flight > kernel.ptx.bytes_in_flight &&
             family_of(other) == family_of(kernel);
    });
  }

  void in_flight(const KernelResources& kernel) {
    if (has_a_heavier_sibling(kernel)) return;
    // What is copied in bulk lands in shared memory.
    if (kernel.ptx.bulk && kernel.ptx.bytes_in_flight * kernel.block_size > kernel.shared_bytes) {
      say(kernel, "has shared memory for fewer bytes than it promises in flight");
    }
    enough(kernel, kernel.ptx, "PTX");
    if (kernel.sass) enough(kernel, *kernel.sass, "SASS");
    const int per_sm = kernel.bytes_in_flight_per_sm();
    const int wanted = architecture(kernel.architecture).wanted_bytes;
    if (per_sm >= wanted) return;
    unfilled_.insert(kernel.architecture);
    if (!promises_.fills_memory) return;
    say(kernel, "has " + std::to_string(per_sm) +
                    " bytes in flight an SM; wanted: " + std::to_string(wanted));
  }

  void enough(const KernelResources& kernel, const Findings& code, const std::string& where) {
    if (code.bytes_in_flight >= promises_.bytes_in_flight) return;
    say(kernel, "has " + std::to_string(code.bytes_in_flight) + " bytes in flight (" + where +
                    "); promised: " + std::to_string(promises_.bytes_in_flight));
  }

  struct Broken {
    std::string sentence;
    std::string where;  ///< the architectures
  };

  const KernelVariant& variant_;
  const Promises& promises_;
  std::span<const KernelResources> kernels_;
  std::set<int> unfilled_;  ///< architectures whose memory it does not fill
  std::vector<Broken> broken_;
};

}  // namespace

std::vector<std::string> broken_promises(const KernelVariant& variant,
                                         std::span<const KernelResources> kernels) {
  return Check(variant, kernels).run();
}

}  // namespace prelu::resources
