// When there is no memory left, that is a status too. This program's operator new stands in for the
// library's, and can be told to fail.
#include <gtest/gtest.h>
#include <prelu/prelu.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

/// How many more allocations succeed.
thread_local int allocations_left = -1;  // all

void* allocate(std::size_t bytes) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

TEST(OutOfMemory, IsAStatusWhereverItHappens) {
  const prelu_problem problem{.struct_size = sizeof(prelu_problem),
                              .direction = PRELU_BACKWARD,
                              .dtype = PRELU_DTYPE_F32,
                              .n = 1,
                              .c = 1,
                              .spatial = 1};
  int failures = 0;
  for (int allowed = 0;; ++allowed) {
    prelu_plan* plan = nullptr;
    allocations_left = allowed;
    const prelu_status status = prelu_plan_create(&problem, &plan);
    allocations_left = -1;
    if (status == PRELU_OK) {
      prelu_plan_destroy(plan);
      break;
    }
    ++failures;
    ASSERT_EQ(status, PRELU_OUT_OF_MEMORY) << prelu_last_error();
    EXPECT_STREQ(prelu_last_error(), "prelu: out of memory");
    EXPECT_EQ(plan, nullptr);
  }
  EXPECT_GT(failures, 1);
}

}  // namespace
