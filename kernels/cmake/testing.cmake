# How tests are added. Every name begins with PRELU_TEST_PREFIX, which tells the builds apart.
find_package(GTest 1.12 REQUIRED)
include(GoogleTest)

set(PRELU_EXPECT_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/expect.cmake")

# Tests run side by side: a thread that waits leaves its processor to another test, instead of spinning.
# ThreadSanitizer does not see how GCC's OpenMP synchronises: one thread has nobody to race with.
set(PRELU_TEST_ENVIRONMENT OMP_WAIT_POLICY=PASSIVE)
if(PRELU_SANITIZER STREQUAL "thread")
  set(PRELU_TEST_ENVIRONMENT OMP_NUM_THREADS=1)
endif()

# A program that does not hold the library is the same with CUDA and without it: test.sh tests it once.
# This label says which. What is not named here is tested in both builds.
set(PRELU_SAME_LABEL "${PRELU_TEST_PREFIX}same_with_cuda")
set(PRELU_SAME_LIBRARIES "prelu_(counted_kernels|fakes|reports|resources|simt_|wrong_kernels)")
set(PRELU_SAME_PROGRAMS "prelu-(careless|dp-|fake|mutants|report|simt|traffic|wrong)|/plant\\.cmake")

# prelu_add_unit_test(NAME SOURCES file... LIBRARIES target...): a GoogleTest program; each of its tests
# is one of CTest's.
function(prelu_add_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest_main prelu_warnings)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test"
    CROSSCOMPILING_EMULATOR "${PRELU_TEST_LAUNCHER}")
  set(properties TIMEOUT 600)
  if(arg_LIBRARIES MATCHES "${PRELU_SAME_LIBRARIES}" AND NOT prelu_kernels IN_LIST arg_LIBRARIES)
    list(APPEND properties LABELS "${PRELU_SAME_LABEL}")
  endif()
  if(PRELU_TEST_ENVIRONMENT)
    list(APPEND properties ENVIRONMENT "${PRELU_TEST_ENVIRONMENT}")
  endif()
  gtest_discover_tests(${name}
    TEST_PREFIX "${PRELU_TEST_PREFIX}"
    DISCOVERY_TIMEOUT 60
    PROPERTIES ${properties})
endfunction()

# prelu_add_program_test(NAME COMMAND program argument... [STATUS n] [OUTPUT regex...]
#   [ABSENT regex...] [TIMEOUT seconds] [ENVIRONMENT VAR=value...] [SKIP_STATUS n]): runs a program,
# which must end with that exit status (0 unless given), print what every OUTPUT matches, and nothing
# that an ABSENT one does. Standard output and standard error are looked at together. SKIP_STATUS says
# that this machine cannot run the test, which is then reported as skipped.
function(prelu_add_program_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "STATUS;SKIP_STATUS;TIMEOUT" "COMMAND;OUTPUT;ABSENT;ENVIRONMENT")
  if(NOT DEFINED arg_STATUS)
    set(arg_STATUS 0)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  set(labels "")
  if(arg_COMMAND MATCHES "${PRELU_SAME_PROGRAMS}" AND NOT arg_COMMAND MATCHES "prelu-bench")
    set(labels "${PRELU_SAME_LABEL}")
  endif()
  list(POP_FRONT arg_COMMAND program)
  if(program MATCHES "^[A-Za-z0-9_.+-]+$")  # perhaps a target, which may be defined later
    set(target "$<TARGET_EXISTS:${program}>")
    set(program "$<${target}:$<TARGET_FILE:${program}>>$<$<NOT:${target}>:${program}>")
  endif()
  set(environment ${PRELU_TEST_ENVIRONMENT} ${arg_ENVIRONMENT})
  add_test(NAME "${PRELU_TEST_PREFIX}${name}"
    COMMAND "${CMAKE_COMMAND}" -D "STATUS=${arg_STATUS}" -D "SKIP_STATUS=${arg_SKIP_STATUS}"
      -D "OUTPUT=${arg_OUTPUT}" -D "ABSENT=${arg_ABSENT}" -P "${PRELU_EXPECT_SCRIPT}" -- ${PRELU_TEST_LAUNCHER} "${program}" ${arg_COMMAND})
  set_tests_properties("${PRELU_TEST_PREFIX}${name}" PROPERTIES
    TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${environment}" LABELS "${labels}")
  if(DEFINED arg_SKIP_STATUS)
    set_tests_properties("${PRELU_TEST_PREFIX}${name}" PROPERTIES
      SKIP_REGULAR_EXPRESSION "skipped: ended with status ${arg_SKIP_STATUS}")
  endif()
endfunction()
