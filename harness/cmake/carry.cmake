# cmake -D PROGRAMS=files -D FOLDER=folder -P carry.cmake: copies the shared libraries that the
# programs need into the folder, where $ORIGIN finds them on another machine. The C library stays: it
# belongs to the machine.
file(GET_RUNTIME_DEPENDENCIES
  EXECUTABLES ${PROGRAMS}
  RESOLVED_DEPENDENCIES_VAR libraries
  UNRESOLVED_DEPENDENCIES_VAR missing
  POST_EXCLUDE_REGEXES "/(ld-linux|libc|libm|libdl|libpthread|librt)[-.]")
if(missing)
  message(FATAL_ERROR "not found: ${missing}")
endif()
foreach(library IN LISTS libraries)
  file(INSTALL "${library}" DESTINATION "${FOLDER}" FOLLOW_SYMLINK_CHAIN)
endforeach()
