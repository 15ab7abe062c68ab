# Conformance: every variant on shapes that break kernels. CPU variants run as they are; the CUDA
# kernels in the SIMT executor, and on the GPU where there is one. A new file is covered the moment it
# exists.
#
# The number of skipped cases of these kernels is pinned, so that none is left out unnoticed: a new shape
# or limit changes it. A kernel that is not among them has a test of its own, without that number. The
# sanitizers are slow and take a part of the suite.
set(pinned
  cuda/backward_atomic.cu
  cuda/backward_broadcast.cu
  cuda/backward_dx_only.cu
  cuda/backward_element.cu
  cuda/backward_last_block.cu
  cuda/backward_naive.cu
  cuda/backward_nhwc.cu
  cuda/backward_period.cu
  cuda/backward_plane.cu
  cuda/backward_recompute.cu
  cuda/backward_sgd.cu
  cuda/backward_two_pass.cu
  cuda/forward_broadcast.cu
  cuda/forward_bulk.cu
  cuda/forward_naive.cu
  cuda/forward_nhwc.cu
  cuda/forward_packed.cu
  cuda/forward_packed256.cu
  cuda/forward_plane.cu)
set(suite "${PROJECT_SOURCE_DIR}/kernels/test/conformance.json")
set(filter "/")  # what follows the variant
set(schedules 2)
set(simt_skipped 22389)
set(cpu_skipped 562)  # the threaded ones serve no broadcasts
if(PRELU_SANITIZER STREQUAL "address")
  set(filter
    "/(f16|f32)/.*/(2x3x5|2x10x49|3x6x8|0x3x4|2x3x4x5|2x7x33|1x1x4097|3x2x16411)(/|$)")
  set(schedules 1)
  set(simt_skipped 9311)
  set(cpu_skipped 170)
elseif(PRELU_SANITIZER STREQUAL "thread")
  set(filter "/f32/.*/(2x3x5|2x10x49|2x3x4x5|2x7x33)(/|$)")
  set(schedules 1)
  set(simt_skipped 1836)
endif()
set(none_timed "\\(0 of them timed\\), 0 failed")
set(prove --verify-only --suite "${suite}" --filter)

# The longest tests of all begin first, so that no processor waits for them at the end.
function(begin_first name)
  set_tests_properties("${PRELU_TEST_PREFIX}conformance.${name}" PROPERTIES COST 1000)
endfunction()

if(TARGET prelu_simt_kernels)
  list(TRANSFORM pinned REPLACE "\\.cu$" "" OUTPUT_VARIABLE pinned_names)
  list(JOIN pinned_names "|" pinned_names)
  prelu_add_program_test(conformance.cuda_kernels_in_the_executor
    COMMAND prelu-simt ${prove} "^(${pinned_names})${filter}" --schedules ${schedules}
    OUTPUT "[1-9][0-9]* passed ${none_timed}, ${simt_skipped} skipped")
  begin_first(cuda_kernels_in_the_executor)
  set(unpinned ${cuda_files})
  list(REMOVE_ITEM unpinned ${pinned})
  foreach(file IN LISTS unpinned)
    string(REPLACE ".cu" "" unpinned_name "${file}")
    prelu_add_program_test("conformance.${unpinned_name}"
      COMMAND prelu-simt ${prove} "^${unpinned_name}${filter}" --schedules ${schedules}
      OUTPUT "[1-9][0-9]* passed ${none_timed}")
  endforeach()
endif()

if(NOT PRELU_SANITIZER STREQUAL "thread")
  prelu_add_program_test(conformance.cpu_variants
    COMMAND prelu-bench ${prove} "${filter}" --device cpu
    OUTPUT "[\n][1-9][0-9]* passed ${none_timed}, ${cpu_skipped} skipped")
  begin_first(cpu_variants)
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
