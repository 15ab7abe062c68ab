// A JSON value that knows the path to it, so that what is wrong with it can be named.
//
// Read by simdjson, because a fleet's reports are gigabytes.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prelu::reports {

/// Reads what must be there, strictly: throws std::invalid_argument with the path of what is
/// missing or of another type, and what is allowed. Its Document must outlive it.
class Value {
 public:
  Value(simdjson::dom::element element, const std::string& source)
      : element_(element), source_(&source) {}

  [[noreturn]] void fail(const std::string& message) const;

  bool has(const char* key) const { return !element_[key].error(); }

  Value at(const char* key) const;

  /// The value at `key`, or nothing where the key is missing or its value null.
  std::optional<Value> find(const char* key) const;

  std::vector<Value> elements() const;

  std::string text() const;
  bool boolean() const;

  /// null stands for what is not finite; it is read as 0.
  double number() const;
  /// Of a list.
  std::vector<double> numbers() const;

  template <class Integer>
  Integer integer() const {
    std::uint64_t natural = 0;
    if (!element_.get(natural) && std::in_range<Integer>(natural)) {
      return static_cast<Integer>(natural);
    }
    std::int64_t value = 0;
    if (!element_.get(value) && std::in_range<Integer>(value)) return static_cast<Integer>(value);
    fail("must be an integer in range");
  }

  template <class T>
  std::optional<T> optional(T (Value::*read)() const) const {
    if (element_.is_null()) return std::nullopt;
    return std::invoke(read, *this);
  }

 private:
  /// From a value to one within it: by a key or, where that is null, by a place in a list. Keys are
  /// literals.
  struct Step {
    const char* key = nullptr;
    std::size_t index = 0;
  };

  Value within(simdjson::dom::element element, Step step) const;

  simdjson::dom::element element_;
  const std::string* source_;
  std::array<Step, 8> path_{};  ///< deeper than any report
  std::size_t depth_ = 0;
};

/// JSON, read without tolerance: see parse_strictly, whose errors these are. The parser holds the
/// values, until it is used again.
class Document {
 public:
  Document(std::string_view text, std::string_view source, simdjson::dom::parser& parser);
  Document(const std::filesystem::path& file, simdjson::dom::parser& parser);

  Value root() const { return {root_, source_}; }

 private:
  std::string source_;
  simdjson::dom::element root_;
};

}  // namespace prelu::reports
