// Golden files hold what was rendered once and read by a person. After a change that is meant,
// write them again with
//   PRELU_UPDATE_GOLDEN=1 ctest --preset host -R Golden
// and read the difference before committing it.
#pragma once

#include <string>

namespace prelu::reports {

void expect_golden(const std::string& text, const char* name);

}  // namespace prelu::reports
