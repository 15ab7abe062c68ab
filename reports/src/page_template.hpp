// The page without its data: viewer/ and the chart library, made one text when the program is
// built.
#pragma once

#include <string_view>

namespace prelu::reports {

/// Holds {{title}} and {{data}} once each, in this order.
std::string_view page_template();

}  // namespace prelu::reports
