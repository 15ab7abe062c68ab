// PTX -> Listing. Virtual registers have one definition each, near enough, which lets every address
// be followed back to the parameters that it was made of.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string_view>
#include <utility>

#include "listing.hpp"
#include "text.hpp"

namespace prelu::resources {
namespace {

/// From `open`, the position of a brace, to its partner.
std::size_t closing_brace(const std::string& text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return text.size();
}

std::string without_comments(const std::string& text) {
  std::string out;
  for (const std::string& line : lines_of(text)) {
    const std::string code = line.substr(0, line.find("//"));
    // Line information is no statement, and has no semicolon.
    if (!trimmed(code).starts_with(".loc ")) out += code + "\n";
  }
  return out;
}

bool is_label(char c) { return is_word(c) || c == '$'; }

/// "%rd12" is one; "%tid.x" is not.
std::vector<std::string> registers_in(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t begin = text.find('%'); begin != std::string::npos;
       begin = text.find('%', begin + 1)) {
    const std::size_t digits = end_of(text, begin + 1, is_lower);
    const std::size_t end = end_of(text, digits, is_digit);
    if (begin + 1 < digits && digits < end) found.push_back(text.substr(begin, end - begin));
  }
  return found;
}

/// ".v4.f32" is 128, ".u16" is 16.
int width_of(const std::vector<std::string>& opcode) {
  static const std::regex vector_pattern(R"(v([248]))");
  static const std::regex bits_pattern(R"([fbus](8|16|32|64|128))");
  int vector = 1;
  int bits = 0;
  for (const std::string& part : opcode) {
    std::smatch match;
    if (std::regex_match(part, match, vector_pattern)) vector = std::stoi(match[1]);
    if (std::regex_match(part, match, bits_pattern)) bits = std::stoi(match[1]);
  }
  return vector * bits;
}

bool holds(const std::vector<std::string>& parts, std::string_view part) {
  return std::ranges::find(parts, part) != parts.end();
}

Instruction parse_statement(std::string statement) {
  Instruction instruction;
  if (statement.starts_with('@')) {
    const std::size_t space = statement.find(' ');
    instruction.conditional = true;
    instruction.reads = registers_in(statement.substr(0, space));
    statement = trimmed(statement.substr(space));
  }
  const std::size_t space = std::min(statement.find_first_of(" \t"), statement.size());
  const std::vector<std::string> opcode = split(statement.substr(0, space), '.');
  const std::string operands = trimmed(statement.substr(space));
  const std::string& name = opcode.front();

  if (name == "bra") {
    instruction.target = operands;
    return instruction;
  }
  instruction.ends = (name == "ret" || name == "exit" || name == "trap");
  static const std::regex integer_pattern("[us](16|32|64)");
  instruction.divides =
      (name == "div" || name == "rem") && std::regex_match(opcode.back(), integer_pattern);
  instruction.orders = name == "bar" || name == "barrier" || name == "membar" || name == "fence" ||
                       name == "atom" || name == "red";
  // A generic access may be one of global memory.
  const bool other_space = holds(opcode, "param") || holds(opcode, "shared") ||
                           holds(opcode, "local") || holds(opcode, "const") ||
                           holds(opcode, "shared::cta");
  if (!other_space && (name == "ld" || name == "ldu")) instruction.access = Access::load;
  if (!other_space && name == "st") instruction.access = Access::store;
  if (instruction.access != Access::none) instruction.bits = width_of(opcode);
  instruction.read_only = holds(opcode, "nc");
  instruction.bulk = name == "cp" && holds(opcode, "bulk") && operands.starts_with('[');

  // The first operand is the result, if there is one.
  std::size_t results = 0;
  if (name != "st" && name != "red" && name != "bar" && name != "barrier" && name != "cp") {
    results = operands.starts_with('{') ? operands.find('}') : operands.find(',');
    results = std::min(results, operands.size());
  }
  instruction.writes = registers_in(operands.substr(0, results));
  for (const std::string& name_of : registers_in(operands.substr(results))) {
    instruction.reads.push_back(name_of);
  }
  return instruction;
}

/// "[kernel_param_3+8]" -> "3+8"; empty where the statement loads no parameter of 8 bytes.
std::string parameter_of(const std::string& statement) {
  static const std::regex load_pattern(R"(ld\.param\.[bu]64\s.*_param_(\d+(\+\d+)?)\])");
  if (statement.find("ld.param.") == std::string::npos) return {};
  std::smatch match;
  return std::regex_search(statement, match, load_pattern) ? match[1].str() : "";
}

/// Which of the kernel's parameters each register was made of.
class Origins {
 public:
  void add(const std::string& statement, const Instruction& instruction) {
    if (const std::string parameter = parameter_of(statement); !parameter.empty()) {
      for (const std::string& result : instruction.writes) origins_[result].insert(parameter);
    } else if (instruction.access == Access::none) {
      steps_.push_back({statement.starts_with("cvta.to.global"), &instruction});
    }
  }

  /// After the last `add`.
  void close() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& [converts, instruction] : steps_) {
        for (const std::string& result : instruction->writes) {
          std::set<std::string>& to = origins_[result];
          const std::size_t before = to.size();
          for (const std::string& source : instruction->reads) {
            const std::set<std::string> from = origins_[source];
            to.insert(from.begin(), from.end());
          }
          changed = changed || to.size() != before;
        }
      }
    }
    for (const auto& [converts, instruction] : steps_) {
      if (!converts) continue;
      const std::set<std::string>& from = origins_[instruction->reads.front()];
      if (from.size() == 1) pointers_.insert(*from.begin());
    }
  }

  /// The parameters that are pointers to global memory, of those that `registers` were made of.
  std::vector<std::string> pointers_of(const std::vector<std::string>& registers) {
    std::set<std::string> found;
    for (const std::string& one : registers) {
      std::ranges::copy_if(origins_[one], std::inserter(found, found.end()),
                           [&](const std::string& origin) { return pointers_.contains(origin); });
    }
    return {found.begin(), found.end()};
  }

 private:
  struct Step {
    bool converts;  ///< a pointer to one into global memory
    const Instruction* instruction;
  };
  std::map<std::string, std::set<std::string>> origins_;
  std::vector<Step> steps_;
  std::set<std::string> pointers_;
};

std::vector<Instruction> read_body(const std::string& body) {
  std::vector<Instruction> instructions;
  std::vector<std::string> statements;
  std::vector<std::string> labels;
  for (std::string statement : split(body, ';')) {
    for (;;) {
      statement.erase(0, statement.find_first_not_of(" \t\n{}"));
      const std::size_t end = end_of(statement, 0, is_label);
      if (end == 0 || !statement.substr(end).starts_with(':')) break;
      labels.push_back(statement.substr(0, end));
      statement.erase(0, end + 1);
    }
    if (statement.empty() || statement.starts_with('.')) continue;
    Instruction instruction = parse_statement(statement);
    instruction.labels = std::exchange(labels, {});
    instructions.push_back(std::move(instruction));
    statements.push_back(statement);
  }
  Origins origins;
  for (std::size_t i = 0; i < instructions.size(); ++i) origins.add(statements[i], instructions[i]);
  origins.close();
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    if (instructions[i].access == Access::none) continue;
    const std::string& text = statements[i];
    const std::size_t begin = text.find('[');
    instructions[i].pointers =
        origins.pointers_of(registers_in(text.substr(begin, text.find(']') - begin)));
  }
  return instructions;
}

}  // namespace

std::vector<Listing> read_ptx(const std::string& text) {
  static const std::regex block_pattern(R"(\.(?:max|req)ntid\s+(\d+)(?:,\s*(\d+))?(?:,\s*(\d+))?)");
  const std::string code = without_comments(text);
  std::vector<Listing> kernels;
  for (std::size_t at = code.find(".entry "); at != std::string::npos;
       at = code.find(".entry ", at)) {
    const std::size_t name = at + std::string_view(".entry ").size();
    const std::size_t open = code.find('{', name);
    const std::size_t close = closing_brace(code, open);
    const std::string head = code.substr(name, open - name);
    Listing kernel{.kernel = trimmed(head.substr(0, head.find('(')))};
    std::smatch match;
    if (std::regex_search(head, match, block_pattern)) {
      kernel.block_size = 1;
      for (std::size_t k = 1; k < match.size(); ++k) {
        if (match[k].matched) kernel.block_size *= std::stoi(match[k]);
      }
    }
    kernel.instructions = read_body(code.substr(open, close - open));
    kernels.push_back(std::move(kernel));
    at = close;
  }
  return kernels;
}

}  // namespace prelu::resources
