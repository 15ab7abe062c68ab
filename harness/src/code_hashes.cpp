#include "code_hashes.hpp"

#include <fstream>

namespace prelu::harness {

std::map<std::string, std::string> read_code_hashes(const std::filesystem::path& file) {
  std::map<std::string, std::string> hashes;
  std::ifstream stream(file);
  for (std::string variant, hash; stream >> variant >> hash;) hashes[variant] = hash;
  return hashes;
}

}  // namespace prelu::harness
