// Runs one kernel of wrong.hpp, with its mistake or without: for the sanitizers, which end the
// program. Usage: prelu-wrong NAME mistake|right. Exit status 0 if the result is right, else 1.
#include <iostream>
#include <string_view>

#include "wrong.hpp"

int main(int argc, char** argv) {
  const std::string_view name = argc == 3 ? argv[1] : "";
  const std::string_view which = argc == 3 ? argv[2] : "";
  for (const prelu::wrong::Kernel& kernel : prelu::wrong::kKernels) {
    if (kernel.name != name || (which != "mistake" && which != "right")) continue;
    const bool right = kernel.run(which == "mistake");
    std::cout << name << ": " << (right ? "right" : "wrong") << " result\n";
    return right ? 0 : 1;
  }
  std::cerr << "usage: prelu-wrong NAME mistake|right\n";
  return 2;
}
