// What nvdisasm prints -> Listing: the instructions that the hardware executes, after ptxas has
// unrolled, reordered and replaced what PTX says.
#include <algorithm>
#include <regex>
#include <string_view>
#include <utility>

#include "listing.hpp"
#include "text.hpp"

namespace prelu::resources {
namespace {

std::vector<std::string> registers_in(const std::string& text) {
  static const std::regex register_pattern(R"(\bR\d+)");
  std::vector<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), register_pattern), end; i != end; ++i) {
    found.push_back(i->str());
  }
  return found;
}

/// "LDG.E.128" is 128, "LDG.E" 32, "LDG.E.U16" 16.
int width_of(const std::vector<std::string>& opcode) {
  for (const std::string& part : opcode) {
    std::smatch match;
    if (std::regex_match(part, match, std::regex("[US]?(8|16|64|128|256)"))) {
      return std::stoi(match[1]);
    }
  }
  return 32;
}

/// R8 and the registers after it that an access of so many bits fills.
void add_registers(std::vector<std::string>& to, const std::string& first, int bits) {
  const int number = std::stoi(first.substr(1));
  for (int k = 0; k < std::max(1, bits / 32); ++k) to.push_back("R" + std::to_string(number + k));
}

bool holds(const std::vector<std::string>& parts, std::string_view part) {
  return std::ranges::find(parts, part) != parts.end();
}

Instruction parse_instruction(std::string text) {
  Instruction instruction;
  if (text.starts_with('@')) {
    instruction.conditional = true;
    text = trimmed(text.substr(text.find(' ')));
  }
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::vector<std::string> opcode = split(text.substr(0, space), '.');
  const std::string operands = trimmed(text.substr(space));
  const std::string& name = opcode.front();

  std::smatch target;
  if (name == "BRA" && std::regex_search(operands, target, std::regex(R"((.*)`\(([^)]+)\))"))) {
    instruction.target = target[2];
    // "BRA.U !UP0, `(.L_x_1)": the predicate may be an operand.
    instruction.conditional = instruction.conditional || !trimmed(target[1]).empty();
    return instruction;
  }
  instruction.ends = name == "EXIT" || name == "RET";
  // Integers of 64 bits are divided by a routine of the compiler's, those of 32 in place: by a
  // reciprocal of what is rounded up.
  instruction.divides =
      (name == "CALL" && std::regex_search(operands, std::regex("__cuda_sm20_(div|rem)_[us]"))) ||
      (name == "I2F" && holds(opcode, "RP"));
  instruction.bulk = name == "UBLKCP";
  if (name == "LDG") instruction.access = Access::load;
  if (name == "STG") instruction.access = Access::store;
  if (instruction.access != Access::none) instruction.bits = width_of(opcode);
  instruction.read_only = holds(opcode, "CONSTANT");

  const std::vector<std::string> parts = split(operands, ',');
  std::size_t results = instruction.access == Access::store ? 0 : 1;
  if (instruction.access == Access::load) {
    // 256 bits go to two runs of registers.
    if (instruction.bits == 256) results = 2;
    for (std::size_t k = 0; k < results; ++k) {
      for (const std::string& first : registers_in(parts[k])) {
        add_registers(instruction.writes, first, instruction.bits / static_cast<int>(results));
      }
    }
  }
  for (std::size_t k = results; k < parts.size(); ++k) {
    for (const std::string& one : registers_in(parts[k])) instruction.reads.push_back(one);
  }
  return instruction;
}

}  // namespace

std::vector<Listing> read_sass(const std::string& text) {
  static const std::regex section_pattern(R"(^\s*\.section\s+\.text\.([$\w]+))");
  static const std::regex label_pattern(R"(^([.$\w]+):)");
  static const std::regex instruction_pattern(R"(^\s*/\*[0-9a-f]+\*/\s+(.*?)\s*;)");
  std::vector<Listing> kernels;
  std::vector<std::string> labels;
  for (const std::string& line : lines_of(text)) {
    std::smatch match;
    if (std::regex_search(line, match, section_pattern)) {
      kernels.push_back({.kernel = match[1], .scheduled = true});
    } else if (std::regex_search(line, match, label_pattern)) {
      labels.push_back(match[1]);
    } else if (!kernels.empty() && std::regex_search(line, match, instruction_pattern)) {
      Instruction instruction = parse_instruction(match[1]);
      instruction.labels = std::exchange(labels, {});
      kernels.back().instructions.push_back(std::move(instruction));
    }
  }
  return kernels;
}

}  // namespace prelu::resources
