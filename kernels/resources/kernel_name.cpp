#include "kernel_name.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <regex>

namespace prelu::resources {
namespace {

struct Type {
  const char* dtype;
  int bits;
};

const std::map<std::string, Type> kTypes = {{"__half", {"f16", 16}},
                                            {"__nv_bfloat16", {"bf16", 16}},
                                            {"float", {"f32", 32}},
                                            {"double", {"f64", 64}}};

std::string demangled(const std::string& mangled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : mangled;
}

/// Up to the list of parameters.
std::string without_parameters(const std::string& text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') ++depth;
    if (text[i] == '>') --depth;
    if (text[i] == '(' && depth == 0) return text.substr(0, i);
  }
  return text;
}

}  // namespace

KernelName read_name(const std::string& mangled) {
  static const std::regex scopes_pattern(
      R"(\(anonymous namespace\)::|prelu::|variants::|cuda::|^void )");
  static const std::regex pack_pattern(R"(Pack<(__half|__nv_bfloat16|float|double), (\d+)>)");
  static const std::regex type_pattern(R"([<, ](__half|__nv_bfloat16|float|double)\b)");
  KernelName name{
      .text = without_parameters(std::regex_replace(demangled(mangled), scopes_pattern, ""))};
  const std::string stem = name.text.substr(0, name.text.find('<'));
  std::smatch match;
  if (std::regex_search(name.text, match, pack_pattern) ||
      std::regex_search(name.text, match, type_pattern)) {
    const Type& type = kTypes.at(match[1]);
    name.dtype = type.dtype;
    if (stem.find("unaligned") != std::string::npos) name.pack_bits = type.bits;
  }
  for (std::sregex_iterator i(name.text.begin(), name.text.end(), pack_pattern), end; i != end;
       ++i) {
    name.pack_bits = std::max(name.pack_bits, std::stoi((*i)[2]) * kTypes.at((*i)[1]).bits);
  }
  name.accesses_tensors = name.pack_bits > 0 || stem.find("forward") != std::string::npos ||
                          stem.find("backward") != std::string::npos;
  return name;
}

}  // namespace prelu::resources
