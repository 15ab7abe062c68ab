# cmake -D NVCC=... -D FLAGS=... -D PTXAS=... -D NVDISASM=... -D ARCHITECTURE=90 -D SOURCE=x.cu
#   -D STEM=folder/x -P compile.cmake
# Compiles a file's kernels to STEM.ptx and STEM.cubin, and leaves what the tools say of them in
# STEM.ptxas and, where there is nvdisasm, STEM.sass. A warning is an error. STEM.d lists the headers.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${text}")
  endif()
  set(said "${text}" PARENT_SCOPE)
endfunction()

run("${NVCC}" ${FLAGS} -arch "compute_${ARCHITECTURE}" -Werror all-warnings
  -MD -MF "${STEM}.d" -MT "${STEM}.ptxas" -ptx -o "${STEM}.ptx" "${SOURCE}")
run("${PTXAS}" -v -Werror -arch "sm_${ARCHITECTURE}" -o "${STEM}.cubin" "${STEM}.ptx")
set(ptxas_said "${said}")
file(REMOVE "${STEM}.sass")
if(NVDISASM)
  execute_process(COMMAND "${NVDISASM}" -c "${STEM}.cubin" RESULT_VARIABLE status
    OUTPUT_FILE "${STEM}.sass" ERROR_VARIABLE text)
  if(NOT status EQUAL 0)  # older than the compiler, perhaps: tests say that there is no SASS
    file(REMOVE "${STEM}.sass")
  endif()
endif()
file(WRITE "${STEM}.ptxas" "${ptxas_said}")
