#include "svg.hpp"

namespace prelu::reports {
std::string to_svg(const Report&, Theme) { return {}; }
}  // namespace prelu::reports
