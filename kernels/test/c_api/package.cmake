# cmake -D BUILD=folder -D CONSUMER=folder -D WORK=folder -D C_COMPILER=cc -D CXX_COMPILER=c++
#   -D CUDA_ROOT=folder -D GENERATOR=name -D LIBDIR=name -P package.cmake
# Installs the library somewhere, and builds and runs the consumer with what is there: found by
# find_package(prelu), and by pkg-config.
file(REMOVE_RECURSE "${WORK}")
set(prefix "${WORK}/prefix")

function(run expected)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  if(NOT text MATCHES "${expected}")
    message(FATAL_ERROR "${ARGN} printed nothing that matches '${expected}', but\n${text}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

run("libprelu" "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")

# By CMake.
run("Build files" "${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${CONSUMER}" -B "${WORK}/build"
  -D "CMAKE_PREFIX_PATH=${prefix}" -D "CMAKE_C_COMPILER=${C_COMPILER}"
  -D "CMAKE_CXX_COMPILER=${CXX_COMPILER}" -D "CUDAToolkit_ROOT=${CUDA_ROOT}")
run("forward" "${CMAKE_COMMAND}" --build "${WORK}/build")
run("^-0.5 2 -0.75 4\n$" "${WORK}/build/forward")
run("^4 8 4 16, -8 -48\n$" "${WORK}/build/backward")

# By pkg-config, for the C program.
set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
run("prelu" pkg-config --cflags --libs prelu)
separate_arguments(flags UNIX_COMMAND "${text}")
run("^$" "${C_COMPILER}" -std=c99 -pedantic -Wall -Wextra -Werror "${CONSUMER}/forward.c" ${flags}
  "-Wl,-rpath,${prefix}/${LIBDIR}" -o "${WORK}/forward")
run("^-0.5 2 -0.75 4\n$" "${WORK}/forward")
message("found by CMake and by pkg-config")
