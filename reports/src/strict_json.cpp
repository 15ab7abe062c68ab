#include "strict_json.hpp"

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace prelu::reports {

nlohmann::json parse_strictly(std::string_view text, std::string_view source) {
  using Json = nlohmann::json;
  constexpr int kDeepest = 32;
  std::vector<std::set<std::string>> keys;
  const Json::parser_callback_t callback = [&](int depth, Json::parse_event_t event, Json& parsed) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= kDeepest) {
      throw std::invalid_argument(std::string(source) + ": nested deeper than " +
                                  std::to_string(kDeepest) + " levels");
    }
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(parsed.get<std::string>()).second) {
      throw std::invalid_argument(std::string(source) + ": the key " + parsed.dump() +
                                  " stands twice in one object");
    }
    return true;
  };
  try {
    return Json::parse(text, callback);
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string(source) + ": not valid JSON: " + error.what());
  }
}

}  // namespace prelu::reports
