# Finds CUDA. Sets
#   PRELU_CUDA_FOUND        the CUDA language is enabled, and CUDA::cudart_static is there
#   PRELU_CUDA_INCLUDE_DIR  the toolkit's headers, for the SIMT executor; may be set without nvcc
set(PRELU_CUDA_FOUND OFF)

if(NOT PRELU_CUDA STREQUAL "OFF")
  include(CheckLanguage)
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    # The toolkit that setup.sh installed, because the machine's own would not do; then the machine's.
    find_program(PRELU_NVCC nvcc HINTS "${PROJECT_SOURCE_DIR}/.toolkit/cuda/bin"
      PATHS /usr/local/cuda/bin)
    if(PRELU_NVCC)
      set(ENV{CUDACXX} "${PRELU_NVCC}")
    endif()
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 90)
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit 12.0 REQUIRED)
    set(PRELU_CUDA_FOUND ON)
    # CMake 3.25 knows no cuda_std_20 for nvcc 13: the option is given to the targets instead.
    set(CMAKE_CUDA_STANDARD_REQUIRED OFF)
  elseif(PRELU_CUDA STREQUAL "ON")
    message(FATAL_ERROR "PRELU_CUDA is ON and no nvcc was found: run scripts/setup.sh, or set CUDACXX")
  endif()
endif()

find_path(PRELU_CUDA_INCLUDE_DIR cuda_fp16.h HINTS ${CUDAToolkit_INCLUDE_DIRS}
  "${PROJECT_SOURCE_DIR}/.toolkit/cuda/include" /usr/local/cuda/include)
if(PRELU_CUDA_INCLUDE_DIR)  # by one name in every build, so that ccache knows it again
  file(REAL_PATH "${PRELU_CUDA_INCLUDE_DIR}" PRELU_CUDA_INCLUDE_DIR)
endif()

if(PRELU_CUDA_FOUND)
  message(STATUS "CUDA: ${CMAKE_CUDA_COMPILER} ${CMAKE_CUDA_COMPILER_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")
else()
  message(STATUS "CUDA: not built; its kernels are reported as skipped")
endif()

# What every target with .cu files for nvcc links.
set(PRELU_CUDA_FLAGS -std=c++20 --expt-relaxed-constexpr --extended-lambda)
add_library(prelu_cuda_options INTERFACE)
target_compile_options(prelu_cuda_options INTERFACE
  $<$<COMPILE_LANGUAGE:CUDA>:${PRELU_CUDA_FLAGS} -lineinfo>)
