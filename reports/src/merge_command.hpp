// prelu-report merge: the command line.
#pragma once

namespace CLI {
class App;
}

namespace prelu::reports {

/// Adds the command; it sets `status` to the program's exit status.
void add_merge_command(CLI::App& app, int& status);

}  // namespace prelu::reports
