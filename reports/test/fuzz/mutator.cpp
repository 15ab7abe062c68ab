// Half of the time libFuzzer changes bytes, which seldom leaves JSON; the other half a value of the
// document becomes another, goes, or stands there twice, and what results is JSON still.
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "random.hpp"
#include "strict_json.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace prelu::reports {
namespace {

using Json = nlohmann::json;

/// `value` and all values within it.
void collect(Json& value, std::vector<Json*>& all) {
  all.push_back(&value);
  if (!value.is_structured()) return;
  for (Json& inner : value) collect(inner, all);
}

/// What has broken readers before.
Json hostile(Random& random) {
  static const std::array<Json, 16> values{
      nullptr,        true,      -1,         0,          0.5,        1e308,    -1e308,
      1e-320,         INT64_MIN, UINT64_MAX, 4294967296, 2147483648, "passed", Json::array(),
      Json::object(), ""};
  return values.at(random.below(values.size()));
}

void change(Json& document, Random& random) {
  std::vector<Json*> all;
  collect(document, all);
  Json& value = *all[random.below(all.size())];
  const std::size_t size = value.is_structured() ? value.size() : 0;
  switch (random.below(6)) {
    case 0: value = Json(*all[random.below(all.size())]); break;
    case 1:
      if (size > 0)
        value.erase(std::next(value.begin(), static_cast<std::ptrdiff_t>(random.below(size))));
      break;
    case 2:
      if (value.is_array() && size > 0) value.push_back(Json(value[random.below(size)]));
      break;
    default: value = hostile(random);
  }
}

}  // namespace
}  // namespace prelu::reports

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace prelu::reports;
  Random random(seed);
  try {
    if (random.below(2) == 0) return LLVMFuzzerMutate(data, size, max_size);
    Json document = parse_strictly({reinterpret_cast<const char*>(data), size}, "");
    do {
      change(document, random);
    } while (random.below(2) == 0);
    const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::memcpy(data, text.data(), text.size());
    return text.size();
  } catch (const std::invalid_argument&) {  // no JSON to begin with
    return LLVMFuzzerMutate(data, size, max_size);
  }
}
