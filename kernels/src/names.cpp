#include "names.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace prelu {
namespace {

template <class Enum>
struct Spelling {
  Enum value;
  std::string_view text;
};
template <class Enum>
Spelling(Enum, const char*) -> Spelling<Enum>;

constexpr std::array kBackends{Spelling{Backend::cpu, "cpu"}, Spelling{Backend::cuda, "cuda"}};
constexpr std::array kDirections{Spelling{Direction::forward, "forward"},
                                 Spelling{Direction::backward, "backward"}};
constexpr std::array kDTypes{Spelling{DType::f16, "f16"}, Spelling{DType::bf16, "bf16"},
                             Spelling{DType::f32, "f32"}, Spelling{DType::f64, "f64"}};
constexpr std::array kLayouts{Spelling{Layout::nchw, "nchw"}, Spelling{Layout::nhwc, "nhwc"}};
constexpr std::array kAlphaModes{
    Spelling{AlphaMode::shared, "shared"}, Spelling{AlphaMode::per_channel, "per_channel"},
    Spelling{AlphaMode::per_element, "per_element"}, Spelling{AlphaMode::broadcast, "broadcast"}};
constexpr std::array kAlphaUpdates{Spelling{AlphaUpdate::gradient, "gradient"},
                                   Spelling{AlphaUpdate::frozen, "frozen"},
                                   Spelling{AlphaUpdate::sgd, "sgd"}};
constexpr std::array kSlopesAtZero{Spelling{SlopeAtZero::one, "one"},
                                   Spelling{SlopeAtZero::alpha, "alpha"},
                                   Spelling{SlopeAtZero::zero, "zero"}};

template <class Table, class Enum>
std::string_view text_of(const Table& table, Enum value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.text;
  }
  throw std::invalid_argument("prelu: enumerator without a spelling");
}

template <class Table>
auto value_of(const Table& table, std::string_view text) {
  std::string known;
  for (const auto& entry : table) {
    if (entry.text == text) return entry.value;
    known += (known.empty() ? "" : ", ") + std::string(entry.text);
  }
  throw std::invalid_argument("'" + std::string(text) + "' is none of: " + known);
}

}  // namespace

std::string_view name(Backend value) { return text_of(kBackends, value); }
std::string_view name(Direction value) { return text_of(kDirections, value); }
std::string_view name(DType value) { return text_of(kDTypes, value); }
std::string_view name(Layout value) { return text_of(kLayouts, value); }
std::string_view name(AlphaMode value) { return text_of(kAlphaModes, value); }
std::string_view name(AlphaUpdate value) { return text_of(kAlphaUpdates, value); }
std::string_view name(SlopeAtZero value) { return text_of(kSlopesAtZero, value); }

template <>
Backend parse(std::string_view text) {
  return value_of(kBackends, text);
}
template <>
Direction parse(std::string_view text) {
  return value_of(kDirections, text);
}
template <>
DType parse(std::string_view text) {
  return value_of(kDTypes, text);
}
template <>
Layout parse(std::string_view text) {
  return value_of(kLayouts, text);
}
template <>
AlphaMode parse(std::string_view text) {
  return value_of(kAlphaModes, text);
}
template <>
AlphaUpdate parse(std::string_view text) {
  return value_of(kAlphaUpdates, text);
}
template <>
SlopeAtZero parse(std::string_view text) {
  return value_of(kSlopesAtZero, text);
}

}  // namespace prelu
