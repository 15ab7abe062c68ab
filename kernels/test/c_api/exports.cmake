# cmake -D NM=nm -D READELF=readelf -D LIBRARY=libprelu.so -D SONAME=name -D HEADER=prelu.h
#   -P exports.cmake
# The library exports exactly the functions that the header declares, and needs no libraries but the
# compiler's, the system's and Highway's.
file(READ "${HEADER}" header)
string(REGEX MATCHALL "PRELU_API [^;(]*prelu_[a-z_]+\\(" declarations "${header}")
set(declared "")
foreach(declaration IN LISTS declarations)
  string(REGEX MATCH "(prelu_[a-z_]+)\\($" _ "${declaration}")
  list(APPEND declared "${CMAKE_MATCH_1}")
endforeach()
list(SORT declared)

execute_process(COMMAND "${NM}" -D --defined-only --format=posix "${LIBRARY}"
  OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${text}")
set(exported "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^[^ ]+" symbol "${line}")
  list(APPEND exported "${symbol}")
endforeach()
list(SORT exported)
if(NOT exported STREQUAL declared)
  message(FATAL_ERROR "exported: ${exported}\ndeclared: ${declared}")
endif()

execute_process(COMMAND "${READELF}" -d "${LIBRARY}"
  OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
if(NOT text MATCHES "\\(SONAME\\)[^\n]*\\[${SONAME}\\]")
  message(FATAL_ERROR "no SONAME ${SONAME}:\n${text}")
endif()
set(expected "libhwy|libgomp|libstdc\\+\\+|libgcc_s|libm|libc|libpthread|libdl|librt|ld-linux[a-z0-9-]*")
string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*" lines "${text}")
foreach(line IN LISTS lines)
  if(NOT line MATCHES "\\[(${expected})\\.so\\.[0-9]+\\]")
    message(FATAL_ERROR "needs another library: ${line}")
  endif()
endforeach()
message("exported: ${exported}")
