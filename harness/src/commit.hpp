// The commit this program was built from; its source is generated at build time.
#pragma once

namespace prelu::harness {

extern const char* const kCommit;
extern const char* const kCommitDate;  ///< ISO 8601 with offset; empty if unknown
extern const bool kCommitHasChanges;

}  // namespace prelu::harness
