// prelu-report record
#pragma once

namespace CLI {
class App;
}

namespace prelu::reports {

/// Adds the subcommand; running it throws std::exception, or sets `status`.
void add_record_command(CLI::App& app, int& status);

}  // namespace prelu::reports
