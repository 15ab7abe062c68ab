// What report.md is put together from.
#pragma once

#include <string>
#include <string_view>

#include "report.hpp"

namespace prelu::reports {

/// Text from a report never becomes markup.
std::string escaped(std::string_view text);

/// `text` in backquotes.
std::string code(std::string_view text);

/// How the devices of a merged report do beside each other, what is wrong with its shards, and each
/// case over all devices; nothing for another report.
std::string fleet_section(const Report& report);

/// What PReLU costs each network, one table a device; nothing where the report has no networks.
std::string networks_section(const Report& report);

}  // namespace prelu::reports
