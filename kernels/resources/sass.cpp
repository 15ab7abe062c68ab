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

/// "R12" is one; "UR4", which all threads share, and "RZ", which is zero, are not.
std::vector<std::string> registers_in(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t begin = text.find('R'); begin != std::string::npos;
       begin = text.find('R', begin + 1)) {
    const std::size_t end = end_of(text, begin + 1, is_digit);
    const bool begins_a_word = begin == 0 || !is_word(text[begin - 1]);
    if (begins_a_word && end > begin + 1) found.push_back(text.substr(begin, end - begin));
  }
  return found;
}

/// "LDG.E.128" is 128, "LDG.E" 32, "LDG.E.U16" 16.
int width_of(const std::vector<std::string>& opcode) {
  static const std::regex bits_pattern("[US]?(8|16|64|128|256)");
  for (const std::string& part : opcode) {
    std::smatch match;
    if (std::regex_match(part, match, bits_pattern)) return std::stoi(match[1]);
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

  static const std::regex target_pattern(R"((.*)`\(([^)]+)\))");
  std::smatch target;
  if (name == "BRA" && std::regex_search(operands, target, target_pattern)) {
    instruction.target = target[2];
    // "BRA.U !UP0, `(.L_x_1)": the predicate may be an operand.
    instruction.conditional = instruction.conditional || !trimmed(target[1]).empty();
    return instruction;
  }
  instruction.ends = name == "EXIT" || name == "RET";
  // Integers of 64 bits are divided by a routine of the compiler's, those of 32 in place: by a
  // reciprocal of what is rounded up.
  static const std::regex division_pattern("__cuda_sm20_(div|rem)_[us]");
  instruction.divides = (name == "CALL" && std::regex_search(operands, division_pattern)) ||
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

bool is_label(char c) { return is_word(c) || c == '.' || c == '$'; }

/// "/*0010*/ MOV R1, c[0x0][0x28] ;" -> "MOV R1, c[0x0][0x28]"; empty where there is no
/// instruction.
std::string instruction_in(const std::string& line) {
  if (!line.starts_with("/*")) return {};
  const std::size_t address = line.find("*/");
  const std::size_t end = line.find(';');
  if (address == std::string::npos || end == std::string::npos) return {};
  return trimmed(line.substr(address + 2, end - address - 2));
}

}  // namespace

std::vector<Listing> read_sass(const std::string& text) {
  static const std::regex section_pattern(R"(^\.section\s+\.text\.([$\w]+))");
  std::vector<Listing> kernels;
  std::vector<std::string> labels;
  for (const std::string& indented : lines_of(text)) {
    const std::string line = trimmed(indented);
    const std::size_t label = end_of(line, 0, is_label);
    std::smatch match;
    if (line.starts_with(".section") && std::regex_search(line, match, section_pattern)) {
      kernels.push_back({.kernel = match[1], .scheduled = true});
    } else if (label > 0 && line.substr(label).starts_with(':')) {
      labels.push_back(line.substr(0, label));
    } else if (const std::string code = instruction_in(line); !kernels.empty() && !code.empty()) {
      Instruction instruction = parse_instruction(code);
      instruction.labels = std::exchange(labels, {});
      kernels.back().instructions.push_back(std::move(instruction));
    }
  }
  return kernels;
}

}  // namespace prelu::resources
