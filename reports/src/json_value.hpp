// A JSON value that knows the path to it, so that what is wrong with it can be named.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace prelu::reports {

/// Reads what must be there, strictly: throws std::invalid_argument with the path of what is
/// missing or of another type, and what is allowed.
class Value {
 public:
  using Json = nlohmann::json;

  Value(const Json& json, std::string place) : json_(&json), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw std::invalid_argument(place_ + ": " + message);
  }

  bool has(const std::string& key) const { return json_->is_object() && json_->contains(key); }

  Value at(const std::string& key) const {
    if (!json_->is_object()) fail("must be an object");
    const auto found = json_->find(key);
    if (found == json_->end()) fail("the key \"" + key + "\" is missing");
    return {*found, place_ + "." + key};
  }

  /// The value at `key`, or nothing where the key is missing or its value null.
  std::optional<Value> find(const std::string& key) const {
    if (!json_->is_object()) fail("must be an object");
    const auto found = json_->find(key);
    if (found == json_->end() || found->is_null()) return std::nullopt;
    return at(key);
  }

  std::vector<Value> elements() const {
    if (!json_->is_array()) fail("must be a list");
    std::vector<Value> values;
    values.reserve(json_->size());
    for (std::size_t i = 0; i < json_->size(); ++i) {
      values.emplace_back((*json_)[i], place_ + "[" + std::to_string(i) + "]");
    }
    return values;
  }

  std::string text() const {
    if (!json_->is_string()) fail("must be a string");
    return json_->get<std::string>();
  }

  bool boolean() const {
    if (!json_->is_boolean()) fail("must be true or false");
    return json_->get<bool>();
  }

  /// null stands for what is not finite; it is read as 0.
  double number() const {
    if (json_->is_null()) return 0;
    if (!json_->is_number()) fail("must be a number");
    return json_->get<double>();
  }

  template <class Integer>
  Integer integer() const {
    const bool fits =
        json_->is_number_unsigned()
            ? std::in_range<Integer>(json_->get<std::uint64_t>())
            : json_->is_number_integer() && std::in_range<Integer>(json_->get<std::int64_t>());
    if (!fits) fail("must be an integer in range");
    return json_->get<Integer>();
  }

  template <class T>
  std::optional<T> optional(T (Value::*read)() const) const {
    if (json_->is_null()) return std::nullopt;
    return std::invoke(read, *this);
  }

  std::vector<double> numbers() const {
    std::vector<double> values;
    for (const Value& element : elements()) values.push_back(element.number());
    return values;
  }

 private:
  const Json* json_;
  std::string place_;
};

}  // namespace prelu::reports
