// Whatever bytes a file holds, they are read as a report and as a record of noise, or refused with
// a message that names the file and the place. libFuzzer looks for bytes with which that is not so:
// any other exception ends it, and so does what AddressSanitizer finds.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string_view>

#include "noise.hpp"
#include "report.hpp"
#include "use_report.hpp"

namespace prelu::reports {
namespace {

constexpr std::string_view kSource = "fuzzed.json";

template <class Read>
void read_or_refuse(const Read& read) {
  try {
    read();
  } catch (const std::invalid_argument& error) {
    if (std::string_view(error.what()).starts_with(kSource)) return;
    std::cerr << "does not name the file: " << error.what() << '\n';
    std::abort();
  }
}

}  // namespace
}  // namespace prelu::reports

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace prelu::reports;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_or_refuse([&] { use(from_json(text, kSource)); });
  read_or_refuse([&] { static_cast<void>(to_json(noise_from_json(text, kSource))); });
  return 0;
}
