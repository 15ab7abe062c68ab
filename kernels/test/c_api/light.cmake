# cmake -D SOURCE=folder -D WORK=folder -D CXX_COMPILER=c++ -D GENERATOR=name -P light.cmake
# A build without benchmarks and tests makes the library, and nothing of what proves it.
file(REMOVE_RECURSE "${WORK}")
execute_process(COMMAND "${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${SOURCE}" -B "${WORK}"
  -D "CMAKE_CXX_COMPILER=${CXX_COMPILER}" -D PRELU_CUDA=OFF -D PRELU_BENCHMARKS=OFF
  -D BUILD_TESTING=OFF
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(READ "${WORK}/compile_commands.json" text)
if(NOT text MATCHES "kernels/src/c_api\\.cpp")
  message(FATAL_ERROR "makes no library:\n${text}")
endif()
if(text MATCHES "\"file\": \"[^\"]*/(reference|simt|resources|test|harness|reports)/[^/\"]*\"")
  message(FATAL_ERROR "makes more than the library: ${CMAKE_MATCH_0}")
endif()
message("makes the library alone")
