// What a suite's JSON is read with: strictly, every error naming the place and what is allowed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "names.hpp"

namespace prelu::harness {

/// A value of the suite with the path that leads to it, so that every error says where it is.
class Value {
 public:
  Value(const nlohmann::json& json, std::string place) : json_(json), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw std::invalid_argument(place_ + ": " + message);
  }

  void allow_only(std::initializer_list<std::string_view> known) const {
    if (!json_.is_object()) fail("must be an object");
    for (const auto& item : json_.items()) {
      if (std::ranges::find(known, item.key()) != known.end()) continue;
      std::string list;
      for (const std::string_view key : known) {
        list.append(list.empty() ? "" : ", ").append(key);
      }
      fail("unknown key \"" + item.key() + "\"; allowed are: " + list);
    }
  }

  bool has(const char* key) const { return json_.contains(key); }

  Value at(const char* key) const {
    if (!has(key)) fail("the key \"" + std::string(key) + "\" is missing");
    return {json_.at(key), place_ + "." + key};
  }

  std::vector<Value> elements() const {
    if (!json_.is_array() || json_.empty()) fail("must be a list that is not empty");
    std::vector<Value> values;
    values.reserve(json_.size());
    for (std::size_t i = 0; i < json_.size(); ++i) {
      values.emplace_back(json_[i], place_ + "[" + std::to_string(i) + "]");
    }
    return values;
  }

  std::string text() const {
    if (!json_.is_string()) fail("must be a string");
    return json_.get<std::string>();
  }

  bool boolean() const {
    if (!json_.is_boolean()) fail("must be true or false");
    return json_.get<bool>();
  }

  std::int64_t count() const {
    const bool fits = json_.is_number_unsigned()
                          ? json_.get<std::uint64_t>() <= std::uint64_t{INT64_MAX}
                          : json_.is_number_integer() && json_.get<std::int64_t>() >= 0;
    if (!fits) fail("must be an integer from 0 to 9223372036854775807, not " + json_.dump());
    return json_.get<std::int64_t>();
  }

  double seconds() const {
    if (!json_.is_number() || json_.get<double>() < 0) fail("must be a number of seconds");
    return json_.get<double>();
  }

  template <class Enum>
  Enum enumerator() const {
    const std::string spelling = text();
    try {
      return parse<Enum>(spelling);
    } catch (const std::invalid_argument& error) {
      fail(error.what());
    }
  }

 private:
  const nlohmann::json& json_;
  std::string place_;
};

/// The list at `key`, each element read by `read`; `fallback` where the key is absent.
template <class T, class Read>
std::vector<T> list(const Value& group, const char* key, std::vector<T> fallback, Read read) {
  if (!group.has(key)) return fallback;
  std::vector<T> values;
  for (const Value& element : group.at(key).elements()) values.push_back(read(element));
  return values;
}

template <class Enum>
std::vector<Enum> enumerators(const Value& group, const char* key, std::vector<Enum> fallback) {
  return list<Enum>(group, key, std::move(fallback),
                    [](const Value& value) { return value.enumerator<Enum>(); });
}

inline std::vector<bool> booleans(const Value& group, const char* key) {
  return list<bool>(group, key, {false}, [](const Value& value) { return value.boolean(); });
}

}  // namespace prelu::harness
