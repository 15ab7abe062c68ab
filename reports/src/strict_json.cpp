#include "strict_json.hpp"

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace prelu::reports {
namespace {

using Json = nlohmann::json;
using Event = Json::parse_event_t;

/// Follows a parser through a document: where it is, and which keys it has met there.
class Watch {
 public:
  explicit Watch(std::string_view source) : source_(source) {}

  bool operator()(int /*depth*/, Event event, const Json& parsed) {
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        next_element();
        if (levels_.size() == kDeepest) {
          fail("nested deeper than " + std::to_string(kDeepest) + " levels");
        }
        levels_.push_back({.is_list = event == Event::array_start});
        break;
      case Event::object_end:
      case Event::array_end: levels_.pop_back(); break;
      case Event::key:
        if (!levels_.back().keys.insert(parsed.get<std::string>()).second) {
          fail("the key " + parsed.dump() + " stands twice");
        }
        levels_.back().key = parsed.get<std::string>();
        break;
      case Event::value: next_element(); break;
    }
    return true;
  }

 private:
  struct Level {
    bool is_list = false;
    std::size_t elements = 0;  ///< met so far, of a list
    std::string key;           ///< met last, of an object
    std::set<std::string> keys;
  };

  void next_element() {
    if (!levels_.empty() && levels_.back().is_list) ++levels_.back().elements;
  }

  [[noreturn]] void fail(const std::string& message) const {
    constexpr std::size_t kShown = 8;  // levels: enough for any report
    std::string place = source_;
    for (std::size_t i = 0; i + 1 < levels_.size() && i < kShown; ++i) {
      const Level& level = levels_[i];
      place += level.is_list ? "[" + std::to_string(level.elements - 1) + "]" : "." + level.key;
    }
    throw std::invalid_argument(place + ": " + message);
  }

  std::string source_;
  std::vector<Level> levels_;
};

}  // namespace

nlohmann::json parse_strictly(std::string_view text, std::string_view source) {
  try {
    Watch watch(source);
    return Json::parse(text, std::ref(watch));
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string(source) + ": not valid JSON: " + error.what());
  }
}

}  // namespace prelu::reports
