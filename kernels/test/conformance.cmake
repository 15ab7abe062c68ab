# Conformance: every variant on shapes that break kernels. CPU variants run as they are; the CUDA
# kernels in the SIMT executor, and on the GPU where there is one. A new file is covered the moment it
# exists.
#
# The number of skipped cases is pinned, so that none is left out unnoticed: a new shape or limit changes
# it. The sanitizers are slow and take a part of the suite.
set(suite "${PROJECT_SOURCE_DIR}/kernels/test/conformance.json")
set(filter "/")
set(schedules 2)
set(simt_skipped 2488)
if(PRELU_SANITIZER STREQUAL "address")
  set(filter "/(f16|f32)/.*/(2x3x5|2x10x49|3x6x8|0x3x4|2x7x33|1x1x4097|3x2x16411)")
  set(simt_skipped 692)
elseif(PRELU_SANITIZER STREQUAL "thread")
  set(filter "/f32/.*/(2x3x5|2x10x49|2x7x33)(/|$)")
  set(schedules 1)
  set(simt_skipped 128)
endif()
set(none_timed "\\(0 of them timed\\), 0 failed")
set(prove --verify-only --suite "${suite}" --filter)

if(TARGET prelu_simt_kernels)
  prelu_add_program_test(conformance.cuda_kernels_in_the_executor
    COMMAND prelu-simt ${prove} "${filter}" --schedules ${schedules}
    OUTPUT "[1-9][0-9]* passed ${none_timed}, ${simt_skipped} skipped")
endif()

if(NOT PRELU_SANITIZER STREQUAL "thread")
  prelu_add_program_test(conformance.cpu_variants
    COMMAND prelu-bench ${prove} "${filter}" --device cpu
    OUTPUT "[\n][1-9][0-9]* passed ${none_timed}, 0 skipped")
endif()

if(PRELU_CUDA_FOUND)
  prelu_add_program_test(conformance.cuda_kernels_on_the_gpu
    COMMAND prelu-bench ${prove} "^(cuda|cub)/"
    OUTPUT "[1-9][0-9]* passed ${none_timed}"
    SKIP_STATUS 4)
elseif(NOT PRELU_SANITIZER STREQUAL "thread")
  prelu_add_program_test(conformance.what_was_not_built_is_not_passed
    COMMAND prelu-bench ${prove} "^(cuda|cub)/.*/2x3x5"
    STATUS 4
    OUTPUT "[\n]0 passed ${none_timed}, [1-9][0-9]* skipped" "built without CUDA")
endif()
